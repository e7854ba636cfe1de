"""The door for systems that call back, on a real port: one status for each thing that can be wrong."""

import asyncio
import http.client
import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from casework.calling import call_next
from casework_values import COPY, TestDesk, mail, open_at
from daemon.callback_door import CALLBACKS_PATH, CallbackDoor
from daemon.clock import utc_now
from daemon.logs import set_up_logs
from daemon.web import PageServer
from desk.settings import WebSettings
from desk_values import desk_app
from notifier.system_settings import SystemSettings
from notifier.system_webhook import SystemWebhook
from privacy.callbacks import MAX_BODY
from privacy.errors import Retryable
from privacy.system_calls import CallState
from privacy.webhook_signing import is_signed, signed_headers
from servers.posted import PostedServer
from storage.database import Database
from system_values import KEY, PRODUCT, SECRET, call_all, calls, doors, with_systems
from work_values import begin, plan, prove

OTHER = b"another secret of at least 24 octets"
MARKER = "XYZZY-the-words-of-a-person"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a database on each engine."""
    opened = open_at(database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database) -> TestDesk:
    """Give a desk whose product was asked for a copy of Anne's data."""
    desk = TestDesk(database, now=datetime.now(UTC))
    with_systems(desk)
    begin(desk, COPY)
    prove(desk)
    plan(desk)
    call_all(desk, doors())
    return desk


def server(desk: TestDesk, database: object = None) -> PageServer:
    door = CallbackDoor({"product": KEY, "crm": OTHER}, database or desk.database, desk.profile)
    return PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(desk.services),
        doors={CALLBACKS_PATH: door},
    )


def done(desk: TestDesk, **changes: object) -> bytes:
    task = next(one.task_id for one in calls(desk) if one.system == "product")
    said = {"type": "task.done", "data": {"task": str(task), "evidence": "export 17"}}
    return json.dumps(said | changes).encode()


def sign(body: bytes, name: str = "evt_1", key: bytes = KEY, ago: int = 0) -> dict[str, str]:
    return signed_headers(key, name, body, datetime.now(UTC) - timedelta(minutes=ago))


async def post(pages, body, headers=None, *, system="product", method="POST") -> int:
    signed = sign(body) if headers is None else headers
    port = await pages.start()

    def talk() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request(method, CALLBACKS_PATH + system, body, signed)
            return connection.getresponse().status

    try:
        return await asyncio.to_thread(talk)
    finally:
        await pages.stop()


async def test_what_a_system_says_is_committed_before_it_is_told_so(desk):
    assert await post(server(desk), done(desk)) == 204
    (call,) = [one for one in calls(desk) if one.system == "product"]
    assert call.state is CallState.DONE


async def test_the_same_message_again_is_taken_and_changes_nothing(desk):
    body = done(desk)
    assert await post(server(desk), body) == 204
    assert await post(server(desk), body, sign(body)) == 200


async def test_another_secret_no_signature_and_an_old_one_are_refused(desk):
    body = done(desk)
    for headers in (
        {},
        sign(body, key=OTHER),
        sign(b"other"),
        sign(body, ago=6),
        sign(body, ago=-6),
        sign(body) | {"webhook-id": "evt_2"},
        {name: value for name, value in sign(body).items() if name != "webhook-id"},
    ):
        assert await post(server(desk), body, headers) == 403
    assert {one.state for one in calls(desk)} == {CallState.TAKEN}


async def test_a_system_cannot_speak_for_another_one(desk):
    body = done(desk)
    assert await post(server(desk), body, sign(body, key=OTHER), system="crm") == 409
    assert await post(server(desk), body, system="payments") == 404
    assert await post(server(desk), body, system="product/more") == 404
    assert await post(server(desk), body, method="PUT") == 405


async def test_signed_rubbish_is_refused(desk):
    for body in (b"{broken", b"[]", done(desk, type="case.close"), done(desk, more=1)):
        assert await post(server(desk), body) == 400


async def test_too_much_is_refused_whether_or_not_it_says_its_size(desk):
    big = b" " * (MAX_BODY + 1)
    assert await post(server(desk), iter([big]), sign(b"")) == 413
    assert await post(server(desk), b"", sign(b"") | {"Content-Length": "9" * 12}) == 413


async def test_when_the_database_is_out_of_reach_the_system_is_asked_to_come_again(desk):
    class Away:
        """As a database whose server is gone."""

        def transaction(self):
            raise Retryable("database: out of reach")

    assert await post(server(desk, Away()), done(desk)) == 503


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Give the stream that all loggers write to, with the logging of the tests put back afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs("DEBUG", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_no_words_of_anybody_are_in_the_log_whatever_a_system_says(desk, lines):
    confirmed = {"case_token": "0" * 26, "account": MARKER}
    bodies = [
        json.dumps({"type": "person.confirmed", "data": confirmed}).encode(),
        done(desk, type=MARKER),
        done(desk, data={"task": MARKER, "evidence": MARKER}),
        f'{{"type": "{MARKER}'.encode(),
    ]
    for body in bodies:
        assert await post(server(desk), body) in {400, 409}
    assert await post(server(desk), done(desk, data=json.loads(done(desk))["data"])) == 204
    written = lines.getvalue()
    assert written.count("callback_refused") == 2
    assert written.count("callback_not_read") == 2
    assert MARKER not in written
    assert "export 17" not in written


async def test_a_message_goes_out_signed_and_its_answer_comes_back_by_the_door(database, lines):
    desk = TestDesk(database, now=datetime.now(UTC))
    with_systems(desk, {"product": PRODUCT})
    desk.receive_one(mail(COPY, From=f"{MARKER}@person.example"))
    prove(desk)
    plan(desk)
    with PostedServer() as product:
        settings = SystemSettings(way="webhook", url=product.url, secret=SECRET)
        systems = {"product": SystemWebhook(settings, utc_now)}
        assert await asyncio.to_thread(call_next, database, systems, utc_now, lambda: 0)
        (request,) = product.posted
    name = request.headers["webhook-id"]
    assert is_signed(KEY, name, request.body, request.headers, datetime.now(UTC))
    order = json.loads(request.body)["data"]
    assert order["subject"] == {"address": [f"{MARKER}@person.example"]}
    said = {"type": "task.done", "data": {"task": order["task"], "evidence": "export 17"}}
    assert await post(server(desk), json.dumps(said).encode()) == 204
    assert [one.state for one in calls(desk)] == [CallState.DONE]
    assert MARKER.lower() not in lines.getvalue().lower()
