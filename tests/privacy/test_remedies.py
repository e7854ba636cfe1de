"""What can be done against a decision: each law's own ways, and of several ends of time the one that hurts nobody."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from privacy.remedies import Authority, LawRemedies, ways_out

DAY = date(2026, 8, 31)
FIRST = Authority(name="One", url="https://one.example")
SECOND = Authority(name="Two", url="https://two.example")
amounts = st.none() | st.integers(1, 400)
laws = st.builds(
    LawRemedies,
    law=st.just("a law"),
    authority=st.sampled_from([None, FIRST, SECOND]),
    court=st.booleans(),
    appeal_days=amounts,
    grievance_days=amounts,
    recourse_days=amounts,
    recourse_months=st.none() | st.integers(1, 24),
    keep_days=amounts,
    keep_until_recourse=st.booleans(),
    attorney_general=st.sampled_from([None, "https://ag.example"]),
)


def test_a_law_without_any_way_names_none() -> None:
    ways = ways_out([LawRemedies(law="bare")], DAY)
    assert (ways.authorities, ways.court, ways.appeal_by, ways.kept_until) == (
        (),
        False,
        None,
        None,
    )


def test_each_authority_is_named_once_in_the_order_of_the_laws() -> None:
    found = ways_out(
        [
            LawRemedies(law="a", authority=FIRST, court=True),
            LawRemedies(law="b", authority=SECOND),
            LawRemedies(law="c", authority=FIRST),
        ],
        DAY,
    )
    assert found.authorities == (FIRST, SECOND)
    assert found.court


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    law = LawRemedies(law="a", recourse_months=6, keep_until_recourse=True)
    ways = ways_out([law], DAY)
    assert ways.recourse_until == ways.kept_until == date(2027, 2, 28)


def test_the_time_of_the_person_ends_with_the_first_law_and_our_duties_with_the_last() -> None:
    ways = ways_out(
        [
            LawRemedies(law="a", recourse_days=30, keep_days=30, appeal_days=60, grievance_days=90),
            LawRemedies(law="b", recourse_days=10, keep_days=90, appeal_days=45, grievance_days=30),
        ],
        DAY,
    )
    assert ways.recourse_until == DAY + timedelta(days=10)
    assert ways.kept_until == DAY + timedelta(days=90)
    assert ways.appeal_by == DAY + timedelta(days=60)
    assert ways.grievance_by == DAY + timedelta(days=30)


@given(st.lists(laws, max_size=5), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_no_day_lies_before_the_decision_and_one_more_law_takes_no_way_away(
    given_laws, day
) -> None:
    ways = ways_out(given_laws, day)
    named = (ways.appeal_by, ways.grievance_by, ways.recourse_until, ways.kept_until)
    assert all(one is None or one > day for one in named)
    fewer = ways_out(given_laws[1:], day)
    assert set(fewer.authorities) <= set(ways.authorities)
    assert set(fewer.attorneys_general) <= set(ways.attorneys_general)
