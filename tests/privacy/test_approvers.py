"""How many people approve a letter: the most that any row asks for, and never fewer than one."""

from typing import Any

import pytest

from privacy.approvers import ApprovalRule, ApproverTable, approvals_needed
from privacy.rights import Lane, Right
from privacy.work import Decision

ROWS: dict[str, Any] = {
    "letters": {"refusal": 2, "clarification": 1},
    "grants": {Right.ACCESS: 2, Right.RECTIFICATION: 1},
    "lanes": {Lane.CHILDREN: 2},
}
TABLE = ApproverTable(**ROWS)


@pytest.mark.parametrize(
    ("letter", "lane", "decisions", "needed"),
    [
        ("refusal", Lane.RIGHTS, [(Right.ACCESS, Decision.REFUSED)], 2),
        ("completion", Lane.RIGHTS, [(Right.ACCESS, Decision.GRANTED)], 2),
        ("completion", Lane.RIGHTS, [(Right.ACCESS, Decision.NOT_PROVED)], 1),
        ("completion", Lane.RIGHTS, [(Right.RECTIFICATION, Decision.GRANTED)], 1),
        ("completion", Lane.CHILDREN, [(Right.RECTIFICATION, Decision.PARTLY)], 2),
        ("clarification", Lane.RIGHTS, [], 1),
        ("of no row", Lane.RIGHTS, [], 1),
    ],
)
def test_the_most_that_any_row_asks_for_counts(
    letter: str, lane: Lane, decisions: list[tuple[Right, Decision]], needed: int
) -> None:
    assert approvals_needed(TABLE, letter, lane, decisions) == ApprovalRule(needed=needed)


def test_a_row_that_is_switched_off_needs_one_who_may_be_the_author() -> None:
    alone = ApproverTable(**ROWS, single=frozenset({"access", "refusal"}))
    granted = [(Right.ACCESS, Decision.GRANTED)]
    assert approvals_needed(alone, "completion", Lane.RIGHTS, granted) == ApprovalRule(
        needed=1, author_counts=True
    )


def test_another_row_that_is_not_switched_off_still_counts() -> None:
    alone = ApproverTable(**ROWS, single=frozenset({"access"}))
    granted = [(Right.ACCESS, Decision.GRANTED)]
    assert approvals_needed(alone, "completion", Lane.CHILDREN, granted) == ApprovalRule(needed=2)


def test_the_author_of_a_letter_of_no_row_never_counts() -> None:
    alone = ApproverTable(**ROWS, single=frozenset({"access"}))
    assert not approvals_needed(alone, "of no row", Lane.RIGHTS).author_counts


@pytest.mark.parametrize("count", [0, 3])
def test_a_letter_is_approved_by_one_or_two(count: int) -> None:
    with pytest.raises(ValueError, match="one person or by 2"):
        ApproverTable(**(ROWS | {"letters": {"refusal": count}}))


def test_a_row_that_is_not_there_cannot_be_switched_off() -> None:
    with pytest.raises(ValueError, match="no row postcards"):
        ApproverTable(**ROWS, single=frozenset({"postcards"}))
