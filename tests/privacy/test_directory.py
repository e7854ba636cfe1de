"""Who is who, and how long it may be relied on."""

from datetime import UTC, datetime, timedelta

import pytest

from privacy.directory import (
    NEVER_READ,
    STALE,
    DirectoryState,
    HeldStanding,
    Known,
    LeadRecord,
    PersonRecord,
    Standing,
    WorkspaceRecord,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


def test_a_directory_that_was_never_read_knows_nobody():
    assert DirectoryState().missing(NOON, WEEK) == NEVER_READ
    assert DirectoryState(tried_at=NOON, trouble="out of reach").missing(NOON, WEEK) == NEVER_READ


def test_what_was_read_is_relied_on_while_the_source_is_out_of_reach_until_it_is_too_old():
    state = DirectoryState(generation=1, read_at=NOON, tried_at=NOON, trouble="out of reach")
    assert state.missing(NOON + WEEK, WEEK) is None
    assert state.missing(NOON + WEEK + HOUR, WEEK) == STALE


def test_a_source_is_read_at_once_then_every_so_often_and_sooner_after_trouble():
    assert DirectoryState().next_at(HOUR) is None
    read = DirectoryState(generation=1, read_at=NOON, tried_at=NOON)
    assert read.next_at(HOUR) == NOON + HOUR
    failed = DirectoryState(tried_at=NOON, trouble="out of reach")
    assert failed.next_at(HOUR) == NOON + timedelta(minutes=5)
    assert failed.next_at(timedelta(minutes=1)) == NOON + timedelta(minutes=1)


def test_a_standing_holds_while_neither_it_nor_the_address_was_left():
    held = HeldStanding(standing=Standing.OWNER, workspace_id=None)
    left = HeldStanding(standing=Standing.OWNER, workspace_id=None, left_at=NOON)
    moved = HeldStanding(standing=Standing.OWNER, workspace_id=None, address_left_at=NOON)
    assert (held.holds, left.holds, moved.holds) == (True, False, False)


def test_no_repr_shows_a_person():
    person = PersonRecord(
        standing=Standing.OWNER,
        workspace="w1",
        person="p1",
        address="olivia@customer.example",
        name="Olivia",
    )
    lead = LeadRecord(workspace="w1", address="anne@person.example")
    workspace = WorkspaceRecord(workspace="w1", name="Olivia's shop")
    shown = f"{person}{lead}{workspace}"
    assert not any(word in shown for word in ("olivia", "Olivia", "anne", "p1"))


@pytest.mark.parametrize("name", ["read_at", "tried_at"])
def test_instants_have_a_zone(name):
    with pytest.raises(ValueError, match=name):
        DirectoryState(**{name: NOON.replace(tzinfo=None)})
    with pytest.raises(ValueError, match="left_at"):
        HeldStanding(standing=Standing.OWNER, workspace_id=None, left_at=NOON.replace(tzinfo=None))


def test_the_regions_of_a_person_are_those_of_all_their_workspaces():
    held = [
        HeldStanding(standing=Standing.MEMBER, workspace_id=None, region=one) for one in ("x", "")
    ]
    known = Known(standings=tuple(held), lead_of=2, lead_regions=("x", "y"))
    assert known.regions == ("x", "y")
    assert Known().regions == ()
