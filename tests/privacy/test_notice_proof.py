"""The lines of a proof: one for each Owner, the same bytes again, and safe to open in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.notice_gate import Standing, Told
from privacy.notice_proof import (
    CSV_COLUMNS,
    ProofAttempt,
    ProofBanner,
    ProofOwner,
    Role,
    csv_line,
    csv_values,
    json_line,
    manifest_of,
    paper_row,
    summary_of,
    summary_rows,
)
from privacy.notices import AttemptOutcome, OwnerState

AT = datetime(2027, 1, 15, 9, tzinfo=UTC)


def proved(**more):
    attempt = ProofAttempt(
        number=1,
        at=AT,
        ended_at=AT,
        outcome=AttemptOutcome.ACCEPTED,
        address="o@a.example",
        answer="250 ok",
    )
    made = {
        "owner": UUID(int=7),
        "role": Role.OWNER,
        "person": "p1",
        "workspaces": ("w1", "w2"),
        "state": OwnerState.ACCEPTED,
        "language": "en",
        "version_hash": "ab",
        "told_at": AT,
        "told": Told(on=date(2027, 1, 15), effective_on=date(2027, 3, 1)),
        "through": None,
        "decided_by": None,
        "attempts": (attempt,),
    }
    return ProofOwner(**(made | more))


def test_a_line_says_how_many_full_days_lie_before_the_effective_day():
    form = json.loads(json_line(proved().form()))
    assert (form["told_at"], form["told_on"]) == ("2027-01-15T09:00:00Z", "2027-01-15")
    assert (form["days_before"], form["in_time"], form["holds"]) == (44, True, False)
    assert form["attempts"][0]["outcome"] == "accepted"


def test_whoever_is_owed_nothing_holds_nothing_and_is_not_counted_as_told():
    nobody = Told(on=None, effective_on=date(2027, 3, 1))
    form = proved(state=OwnerState.LEFT, told=nobody, told_at=None, through=UUID(int=9)).form()
    assert (form["in_time"], form["holds"], form["told_on"]) == (False, False, None)
    assert form["through"] == str(UUID(int=9))
    assert proved(state=OwnerState.UNREACHED, told=nobody, told_at=None).form()["holds"] is True


def test_a_row_has_a_cell_for_each_column():
    row = next(csv.reader(io.StringIO(csv_line(csv_values(proved().form())).decode())))
    cells = dict(zip(CSV_COLUMNS, row, strict=True))
    assert (cells["workspaces"], cells["attempts"], cells["last_answer"]) == (
        "w1 w2",
        "1",
        "250 ok",
    )
    nothing = dict(proved(attempts=()).form()) | {"workspaces": "w1", "attempts": None}
    last = dict(zip(CSV_COLUMNS, csv_values(nothing), strict=True))
    assert (last["last_answer"], last["shown_at"]) == ("", None)


def test_nothing_is_owed_to_a_billing_contact():
    form = proved(role=Role.BILLING_CONTACT, state=OwnerState.UNREACHED).form()
    assert (form["role"], form["in_time"], form["holds"]) == ("billing_contact", False, False)


def test_who_was_told_in_the_product_has_what_it_said_in_the_line():
    banner = ProofBanner(
        system="product", ordered_at=AT, state="done", shown_at=AT, reason=None, evidence="seen"
    )
    form = proved(state=OwnerState.SHOWN, banner=banner).form()
    assert (form["channel"], form["banner"]["evidence"]) == ("banner", "seen")
    cells = dict(zip(CSV_COLUMNS, csv_values(form), strict=True))
    assert (cells["shown_at"], cells["shown_evidence"]) == ("2027-01-15T09:00:00Z", "seen")


def test_on_paper_a_line_says_who_holds_and_what_was_answered_last():
    assert paper_row(proved().form())[1:] == [
        "owner", "p1", "w1 w2", "en", "accepted", "mail", "2027-01-15", "44", "yes", "250 ok",
    ]  # fmt: skip
    nobody = Told(on=None, effective_on=date(2027, 3, 1))
    held = paper_row(proved(state=OwnerState.UNREACHED, told=nobody, told_at=None).form())
    assert (held[-2], held[7]) == ("HOLDS", "")
    contact = paper_row(proved(role=Role.BILLING_CONTACT, attempts=()).form())
    assert (contact[1], contact[-2], contact[-1]) == ("billing", "-", "")


@pytest.mark.parametrize("cell", ["=1+1", "+a", "-a", "@a", "\ta"])
def test_no_cell_commands_a_spreadsheet(cell):
    assert csv_line([cell]).startswith((b"'", b"\"'"))


def test_a_number_below_zero_stays_a_number():
    assert csv_line([-3, None]) == b"-3,\r\n"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXT, max_size=5))
def test_a_row_is_read_back_as_it_was_but_for_the_mark(cells):
    line = csv_line(["x", *cells]).decode()
    row = next(csv.reader(io.StringIO(line, newline="")))
    assert [one.removeprefix("'") for one in row[1:]] == [one.removeprefix("'") for one in cells]


def test_the_list_that_is_signed_is_in_the_order_of_the_names():
    assert manifest_of([("b", "22"), ("a", "11")]) == b"11  a\n22  b\n"


def test_the_summary_says_what_a_lawyer_asks_for():
    facts = dict.fromkeys(
        ("version", "replaces", "version_hash", "digest", "approved_by", "author", "effective_on", "zone",
         "announced_on", "started_at", "ended_at", "contacts", "complained"), "X"
    )  # fmt: skip
    page = summary_of(summary_rows(facts, Standing(in_time=5, late=1), 2, {"accepted": 6}), facts)
    assert "with 30 full days or more:   5" in page
    assert "Publication:                   held" in page
    assert "accepted 6" in page
    assert ("Publication", "free") in summary_rows(facts, Standing(), 0, {})
