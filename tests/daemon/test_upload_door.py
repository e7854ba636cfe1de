"""A system uploads what it found: on a real port, signed, streamed, sealed, and once, whatever breaks off."""

import asyncio
import hashlib
import http.client
import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casework.callbacks import Taken
from casework.calling import call_next
from casework.packing import CHUNK
from casework_values import COPY, DANA, OMAR, TestDesk, open_at
from daemon.callback_door import CALLBACKS_PATH, CallbackDoor
from daemon.clock import utc_now
from daemon.upload_door import HEADER, PACKAGE
from daemon.web import PageServer
from desk.settings import WebSettings
from desk_values import desk_app
from notifier.system_settings import SystemSettings
from notifier.system_webhook import SystemWebhook
from package_values import PORT, anne, grant, link_in, open_with_code, packing_profile, zipped
from package_values import shown as shown_package
from privacy.rights import Right
from privacy.webhook_signing import signed_headers
from servers.posted import PostedServer
from storage.database import Database
from system_values import KEY, PRODUCT, SECRET, call_all, doors, say, with_systems
from work_values import approve, begin, carry_out, plan, prove, send

OTHER = b"another secret of at least 24 octets"
MARKER = b"XYZZY-what-the-product-knows-of-Anne"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database on each engine."""
    if request.param == "sqlite":
        opened = open_at(f"sqlite:///{tmp_path / 'rightsdesk.db'}")
    else:
        opened = open_at(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


def asked(database: Database, text: str = COPY) -> TestDesk:
    desk = TestDesk(database, now=datetime.now(UTC))
    base = packing_profile(most_bytes=4 * CHUNK)
    with_systems(desk, challenges=base.challenges, downloads=base.downloads)
    begin(desk, text)
    prove(desk)
    plan(desk)
    call_all(desk, doors())
    return desk


@pytest.fixture
def desk(database: Database) -> TestDesk:
    """Give a desk whose product was asked for a copy of Anne's data."""
    return asked(database)


def files(desk: TestDesk) -> list[tuple[str, int]]:
    """Return name and size of each whole file in the package."""
    packed = [one.packed for one in shown_package(desk).files]
    return [(one.name, one.size) for one in packed if one is not None]


def server(desk: TestDesk) -> PageServer:
    door = CallbackDoor({"product": KEY, "somebody": OTHER}, desk.database, desk.profile)
    return PageServer(
        WebSettings(enabled=True, port=0),
        desk_app(desk.services),
        doors={CALLBACKS_PATH: door},
    )


def says(desk: TestDesk, content: bytes, **changes: str) -> str:
    data = {
        "case": desk.case().reference,
        "right": "access",
        "name": "data.zip",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return json.dumps({"type": "package.upload", "data": data | changes})


def signed(said: str, name: str = "upload_1", *, key: bytes = KEY, ago: int = 0) -> dict[str, str]:
    then = datetime.now(UTC) - timedelta(minutes=ago)
    return {HEADER: said, **signed_headers(key, name, said.encode(), then)}


async def post(desk: TestDesk, body: object, headers: dict[str, str], system="product") -> int:
    pages = server(desk)
    port = await pages.start()

    def talk() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("POST", CALLBACKS_PATH + system + PACKAGE, body, headers)
            return connection.getresponse().status

    try:
        return await asyncio.to_thread(talk)
    finally:
        await pages.stop()


async def test_what_a_system_uploads_is_in_the_package_under_its_own_name_for_two_people_to_approve(
    desk,
):
    content = zipped()
    assert await post(desk, content, signed(says(desk, content))) == 204
    assert files(desk) == [("data.zip", len(content))]
    assert [one.added_by for one in shown_package(desk).files] == ["system:product"]


async def test_the_same_upload_again_is_taken_and_changes_nothing(desk):
    content = zipped()
    said = says(desk, content)
    assert await post(desk, content, signed(said)) == 204
    assert await post(desk, content, signed(said)) == 200
    assert len(files(desk)) == 1


async def test_nothing_is_read_of_what_another_secret_or_none_or_an_old_one_signed(desk):
    content = zipped()
    said = says(desk, content)
    for headers in (
        {},
        {HEADER: said},
        signed(said, key=OTHER),
        signed(said, ago=6),
        signed(said) | {HEADER: says(desk, content, name="other.zip")},
        signed(said) | {"webhook-id": "upload_2"},
    ):
        assert await post(desk, content, headers) == 403
    assert await post(desk, content, signed(said), system="unknown") == 404


async def test_another_content_than_was_signed_leaves_nothing(desk):
    said = says(desk, zipped())
    assert await post(desk, zipped(other="x"), signed(said)) == 409
    assert await post(desk, zipped(), signed(said)) == 204
    assert len(files(desk)) == 1


async def test_a_header_that_says_less_or_more_is_no_upload(desk):
    content = zipped()
    for said in ("{", "{}", says(desk, content, more="x"), says(desk, content, sha256="!")):
        assert await post(desk, content, signed(said)) == 400


async def test_a_system_adds_only_to_what_it_was_asked_for(desk):
    content = zipped()
    for change in (
        {"right": "erasure"},
        {"right": "portability"},
        {"case": "PR-2026-000000-00"},
        {"name": "data.exe"},
    ):
        assert await post(desk, content, signed(says(desk, content, **change))) == 409
    theirs = signed(says(desk, content), key=OTHER)
    assert await post(desk, content, theirs, system="somebody") == 409


async def test_too_much_is_refused_whether_or_not_it_says_its_size(desk):
    big = zipped() + b"x" * (4 * CHUNK)
    assert await post(desk, big, signed(says(desk, big))) == 413
    assert await post(desk, iter([big[:CHUNK], big[CHUNK:]]), signed(says(desk, big))) == 413


async def test_a_file_of_many_pieces_comes_whole_and_lies_sealed(tmp_path):
    place = tmp_path / "sealed.db"
    database = open_at(f"sqlite:///{place}")
    desk = asked(database)
    content = zipped() + MARKER * (3 * CHUNK // len(MARKER))
    parts = iter([content[start : start + 100_000] for start in range(0, len(content), 100_000)])
    assert await post(desk, parts, signed(says(desk, content))) == 204
    assert files(desk) == [("data.zip", len(content))]
    database.close()
    with closing(sqlite3.connect(place)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert MARKER not in place.read_bytes()


async def test_a_file_that_broke_off_leaves_nothing_and_comes_again_under_its_id(desk):
    content = zipped() + b"x" * CHUNK
    headers = signed(says(desk, content))
    pages = server(desk)
    port = await pages.start()
    lines = [f"POST {CALLBACKS_PATH}product{PACKAGE} HTTP/1.1", "Host: desk"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(content)}", "", ""]

    def hang_up() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall("\r\n".join(lines).encode() + content[: CHUNK // 2])

    await asyncio.to_thread(hang_up)
    await pages.stop()
    assert await post(desk, content, headers) == 204
    assert files(desk) == [("data.zip", len(content))]


async def test_a_product_that_is_asked_uploads_and_says_done_and_anne_fetches_what_it_found(
    tmp_path,
):
    desk = TestDesk(open_at(f"sqlite:///{tmp_path / 'desk.db'}"), now=datetime.now(UTC))
    with_systems(desk, {"product": PRODUCT}, challenges=packing_profile().challenges)
    begin(desk, PORT)
    prove(desk)
    plan(desk)
    content = zipped(found="what the product knows")
    with PostedServer() as product:
        settings = SystemSettings(way="webhook", url=product.url, secret=SECRET)
        systems = {"product": SystemWebhook(settings, utc_now)}
        assert await asyncio.to_thread(call_next, desk.database, systems, utc_now, lambda: 0)
        order = json.loads(product.posted[0].body)["data"]
    said = says(desk, content, case=order["case"], right=order["right"], name="anne.zip")
    assert await post(desk, content, signed(said)) == 204
    assert say(desk, "task.done", task=order["task"], evidence="export 17") is Taken.NOW
    carry_out(desk)
    approve(desk, grant(desk, Right.PORTABILITY), DANA, OMAR)
    link = link_in(send(desk).sent[-1])
    browser = anne(desk)
    assert "anne.zip" in open_with_code(desk, browser, link).text
    fetched = browser.post(link, params={"do": "fetch", "file": "1"})
    assert fetched.content == content
