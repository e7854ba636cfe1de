"""What a person says of a report is one of two things, and the day of it is not to come."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import Permanent
from privacy.incidents import ReportOutcome, outcome_told

TODAY = date(2027, 3, 1)
REPORTED, NOT_NEEDED = ReportOutcome


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("reported to the Data Protection Commission on 2027-03-01", REPORTED),
        ("Reported to CERT-In on 2027-02-28 ", REPORTED),
        ("reported to the team on duty on 2027-02-28", REPORTED),
        ("no report needed because the list was of made-up people", NOT_NEEDED),
        (" No report needed because on reading it there was no leak", NOT_NEEDED),
    ],
)
def test_a_report_was_made_or_is_not_needed(words, outcome) -> None:
    assert outcome_told(words, TODAY) is outcome


@pytest.mark.parametrize(
    "words",
    [
        *("", "done", "reported", "reported to on 2027-02-28", "reported to  on 2027-02-28"),
        *("reported to the authority", "reported to the authority on Monday"),
        *("no report needed", "no report needed because ", "reported to X on 2027-02-30"),
    ],
)
def test_what_says_neither_is_refused_with_how_to_say_it(words) -> None:
    with pytest.raises(Permanent, match="say 'reported to AUTHORITY on 2027-01-31' or 'no report"):
        outcome_told(words, TODAY)


def test_a_report_that_is_to_come_is_none() -> None:
    with pytest.raises(Permanent, match="is to come"):
        outcome_told("reported to CERT-In on 2027-03-02", TODAY)


@given(words=st.text())
def test_nothing_else_comes_of_any_words(words) -> None:
    try:
        assert outcome_told(words, TODAY) in ReportOutcome
    except Permanent:
        assert not words.strip().lower().startswith("no report needed because x")
