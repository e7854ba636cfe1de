"""A server that misbehaves: no crash, no standstill, no mail skipped, nothing half kept."""

import logging
import socket
import ssl
import time

import pytest
import trustme

from intake.imap_client import ImapConnection
from intake.imap_folder import MailboxDoor, read_folder
from intake.imap_session import log_in
from intake.imap_trouble import CommandRefused, LoginRefused, MailboxTrouble, Reason
from intake.settings import MailboxSettings
from servers.imap_fakes import MemoryLedger, MemoryState, now
from servers.scripted_imap import DROP, HANG, ScriptedImap, drip, on

PRIVACY = "privacy@autocloz.example"


# For servers that keep us waiting. The others get time enough: a machine that is busy elsewhere is no fault of theirs.
IMPATIENT = {
    "connect_timeout_seconds": 0.5,
    "read_timeout_seconds": 0.5,
    "operation_timeout_seconds": 1,
}


def settings_for(server, **changes):
    return MailboxSettings(
        **{
            "address": PRIVACY,
            "host": "127.0.0.1",
            "port": server.port,
            "security": "plain",
            "password": "only-for-this-test",
            "connect_timeout_seconds": 5,
            "read_timeout_seconds": 5,
            "operation_timeout_seconds": 10,
            **changes,
        }
    )


def door_to(server, **changes):
    return MailboxDoor(
        settings=settings_for(server, **changes),
        ledger=MemoryLedger(),
        state=MemoryState(),
        clock=now,
    )


def read_once(door):
    """One connection, one pass; return how many messages were kept."""
    connection = ImapConnection(door.settings)
    try:
        log_in(connection, None, now())
        return read_folder(connection, "INBOX", door)
    finally:
        connection.close()


def read_until_done(door):
    """As the watcher does: again after each trouble. Return the troubles."""
    troubles = []
    while len(troubles) < 10:
        try:
            read_once(door)
        except MailboxTrouble as trouble:
            troubles.append(trouble.reason)
        else:
            return troubles
    raise AssertionError(troubles)


def fetch(line):
    return on(b"UID FETCH", lambda tag: line + b"\r\n" + tag + b" OK done\r\n")


def body_fetch(answer):
    """Spoil the bodies only; sizes come as they should."""

    def script(tag, command, connection):
        if command.startswith(b"UID FETCH") and b"BODY.PEEK[]" in command:
            return answer(tag, command, connection)
        return None

    return script


def drop_inside_literal(_tag, _command, connection):
    connection.sendall(b"* 1 FETCH (UID 1 BODY[] {1000}\r\nabc")
    return DROP


def flood(_tag, command, connection):
    if command.startswith(b"UID SEARCH"):
        while True:
            connection.sendall(b"* OK " + b"x" * 60_000 + b"\r\n")


def test_it_reads_a_healthy_server():
    with ScriptedImap() as server:
        door = door_to(server)
        assert read_once(door) == 3
    assert door.ledger.subjects() == ["mail 1", "mail 2", "mail 3"]
    assert door.state.told == [("INBOX", "ok")]
    place = door.ledger.kept[0].imap
    assert (place.folder, place.uidvalidity, place.uid) == ("INBOX", 7, 1)


FAULTS = {
    "hangs at greeting": ({"greeting": b""}, None, Reason.CONNECTION),
    "hangs at select": ({}, on(b"EXAMINE", lambda _: HANG), Reason.CONNECTION),
    "hangs at search": ({}, on(b"UID SEARCH", lambda _: HANG), Reason.CONNECTION),
    "hangs at fetch": ({}, on(b"UID FETCH", lambda _: HANG), Reason.CONNECTION),
    "drops the connection at login": ({}, on(b"AUTHENTICATE", lambda _: DROP), Reason.CONNECTION),
    "hangs at login": ({}, on(b"AUTHENTICATE", lambda _: HANG), Reason.CONNECTION),
    "drips lines at select": ({}, drip(b"EXAMINE"), Reason.DEADLINE),
    "drips octets at select": ({}, drip(b"EXAMINE", b"x"), Reason.DEADLINE),
    "drips octets at login": ({}, drip(b"AUTHENTICATE", b"x"), Reason.DEADLINE),
    "says it is busy": (
        {},
        on(b"AUTHENTICATE", lambda tag: tag + b" NO [UNAVAILABLE] later\r\n"),
        Reason.BUSY,
    ),
    "has no such folder": ({}, on(b"EXAMINE", lambda t: t + b" NO none\r\n"), Reason.FOLDER),
    "refuses to fetch": ({}, on(b"UID FETCH", lambda t: t + b" BAD no\r\n"), Reason.REFUSED),
    "says goodbye": ({}, on(b"UID FETCH", lambda _: b"* BYE closing\r\n"), Reason.CONNECTION),
    "drops the connection": ({}, on(b"UID SEARCH", lambda _: DROP), Reason.CONNECTION),
    "drops inside a literal": ({}, body_fetch(drop_inside_literal), Reason.CONNECTION),
    "sends garbage": ({}, fetch(b"\x00\xff\xfe garbage"), Reason.CONNECTION),
    "sends a wrong tag": ({}, on(b"UID FETCH", lambda _: b"ZZ9 OK\r\n"), Reason.CONNECTION),
    "sends deep parentheses": ({}, fetch(b"* 1 FETCH " + b"(" * 100_000), Reason.PROTOCOL),
    "sends unbalanced parentheses": (
        {},
        fetch(b"* 1 FETCH (UID 1 BODY[] {3}\r\nhi)((("),
        Reason.PROTOCOL,
    ),
    "announces eight gigabytes": (
        {},
        fetch(b"* 1 FETCH (UID 1 BODY[] {8000000000}\r\n"),
        Reason.CONNECTION,
    ),
    "sends words for numbers": (
        {},
        on(b"UID SEARCH", lambda tag: b"* SEARCH x 1\r\n" + tag + b" OK done\r\n"),
        Reason.PROTOCOL,
    ),
    "is logged in before we are": ({"greeting": b"* PREAUTH hello\r\n"}, None, Reason.PREAUTH),
    "is full": ({"greeting": b"* BYE full\r\n"}, None, Reason.REFUSED),
    "speaks another protocol": (
        {"greeting": b"HTTP/1.1 400 Bad Request\r\n"},
        None,
        Reason.CONNECTION,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_comes_back_from_a_server_that(fault):
    shape, script, reason = FAULTS[fault]
    with ScriptedImap(**shape) as server:
        server.script = script or server.script
        door = door_to(server, **IMPATIENT)
        with pytest.raises(MailboxTrouble) as trouble:
            read_once(door)
        assert trouble.value.reason == reason
        # A vendor's error may quote the mail.
        assert isinstance(trouble.value.__context__, MailboxTrouble | None)
        assert not door.ledger.kept
        server.script, server.greeting = lambda *_: None, b"* OK ready\r\n"
        read_until_done(door)
    assert door.ledger.subjects() == ["mail 1", "mail 2", "mail 3"]


def test_it_hangs_up_on_a_server_that_never_stops_talking():
    with ScriptedImap(flood) as server:
        door = door_to(server, operation_timeout_seconds=60)
        with pytest.raises(MailboxTrouble) as trouble:
            read_once(door)
    assert trouble.value.reason is Reason.CONNECTION  # the octets ended it, not the time


def test_it_tells_a_refused_login_from_a_busy_server():
    refusal = on(b"AUTHENTICATE", lambda tag: tag + b" NO [AUTHENTICATIONFAILED] no\r\n")
    with ScriptedImap(refusal) as server, pytest.raises(LoginRefused):
        read_once(door_to(server))


def spoil_uid_2(answer):
    def script(tag, command, _connection):
        asked = command.split()[2].split(b",") if command.startswith(b"UID FETCH") else []
        if b"2" in asked and b"BODY.PEEK[]" in command:
            return answer + tag + b" OK done\r\n"
        return None

    return script


POISON = {
    "a body that is NIL": b"* 2 FETCH (UID 2 BODY[] NIL)\r\n",
    "an answer for another message": b"* 9 FETCH (UID 99 BODY[] {2}\r\nhi)\r\n",
    "no answer": b"",
    "an answer that breaks the parser": b"* 2 FETCH (UID 2 BODY[] {2}\r\nhi(((\r\n",
}


@pytest.mark.parametrize("poison", POISON)
def test_one_message_that_cannot_be_fetched_is_kept_as_its_header_and_stops_nothing(poison):
    with ScriptedImap(spoil_uid_2(POISON[poison])) as server:
        door = door_to(server)
        troubles = read_until_done(door)
    assert len(troubles) in {3, 4}  # the first may be of a whole batch
    assert door.ledger.subjects() == ["mail 1", "mail 2", "mail 3"]
    stub = door.ledger.kept[1]
    assert (stub.truncated, stub.quiet_reason) == (True, "fetch-failed")
    assert not door.ledger.kept[2].truncated


def test_a_message_without_even_a_header_becomes_a_stub_that_names_its_place():
    def script(tag, command, _connection):
        asked = command.split()[2].split(b",") if command.startswith(b"UID FETCH") else []
        return tag + b" OK done\r\n" if b"2" in asked and b"BODY" in command else None

    with ScriptedImap(script) as server:
        door = door_to(server)
        read_until_done(door)
    assert door.ledger.kept[1].raw == b"X-Rightsdesk-Unfetched: uidvalidity=7 uid=2\r\n\r\n"


def test_a_message_that_vanished_is_passed_over_and_reported():
    def script(tag, command, connection):
        if command.startswith(b"UID SEARCH UID 2:2"):
            return b"* SEARCH\r\n" + tag + b" OK done\r\n"
        return spoil_uid_2(b"* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\n")(tag, command, connection)

    with ScriptedImap(script) as server:
        door = door_to(server, batch_messages=1)
        read_once(door)
    assert door.ledger.subjects() == ["mail 1", "mail 3"]
    assert door.state.told == [("INBOX", "ok"), ("INBOX", "vanished")]


def test_it_never_asks_for_more_than_a_thousand_uids_at_once():
    asked = []

    def script(tag, command, _connection):
        if command.startswith(b"EXAMINE"):
            state = b"* 5000 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 5001] ok\r\n"
            return state + tag + b" OK done\r\n"
        if command.startswith(b"UID SEARCH UID") and b"LARGER" not in command:
            asked.append([int(n) for n in command.split()[3].split(b":")])
        return None

    with ScriptedImap(script) as server:
        read_once(door_to(server))
    assert [last - first + 1 for first, last in asked] == [1000] * 5


def test_it_finds_the_end_of_a_folder_on_a_server_that_does_not_say_uidnext():
    def script(tag, command, _connection):
        if command.startswith(b"EXAMINE"):
            return b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + tag + b" OK done\r\n"
        if command == b"UID SEARCH 3":
            return b"* SEARCH 3\r\n" + tag + b" OK done\r\n"
        return None

    with ScriptedImap(script) as server:
        assert read_once(door_to(server)) == 3


def opened(uidvalidity, uidnext):
    state = b"* 3 EXISTS\r\n* OK [UIDVALIDITY %d] ok\r\n* OK [UIDNEXT %d] ok\r\n"
    return on(b"EXAMINE", lambda tag: state % (uidvalidity, uidnext) + tag + b" OK done\r\n")


@pytest.mark.parametrize(
    ("uidvalidity", "uidnext"), [(1 << 32, 4), (1 << 80, 4), (7, 1 << 64), (7, -4), (-7, 4)]
)
def test_a_number_of_more_than_32_bits_is_a_broken_answer(uidvalidity, uidnext):
    """RFC 3501 section 9; the ledger's columns hold 64 bits, and ours above the 32 count renumberings."""
    with ScriptedImap(opened(uidvalidity, uidnext)) as server:
        door = door_to(server)
        with pytest.raises(MailboxTrouble) as trouble:
            read_once(door)
        assert trouble.value.reason is Reason.PROTOCOL
        assert door.ledger.kept == []
        server.script = opened(7, 4)
        assert read_once(door) == 3


def test_a_message_that_claims_a_number_of_more_than_32_bits_is_a_broken_answer():
    def script(tag, command, _connection):
        if command.startswith(b"EXAMINE"):
            return b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + tag + b" OK done\r\n"
        if command == b"UID SEARCH 3":
            return b"* SEARCH 99999999999999999999999\r\n" + tag + b" OK done\r\n"
        return None

    with ScriptedImap(script) as server, pytest.raises(MailboxTrouble) as trouble:
        read_once(door_to(server))
    assert trouble.value.reason is Reason.PROTOCOL


def test_it_reads_all_again_when_the_numbering_went_back_without_a_word():
    with ScriptedImap(opened(7, 900)) as server:
        door = door_to(server)
        read_once(door)
        server.script = opened(7, 4)
        assert read_once(door) == 3  # known content collapses in the ledger
        assert read_once(door) == 0
        cursor = door.ledger.cursor(PRIVACY, "INBOX")
    assert (cursor.last_uid, cursor.uidvalidity % 2**32) == (3, 7)
    assert cursor.uidvalidity > 7  # so that new mail under old numbers is not taken for known


def test_it_reports_a_server_that_renumbers_all_the_time():
    with ScriptedImap() as server:
        door = door_to(server)
        for uidvalidity in (7, 8, 9, 10, 11):
            server.script = opened(uidvalidity, 4)
            read_once(door)
    assert door.state.troubles == ["renumbering"]
    assert len(door.ledger.kept) == 3


def test_it_refuses_a_certificate_for_another_name(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with ScriptedImap(tls=context) as server:
        door = door_to(server, security="tls", host="localhost", ca_file=tmp_path / "ca.pem")
        with pytest.raises(MailboxTrouble) as trouble:
            read_once(door)
        assert trouble.value.reason is Reason.CERTIFICATE
        assert server.commands == []


def test_it_says_nothing_to_a_server_from_which_starttls_was_cut_out():
    with ScriptedImap() as server, pytest.raises(MailboxTrouble):
        read_once(door_to(server, security="starttls"))
    assert not server.seen(b"AUTHENTICATE")
    assert not server.seen(b"LOGIN")


def test_it_uses_login_only_where_the_password_cannot_break_out():
    with ScriptedImap(capabilities=b"IMAP4rev1") as server:
        read_once(door_to(server))
        assert server.seen(b"LOGIN") == [b'LOGIN privacy@autocloz.example "only-for-this-test"']
        with pytest.raises(LoginRefused):
            read_once(door_to(server, password="p\r\nX1 DELETE INBOX"))
    assert not server.seen(b"DELETE")


def test_it_does_not_expunge_on_a_server_that_cannot_expunge_single_messages():
    with ScriptedImap(capabilities=b"IMAP4rev1 AUTH=PLAIN") as server:
        connection = ImapConnection(settings_for(server))
        log_in(connection, None, now())
        connection.select("INBOX")
        with pytest.raises(CommandRefused):
            connection.move([1], "Processed")
        connection.close()
    assert not server.seen(b"EXPUNGE")
    assert not server.seen(b"UID ")


def test_it_copies_and_removes_exactly_its_own_where_move_is_missing():
    with ScriptedImap(capabilities=b"IMAP4rev1 AUTH=PLAIN UIDPLUS") as server:
        connection = ImapConnection(settings_for(server))
        log_in(connection, None, now())
        connection.select("INBOX")
        connection.move([1, 3], "Processed")
        connection.close()
    assert server.seen(b"UID COPY") == [b'UID COPY 1,3 "Processed"']
    assert server.seen(b"UID STORE") == [rb"UID STORE 1,3 +FLAGS.SILENT (\Deleted)"]
    assert server.seen(b"UID EXPUNGE") == [b"UID EXPUNGE 1,3"]
    assert not server.seen(b"EXPUNGE")


def test_it_notices_news_that_came_in_one_packet_with_the_answer_to_idle():
    with ScriptedImap(on(b"IDLE", lambda _: b"+ idling\r\n* 4 EXISTS\r\n")) as server:
        connection = ImapConnection(settings_for(server))
        log_in(connection, None, now())
        connection.examine("INBOX")
        started = time.monotonic()
        assert connection.wait_for_news(30)
        assert time.monotonic() - started < 20  # it did not wait for the poll
        connection.close()


def test_it_takes_an_idle_connection_that_ended_for_what_it_is():
    def script(_tag, command, connection: socket.socket):
        if command != b"IDLE":
            return None
        connection.sendall(b"+ idling\r\n")
        return DROP

    with ScriptedImap(script) as server:
        connection = ImapConnection(settings_for(server))
        log_in(connection, None, now())
        connection.examine("INBOX")
        with pytest.raises(MailboxTrouble):
            connection.wait_for_news(30)
        connection.close()


@pytest.mark.parametrize("name", ['a"b', "a\r\nX1 DELETE INBOX", "*", "%", "a\\b", "", " a"])
def test_it_sends_no_folder_name_that_could_be_more_than_a_name(name):
    with ScriptedImap() as server:
        connection = ImapConnection(settings_for(server))
        log_in(connection, None, now())
        with pytest.raises(ValueError):
            connection.examine(name)
        connection.close()
    assert not server.seen(b"EXAMINE")


def test_no_text_of_a_message_reaches_any_log_at_any_level(caplog):
    caplog.set_level(logging.DEBUG)
    with ScriptedImap() as server:
        read_once(door_to(server))
        server.script = spoil_uid_2(b"* 2 FETCH (UID 2 BODY[] {2}\r\nhi(((anne\r\n")
        read_until_done(door_to(server))
    assert "anne" not in caplog.text
    assert "Hello" not in caplog.text
    assert "only-for-this-test" not in caplog.text
