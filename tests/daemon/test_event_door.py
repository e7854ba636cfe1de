"""The door for the provider's events, by real HTTP on the running listener: only signed, only committed, only when set."""

import asyncio
import base64
import hmac
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from casework.sending import send_next
from casework_values import ERASE, TOKEN_KEYS, ScriptedTransport, TestDesk, mail, open_at
from daemon.event_door import EventDoor, EventSource
from daemon.web import PageServer
from desk.settings import WebSettings
from desk_values import desk_app
from notifier.delivery_events import MAX_BODY, EventSignature
from notifier.mailgun_events import MailgunSignature
from privacy.errors import OutcomeUnknown, Retryable
from privacy.outgoing import OutgoingState
from storage.database import Database

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
).decode()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a database on each engine."""
    opened = open_at(database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database) -> TestDesk:
    """Give a desk whose acknowledgement may have left, or not."""
    desk = TestDesk(database, now=datetime.now(UTC))
    desk.receive(mail(ERASE))
    send_next(database, ScriptedTransport([OutcomeUnknown("cut")]), desk.clock)
    return desk


def server(
    database: Database, *, configured: bool = True, source: EventSource | None = None
) -> PageServer:
    door = EventDoor(source or EventSignature(PUBLIC), database, TOKEN_KEYS)
    return PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(TestDesk(database).services),
        doors={door.path: door} if configured else {},
    )


def sign(body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(SHA256())))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": signature.decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }


def event(letter, word: str = "processed", **changes: object) -> dict[str, object]:
    return {
        "email": letter.message.recipient,
        "event": word,
        "smtp-id": letter.message.message_id,
        "sg_event_id": f"id-of-{word}",
        "timestamp": int(datetime.now(UTC).timestamp()),
    } | changes


async def post(
    server: PageServer, body: bytes, headers=None, *, method="POST", path=EventSignature.path
) -> int:
    signed = sign(body, datetime.now(UTC)) if headers is None else headers
    port = await server.start()

    def talk() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request(method, path, body, signed)
            return connection.getresponse().status

    try:
        return await asyncio.to_thread(talk)
    finally:
        await server.stop()


async def test_what_the_provider_took_is_sent_when_it_says_so(database, desk):
    assert desk.letter().state is OutgoingState.UNCERTAIN
    body = json.dumps([event(desk.letter())]).encode()
    assert await post(server(database), body) == 204
    assert (desk.letter().state, desk.letter().evidence) == (OutgoingState.SENT, "event-webhook")


async def test_a_wrong_signature_changes_nothing(database, desk):
    body = json.dumps([event(desk.letter())]).encode()
    assert await post(server(database), body, sign(b"other", datetime.now(UTC))) == 403
    assert await post(server(database), body, {}) == 403
    assert desk.letter().state is OutgoingState.UNCERTAIN


async def test_an_old_copy_of_a_genuine_request_is_refused(database, desk):
    body = json.dumps([event(desk.letter())]).encode()
    old = sign(body, datetime.now(UTC) - timedelta(minutes=6))
    assert await post(server(database), body, old) == 403
    assert desk.letter().state is OutgoingState.UNCERTAIN


async def test_signed_rubbish_is_refused_and_events_of_others_are_taken_quietly(database, desk):
    assert await post(server(database), b"{broken") == 400
    other = event(desk.letter(), **{"smtp-id": "<somebody@elsewhere.example>"})
    assert await post(server(database), json.dumps([other]).encode()) == 204
    assert desk.letter().state is OutgoingState.UNCERTAIN


async def test_too_much_is_refused_whether_or_not_it_says_its_size(database):
    big = b" " * (MAX_BODY + 1)
    headers = sign(b"", datetime.now(UTC))
    assert await post(server(database), iter([big]), headers) == 413
    assert await post(server(database), b"", headers | {"Content-Length": "9" * 12}) == 413


async def test_when_the_database_is_out_of_reach_the_provider_is_asked_to_come_again(desk):
    class Away:
        """As a database whose server is gone."""

        def lookup_key(self, _kind, _text):
            return b"key"

        def transaction(self):
            raise Retryable("database: out of reach")

    body = json.dumps([event(desk.letter())]).encode()
    door = EventDoor(EventSignature(PUBLIC), Away(), TOKEN_KEYS)
    pages = PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(desk.services),
        doors={door.path: door},
    )
    assert await post(pages, body) == 503
    assert desk.letter().state is OutgoingState.UNCERTAIN


async def test_the_door_is_closed_unless_a_key_is_set(database, desk):
    body = json.dumps([event(desk.letter())]).encode()
    assert await post(server(database, configured=False), body) == 403
    assert desk.letter().state is OutgoingState.UNCERTAIN


async def test_nothing_is_read_from_the_door(database):
    assert await post(server(database), b"", method="GET") == 405


async def test_the_pages_beside_the_door_still_want_a_session(database):
    pages = server(database)
    port = await pages.start()

    def fetch(path):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    try:
        assert await asyncio.to_thread(fetch, "/") == 303
        assert await asyncio.to_thread(fetch, EventSignature.path + "/more") == 303
        assert await asyncio.to_thread(fetch, "/health") == 200
    finally:
        await pages.stop()


async def test_whoever_hangs_up_in_the_middle_breaks_nothing(database, desk):
    pages = server(database)
    port = await pages.start()

    def hang_up():
        stamp = str(int(datetime.now(UTC).timestamp()))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(
                f"POST {EventSignature.path} HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n"
                f"X-Twilio-Email-Event-Webhook-Timestamp: {stamp}\r\n\r\n[".encode()
            )

    try:
        await asyncio.to_thread(hang_up)
    finally:
        await pages.stop()
    body = json.dumps([event(desk.letter())]).encode()
    assert await post(server(database), body) == 204


MAILGUN_KEY = "a signing key"


def mailgun_event(letter, word: str, *, token: str, key: str = MAILGUN_KEY) -> bytes:
    stamp = str(int(datetime.now(UTC).timestamp()))
    digest = hmac.new(key.encode(), (stamp + token).encode(), "sha256").hexdigest()
    data = {
        "event": word,
        "id": f"id-of-{word}",
        "timestamp": datetime.now(UTC).timestamp(),
        "user-variables": {"rightsdesk_id": letter.message.message_id},
    }
    signature = {"timestamp": stamp, "token": token, "signature": digest}
    return json.dumps({"signature": signature, "event-data": data}).encode()


async def test_mailgun_is_heard_at_a_door_of_its_own_and_each_token_once(database, desk):
    source = MailgunSignature(MAILGUN_KEY, datetime.now(UTC) - timedelta(minutes=1))
    to_mailgun = {"headers": {"Content-Type": "application/json"}, "path": source.path}
    forged = mailgun_event(desk.letter(), "accepted", token="one", key="another")
    assert await post(server(database, source=source), forged, **to_mailgun) == 403
    assert desk.letter().state is OutgoingState.UNCERTAIN
    genuine = mailgun_event(desk.letter(), "accepted", token="one")
    assert await post(server(database, source=source), genuine, **to_mailgun) == 204
    assert desk.letter().state is OutgoingState.SENT
    swapped = mailgun_event(desk.letter(), "rejected", token="one")
    assert await post(server(database, source=source), swapped, **to_mailgun) == 204
    assert desk.letter().state is OutgoingState.SENT
    late = mailgun_event(desk.letter(), "rejected", token="two")
    assert await post(server(database, source=source), late, **to_mailgun) == 204
    assert desk.letter().state is OutgoingState.FAILED
