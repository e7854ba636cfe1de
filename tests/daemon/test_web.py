"""The pages' own listener: health is open and says codes only, everything else wants a session."""

import asyncio
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from casework_values import TestDesk, open_at
from daemon.web import PageServer
from desk.confirmation import PREFIX as CONFIRM
from desk.confirmation import ConfirmationPage
from desk.instruction import PREFIX as INSTRUCT
from desk.instruction import InstructionPage
from desk.settings import WebSettings
from desk_values import desk_app
from privacy.errors import Permanent
from storage.database import Database


@pytest.fixture
def database(migrated_sqlite: str) -> Iterator[Database]:
    opened = open_at(migrated_sqlite)
    yield opened
    opened.close()


def pages(database: Database, *codes: str, **settings: object) -> PageServer:
    return PageServer(
        WebSettings(**({"enabled": True, "port": 0} | settings)),  # type: ignore[arg-type]
        desk_app(TestDesk(database).services, health=lambda: (not codes, list(codes))),
    )


def fetch(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], (200, b'{"ok":true,"codes":[]}')),
        (["transport"], (503, b'{"ok":false,"codes":["transport"]}')),
    ],
)
async def test_health_is_not_200_when_something_is_wrong(database, codes, expected):
    server = pages(database, *codes)
    port = await server.start()
    try:
        assert await asyncio.to_thread(fetch, port, "/health") == expected
    finally:
        await server.stop()


@pytest.mark.parametrize("path", ["/", "/letters", "/held", "/cases/PR-2026-482915-K7"])
async def test_nothing_but_health_is_open_without_an_account(database, path):
    server = pages(database)
    port = await server.start()
    try:
        status, body = await asyncio.to_thread(fetch, port, path)
        assert (status, b"<h1>Sign in</h1>" in body) == (200, True)
    finally:
        await server.stop()


async def test_it_listens_only_when_it_is_switched_on(database):
    server = pages(database, enabled=False)
    assert await server.start() is None
    await server.stop()


async def test_a_port_that_is_taken_is_named(database):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = pages(database, port=taken.getsockname()[1])
        with pytest.raises(Permanent, match="web: cannot listen"):
            await server.start()


async def test_a_visitor_who_never_finishes_does_not_keep_it_from_its_end(database):
    started, release = threading.Event(), threading.Event()

    def slow() -> tuple[bool, list[str]]:
        started.set()
        release.wait()
        return True, []

    server = PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(TestDesk(database).services, health=slow),
    )
    port = await server.start()
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        visitor.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.to_thread(started.wait)
        await server.stop()
        release.set()


async def test_the_pages_of_letters_are_open_without_an_account(database):
    doors = {
        CONFIRM: ConfirmationPage(lambda _code, _client: False, company="Autocloz"),
        INSTRUCT: InstructionPage(lambda *_said: False, company="Autocloz"),
    }
    server = PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(TestDesk(database).services),
        doors=doors,
    )
    port = await server.start()
    try:
        for path in doors:
            status, body = await asyncio.to_thread(fetch, port, f"{path}de/RD-1")
            assert (status, b'<html lang="de">' in body) == (200, True)
        assert b"<h1>Sign in</h1>" in (await asyncio.to_thread(fetch, port, "/cases"))[1]
    finally:
        await server.stop()
