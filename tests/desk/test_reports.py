"""Figures on a page and for a spreadsheet: right, bounded, and none of them about one person."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.figures import HIDDEN, figures_of, shown_total, span_until
from desk.spreadsheets import csv_text
from desk_values import desk_app, sign_in
from privacy.desk_roles import Role
from storage.report_counts import MonthCount

from .conftest import mail, take_in


def cells(text):
    return {(row[0], row[1], row[2]): row[3] for row in csv.reader(io.StringIO(text))}


@pytest.fixture
def asked(desk):
    """Six people ask for their data, one for erasure."""
    words = ["Please send me a copy of all personal data you hold about me."] * 6
    words.append("Please delete all personal data that you hold about me.")
    take_in(
        desk,
        *(mail(f"P <p{n}@host{n}.example>", "My data", text, n) for n, text in enumerate(words)),
    )


@pytest.fixture
def december(desk):
    return desk_app(desk.services, lambda: datetime(2026, 12, 2, tzinfo=UTC))


@pytest.mark.usefixtures("asked")
def test_an_administrator_sees_every_count_in_its_month(december) -> None:
    found = cells(sign_in(december, Role.ADMINISTRATOR).get("/reports.csv?months=3").text)
    assert found["right", "2026-11", "access"] == "6"
    assert found["right", "2026-11", "erasure"] == "1"
    assert found["right", "2026-12", "access"] == "0"
    assert found["language", "2026-11", "en"] == "7"


@pytest.mark.usefixtures("asked")
def test_a_count_under_five_is_hidden_from_whoever_may_not_see_the_settings(december) -> None:
    viewer = sign_in(december, Role.VIEWER)
    found = cells(viewer.get("/reports.csv").text)
    assert found["right", "2026-11", "access"] == "6"
    assert found["right", "2026-11", "erasure"] == HIDDEN
    page = viewer.get("/reports").text
    assert HIDDEN in page
    assert "2026-11: 5;" in page  # of seven


@pytest.mark.usefixtures("asked")
def test_a_chart_has_a_title_a_description_and_a_table_beside_it(december) -> None:
    page = sign_in(december).get("/reports").text
    assert '<svg class="bars" viewBox="0 0 640 180" role="img" aria-labelledby=' in page
    assert '<title id="rights-title">' in page
    assert "style=" not in page.partition("<body>")[2]


@pytest.mark.usefixtures("asked")
def test_whoever_sees_another_region_alone_counts_nothing(december) -> None:
    far = sign_in(december, Role.ADMINISTRATOR, regions=frozenset({"elsewhere"}))
    assert "Nothing was asked for." in far.get("/reports").text


@pytest.mark.parametrize("months", ["1", "999", "x", ""])
def test_a_span_that_is_not_offered_is_not_there(sam, months) -> None:
    assert sam.get(f"/reports?months={months}").status_code == 404


@given(
    st.lists(st.text(max_size=8), min_size=1, max_size=4),
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", ""]),
)
def test_no_cell_becomes_a_formula(words, sign) -> None:
    rows = list(csv.reader(io.StringIO(csv_text([[sign + one for one in words]]), newline="")))
    assert all(cell[:1] not in set("=+-@\t\r") for row in rows for cell in row)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_a_sum_beside_a_hidden_count_does_not_give_it_away(parts) -> None:
    hidden = [part for part in parts if 0 < part < 5]
    total = shown_total(parts, in_full=False)
    assert total == sum(parts) if not hidden else total == HIDDEN or int(total) % 5 == 0


def test_months_begin_at_their_first_instant_and_the_present_one_is_the_last() -> None:
    span = span_until(datetime(2026, 1, 31, 23, tzinfo=UTC), 3)
    assert [f"{edge:%Y-%m-%d}" for edge in span.edges] == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]
    assert span.until - span.since > timedelta(days=90)


def test_the_name_with_most_counts_comes_first() -> None:
    counts = [MonthCount(month=0, name="a", number=1), MonthCount(month=1, name="b", number=9)]
    assert [row[0] for row in figures_of(counts, 2, in_full=True).rows] == ["b", "a"]
