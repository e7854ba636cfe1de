"""The queue, its filters and its search, and who has looked at what."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from casework.queue_keeping import derive_queue
from casework.viewing import record_view
from desk.clean_html import clean_html
from desk.highlighting import Mark, pieces_of
from desk.remaining import remaining, tone
from desk.searches import LIFE, MOST, Found, SearchBook
from desk_values import SAM_ADDRESS, send, sign_in, visitor_with
from html_attacks import ATTACKS
from privacy.audit import AuditKind
from privacy.desk_roles import Role
from storage.audit import events_of, verify_chain
from storage.cases import find_case
from storage.queue import QueueFilter, queued_cases

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def page_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def queue_of(desk, **wanted):
    with desk.database.reading() as reading:
        return queued_cases(reading, QueueFilter(**wanted), limit=100)


def test_filters_stand_in_the_address_and_narrow_the_queue(sam, references):
    both = page_of(sam, "/?show=all")
    only = page_of(sam, "/?show=all&right=access&language=en&lane=&due=")
    assert references[0] in only
    assert both.count("data-row>") > only.count("data-row>") == 1
    assert "No open case fits" in page_of(sam, "/?show=all&language=sv")
    assert "No open case fits" in page_of(sam, "/?show=all&before=2026-01-01")
    assert "Show all again" in only


@pytest.mark.parametrize(
    "path", ["/?show=nobody", "/?acts=sleeps", "/?right=%00", "/?before=soon", "/?due=never"]
)
def test_a_filter_that_is_none_is_an_address_that_is_not_there(sam, path):
    assert sam.get(path).status_code == 404


def test_a_visitor_of_another_region_sees_nothing_of_this_one(app, sam, references):
    far = sign_in(app, Role.VIEWER, regions=frozenset({"elsewhere"}))
    for path in ("/", "/?show=all", "/?show=all&region=default"):
        assert references[0] not in page_of(far, path)
    assert far.get(f"/cases/{references[0]}").status_code == 404
    message = re.search(r'href="(/messages/[^"]+)"', page_of(sam, f"/cases/{references[0]}"))
    assert far.get(message[1]).status_code == 404
    assert far.get(f"{message[1]}/files/0").status_code == 404
    asked = send(far, "/search", q="anne@person.example").headers["location"]
    assert references[0] not in page_of(far, asked)


@pytest.mark.usefixtures("references")
@pytest.mark.parametrize("path", ["/letters", "/held", "/quarantine", "/due"])
def test_a_list_of_this_region_is_closed_to_a_visitor_of_another(app, sam, path):
    far = sign_in(app, Role.VIEWER, regions=frozenset({"elsewhere"}))
    near = sign_in(app, Role.VIEWER, regions=frozenset({"elsewhere", "default"}))
    assert [one.get(path).status_code for one in (far, near, sam)] == [403, 200, 200]


def test_a_case_is_taken_handed_over_and_given_back(sam, references):
    path = f"/cases/{references[0]}"
    taken = send(sam, f"{path}/owner", owner=SAM_ADDRESS, back="/?show=mine")
    assert (taken.status_code, taken.headers["location"]) == (303, "/?show=mine")
    assert references[0] in page_of(sam, "/?show=mine")
    assert references[0] not in page_of(sam, "/?show=unassigned")
    send(sam, f"{path}/owner", owner="Olga@Autocloz.example")
    assert "olga@autocloz.example" in page_of(sam, path)
    assert references[0] not in page_of(sam, "/")
    send(sam, f"{path}/owner", owner="")
    assert "Nobody has this case." in page_of(sam, path)
    assert references[0] in page_of(sam, "/")


@pytest.mark.parametrize("owner", ["no address", "a@b@c d", "x" * 400])
def test_an_owner_is_an_address_or_nothing_is_changed(sam, desk, references, owner):
    answer = send(sam, f"/cases/{references[0]}/owner", owner=owner, back="//mallory.example")
    assert answer.headers["location"] == f"/cases/{references[0]}"
    assert all(one.owner is None for one in queue_of(desk))


@pytest.mark.parametrize(
    "term", ["anne@person.example", "ANNE@Person.Example", "person.example", "@person.example"]
)
def test_a_search_finds_exactly_and_says_nothing_in_its_address(sam, references, term):
    answer = send(sam, "/search", q=term)
    assert answer.status_code == 303
    assert re.fullmatch(r"/search/[\w-]{22}", answer.headers["location"])
    assert references[0] in page_of(sam, answer.headers["location"])


def test_a_search_by_reference_finds_its_case_and_half_an_address_none(sam, references):
    for term, is_found in (
        (references[0].lower(), True),
        ("nne@person.example", False),
        ("zz", False),
    ):
        text = page_of(sam, send(sam, "/search", q=term).headers["location"])
        assert (references[0] in text) is is_found


@pytest.mark.usefixtures("references")
def test_what_one_session_found_is_nobody_elses(app, sam):
    found = send(sam, "/search", q="anne@person.example").headers["location"]
    assert sign_in(app).get(found).status_code == 404


def test_searches_are_forgotten_after_an_hour_and_the_oldest_when_there_are_many():
    book = SearchBook()
    names = [book.keep(Found(session="s", term="t", case_ids=(), at=NOW)) for _ in range(MOST + 1)]
    assert book.find(names[0], "s", NOW) is None
    assert book.find(names[1], "s", NOW) is not None
    assert book.find(names[1], "other", NOW) is None
    assert book.find(names[1], "s", NOW + LIFE + HOUR) is None


def test_the_kept_queue_is_what_its_cases_say(sam, desk, references):
    send(sam, f"/cases/{references[0]}/owner", owner=SAM_ADDRESS)
    kept = queue_of(desk)
    with desk.database.transaction() as transaction:
        ids = [one.case_id for one in kept]
        derive_queue(transaction, ids, terms=desk.services.desk.challenges)
    assert kept == queue_of(desk)
    assert {one.reference for one in kept} == set(references)


def test_a_look_at_a_case_is_in_its_trail_once_an_hour_for_each(sam, desk, app, references):
    for _ in range(3):
        page_of(sam, f"/cases/{references[0]}")
    page_of(sign_in(app, address="olga@autocloz.example"), f"/cases/{references[0]}")
    with desk.database.reading() as reading:
        case = find_case(reading, references[0])
        seen = [
            one for one in events_of(reading, case.case_id) if one.kind is AuditKind.CASE_VIEWED
        ]
        assert verify_chain(reading, case.case_id)
    assert [one.actor.partition(" ")[0] for one in seen] == [SAM_ADDRESS, "olga@autocloz.example"]
    actor = visitor_with(()).actor
    assert record_view(desk.database, case.case_id, actor=actor, now=seen[0].at + 2 * HOUR)


@pytest.mark.parametrize(
    ("left", "words", "loud"),
    [
        (timedelta(days=3, hours=2), "in 3 days", ""),
        (timedelta(hours=22), "tomorrow 10:00", "warn"),
        (timedelta(hours=5), "in 5 hours", "warn"),
        (timedelta(minutes=1, seconds=9), "in 1 minute", "warn"),
        (timedelta(0), "1 minute late", "bad"),
        (-timedelta(days=2, hours=1), "2 days late", "bad"),
        (-timedelta(hours=1), "1 hour late", "bad"),
    ],
)
def test_how_long_there_is_reads_as_people_say_it(left, words, loud):
    assert (remaining(NOW + left, NOW), tone(NOW + left, NOW)) == (words, loud)


def test_marks_may_overlap_and_the_pieces_are_the_text():
    marks = [Mark(start=2, end=6, right="access"), Mark(start=4, end=8, right="erasure")]
    pieces = pieces_of("0123456789", marks)
    assert "".join(piece.text for piece in pieces) == "0123456789"
    assert [(piece.text, piece.rights) for piece in pieces if piece.rights] == [
        ("23", ("access",)),
        ("45", ("access", "erasure")),
        ("67", ("erasure",)),
    ]


@pytest.mark.parametrize("name", ATTACKS)
def test_cleaned_html_has_nothing_that_runs_loads_or_leads_away(name):
    cleaned = clean_html(ATTACKS[name], {"pixel": ("image/png", b"x")}).lower()
    tags = re.findall(r"<[^>]*>", cleaned)
    for live in ("<script", "<a", "<iframe", "<form", "<svg", "<style", "<link", "<meta", "<base"):
        assert not any(re.match(rf"{live}\b", tag) for tag in tags), tags
    assert not any(re.search(r"\son\w+=|src=(?!\"data:image/)|href=|url\(", tag) for tag in tags), (
        tags
    )
