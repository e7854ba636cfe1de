"""Lines of the directory: a record, or the one thing that is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.directory_lines import COLUMNS, ListedWords, WrongLine, is_address, read_record

WORDS = ListedWords(
    plans=frozenset({"pro", "business"}), regions=frozenset({"ap-south-1", "eu-west-1"})
)


def record(**fields):
    return read_record(fields, WORDS)


def test_a_workspace_is_read():
    made = record(
        record="Workspace",
        workspace=" w1 ",
        name="Customer Ltd",
        plan="Pro",
        region="eu-west-1",
        locale="en-GB",
        cancelled_since="2026-11-01",
        privacy_contact="privacy@customer.example",
        billing_contact="accounts@customer.example",
    )
    assert made == WorkspaceRecord(
        workspace="w1",
        name="Customer Ltd",
        plan="pro",
        region="eu-west-1",
        locale="en-GB",
        cancelled_since=date(2026, 11, 1),
        privacy_contact="privacy@customer.example",
        billing_contact="accounts@customer.example",
    )


def test_people_are_read_and_without_an_id_the_address_stands_for_the_person():
    owner = record(record="owner", workspace="w1", person="p1", address="Olivia@customer.example")
    assert owner == PersonRecord(
        standing=Standing.OWNER, workspace="w1", person="p1", address="Olivia@customer.example"
    )
    contact = record(record="contact", workspace="ignored", address="Anne@person.example")
    assert isinstance(contact, PersonRecord)
    assert (contact.workspace, contact.person) == (None, "anne@person.example")


def test_a_lead_is_its_workspace_and_its_address_and_nothing_else():
    made = record(record="lead", workspace="w1", address="anne@person.example", name="Anne")
    assert made == LeadRecord(workspace="w1", address="anne@person.example")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "record: is none of workspace, owner, member, contact, lead"),
        ({"record": "visitor"}, "record: is none of"),
        ({"record": "workspace"}, "workspace: is missing"),
        ({"record": "workspace", "workspace": "w" * 201}, "workspace: is longer than 200"),
        (
            {"record": "workspace", "workspace": "w1", "plan": "gold"},
            "plan: is none of business, pro",
        ),
        ({"record": "workspace", "workspace": "w1", "region": "moon"}, r"\(directory.regions\)"),
        ({"record": "workspace", "workspace": "w1", "locale": "Klingon"}, "locale: is no language"),
        ({"record": "workspace", "workspace": "w1", "name": "a\x1bb"}, "name: holds a control"),
        (
            {"record": "workspace", "workspace": "w1", "cancelled_since": "1.11.2026"},
            "cancelled_since: is no day",
        ),
        (
            {"record": "workspace", "workspace": "w1", "privacy_contact": "ask Olivia"},
            "privacy_contact: is not an address",
        ),
        (
            {"record": "workspace", "workspace": "w1", "billing_contact": "ask Otto"},
            "billing_contact: is not an address",
        ),
        ({"record": "owner", "address": "olivia@customer.example"}, "workspace: is missing"),
        ({"record": "member", "workspace": "w1"}, "address: is missing"),
        ({"record": "lead", "workspace": "w1", "address": "anne"}, "address: is not an address"),
    ],
)
def test_a_bad_line_has_one_reason_that_names_the_field(fields, wrong):
    with pytest.raises(WrongLine, match=wrong):
        record(**fields)


@pytest.mark.parametrize(
    "text",
    ["anne@person.example", "a+b@x.y.example", "anné@exämple.example", "o'hara@person.example"],
)
def test_addresses_are_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "anne", "@person.example", "anne@", "anne@localhost", "anne@.example"),
        *("anne@person..example", "anne@-person.example", "anne@person-.example"),
        *("anne@person.example ", "an ne@person.example", "anne@@person.example"),
        *("<anne@person.example>", "a@b.example,c@d.example", '"a"@person.example'),
        *("anne@person.example\n", f"{'a' * 65}@person.example", f"a@{'b.' * 126}example"),
    ],
)
def test_other_text_is_not(text):
    assert not is_address(text)


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)))
def test_any_line_is_a_record_or_has_a_reason_without_its_content(fields):
    try:
        read_record(fields, WORDS)
    except WrongLine as wrong:
        name, _, says = str(wrong).partition(": ")
        assert name in COLUMNS
        assert says
