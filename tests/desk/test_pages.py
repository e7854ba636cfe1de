import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from casework.directory_reading import read_directory
from casework.forwarding import sweep_forwards
from casework.instructing import CustomerInstruction, InstructedBy, take_instruction
from casework.role_finding import refresh_roles
from desk.paging import place_word, read_place
from desk.remaining import remaining
from desk.rendering import day, facts, moment, words
from desk.static_files import addresses
from desk_values import desk_app, sign_in
from directory_values import ListedSource, terms
from privacy.address_change import ChangeState
from privacy.directory import LeadRecord, WorkspaceRecord
from privacy.errors import Retryable
from privacy.forwarding import Instruction, InstructionChannel
from privacy.model_calls import CallOutcome, ModelCall
from privacy.zero_retention import Assurance, Endpoint
from storage.address_changes import AddressChange, add_change
from storage.cases import find_case
from storage.ids import new_id
from storage.messages import list_messages
from storage.model_calls import begin_calls

ARRIVED = datetime(2026, 11, 23, 12, tzinfo=UTC)
LISTS = ("/", "/due", "/letters", "/held", "/quarantine")


def page_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.mark.parametrize("path", [*LISTS, "/model"])
def test_an_empty_desk_says_so(sam, path):
    assert 'class="empty"' in page_of(sam, path)


def test_the_page_of_the_model_shows_agreement_drift_and_what_would_change(sam, desk):
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    answered = ModelCall(
        call_id=new_id(),
        inbound_id=None,
        started_at=now,
        endpoint=Endpoint(host="h", region="local", model="m", assurance=Assurance.LOCAL),
        shadow=True,
        text_key=b"k",
        cost=1,
        outcome=CallOutcome.HEARD,
    )
    differing = replace(answered, call_id=new_id(), changes=("+access", "-erasure"))
    before = replace(answered, call_id=new_id(), started_at=now - timedelta(days=7))
    with desk.database.transaction() as transaction:
        begin_calls(transaction, [answered, differing, before])
    text = page_of(sam, "/model")
    assert "2 of its 3 answers agree with the rules (66.7 %)" in text
    assert "moved by -50.0 points" in text
    assert "+access" in text
    assert "-erasure" in text
    assert "heard: 3" in text


def test_what_is_due_shows_each_clock_with_its_law_and_its_next_reminder(sam, references):
    text = page_of(sam, "/due")
    for reference in references:
        assert reference in text
    assert "three quarters" not in text
    for shown in ("acknowledge 3", ">half<", "MONTH", "Wed 23 Dec 2026"):
        assert shown in text, shown


def test_a_case_shows_what_happened_to_its_clocks_and_which_laws_may_govern(sam, references):
    text = page_of(sam, f"/cases/{references[0]}")
    assert "house, gdpr, uk_gdpr" in text
    assert "candidate:gdpr" in text
    assert "<strong>right added</strong>" in text


def test_the_list_shows_each_case_with_its_dates(sam, desk, references):
    text = page_of(sam, "/")
    for reference in references:
        assert f'href="/cases/{reference}"' in text
    assert "anne@person.example" in text
    with desk.database.reading() as reading:
        owed = find_case(reading, references[0]).acknowledge
    assert f"{day(owed.on)}</time>, acknowledge" in text
    assert remaining(owed.expires_at, ARRIVED + timedelta(days=1)) in text


def test_a_case_shows_what_was_asked_with_quote_date_and_trace(sam, references):
    text = page_of(sam, f"/cases/{references[0]}")
    assert "Access" in text or "access" in text
    assert "copy of all personal data" in text
    assert "How this date was counted" in text
    assert '<strong><time datetime="2026-12-23">Wed 23 Dec 2026</time></strong>' in text


def test_a_case_shows_mail_in_both_directions_and_its_history(sam, references):
    text = page_of(sam, f"/cases/{references[0]}")
    assert text.index("<strong>In</strong>") < text.index("What we understood")
    assert "case opened" in text
    assert "clock started" in text


def test_a_case_shows_what_the_directory_says_beside_the_role_in_letters(sam, desk, references):
    assert "there is no directory" in page_of(sam, f"/cases/{references[0]}")
    home = WorkspaceRecord(workspace="w1")
    lead = LeadRecord(workspace="w1", address="anne@person.example")
    read_directory(desk.database, ListedSource([home, lead]), terms(), lambda: ARRIVED)
    refresh_roles(desk.database, desk.services.desk, ARRIVED)
    text = page_of(sam, f"/cases/{references[0]}")
    assert "<strong>processor</strong>" in text
    assert "lead of one workspace" in text
    assert "We answer as <strong>processor</strong>" in text
    assert "<dt>Our role in letters</dt><dd>unknown</dd>" in text


def test_letters_out_lead_to_their_cases(sam, references):
    assert f'href="/cases/{references[0]}"' in page_of(sam, "/letters")


@pytest.mark.usefixtures("references")
def test_a_message_set_aside_can_be_read(sam):
    text = page_of(sam, "/held")
    (message,) = re.findall(r'href="(/messages/[^"]+)"', text)
    assert "change the colour of my board" in page_of(sam, message)


def test_words_of_strangers_stay_words(sam, take_in_hostile):
    take_in_hostile()
    pages = [page_of(sam, path) for path in LISTS]
    links = set(re.findall(r'href="(/(?:cases|messages)/[^"]+)"', "".join(pages)))
    everything = "".join([*pages, *(page_of(sam, link) for link in links)])
    assert "alert(1)" in everything
    for ours in ("htmx.min.js", "keys.js"):
        everything = everything.replace(f'<script src="{addresses()[ours]}" defer>', "")
    for live in ("<script", "<img", "<iframe", "onerror=alert(1)>"):
        assert live not in everything
    assert "{{7*7}}" in everything
    assert "&amp;lt;script&amp;gt;" in everything


@pytest.mark.parametrize(
    "path",
    [
        "/cases/PR-2026-999999-ZZ",
        "/cases/..%2f..%2fetc",
        "/messages/00000000-0000-7000-8000-000000000000",
        "/messages/not-an-id",
        "/?after=nonsense",
        "/?after=99999999999999999999-00000000000070008000000000000000",
        "/?after=" + "1" * 200,
        "/nowhere",
        "/cases/%00",
        "/cases/%ff",
    ],
)
def test_what_is_not_there_is_always_the_same_answer(sam, path):
    answer = sam.get(path)
    assert answer.status_code == 404
    assert answer.text == sam.get("/no-such-page").text


def test_long_lists_go_on_where_they_stopped(sam, desk, take_in_many):
    take_in_many(120)
    seen, path = [], "/held"
    while path:
        text = page_of(sam, path)
        seen += re.findall(r'href="/messages/([^"]+)"', text)
        following = re.search(r'href="(\?after=[^"]+)" rel="next"', text)
        path = f"/held{following[1]}" if following else ""
    with desk.database.reading() as reading:
        kept = [str(row.inbound_id) for row in list_messages(reading, outcomes=None, limit=200)]
    assert seen == kept
    assert len(seen) == 120


def test_a_database_that_does_not_answer_is_told_without_details():
    class Broken:
        def queue(self, *_wanted):
            raise Retryable("database: secret path")

    answer = sign_in(desk_app(None, reader=Broken())).get("/")
    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_a_place_in_a_list_survives_the_address_bar():
    place = (datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC), UUID(int=7))
    assert read_place(place_word(place)) == place


def test_pages_speak_in_words():
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert moment(at) == "2 Mar 2026, 09:05 UTC"
    assert day(at.date()) == "Mon 2 Mar 2026"
    assert words("objection:sale_sharing") == "objection, sale sharing"
    assert facts({"scope": None, "due_rule": "MONTH", "reasons": ["a", "b"]}) == (
        "due rule: MONTH; reasons: a, b"
    )


def test_machine_mail_is_shown_grey_and_counted(sam, take_in_many, take_in_absence):
    take_in_many(1)
    take_in_absence()
    text = page_of(sam, "/held")
    assert "In all: 1 held, 1 auto." in text
    assert text.count('<tr class="machine">') == 1


def test_a_case_shows_both_addresses_of_a_change_and_where_it_stands(sam, desk, references):
    with desk.database.transaction() as transaction:
        case = find_case(transaction, references[0])
        change = AddressChange(
            change_id=new_id(),
            case_id=case.case_id,
            item_id=case.items[0].item_id,
            old_key=b"old",
            new_key=b"new",
            old="anne@person.example",
            new="<b>anne@home.example",
            named_by="staff",
            named_at=ARRIVED,
            proved_at=ARRIVED,
            state=ChangeState.PROVED,
        )
        add_change(transaction, change)
    text = page_of(sam, f"/cases/{references[0]}")
    assert "anne@person.example → <strong>&lt;b&gt;anne@home.example</strong>" in text
    assert "new address proved" in text


def test_a_case_shows_its_customers_and_what_they_said(sam, desk, references):
    home = WorkspaceRecord(
        workspace="w1", name="<b>Customer Ltd", privacy_contact="privacy@customer.example"
    )
    lead = LeadRecord(workspace="w1", address="anne@person.example")
    read_directory(desk.database, ListedSource([home, lead]), terms(), lambda: ARRIVED)
    refresh_roles(desk.database, desk.services.desk, ARRIVED)
    sweep_forwards(desk.database, desk.services.desk, ARRIVED)
    path = f"/cases/{references[0]}"
    text = page_of(sam, path)
    assert "Customer 1: &lt;b&gt;Customer Ltd" in text
    assert "owed by" in text
    given = CustomerInstruction(
        reference=references[0], workspace="w1", instruction=Instruction.EXPORT, note="<i>all"
    )
    by = InstructedBy(channel=InstructionChannel.STAFF, name="Olivia")
    take_instruction(desk.database, desk.services.desk, given, by=by, now=ARRIVED)
    text = page_of(sam, path)
    assert "<strong>export</strong>" in text
    assert "by Olivia, staff" in text
    assert "&lt;i&gt;all" in text
    assert "product (engineering), by" in text
