"""The thread of one mailbox against a real Dovecot: quick when mail comes, back after every trouble."""

import contextlib
import logging
import threading
import time
from datetime import timedelta

import pytest

from intake import imap
from intake.imap import MailboxWatcher
from intake.imap_folder import MailboxDoor
from intake.oauth import AccessTokens
from intake.settings import MailboxSettings, OAuthSettings
from privacy.errors import Permanent, Retryable
from privacy.ports import OAuthTokens
from servers.imap_fakes import MemoryLedger, MemoryState, MemoryTokenStore, now
from servers.oauth_provider import CLIENT_ID, CLIENT_SECRET, SCOPE, OAuthProvider
from servers.ports import wait_for
from servers.scripted_imap import ScriptedImap, on

PATIENCE = 30


@pytest.fixture
def user(dovecot):
    return dovecot.new_user()


def settings_for(dovecot, user, **changes):
    return MailboxSettings(
        **{
            "address": user,
            "host": "localhost",
            "port": dovecot.tls_port,
            "password": dovecot.password,
            "ca_file": dovecot.ca_file,
            **changes,
        }
    )


def door_for(settings):
    return MailboxDoor(settings=settings, ledger=MemoryLedger(), state=MemoryState(), clock=now)


@contextlib.contextmanager
def watching(door, tokens=None):
    watcher = MailboxWatcher(door, tokens, jitter=lambda: 1.0)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()


def until(condition, what):
    wait_for(condition, seconds=PATIENCE, complaint=lambda: what)


def until_kept(door, *subjects):
    until(lambda: set(subjects) <= set(door.ledger.subjects()), f"{subjects} not kept")


def until_idle(door, folder="INBOX"):
    until(lambda: (folder, "ok") in door.state.told, "never read to the end")


def until_trouble(door, reason):
    until(lambda: reason in door.state.troubles, f"no {reason} in {door.state.told}")


def mail(subject):
    return f"From: anne@person.example\r\nSubject: {subject}\r\n\r\nHello {subject}\r\n".encode()


def test_it_reads_what_is_there_and_what_comes(dovecot, user, capsys):
    door = door_for(settings_for(dovecot, user))
    dovecot.deliver(mail("before"), user=user)
    dovecot.deliver(mail("junk"), user=user, folder="Junk")
    with watching(door):
        until_kept(door, "before", "junk")
        until_idle(door)
        time.sleep(1)  # now it idles
        started = time.monotonic()
        dovecot.deliver(mail("live"), user=user)
        until_kept(door, "live")
        with capsys.disabled():
            print(f"\nIDLE: kept {time.monotonic() - started:.2f} s after delivery")  # noqa: T201
    assert door.state.troubles == []


def test_it_comes_back_after_it_was_thrown_out_while_idle(dovecot, user):
    door = door_for(settings_for(dovecot, user))
    with watching(door):
        until_idle(door)
        time.sleep(1)
        dovecot.kick(user)
        until_trouble(door, "connection")
        dovecot.deliver(mail("after"), user=user)
        until_kept(door, "after")


def test_it_does_not_spin_when_its_connection_dies_while_idle(dovecot, user):
    door = door_for(settings_for(dovecot, user))
    with watching(door):
        until_idle(door)
        for _ in range(3):
            dovecot.kick_if_connected(user)
            time.sleep(0.5)
        used = time.process_time()
        time.sleep(2)
        assert time.process_time() - used < 1.0  # a spinning thread takes 2


def test_it_comes_back_when_the_server_does(dovecot, user):
    door = door_for(settings_for(dovecot, user))
    with watching(door):
        until_idle(door)
        dovecot.pause()
        try:
            until_trouble(door, "connection")
        finally:
            dovecot.resume()
        dovecot.deliver(mail("after"), user=user)
        until_kept(door, "after")


def test_it_lives_through_a_renumbering(dovecot, user):
    door = door_for(settings_for(dovecot, user))
    with watching(door):
        until_idle(door)
        dovecot.deliver(mail("one"), user=user)
        until_kept(door, "one")
        dovecot.reset_uidvalidity(user)
        dovecot.deliver(mail("two"), user=user)
        until_kept(door, "two")
        cursor = lambda: door.ledger.cursor(user, "INBOX")  # noqa: E731
        until(lambda: len(cursor().renumbered_at) == 1, "the renumbering was not noticed")
        dovecot.deliver(mail("three"), user=user)
        until_kept(door, "three")
    assert sorted(door.ledger.subjects()) == ["one", "three", "two"]
    assert door.ledger.kept[-1].quiet_reason is None


def test_it_moves_what_is_kept_and_leaves_junk_where_it_is(dovecot, user):
    door = door_for(settings_for(dovecot, user, after_commit="move"))
    dovecot.deliver(mail("junk"), user=user, folder="Junk")
    with watching(door):
        until_idle(door)
        for subject in ("one", "two"):
            dovecot.deliver(mail(subject), user=user)
            until_kept(door, subject)
        with dovecot.login(user, "Processed") as client:
            until(lambda: client.noop() and len(client.search(["ALL"])) == 2, "not moved")
    with dovecot.login(user, "Junk") as client:
        assert len(client.search(["ALL"])) == 1


def test_further_folders_are_polled_and_a_missing_one_only_reported(dovecot, user):
    folders = ("INBOX", "Missing", "Sent")
    door = door_for(settings_for(dovecot, user, folders=folders, poll_seconds=1))
    with watching(door):
        until_idle(door)
        dovecot.deliver(mail("elsewhere"), user=user, folder="Sent")
        until_kept(door, "elsewhere")
    assert set(door.state.troubles) == {"folder"}
    assert ("Missing", "folder") in door.state.told


def test_it_waits_for_the_ledger_with_the_connection_open(dovecot, user):
    door = door_for(settings_for(dovecot, user))
    failures = [Retryable("away", after=timedelta(milliseconds=50)), Retryable("still away")]

    def away(batch):
        if batch and failures:
            raise failures.pop(0)

    door.ledger.refuse = away
    dovecot.deliver(mail("one"), user=user)
    with watching(door):
        until_kept(door, "one")
    assert door.state.troubles == ["storage", "storage"]


def test_a_wrong_password_is_reported_and_not_tried_again_soon(dovecot, user):
    door = door_for(settings_for(dovecot, user, password="wrong"))
    with watching(door):
        until_trouble(door, "auth")
        time.sleep(1.5)
    assert door.state.troubles == ["auth"]


def test_it_stops_in_the_middle_of_an_answer_that_never_comes():
    with ScriptedImap(on(b"EXAMINE", lambda _: b"<hang>")) as server:
        settings = MailboxSettings(
            address="privacy@autocloz.example",
            host="127.0.0.1",
            port=server.port,
            security="plain",
            password="x",
        )
        door = door_for(settings)
        with watching(door):
            until(lambda: server.seen(b"EXAMINE"), "never asked")
            started = time.monotonic()
    assert time.monotonic() - started < 20  # the server's silence would have lasted a minute
    assert door.state.told == []  # to be stopped is no trouble


def test_an_error_that_nobody_foresaw_does_not_end_the_watch(dovecot, user, caplog):
    door = door_for(settings_for(dovecot, user))
    surprises = [ZeroDivisionError("anne@person.example")]

    def surprise(batch):
        if batch and surprises:
            raise surprises.pop()

    door.ledger.refuse = surprise
    dovecot.deliver(mail("one"), user=user)
    with watching(door):
        until_kept(door, "one")
    assert door.state.troubles == ["unexpected"]
    assert "anne" not in caplog.text


def test_it_polls_a_server_that_cannot_idle():
    with ScriptedImap(capabilities=b"IMAP4rev1 AUTH=PLAIN") as server:
        settings = MailboxSettings(
            address="privacy@autocloz.example",
            host="127.0.0.1",
            port=server.port,
            security="plain",
            password="x",
            poll_seconds=1,
        )
        with watching(door_for(settings)):
            until(lambda: len(server.seen(b"EXAMINE")) > 3, "not polled")
    assert not server.seen(b"IDLE")


def test_no_mail_and_no_password_is_logged_at_any_level(dovecot, user, caplog):
    caplog.set_level(logging.DEBUG)
    door = door_for(settings_for(dovecot, user))
    dovecot.deliver(mail("secret-word"), user=user)
    with watching(door):
        until_kept(door, "secret-word")
        until_idle(door)
    assert "secret-word" not in caplog.text
    assert dovecot.password not in caplog.text


# OAuth 2 from end to end


@pytest.fixture
def provider(dovecot, user):
    with OAuthProvider(issue=lambda: dovecot.issue_token(user)) as provider:
        provider.rotates = True
        yield provider
        assert provider.complaints == []


def oauth_door(dovecot, user, provider, mech="xoauth2"):
    oauth = OAuthSettings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        refresh_token="first-refresh-token",
        token_url=f"{provider.url}/token",
        scope=SCOPE,
        mech=mech,
    )
    return door_for(settings_for(dovecot, user, auth="oauth2", oauth=oauth, password=None))


def tokens_of(door, store):
    return AccessTokens(door.settings.oauth, door.mailbox, store)


@pytest.mark.parametrize("mech", ["xoauth2", "oauthbearer"])
def test_it_reads_with_an_access_token(dovecot, user, provider, mech):
    door = oauth_door(dovecot, user, provider, mech)
    dovecot.deliver(mail("one"), user=user)
    with watching(door, tokens_of(door, MemoryTokenStore())):
        until_kept(door, "one")
    assert len(provider.requests) == 1
    assert door.state.troubles == []


def test_a_token_that_ended_in_mid_connection_is_renewed_for_the_next(dovecot, user, provider):
    provider.expires_in = 2
    door, store = oauth_door(dovecot, user, provider), MemoryTokenStore()
    with watching(door, tokens_of(door, store)):
        until_idle(door)
        first = store.tokens[user]
        dovecot.revoke(first.access_token)
        time.sleep(2)
        dovecot.kick_if_connected(user)
        dovecot.deliver(mail("after"), user=user)
        until_kept(door, "after")
    assert store.tokens[user].access_token != first.access_token
    assert store.tokens[user].refresh_token != first.refresh_token


def test_a_token_is_renewed_while_the_connection_lives(dovecot, user, provider):
    provider.expires_in = 2
    door = oauth_door(dovecot, user, provider)
    polling = door.settings.model_copy(update={"poll_seconds": 1})
    door = door_for(polling)
    with watching(door, tokens_of(door, MemoryTokenStore())):
        until(lambda: len(provider.requests) > 2, "not renewed")
    assert door.state.troubles == []


def test_a_revoked_consent_is_reported_while_the_old_token_still_works(dovecot, user, provider):
    door = oauth_door(dovecot, user, provider)
    polling = door.settings.model_copy(update={"poll_seconds": 1})
    door = door_for(polling)
    late = OAuthTokens(
        access_token=dovecot.issue_token(user),
        refresh_token="revoked",
        expires_at=now() + timedelta(minutes=5),
    )
    with watching(door, tokens_of(door, MemoryTokenStore({user: late}))):
        until_trouble(door, "token")
        dovecot.deliver(mail("still"), user=user)
        until_kept(door, "still")


def test_a_token_that_the_mail_server_refuses_is_not_tried_twice(dovecot, user, provider):
    door = oauth_door(dovecot, user, provider)
    stale = OAuthTokens(
        access_token="nobody-knows-this",
        refresh_token="first-refresh-token",
        expires_at=now() + timedelta(hours=1),
    )
    tokens = tokens_of(door, MemoryTokenStore({user: stale}))
    with watching(door, tokens):
        until_trouble(door, "auth")
    assert tokens.token(now()) != "nobody-knows-this"
    assert len(provider.requests) == 1


def test_what_a_server_showed_late_is_found_by_the_hourly_recheck(dovecot, user, monkeypatch):
    monkeypatch.setattr(imap, "RECHECK_SECONDS", 1.0)
    door = door_for(settings_for(dovecot, user, poll_seconds=1, folders=("INBOX", "Missing")))
    refusing = [True]

    def refuse(batch):
        if refusing[0] and any(b"Subject: one" in message.raw for message in batch):
            raise Permanent("cannot be kept")

    door.ledger.refuse = refuse
    dovecot.deliver(mail("one"), user=user)
    dovecot.deliver(mail("two"), user=user)
    with watching(door):
        until_kept(door, "two")
        refusing[0] = False
        until_kept(door, "one")
