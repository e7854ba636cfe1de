"""Serves the desk's pages, the health endpoint and the doors for events from the daemon's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

from daemon.event_door import EventDoor, beside
from desk.app import create_app
from desk.confirmation import ConfirmationPage, with_button
from desk.downloads import DownloadPage, with_downloads
from desk.reader import DeskReader
from desk.settings import WebSettings
from desk.unsubscribing import UnsubscribePage
from privacy.errors import WrongSetting

SHUTDOWN_SECONDS = 2  # a visitor who never finishes must not keep the daemon from its end


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to the daemon: it would take them away and raise them again at its end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class PageServer:
    """One listener for pages and health; does nothing when it is switched off."""

    def __init__(  # noqa: PLR0913 each page is served or not, by itself
        self,
        settings: WebSettings,
        reader: DeskReader,
        *,
        health: Callable[[], tuple[bool, list[str]]],
        access_key: str,
        events: Sequence[EventDoor] = (),
        buttons: Sequence[ConfirmationPage | UnsubscribePage] = (),
        downloads: DownloadPage | None = None,
    ) -> None:
        self._settings = settings
        app: ASGIApp = create_app(reader, access_key=access_key, health=health)
        for one in buttons:
            app = with_button(one, app)
        if downloads is not None:
            app = with_downloads(downloads, app)
        if events:
            app = beside(events, app)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        self._server = QuietServer(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> int | None:
        """Listen; returns the port, None when switched off. Raises Permanent when the address is taken."""
        if not self._settings.enabled:
            return None
        listening = self._listen()
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        port: int = listening.getsockname()[1]
        return port

    async def stop(self) -> None:
        """Finish the requests at hand and stop."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving

    def _listen(self) -> socket.socket:
        host, port = self._settings.host, self._settings.port
        try:
            return socket.create_server((host, port), family=_family(host))
        except OSError:
            raise WrongSetting(f"web: cannot listen on {host} port {port}") from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
