"""Whose data it is: never a guess, and always with its reasons."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.directory import STALE, DirectoryState, HeldStanding, Known, Standing
from privacy.rights import Right, Scope
from privacy.roles import ITEM_ROLES, FoundRole, find_role, item_role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
READ = DirectoryState(generation=3, read_at=NOON, tried_at=NOON)
W1, W2 = UUID(int=1), UUID(int=2)


def held(standing=Standing.MEMBER, **changes):
    return HeldStanding(**({"standing": standing, "workspace_id": W1} | changes))


def found(known, state=READ, now=NOON):
    return find_role(known, state, now=now, stale_after=WEEK)


@pytest.mark.parametrize(
    ("standings", "lead_of", "role", "reasons"),
    [
        ([held(Standing.OWNER)], 0, "controller", ("owner-of-workspace",)),
        ([held()], 0, "controller", ("member-of-workspace",)),
        ([held(Standing.CONTACT, workspace_id=None)], 0, "controller", ("marketing-contact",)),
        ([held(), held(workspace_id=W2)], 0, "controller", ("member-of-workspace",)),
        ([], 1, "processor", ("lead-of-one-workspace",)),
        ([], 7, "processor", ("lead-of-7-workspaces",)),
        ([held()], 2, "both", ("member-of-workspace", "lead-of-2-workspaces")),
        ([], 0, "unknown", ("not-in-directory",)),
        # Data of somebody who left is still ours to answer for, until it is gone.
        ([held(left_at=NOON)], 0, "controller", ("former-member-of-workspace",)),
        (
            [held(address_left_at=NOON)],
            0,
            "controller",
            ("member-of-workspace-by-former-address",),
        ),
    ],
)
def test_the_role_follows_from_what_is_listed(standings, lead_of, role, reasons):
    finding = found(Known(standings=tuple(standings), lead_of=lead_of))
    assert (finding.role, finding.reasons, finding.waits) == (role, reasons, False)


def test_without_a_believable_address_nobody_is_looked_for():
    assert found(None).reasons == ("no-believable-address",)


def test_a_directory_that_cannot_be_relied_on_says_nothing_not_even_of_those_it_lists():
    finding = found(Known(standings=(held(),)), now=NOON + 2 * WEEK)
    assert (finding.role, finding.reasons, finding.waits) == (FoundRole.UNKNOWN, (STALE,), True)


BOTH, OURS, THEIRS = FoundRole.BOTH, FoundRole.CONTROLLER, FoundRole.PROCESSOR
UNKNOWN = FoundRole.UNKNOWN


@pytest.mark.parametrize(
    ("case", "right", "scope", "role"),
    [
        (OURS, Right.ACCESS, None, OURS),
        (THEIRS, Right.ERASURE, None, THEIRS),
        (BOTH, Right.ACCESS, None, BOTH),
        (UNKNOWN, Right.ACCESS, None, UNKNOWN),
        (UNKNOWN, Right.OBJECTION, Scope.MARKETING, OURS),
        (OURS, Right.OBJECTION, Scope.MARKETING, OURS),
        (THEIRS, Right.OBJECTION, Scope.MARKETING, BOTH),
        (BOTH, Right.OBJECTION, Scope.MARKETING, BOTH),
        (BOTH, Right.OBJECTION, Scope.ANALYTICS, OURS),
        (THEIRS, Right.OBJECTION, Scope.ANALYTICS, THEIRS),
        (BOTH, Right.OBJECTION, None, BOTH),
    ],
)
def test_each_right_has_its_own_role(case, right, scope, role):
    assert item_role(case, right, scope).role is role


@given(st.sampled_from(FoundRole), st.sampled_from(Right), st.sampled_from([None, *Scope]))
def test_an_unknown_role_never_becomes_a_customers(case, right, scope):
    decided = item_role(case, right, scope)
    assert decided.reason in {row[0] for row in ITEM_ROLES}
    if case is UNKNOWN:
        assert decided.role in {UNKNOWN, OURS}


def test_a_table_without_an_answer_is_a_mistake_of_ours(monkeypatch):
    monkeypatch.setattr("privacy.roles.ITEM_ROLES", ())
    with pytest.raises(AssertionError):
        item_role(OURS, Right.ACCESS, None)
