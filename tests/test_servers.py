"""The test servers keep what they promise to the tests that rely on them."""

import asyncio
import socket
from datetime import UTC, datetime

import psycopg
import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from servers import loopback
from servers.dovecot import Dovecot

MAIL = b"From: anne@example.example\r\nSubject: hello\r\n\r\nhello\r\n"
ARRIVED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def tls_client(dovecot: Dovecot) -> IMAPClient:
    return IMAPClient("localhost", port=dovecot.tls_port, ssl_context=dovecot.tls_context())


def test_delivered_mail_keeps_its_bytes_and_its_time_of_arrival(dovecot):
    user = dovecot.new_user()
    dovecot.deliver(MAIL, user=user, internaldate=ARRIVED)
    with dovecot.login(user) as client:
        (found,) = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]", "INTERNALDATE"]).values()
    assert found[b"BODY[]"] == MAIL
    assert found[b"INTERNALDATE"] == ARRIVED


def test_a_mailbox_has_its_folders_and_mail_can_arrive_in_junk(dovecot):
    user = dovecot.new_user()
    dovecot.deliver(MAIL, user=user, folder="Junk")
    with dovecot.login(user, "Junk") as client:
        assert client.search(["ALL"]) == [1]
        assert {name for _, _, name in client.list_folders()} == {
            "INBOX", "Junk", "Processed", "Sent",
        }  # fmt: skip


def test_idle_hears_of_new_mail_and_of_being_thrown_out(dovecot):
    user = dovecot.new_user()
    with dovecot.login(user) as client:
        client.idle()
        dovecot.deliver(MAIL, user=user)
        assert (1, b"EXISTS") in client.idle_check(timeout=20)
        dovecot.kick(user)
        assert client.idle_check(timeout=20)[0][0] == b"BYE"


@pytest.mark.parametrize("mechanism", ["oauth2_login", "oauthbearer_login"])
def test_a_token_opens_the_mailbox_until_it_is_revoked(dovecot, mechanism):
    user = dovecot.new_user()
    token = dovecot.issue_token(user)
    with tls_client(dovecot) as client:
        getattr(client, mechanism)(user, token)
    dovecot.revoke(token)
    with tls_client(dovecot) as client, pytest.raises(LoginError):
        getattr(client, mechanism)(user, token)


def test_a_token_opens_no_other_mailbox(dovecot):
    olivia, mallory = dovecot.new_user("olivia"), dovecot.new_user("mallory")
    dovecot.deliver(MAIL, user=olivia)
    with tls_client(dovecot) as client, pytest.raises(LoginError):
        client.oauth2_login(olivia, dovecot.issue_token(mallory))


def test_a_new_uidvalidity_renumbers_the_messages(dovecot):
    user = dovecot.new_user()
    for _ in range(3):
        dovecot.deliver(MAIL, user=user)
    with dovecot.login(user) as client:
        before = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
        client.delete_messages([1], silent=True)
        client.expunge()
        assert client.search(["ALL"]) == [2, 3]
    dovecot.reset_uidvalidity(user)
    with dovecot.login(user) as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] > before
        assert client.search(["ALL"]) == [1, 2]


def test_databases_are_empty_and_not_shared(postgres):
    first, second = postgres.create_database(), postgres.create_database()
    with psycopg.connect(first.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE ours (id int)")
    with psycopg.connect(second.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('ours')").fetchone() == (None,)
    postgres.drop_database(first)
    postgres.drop_database(second)


async def test_no_test_leaves_this_machine():
    with pytest.raises(OSError, match="loopback"):
        await asyncio.open_connection("192.0.2.1", 25)
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with datagram, pytest.raises(OSError, match="loopback"):
        datagram.sendto(b"?", ("192.0.2.1", 53))
    assert len(loopback.attempts) == 2
    loopback.attempts.clear()  # the attempts were the point: without this the test would fail


async def test_no_name_reaches_a_resolver():
    with pytest.raises(socket.gaierror):
        await asyncio.open_connection("mail.autocloz.example", 25)


def test_this_machine_is_open_under_all_its_names():
    for name in ("127.0.0.1", "localhost", "::1"):
        assert loopback.is_local((name, 25))
    assert loopback.is_local("/run/socket")
    assert not loopback.is_local(("mail.autocloz.example", 25))
