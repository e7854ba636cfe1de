"""Who is behind an address, for staff: on the trail before it is seen, and never in an address bar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.directory_reading import DIRECTORY_CHAIN, read_directory
from desk_values import desk_app, send, sign_in
from directory_values import ListedSource, terms
from privacy.audit import AuditKind
from privacy.directory import PersonRecord, Standing, WorkspaceRecord
from storage.audit import events_of

from .conftest import ARRIVED

OLIVIA = "olivia@customer.example"


@pytest.fixture
def listed(desk):
    shops = [WorkspaceRecord(workspace=f"w{n}", name=f"Shop {n}", region="eu") for n in range(52)]
    far = WorkspaceRecord(workspace="w-far", name="Far shop", region="in")
    owner = {"standing": Standing.OWNER, "person": "p1", "address": OLIVIA, "name": "Olivia"}
    people = [PersonRecord(workspace=one, **owner) for one in ("w1", "w-far")]
    read_directory(
        desk.database, ListedSource([*shops, far, *people]), terms(complete=True), lambda: ARRIVED
    )


def page_at(desk, days):
    return sign_in(desk_app(desk.services, lambda: ARRIVED + timedelta(days=days)))


@pytest.mark.usefixtures("listed")
def test_who_is_behind_an_address_is_shown_and_that_somebody_looked_is_on_the_trail(
    desk, sam
) -> None:
    answer = send(sam, "/directory/show", address=OLIVIA)
    assert "@" not in answer.headers["location"]
    text = sam.get(answer.headers["location"]).text
    assert "Olivia" in text
    assert "Shop 1" in text
    with desk.database.reading() as reading:
        event = events_of(reading, DIRECTORY_CHAIN)[-1]
    assert event.kind is AuditKind.DIRECTORY_SHOWN
    assert OLIVIA not in str(event.payload)


@pytest.mark.usefixtures("listed")
def test_a_workspace_of_another_region_is_not_shown_to_whoever_may_not_see_it(app) -> None:
    sam = sign_in(app, regions=frozenset({"eu"}))
    text = sam.get(send(sam, "/directory/show", address=OLIVIA).headers["location"]).text
    assert "Shop 1" in text
    assert "Far shop" not in text
    assert "a workspace of a region that you do not see" in text


@pytest.mark.usefixtures("listed")
def test_workspaces_are_listed_page_by_page_of_the_regions_that_one_may_see(app) -> None:
    sam = sign_in(app, regions=frozenset({"eu"}))
    first = sam.get("/directory").text
    following = first.partition('href="?after=')[2].partition('"')[0]
    second = sam.get(f"/directory?after={following}").text
    assert first.count("Shop ") == 50
    assert second.count("Shop ") == 2
    assert "Far shop" not in first + second


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(("days", "warns"), [(1, False), (30, True)])
def test_a_directory_that_was_not_read_for_long_is_marked(desk, days, warns) -> None:
    assert ("Out of date." in page_at(desk, days).get("/directory").text) is warns


def test_a_directory_that_was_never_read_says_so(sam) -> None:
    assert "Never read." in sam.get("/directory").text


@pytest.mark.usefixtures("listed")
def test_an_address_that_nobody_lists_is_told_so(sam) -> None:
    place = send(sam, "/directory/show", address="anne@person.example").headers["location"]
    assert "does not list this address" in sam.get(place).text
