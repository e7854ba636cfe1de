"""A reading of the directory: good lines are taken, bad ones told, and nobody leaves by mistake."""

import pytest

from casework.directory_reading import (
    DIRECTORY_CHAIN,
    NO_SUCH_WORKSPACE,
    read_directory,
)
from casework.directory_showing import show_address
from casework.suppressing import suppress_by_hand
from casework_values import BOTH_ENGINES, DAY, NOON, SAM, TestDesk
from directory_values import ListedSource, terms
from privacy.audit import AuditKind
from privacy.directory import (
    LeadRecord,
    PersonRecord,
    Standing,
    WorkspaceRecord,
)
from privacy.errors import Permanent, Retryable
from privacy.suppression import SuppressionList, SuppressionReason
from storage.directory import directory_state

SHOP = WorkspaceRecord(workspace="w1", name="Shop")
OLIVIA, ANNE = "olivia@customer.example", "anne@person.example"


def person(address=OLIVIA, standing=Standing.OWNER, workspace="w1"):
    return PersonRecord(
        standing=standing, workspace=workspace, person=address, address=address, name="Olivia"
    )


def lead(address=ANNE, workspace="w1"):
    return LeadRecord(workspace=workspace, address=address)


class Library:
    """Reads sources into the directory of one desk, and remembers which lines were bad."""

    def __init__(self, desk: TestDesk) -> None:
        self.desk = desk
        self.told: list[tuple[int, str]] = []
        self.shown: list[int] = []

    def read(self, *lists, complete=False, source=None):
        told = terms(
            complete=complete,
            report=lambda line: self.told.append((line.place, line.wrong)),
            progress=self.shown.append,
        )
        found = source or ListedSource(list(lists))
        return read_directory(self.desk.database, found, told, self.desk.clock)

    def state(self):
        with self.desk.database.reading() as reading:
            return directory_state(reading)

    def show(self, address):
        return show_address(self.desk.database, address, actor=SAM, now=NOON)

    def standings(self, address):
        people = self.show(address).people
        return [(one.held.standing, one.held.left_at) for who in people for one in who.standings]


@pytest.fixture
def library(desk):
    return Library(desk)


@BOTH_ENGINES
def test_what_a_source_lists_is_known_afterwards(library):
    taken = library.read(SHOP, person(), lead(), person(ANNE, Standing.CONTACT, None))
    assert (taken.workspaces, taken.people, taken.leads, taken.wrong) == (1, 2, 1, 0)
    assert library.standings(OLIVIA) == [(Standing.OWNER, None)]
    shown = library.show(ANNE)
    assert [one.workspace for one in shown.lead_of] == ["w1"]
    assert library.state().read_at == NOON
    assert library.shown == [4]


def test_a_reading_and_every_look_are_on_the_trail_without_an_address(library):
    library.read(SHOP, person())
    library.show(OLIVIA)
    events = library.desk.events(DIRECTORY_CHAIN)
    assert [one.kind for one in events] == [AuditKind.DIRECTORY_READ, AuditKind.DIRECTORY_SHOWN]
    assert (events[0].actor, events[1].actor) == ("test", str(SAM))
    assert not any("olivia" in str(one.payload) for one in events)
    assert library.desk.chain_holds(DIRECTORY_CHAIN)


def test_a_bad_line_is_told_and_while_there_is_one_nobody_leaves(library):
    library.read(SHOP, person(), lead())
    taken = library.read(SHOP, "address: is missing", lead(workspace="w9"), lead())
    assert library.told == [(2, "address: is missing"), (3, NO_SUCH_WORKSPACE)]
    assert (taken.leads, taken.wrong, taken.gone) == (1, 2, None)
    assert library.standings(OLIVIA) == [(Standing.OWNER, None)]


def test_a_file_says_who_left_of_the_kinds_that_are_in_it(library):
    library.read(SHOP, person(), person("sam@customer.example"), lead())
    library.desk.now += DAY
    taken = library.read(person())
    assert taken.gone is not None
    assert (taken.gone.people, taken.gone.workspaces, taken.gone.leads) == (1, 0, 0)
    assert library.standings("sam@customer.example") == [(Standing.OWNER, NOON + DAY)]
    assert library.show(ANNE).lead_of


def test_a_source_that_lists_everybody_says_who_left_of_all(library):
    library.read(SHOP, person(), lead())
    taken = library.read(SHOP, person(), complete=True)
    assert taken.gone is not None
    assert taken.gone.leads == 1
    assert not library.show(ANNE).is_listed


def test_a_source_that_suddenly_lists_nobody_is_not_believed(library):
    library.read(SHOP, person())
    for lists in ([SHOP], []):
        with pytest.raises(Permanent, match=r"lists no(thing| person)"):
            library.read(*lists, complete=True)
    assert library.standings(OLIVIA) == [(Standing.OWNER, None)]
    assert library.state().trouble is not None
    assert library.state().generation == 1


def test_a_source_that_breaks_off_leaves_everybody_listed_and_says_why(library):
    library.read(SHOP, person(), person("sam@customer.example"))
    with pytest.raises(Retryable):
        library.read(SHOP, person(), Retryable("out of reach"), complete=True)
    state = library.state()
    assert (state.generation, state.trouble) == (1, "out of reach")
    assert library.standings("sam@customer.example") == [(Standing.OWNER, None)]
    library.read(SHOP, person(), complete=True)
    assert library.state().trouble is None


def test_a_file_that_cannot_be_read_is_no_trouble_of_the_directory(library):
    library.read(SHOP, person())
    with pytest.raises(Permanent):
        library.read(Permanent("no header"))
    assert library.state().trouble is None


def test_a_source_of_the_same_version_is_not_read_again_and_counts_as_fresh(library):
    source = ListedSource([SHOP, person()], version="v1")
    library.read(source=source, complete=True)
    library.desk.now += DAY
    assert not library.read(source=source, complete=True).changed
    assert source.asked_with == [None, "v1"]
    assert library.state().read_at == NOON + DAY


def test_a_long_list_is_taken_in_parts(library, monkeypatch):
    monkeypatch.setattr("casework.directory_reading.BATCH", 3)
    taken = library.read(SHOP, *(lead(f"lead{number}@person.example") for number in range(7)))
    assert (taken.leads, library.shown) == (7, [3, 6, 8])


def test_a_look_tells_the_lists_as_well(library):
    suppress_by_hand(
        library.desk.database,
        [ANNE],
        SuppressionList.ERASURE,
        SuppressionReason.ERASURE,
        actor=SAM,
        now=NOON,
    )
    shown = library.show(ANNE)
    assert (shown.is_listed, shown.suppressed) == (False, (SuppressionList.ERASURE,))
