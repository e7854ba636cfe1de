"""One pass over a folder of a real Dovecot: what is kept, how it is labelled, what stays untouched."""

import base64
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from intake.arrival import boundary_received_at
from intake.imap_client import ImapConnection
from intake.imap_folder import MailboxDoor, read_folder, recheck_folder
from intake.imap_moving import move_kept
from intake.imap_session import FolderToRead, folders_to_read, log_in, session
from intake.imap_survey import login_check, survey
from intake.imap_trouble import CommandRefused, LoginRefused, MailboxTrouble, Reason
from intake.sent_folder import SentFolder
from intake.settings import MailboxSettings
from privacy.errors import Permanent, Retryable
from privacy.messages import ArrivalBasis
from servers.imap_fakes import MemoryLedger, MemoryState, now
from servers.scripted_imap import ScriptedImap

LAST_YEAR = datetime(2025, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def user(dovecot):
    return dovecot.new_user()


@pytest.fixture
def settings(dovecot, user):
    return MailboxSettings(
        address=user,
        host="localhost",
        port=dovecot.tls_port,
        password=dovecot.password,
        ca_file=dovecot.ca_file,
    )


@pytest.fixture
def door(settings):
    return MailboxDoor(settings=settings, ledger=MemoryLedger(), state=MemoryState(), clock=now)


@contextlib.contextmanager
def connected(settings):
    with session(settings, None, now()) as connection:
        yield connection


def read(door, folder="INBOX", *, junk=False):
    with connected(door.settings) as connection:
        return read_folder(connection, folder, door, junk=junk)


def mail(subject, body="Please delete my data."):
    return (
        f"From: Anne <anne@person.example>\r\nTo: privacy@autocloz.example\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{subject}@person.example>\r\n\r\n{body}\r\n"
    ).encode()


def deliver(dovecot, user, *subjects, **how):
    for subject in subjects:
        dovecot.deliver(mail(subject), user=user, **how)


def with_settings(door, **changes):
    return replace(door, settings=door.settings.model_copy(update=changes))


# What is kept


def test_it_keeps_the_bytes_and_the_place_of_every_message(dovecot, user, door):
    deliver(dovecot, user, "one", "two")
    assert read(door) == 2
    first = door.ledger.kept[0]
    assert first.raw.splitlines() == mail("one").splitlines()
    assert (first.imap.folder, first.imap.uid, first.mailbox) == ("INBOX", 1, user)
    assert door.state.told == [("INBOX", "ok")]


def test_it_reads_each_message_once(dovecot, user, door):
    deliver(dovecot, user, "one")
    read(door)
    deliver(dovecot, user, "two")
    assert read(door) == 1
    assert read(door) == 0
    assert door.ledger.subjects() == ["one", "two"]


def test_it_reads_a_long_backlog_oldest_first_in_batches(dovecot, user, door):
    deliver(dovecot, user, *(f"mail-{n}" for n in range(25)))
    assert read(with_settings(door, batch_messages=10)) == 25
    assert door.ledger.subjects() == [f"mail-{n}" for n in range(25)]
    assert door.ledger.batches == [10, 10, 5]


def test_it_bounds_a_batch_by_its_size(dovecot, user, door):
    for number in range(4):
        dovecot.deliver(mail(f"big-{number}", "x" * 30_000), user=user)
    read(with_settings(door, batch_bytes=65_536))
    assert door.ledger.batches == [2, 2]


def test_mail_that_a_person_has_read_is_read_all_the_same(dovecot, user, door):
    deliver(dovecot, user, "one")
    with dovecot.login(user) as client:
        client.add_flags([1], ["\\Seen"])
    assert read(door) == 1


def test_reading_changes_no_flag(dovecot, user, door):
    deliver(dovecot, user, "one")
    read(door)
    with dovecot.login(user) as client:
        assert client.get_flags([1]) == {1: (b"\\Recent",)}


def test_it_skips_what_was_deleted_before_it_came(dovecot, user, door):
    deliver(dovecot, user, "one", "two", "three")
    with dovecot.login(user) as client:
        client.delete_messages([2])
        client.uid_expunge([2])
    read(door)
    assert door.ledger.subjects() == ["one", "three"]
    assert door.state.troubles == []


def test_the_boundary_may_know_an_earlier_arrival_than_the_mailbox(dovecot, user, door):
    line = b"Received: from mx.example by mail.autocloz.example; Mon, 3 Nov 2025 09:00:00 +0000\r\n"
    dovecot.deliver(line + mail("one"), user=user, internaldate=LAST_YEAR)
    ours = partial(boundary_received_at, boundary="mail.autocloz.example")
    read(replace(door, boundary_received_at=ours))
    (kept,) = door.ledger.kept
    assert kept.arrival_basis is ArrivalBasis.RECEIVED
    assert kept.received_at == LAST_YEAR - timedelta(minutes=30)


def test_the_mailbox_says_when_a_message_arrived_and_never_its_date_header(dovecot, user, door):
    dovecot.deliver(
        b"Date: Fri, 1 Jan 2021 00:00:00 +0000\r\n" + mail("one"), user=user, internaldate=LAST_YEAR
    )
    read(door)
    (kept,) = door.ledger.kept
    assert (kept.received_at, kept.arrival_basis) == (LAST_YEAR, ArrivalBasis.INTERNALDATE)


def test_of_an_oversize_message_the_beginning_is_kept(dovecot, user, door):
    line = "x" * 1000 + "\r\n"
    dovecot.deliver(mail("huge", line * (26 * 1024 + 200)), user=user)
    deliver(dovecot, user, "next")
    assert read(door) == 2
    huge, after = door.ledger.kept
    assert (huge.truncated, len(huge.raw), after.truncated) == (True, 256 * 1024, False)
    assert door.ledger.subjects() == ["huge", "next"]


def test_a_folder_may_have_a_name_in_any_script(dovecot, user, door):
    with dovecot.login(user) as client:
        client.create_folder("Anfragen")
        client.create_folder("Anfragen.Löschung")
        client.append("Anfragen.Löschung", mail("one"))
    assert read(door, "Anfragen.Löschung") == 1
    assert door.ledger.kept[0].imap.folder == "Anfragen.Löschung"


# History and renumbering


def test_first_contact_takes_older_mail_as_history(dovecot, user, door):
    deliver(dovecot, user, "old", internaldate=LAST_YEAR)
    read(door)
    deliver(dovecot, user, "new")
    read(door)
    assert [(m.history, m.quiet_reason) for m in door.ledger.kept] == [(True, None), (False, None)]


def test_mail_after_the_first_contact_is_new_though_the_server_s_clock_is_behind(
    dovecot, user, door
):
    deliver(dovecot, user, "old", internaldate=now() - timedelta(minutes=10))
    read(door)
    deliver(dovecot, user, "new", internaldate=now() - timedelta(minutes=9))
    deliver(dovecot, user, "moved in", internaldate=LAST_YEAR)
    read(door)
    assert [m.history for m in door.ledger.kept] == [True, False, True]


def test_an_empty_folder_is_contacted_too(user, door):
    read(door)
    cursor = door.ledger.cursor(user, "INBOX")
    assert (cursor.last_uid, cursor.answer_from <= now()) == (0, True)


def test_the_operator_says_from_when_mail_is_answered(dovecot, user, door):
    deliver(dovecot, user, "older", internaldate=LAST_YEAR - timedelta(days=1))
    deliver(dovecot, user, "newer", internaldate=LAST_YEAR + timedelta(days=1))
    read(with_settings(door, answer_from=LAST_YEAR))
    assert [m.history for m in door.ledger.kept] == [True, False]


def test_after_a_renumbering_known_mail_collapses_and_unknown_mail_is_worked_quietly(
    dovecot, user, door
):
    door = with_settings(door, answer_from=LAST_YEAR)
    deliver(dovecot, user, "one", "two")
    read(door)
    dovecot.reset_uidvalidity(user)
    deliver(dovecot, user, "three")
    deliver(dovecot, user, "ancient", internaldate=LAST_YEAR - timedelta(days=9))
    read(door)
    deliver(dovecot, user, "four")
    read(door)
    labels = {
        s: (m.history, m.quiet_reason)
        for s, m in zip(door.ledger.subjects(), door.ledger.kept, strict=True)
    }
    assert labels == {
        "one": (False, None),
        "two": (False, None),
        "three": (False, "uidvalidity-changed"),
        "ancient": (True, None),
        "four": (False, None),
    }
    assert len(door.ledger.cursor(user, "INBOX").renumbered_at) == 1


def test_a_rescan_that_was_interrupted_stays_quiet_when_it_goes_on(dovecot, user, door):
    door = with_settings(door, answer_from=LAST_YEAR, batch_messages=1)
    read(door)
    dovecot.reset_uidvalidity(user)
    deliver(dovecot, user, "one", "two", "three")

    def fail_at_two(batch):
        if any(b"Subject: two" in message.raw for message in batch):
            raise Retryable("database is away")

    door.ledger.refuse = fail_at_two
    with pytest.raises(Retryable):
        read(door)
    door.ledger.refuse = lambda _: None
    assert read(door) == 2
    assert {m.quiet_reason for m in door.ledger.kept} == {"uidvalidity-changed"}


# A ledger in trouble


def test_nothing_is_skipped_while_the_ledger_is_away(dovecot, user, door):
    deliver(dovecot, user, "one", "two")

    def away(_batch):
        raise Retryable("database is away")

    door.ledger.refuse = away
    with pytest.raises(Retryable):
        read(door)
    door.ledger.refuse = lambda _: None
    assert read(door) == 2


def refuse_poison(batch):
    if any(b"poison" in message.raw.partition(b"\r\n\r\n")[2] for message in batch):
        raise Permanent("cannot be kept")


def test_a_message_that_cannot_be_kept_is_kept_as_its_header(dovecot, user, door):
    deliver(dovecot, user, "one")
    dovecot.deliver(mail("two", "poison"), user=user)
    deliver(dovecot, user, "three")
    door.ledger.refuse = refuse_poison
    read(door)
    assert door.ledger.subjects() == ["one", "two", "three"]
    stub = door.ledger.kept[1]
    assert (stub.truncated, stub.quiet_reason) == (True, "content-refused")
    assert b"poison" not in stub.raw
    assert door.state.troubles == ["unkeepable"]


def test_what_not_even_the_stub_could_save_is_tried_again_by_the_recheck(dovecot, user, door):
    deliver(dovecot, user, "one", "two")

    def refuse_one(batch):
        if any(b"Subject: one" in message.raw for message in batch):
            raise Permanent("cannot be kept")

    door.ledger.refuse = refuse_one
    read(door)
    assert door.ledger.subjects() == ["two"]
    door.ledger.refuse = lambda _: None
    with connected(door.settings) as connection:
        assert recheck_folder(connection, "INBOX", door) == 1
        assert recheck_folder(connection, "INBOX", door) == 0
    assert door.ledger.subjects() == ["two", "one"]


# Junk, moving


def test_it_finds_the_junk_folder_by_its_use_and_reads_the_live_folder_last(settings):
    with connected(settings) as connection:
        found = folders_to_read(settings, connection.list_folders())
    assert found == [FolderToRead(name="Junk", junk=True), FolderToRead(name="INBOX")]


def test_mail_in_the_junk_folder_is_kept_as_suspected_spam(dovecot, user, door):
    deliver(dovecot, user, "one", folder="Junk")
    read(door, "Junk", junk=True)
    assert door.ledger.kept[0].suspected_spam


def test_kept_mail_is_moved_and_mail_that_is_not_kept_stays(dovecot, user, door):
    deliver(dovecot, user, "one", "two")
    read(door)
    deliver(dovecot, user, "three")
    with connected(door.settings) as connection:
        assert move_kept(connection, "INBOX", door) == 2
        assert move_kept(connection, "INBOX", door) == 0
    with dovecot.login(user, "Processed") as client:
        assert len(client.search(["ALL"])) == 2
    with dovecot.login(user) as client:
        assert len(client.search(["ALL"])) == 1


def test_a_move_that_is_refused_is_reported_and_made_up_for_later(dovecot, user, door):
    deliver(dovecot, user, "one")
    nowhere = with_settings(door, processed_folder="Nowhere")
    read(nowhere)
    with connected(door.settings) as connection:
        assert move_kept(connection, "INBOX", nowhere) == 0
        assert door.state.troubles == ["move"]
        assert move_kept(connection, "INBOX", door) == 1
    assert len(door.ledger.kept) == 1


# Hostile mail


def hostile():
    words = "<a@person.example>\r\nX1 CREATE elsewhere\r\nX2 UID MOVE 1:* elsewhere\r\nX3 NOOP"
    word = "=?utf-8?B?" + base64.b64encode(words.encode()).decode() + "?="
    return (
        f"From: mallory@person.example\r\nMessage-ID: {word}\r\nSubject: {word}\r\n\r\n\r\n".encode(),
        words,
    )


def test_a_mail_that_carries_commands_changes_nothing_in_the_mailbox(dovecot, user, door):
    deliver(dovecot, user, "one", "two")
    raw, words = hostile()
    dovecot.deliver(raw, user=user)
    dovecot.deliver(raw, user=user, folder="Sent")
    read(door)
    assert SentFolder(door.settings, None, now).was_sent([words]) == frozenset()
    with connected(door.settings) as connection:
        move_kept(connection, "INBOX", with_settings(door, processed_folder="Processed"))
        assert {f.name for f in connection.list_folders()} == {"INBOX", "Junk", "Processed", "Sent"}
    with dovecot.login(user, "Processed") as client:
        assert len(client.search(["ALL"])) == 3


# Login, survey, Sent folder


def test_it_reads_over_starttls(dovecot, user, door):
    deliver(dovecot, user, "one")
    assert read(with_settings(door, security="starttls", port=dovecot.port)) == 1


def test_it_refuses_a_server_whose_certificate_nobody_vouches_for(door):
    with pytest.raises(MailboxTrouble) as trouble:
        read(with_settings(door, ca_file=None))
    assert trouble.value.reason is Reason.CERTIFICATE


def test_it_says_when_a_password_is_wrong(settings):
    wrong = MailboxSettings(**{**settings.model_dump(), "password": "wrong"})
    with pytest.raises(LoginRefused):
        login_check(wrong, None, now())


def test_the_check_says_what_the_server_can_do(settings):
    assert login_check(settings, None, now()) == (
        "login works, server has IDLE, MOVE, UIDPLUS, SPECIAL-USE"
    )


def test_the_survey_counts_by_month_and_changes_nothing(dovecot, user, settings):
    deliver(dovecot, user, "one", "two", internaldate=LAST_YEAR)
    deliver(dovecot, user, "three", internaldate=LAST_YEAR + timedelta(days=40))
    deliver(dovecot, user, "four", folder="Junk", internaldate=LAST_YEAR)
    wanted = settings.model_copy(update={"folders": ("INBOX", "Missing"), "after_commit": "move"})
    found = survey(wanted, None, now())
    months = {folder.name: (folder.by_month, folder.missing) for folder in found.folders}
    assert months == {
        "INBOX": ({"2025-11": 2, "2025-12": 1}, False),
        "Junk": ({"2025-11": 1}, False),
        "Missing": ({}, True),
    }
    assert (found.sent_folder, found.processed_folder_missing) == ("Sent", False)
    with dovecot.login(user) as client:
        assert client.get_flags([1]) == {1: (b"\\Recent",)}


OURS = "<c.7z3k.1@autocloz.example>"


def test_it_finds_our_letters_in_the_sent_folder(dovecot, user, settings):
    letter = mail("answer").replace(b"<answer@person.example>", OURS.encode())
    dovecot.deliver(letter, user=user, folder="Sent")
    lookup = SentFolder(settings, None, now)
    assert lookup.was_sent([OURS, "<c.7z3k.2@autocloz.example>"]) == {OURS}
    assert lookup.was_sent([]) == frozenset()


def test_a_sent_folder_that_cannot_be_read_says_nothing_about_the_letter(settings):
    wrong = MailboxSettings(**{**settings.model_dump(), "password": "wrong"})
    with pytest.raises(Retryable):
        SentFolder(wrong, None, now).was_sent([OURS])


def test_a_missing_folder_is_said_to_be_missing(door):
    with pytest.raises(CommandRefused) as trouble:
        read(door, "Nowhere")
    assert trouble.value.reason is Reason.FOLDER


def test_a_second_thread_can_cut_a_connection(settings):
    connection = ImapConnection(settings)
    log_in(connection, None, now())
    connection.cut()
    with pytest.raises(MailboxTrouble):
        connection.examine("INBOX")
    connection.close()


def test_after_a_renumbering_nothing_is_moved_before_all_is_read_again(dovecot, user, door):
    deliver(dovecot, user, "one")
    read(door)
    dovecot.reset_uidvalidity(user)
    with connected(door.settings) as connection:
        assert move_kept(connection, "INBOX", door) == 0
        assert move_kept(connection, "Sent", door) == 0  # never read


def test_a_mailbox_without_a_sent_folder_has_no_trace_of_any_letter():
    with ScriptedImap() as server:
        plain = MailboxSettings(
            address="privacy@autocloz.example",
            host="127.0.0.1",
            port=server.port,
            security="plain",
            password="x",
        )
        assert SentFolder(plain, None, now).was_sent([OURS]) == frozenset()


def test_oauth_without_tokens_is_refused_before_anything_is_said(settings):
    oauth = {"client_id": "x", "token_url": "https://provider.example/"}
    given = settings.model_dump() | {"auth": "oauth2", "oauth": oauth}
    with pytest.raises(LoginRefused):
        login_check(MailboxSettings(**given), None, now())
