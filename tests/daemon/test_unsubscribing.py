"""One click, from the printed link to the list, by real HTTP on the listener that the settings make."""

import asyncio
import http.client
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from casework.unsubscribing import update_link
from daemon.settings import EXAMPLE, load_settings
from daemon.web import PageServer
from daemon.wiring import build_doors, open_desk
from desk_values import desk_app
from privacy.suppression import SuppressionList
from storage.suppressions import lists_with

OLIVIA = "olivia@kite.example"
PAGE = {
    "RIGHTSDESK_WEB__ENABLED": "true",
    "RIGHTSDESK_WEB__PORT": "0",
    "RIGHTSDESK_SENDING__PAGE_URL": "https://privacy.autocloz.example",
}


def open_at(home: Path, environment: dict[str, str]):
    return open_desk(load_settings(str(EXAMPLE), home=str(home), environment=environment))


def ask(port: int, method: str, path: str) -> int:
    body = "List-Unsubscribe=One-Click" if method == "POST" else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, headers)
        return connection.getresponse().status


async def test_looking_changes_nothing_and_one_click_ends_the_updates(tmp_path: Path) -> None:
    with closing(open_at(tmp_path, PAGE)) as desk:
        server = PageServer(
            desk.settings.web,
            desk_app(desk.services),
            doors=build_doors(desk),
        )
        key, page = desk.services.desk.token_key, desk.settings.sending.page_url
        link = update_link(desk.database, OLIVIA, key=key, page_url=page, language="hi")
        assert link is not None
        port = await server.start()
        assert port is not None
        asked = []
        for method in ("GET", "HEAD", "POST", "POST"):
            status = await asyncio.to_thread(ask, port, method, urlsplit(link).path)
            with desk.database.reading() as reading:
                asked.append((method, status, lists_with(reading, [OLIVIA])[OLIVIA]))
        await server.stop()
    left = (SuppressionList.UPDATES,)
    assert asked == [("GET", 200, ()), ("HEAD", 200, ()), ("POST", 200, left), ("POST", 200, left)]


def test_without_an_address_for_it_there_is_no_such_page(tmp_path: Path) -> None:
    with closing(open_at(tmp_path, {})) as desk:
        assert build_doors(desk) == {}
