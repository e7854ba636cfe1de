"""Everything that a mail server shows is in the ledger, and everything in the ledger is somewhere: what is not is named."""

import pytest
from sqlalchemy import delete, update

from casework.receiving import DatabaseLedger
from casework.reconciling import look_at_folders, look_at_ledger
from casework_values import BOTH_ENGINES, mail
from intake.imap_account import folders_on_server
from intake.imap_folder import MailboxDoor, read_folder
from intake.imap_session import session
from intake.settings import MailboxSettings
from privacy.accounting import Answered, Bucket, Fate
from servers.imap_fakes import MemoryState
from storage.clock_rows import CLOCK_EVENT
from storage.ids import new_id
from storage.states import DraftState
from storage.tables import DELIVERY, DRAFT, INBOUND, OUTGOING, TASK

AWAY = {"Auto-Submitted": "auto-replied"}


def change(desk, *statements):
    with desk.database.transaction() as transaction:
        for statement in statements:
            transaction.change(statement)


def sections(desk):
    return {one.name: one for one in look_at_ledger(desk.database)}


@BOTH_ENGINES
def test_an_empty_ledger_names_every_place_with_zero(desk):
    found = sections(desk)
    assert found["messages"].counts == dict.fromkeys(map(str, Bucket), 0)
    assert found["cases"].counts == dict.fromkeys(map(str, Answered), 0)
    assert found["letters"].counts == dict.fromkeys(map(str, Fate), 0)
    assert not any(one.unaccounted for one in found.values())


@BOTH_ENGINES
def test_what_came_is_in_its_places_and_nothing_is_unaccounted_for(desk):
    desk.receive(mail(), mail("I am away.", number=2, **AWAY))
    desk.keep(mail(number=3))
    found = sections(desk)
    places = {name: count for name, count in found["messages"].counts.items() if count}
    assert places == {"case": 1, "auto": 1, "waiting": 1}
    assert found["cases"].counts["on_its_way"] == found["letters"].counts["waits"] == 1
    assert not any(one.unaccounted for one in found.values())


@BOTH_ENGINES
def test_a_message_that_nobody_will_work_is_named(desk):
    (row,) = desk.keep(mail())
    change(desk, update(INBOUND).values(due_at=None))
    assert sections(desk)["messages"].unaccounted == (str(row.inbound_id),)


@BOTH_ENGINES
def test_a_message_whose_case_is_gone_is_named(desk):
    row = desk.receive_one(mail("I am away.", **AWAY))
    change(desk, update(INBOUND).values(outcome="case"))
    assert sections(desk)["messages"].unaccounted == (str(row.inbound_id),)


@BOTH_ENGINES
def test_a_case_that_nobody_was_told_of_is_named_unless_a_person_has_to(desk):
    desk.receive_one(mail())
    case = desk.case()
    change(desk, delete(OUTGOING), delete(TASK), update(DRAFT).values(state=DraftState.REJECTED))
    assert sections(desk)["cases"].unaccounted == (str(case.case_id),)


@BOTH_ENGINES
def test_an_acknowledgement_that_left_counts_until_it_comes_back(desk):
    desk.receive_one(mail())
    case = desk.case()
    change(desk, delete(OUTGOING), delete(TASK))
    change(desk, CLOCK_EVENT.insert().values(**clocked(case, "met", desk.now)))
    assert sections(desk)["cases"].counts["sent"] == 1
    change(desk, CLOCK_EVENT.insert().values(**clocked(case, "started", desk.now)))
    assert sections(desk)["cases"].unaccounted == (str(case.case_id),)


def clocked(case, what, at):
    empty = {column.name: None for column in CLOCK_EVENT.c if column.nullable}
    named = {"event_id": new_id(), "case_id": case.case_id, "clock": "acknowledge"}
    return empty | named | {"change": what, "at": at, "trace": ()}


@BOTH_ENGINES
def test_a_letter_without_a_fate_is_named(desk):
    desk.receive_one(mail())
    letter = desk.letter()
    change(desk, update(OUTGOING).values(state="sent", due_at=None, sent_at=desk.now))
    assert sections(desk)["letters"].unaccounted == (str(letter.letter_id),)
    change(desk, update(OUTGOING).values(evidence="250 accepted"))
    assert sections(desk)["letters"].counts["sent"] == 1


@pytest.fixture
def settings(dovecot):
    return MailboxSettings(
        address=dovecot.new_user(),
        host="localhost",
        port=dovecot.tls_port,
        password=dovecot.password,
        ca_file=dovecot.ca_file,
    )


def read(desk, settings):
    ledger = DatabaseLedger(desk.database, clock=desk.clock, wake=lambda: None)
    door = MailboxDoor(settings=settings, ledger=ledger, state=MemoryState(), clock=desk.clock)
    with session(settings, None, desk.now) as connection:
        read_folder(connection, "INBOX", door)


def inbox(desk, settings):
    there = folders_on_server(settings, None, desk.now)
    found = look_at_folders(desk.database, settings.address, there, desk.clock)
    return next(one.count for one in found if one.folder == "INBOX")


def test_a_message_on_the_server_whose_row_was_taken_away_is_lost_and_named(
    desk, dovecot, settings
):
    for number in (1, 2, 3):
        dovecot.deliver(mail(number=number), user=settings.address)
    read(desk, settings)
    count = inbox(desk, settings)
    assert (count.on_server, count.known, count.not_read_yet, count.lost) == (3, 3, 0, ())
    change(desk, delete(DELIVERY).where(DELIVERY.c.uid == 2))
    dovecot.deliver(mail(number=4), user=settings.address)
    count = inbox(desk, settings)
    assert (count.on_server, count.known, count.not_read_yet, count.lost) == (4, 2, 1, (2,))


def test_looking_changes_nothing_on_the_server(desk, dovecot, settings):
    dovecot.deliver(mail(), user=settings.address)
    inbox(desk, settings)
    with dovecot.login(settings.address) as client:
        assert client.search("UNSEEN") == [1]


def test_a_mailbox_that_was_never_read_has_nothing_lost(desk, dovecot, settings):
    dovecot.deliver(mail(), user=settings.address)
    count = inbox(desk, settings)
    assert (count.not_read_yet, count.lost) == (1, ())
