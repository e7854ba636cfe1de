"""What stays after an erasure: only what a law of the table keeps, with its end."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.retention import CountsFrom, KeptLine, KeptRule, Record, kept_lines

ERASED_ON = date(2026, 11, 23)


def rule(code: str, **changes: Any) -> KeptRule:
    values: dict[str, Any] = {
        "code": code,
        "country": "IE",
        "category": f"{code} of ours",
        "law": "a law",
        "purpose": "a purpose",
        "access": "our accountants",
        "source": "a gazette",
        "mark": "M",
        "years": 6,
    }
    return KeptRule(**(values | changes))


ACCOUNTS = rule("accounts")
LOGS = rule("logs", years=1, counts_from=CountsFrom.ERASED_ON)
SUPPRESSION = rule(
    "suppression", country="*", years=None, criterion="as long as needed", always=True
)
TABLE = (ACCOUNTS, LOGS, rule("books", country="DE", years=10), SUPPRESSION)


def until(records: list[Record], country: str = "IE", erased_on: date = ERASED_ON) -> list[str]:
    return [line.until for line in kept_lines(TABLE, country, records, erased_on=erased_on)]


def test_what_always_stays_is_said_without_anybody_naming_it() -> None:
    (line,) = kept_lines(TABLE, "IE", [], erased_on=ERASED_ON)
    assert line == KeptLine(
        category="suppression of ours",
        law="a law",
        purpose="a purpose",
        access="our accountants",
        until="as long as needed",
    )


def test_years_count_from_the_end_of_the_year_of_the_last_record() -> None:
    assert until([Record(code="accounts", last_on=date(2025, 3, 1))])[0] == "2031-12-31"


def test_years_count_from_the_erasure_where_the_law_says_so() -> None:
    assert until([Record(code="logs", last_on=date(2020, 1, 1))])[0] == "2027-11-23"


def test_a_year_later_than_29_february_ends_on_the_28th() -> None:
    leap = date(2028, 2, 29)
    assert until([Record(code="logs", last_on=leap)], erased_on=leap)[0] == "2029-02-28"


def test_a_line_has_a_last_day_or_a_criterion() -> None:
    (accounts, suppression) = kept_lines(
        TABLE, "IE", [Record(code="accounts", last_on=date(2025, 3, 1))], erased_on=ERASED_ON
    )
    assert (accounts.ends_on, suppression.ends_on) == (date(2031, 12, 31), None)


def test_what_always_stays_for_years_counts_from_the_erasure() -> None:
    case_file = rule("case_file", always=True, years=3)
    (line,) = kept_lines([case_file], "IE", [], erased_on=ERASED_ON)
    assert line.until == "2029-12-31"


def test_nothing_is_kept_without_a_law_of_the_country() -> None:
    with pytest.raises(ValueError, match="no rule of IE keeps books, diaries"):
        until([Record(code=code, last_on=ERASED_ON) for code in ("diaries", "books")])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"years": None}, "either years or a criterion"),
        ({"criterion": "for ever"}, "either years or a criterion"),
        ({"law": " "}, "law is missing"),
        ({"purpose": ""}, "purpose is missing"),
        ({"access": ""}, "access is missing"),
    ],
)
def test_a_row_says_law_purpose_and_end(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rule("accounts", **changes)


@given(last_on=st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_an_end_is_never_before_the_record(last_on: date) -> None:
    assert date.fromisoformat(until([Record(code="accounts", last_on=last_on)])[0]) > last_on
