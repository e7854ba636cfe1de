"""Who is who on both engines: what is stored, what a reading leaves behind, and what a thief of the disk finds."""

from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from privacy.directory import DirectoryState, LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.roles import FoundRole, RoleFinding
from storage.cases import add_cases
from storage.datakeys import erase_keys
from storage.directory import directory_state, known_version, lead_workspaces, look_up, people_at
from storage.directory_readings import (
    Extent,
    LeadsListed,
    begin_reading,
    end_reading,
    lists_people,
    note_trouble,
    note_unchanged,
)
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_LEAD,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_WORKSPACE,
)
from storage.directory_writes import (
    NO_WORKSPACE,
    add_leads,
    add_people,
    add_workspaces,
    known_workspaces,
)
from storage.findings import StoredFinding, cases_to_look_up, findings_of, store_findings

OLIVIA, ANNE = "olivia@customer.example", "anne@person.example"
ALL = Extent(workspaces=True, people=True, leads=LeadsListed.ALL)
SHOP, ELSEWHERE = WorkspaceRecord(workspace="w1", name="Shop"), WorkspaceRecord(workspace="w2")


def owner(address=OLIVIA, **changes):
    values = {"standing": Standing.OWNER, "workspace": "w1", "person": "p1", "address": address}
    return PersonRecord(**(values | changes))


def lead(address=ANNE, workspace="w1"):
    return LeadRecord(workspace=workspace, address=address)


class Listing:
    """Reads a source on one database, as casework does."""

    def __init__(self, database, now):
        self.database, self.now = database, now

    @contextmanager
    def reading(self, extent=ALL, version=None):
        with self.database.transaction() as transaction:
            number = begin_reading(transaction, "csv", now=self.now)
            yield Adding(transaction, number)
            self.gone = end_reading(
                transaction, number, extent, began_at=self.now, now=self.now, version=version
            )

    def known(self, *addresses):
        with self.database.reading() as reading:
            found = look_up(reading, {address: address for address in addresses})
        return [found[address] for address in addresses]

    def rows(self, table):
        with self.database.reading() as reading:
            return reading.fetch(select(table)).all()


class Adding:
    def __init__(self, transaction, number):
        self.transaction, self.number = transaction, number

    def add(self, *records):
        workspaces = [one for one in records if isinstance(one, WorkspaceRecord)]
        add_workspaces(self.transaction, workspaces, reading=self.number)
        names = {"w1", "w2"}
        ids = known_workspaces(self.transaction, names)
        homes = {None: NO_WORKSPACE} | ids
        people = [one for one in records if isinstance(one, PersonRecord)]
        leads = [one for one in records if isinstance(one, LeadRecord)]
        listed = [(one, homes[one.workspace]) for one in people]
        add_people(self.transaction, listed, reading=self.number)
        add_leads(
            self.transaction, [(one, ids[one.workspace]) for one in leads], reading=self.number
        )


@pytest.fixture
def listing(database, make):
    return Listing(database, make.now)


def test_a_new_database_has_no_directory(database, listing):
    with database.reading() as reading:
        assert directory_state(reading) == DirectoryState()
        assert known_version(reading, "csv") is None
        assert not lists_people(reading)
    assert listing.known(ANNE)[0].standings == ()


def test_an_address_is_found_whatever_its_case_and_only_exactly(listing):
    with listing.reading() as reading:
        reading.add(SHOP, owner("Olivia@Customer.example"), lead("Anne@person.example"))
    olivia, anne, plus = listing.known("OLIVIA@customer.example", ANNE, "anne+x@person.example")
    assert [(one.standing, one.holds) for one in olivia.standings] == [(Standing.OWNER, True)]
    assert (olivia.lead_of, anne.lead_of, anne.standings) == (0, 1, ())
    assert (plus.lead_of, plus.standings) == (0, ())


def test_one_person_has_several_addresses_and_one_address_several_people(database, listing):
    with listing.reading() as reading:
        reading.add(
            SHOP,
            ELSEWHERE,
            owner(),
            owner("info@customer.example"),
            owner("info@customer.example", person="p2", workspace="w2", standing=Standing.MEMBER),
            owner(standing=Standing.CONTACT, workspace=None),
        )
    olivia, shared = listing.known(OLIVIA, "info@customer.example")
    assert {one.standing for one in olivia.standings} == {Standing.OWNER, Standing.CONTACT}
    assert {one.workspace_id for one in olivia.standings} > {None}
    assert len(shared.standings) == 3
    with database.reading() as reading:
        first, second = people_at(reading, "info@customer.example")
    assert sorted([first.person, second.person]) == ["p1", "p2"]
    shown = first if first.person == "p1" else second
    assert sorted(shown.addresses) == ["info@customer.example", OLIVIA]
    (home,) = [one.workspace for one in shown.standings if one.workspace]
    assert (home.workspace, home.name, home.listed) == ("w1", "Shop", True)


def test_the_same_list_twice_changes_nothing(listing):
    for _ in range(2):
        with listing.reading() as reading:
            reading.add(SHOP, owner(), owner(), lead(), lead())
    tables = (DIRECTORY_WORKSPACE, DIRECTORY_PERSON, DIRECTORY_ADDRESS, DIRECTORY_LEAD)
    assert [len(listing.rows(table)) for table in tables] == [1, 1, 1, 1]
    assert len(listing.rows(DIRECTORY_STANDING)) == 1
    assert (listing.gone.people, listing.gone.leads) == (0, 0)


def test_what_the_source_says_anew_replaces_what_it_said(database, listing):
    with listing.reading() as reading:
        reading.add(SHOP, owner(name="Olivia", locale="en"))
    changed = WorkspaceRecord(
        workspace="w1", name="Shop Ltd", plan="pro", cancelled_since=date(2026, 3, 1)
    )
    with listing.reading() as reading:
        reading.add(changed, owner(name="Olivia Owner", locale="de"))
    with database.reading() as reading:
        (person,) = people_at(reading, OLIVIA)
    assert (person.name, person.locale) == ("Olivia Owner", "de")
    (standing,) = person.standings
    assert standing.workspace is not None
    assert (standing.workspace.name, standing.workspace.plan) == ("Shop Ltd", "pro")
    assert standing.workspace.cancelled_since == date(2026, 3, 1)


def test_who_is_no_longer_listed_has_left_and_may_come_back(listing):
    with listing.reading() as reading:
        reading.add(SHOP, owner(), owner("sam@customer.example", person="p2"))
    with listing.reading() as reading:
        reading.add(SHOP, owner())
    assert listing.gone.people == 1
    (left,) = listing.known("sam@customer.example")[0].standings
    assert (left.left_at, left.address_left_at, left.holds) == (listing.now, listing.now, False)
    with listing.reading() as reading:
        reading.add(SHOP, owner(), owner("sam@customer.example", person="p2"))
    assert listing.known("sam@customer.example")[0].standings[0].holds


def test_a_changed_address_is_known_as_a_former_one(listing):
    with listing.reading() as reading:
        reading.add(SHOP, owner())
    with listing.reading() as reading:
        reading.add(SHOP, owner("new@customer.example"))
    former, present = listing.known(OLIVIA, "new@customer.example")
    assert (former.standings[0].left_at, former.standings[0].holds) == (None, False)
    assert present.standings[0].holds


@pytest.mark.parametrize(
    ("extent", "left"),
    [
        (Extent(), [1, 1]),
        (Extent(leads=LeadsListed.BY_WORKSPACE), [0, 1]),
        (Extent(leads=LeadsListed.ALL), [0, 0]),
    ],
    ids=["of-none", "of-its-workspaces", "of-all"],
)
def test_leads_go_as_far_as_the_list_is_whole(listing, extent, left):
    with listing.reading() as reading:
        reading.add(SHOP, ELSEWHERE, lead(), lead("bob@person.example", "w2"))
    with listing.reading(extent) as reading:
        reading.add(lead("carl@person.example"))
    known = listing.known(ANNE, "bob@person.example", "carl@person.example")
    assert [one.lead_of for one in known] == [*left, 1]


def test_an_address_is_a_lead_of_several_workspaces(database, listing):
    with listing.reading() as reading:
        reading.add(SHOP, ELSEWHERE, lead(), lead(workspace="w2"))
    assert listing.known(ANNE)[0].lead_of == 2
    with database.reading() as reading:
        assert {one.workspace for one in lead_workspaces(reading, ANNE)} == {"w1", "w2"}


def test_the_directory_stands_as_of_its_last_whole_reading(database, listing):
    with listing.reading(version="v1") as reading:
        reading.add(SHOP)
    later = listing.now + timedelta(hours=1)
    with database.transaction() as transaction:
        begin_reading(transaction, "csv", now=later)
    with database.reading() as reading:
        state = directory_state(reading)
        assert (state.generation, state.read_at, state.tried_at) == (1, listing.now, later)
        assert known_version(reading, "csv") == "v1"
        assert known_version(reading, "endpoint") is None
    with database.transaction() as transaction:
        note_trouble(transaction, "csv", "out of reach", now=later)
    with database.reading() as reading:
        assert directory_state(reading).trouble == "out of reach"
        assert known_version(reading, "csv") is None
    with database.transaction() as transaction:
        note_unchanged(transaction, now=later)
    with database.reading() as reading:
        assert directory_state(reading).read_at == later
        assert directory_state(reading).trouble is None


def test_trouble_of_a_first_attempt_is_kept_as_well(database, listing):
    with database.transaction() as transaction:
        note_trouble(transaction, "sql", "out of reach", now=listing.now)
    with database.reading() as reading:
        state = directory_state(reading)
    assert (state.generation, state.read_at, state.trouble) == (0, None, "out of reach")


CANARY = "canary7391"


def test_a_thief_of_the_disk_finds_nobody(listing):
    with listing.reading() as reading:
        reading.add(
            WorkspaceRecord(workspace="w1", name=CANARY),
            owner(f"{CANARY}@customer.example", name=CANARY, person=CANARY),
            lead(f"{CANARY}lead@person.example"),
        )
    tables = (
        *(DIRECTORY_WORKSPACE, DIRECTORY_PERSON, DIRECTORY_ADDRESS),
        *(DIRECTORY_STANDING, DIRECTORY_LEAD),
    )
    for table in tables:
        for row in listing.rows(table):
            stored = [bytes(v) if isinstance(v, bytes | memoryview) else str(v) for v in row]
            assert not any(CANARY in str(value) for value in stored), table.name
    (hashed,) = listing.rows(DIRECTORY_LEAD)
    assert set(hashed._fields) == {"address_key", "workspace_id", "seen"}


def test_a_lead_cannot_be_matched_with_a_party_or_a_member_by_equal_hashes(database):
    address = database.lookup_key("address", ANNE)
    assert address not in {database.lookup_key(k, ANNE) for k in ("lead", "suppressed")}


def test_an_erased_person_is_found_and_has_no_words_left(database, listing):
    with listing.reading() as reading:
        reading.add(SHOP, owner(name="Olivia"))
    (row,) = listing.rows(DIRECTORY_PERSON)
    with database.transaction() as transaction:
        erase_keys(transaction, [row.person_id])
    with database.reading() as reading:
        (person,) = people_at(reading, OLIVIA)
    assert (person.person, person.name, person.addresses) == ("(erased)", "", ("(erased)",))


def test_an_erased_person_whom_the_source_still_lists_is_written_anew(database, listing):
    for again in (False, True):
        with listing.reading() as reading:
            reading.add(SHOP, owner(name="Olivia"), owner("second@customer.example", name="Olivia"))
        if not again:
            owners = [row[0] for row in listing.rows(DIRECTORY_PERSON)]
            owners += [row[0] for row in listing.rows(DIRECTORY_WORKSPACE)]
            with database.transaction() as transaction:
                erase_keys(transaction, owners)
    with database.reading() as reading:
        (person,) = people_at(reading, OLIVIA)
    assert (person.name, sorted(person.addresses)) == (
        "Olivia",
        [OLIVIA, "second@customer.example"],
    )
    assert [one.workspace.name for one in person.standings if one.workspace] == ["Shop"]


def test_many_rows_are_merged_as_few_are(listing):
    many = [lead(f"lead{number}@person.example") for number in range(250)]
    for _ in range(2):
        with listing.reading() as reading:
            reading.add(SHOP, *many)
    assert len(listing.rows(DIRECTORY_LEAD)) == 250
    assert {row.seen for row in listing.rows(DIRECTORY_LEAD)} == {2}


def finding(case, role=FoundRole.UNKNOWN, **changes):
    values = {"generation": 1, "waits": False} | changes
    found = RoleFinding(role=role, reasons=("not-in-directory",), waits=values.pop("waits"))
    return StoredFinding(case_id=case.case_id, finding=found, found_at=case.received_at, **values)


def test_a_finding_is_kept_with_its_case_and_replaced_by_a_later_one(database, make):
    case = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
        store_findings(transaction, [finding(case)])
        store_findings(transaction, [finding(case, FoundRole.BOTH, generation=2)])
    with database.reading() as reading:
        found = findings_of(reading, [case.case_id, UUID(int=5)])
    assert found == {case.case_id: finding(case, FoundRole.BOTH, generation=2)}


def test_cases_are_looked_up_again_until_somebody_is_known(database, make):
    never, unknown, known, waiting, asked = (make.case() for _ in range(5))
    with database.transaction() as transaction:
        add_cases(transaction, [never, unknown, known, waiting, asked], now=make.now)
        store_findings(
            transaction,
            [
                finding(unknown, generation=1),
                finding(known, FoundRole.CONTROLLER, generation=1),
                finding(waiting, generation=0, waits=True),
                finding(asked, generation=2),
            ],
        )
    with database.reading() as reading:
        wanted = cases_to_look_up(reading, generation=2, limit=10)
        assert len(cases_to_look_up(reading, generation=2, limit=1)) == 1
    assert set(wanted) == {never.case_id, unknown.case_id, waiting.case_id}
