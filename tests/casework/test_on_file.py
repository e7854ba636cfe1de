"""Whether an address is on file: current people, contacts and leads are; nobody is guessed."""

from datetime import timedelta

import pytest

from casework.directory_reading import read_directory
from casework.on_file import DirectoryOnFile
from casework_values import ANNE, BOTH_ENGINES, DAY, MALLORY, TestDesk, mail, profile, reply_to
from directory_values import ListedSource
from directory_values import terms as reading_terms
from identity_values import ANALYTICS, challenge, quoted, standing, terms
from privacy.challenges import StandingState
from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.ports import OnFile

OLIVIA = "olivia@customer.example"
LISTED = (
    WorkspaceRecord(workspace="w1", name="Shop"),
    PersonRecord(standing=Standing.OWNER, workspace="w1", person="p1", address=OLIVIA),
    PersonRecord(standing=Standing.CONTACT, workspace=None, person="p2", address=ANNE),
    LeadRecord(workspace="w1", address="lead@firm.example"),
)


@pytest.fixture
def on_file(desk: TestDesk) -> DirectoryOnFile:
    return DirectoryOnFile(desk.database, stale_after=timedelta(days=2), clock=desk.clock)


def read(desk: TestDesk, *records: object) -> None:
    source = ListedSource(list(records))
    read_directory(desk.database, source, reading_terms(complete=True), desk.clock)


@BOTH_ENGINES
def test_whoever_is_listed_now_is_on_file(desk: TestDesk, on_file: DirectoryOnFile) -> None:
    read(desk, *LISTED)
    for address in (OLIVIA, OLIVIA.upper(), ANNE, "lead@firm.example"):
        assert on_file.look_up(address) is OnFile.YES
    assert on_file.look_up(MALLORY) is OnFile.NO


def test_an_address_that_somebody_gave_up_is_not_on_file(
    desk: TestDesk, on_file: DirectoryOnFile
) -> None:
    read(desk, *LISTED)
    desk.now += timedelta(hours=1)
    read(desk, *LISTED[:2])
    assert on_file.look_up(ANNE) is OnFile.NO


def test_without_a_fresh_directory_nobody_is_known(
    desk: TestDesk, on_file: DirectoryOnFile
) -> None:
    assert on_file.look_up(OLIVIA) is OnFile.UNKNOWN
    read(desk, *LISTED)
    desk.now += 3 * DAY
    assert on_file.look_up(OLIVIA) is OnFile.UNKNOWN


def test_while_the_database_is_away_nobody_is_known(
    desk: TestDesk, on_file: DirectoryOnFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from privacy.errors import Retryable

    def away() -> None:
        raise Retryable("database: away")

    monkeypatch.setattr(desk.database, "reading", away)
    assert on_file.look_up(OLIVIA) is OnFile.UNKNOWN


def test_a_contact_in_the_directory_proves_the_mailbox_by_a_reply(
    desk: TestDesk, on_file: DirectoryOnFile
) -> None:
    read(desk, *LISTED)
    desk.profile = profile(challenges=terms())
    desk.on_file = on_file
    desk.receive_one(mail(ANALYTICS))
    letter = challenge(desk)
    desk.receive_one(reply_to(letter, quoted(letter)))
    assert standing(desk).state is StandingState.PROVED
