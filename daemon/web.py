"""Serves the desk's pages, the health endpoint and the doors for others' programs from the daemon's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from desk.access import staying_on_tls
from desk.peers import behind
from desk.settings import WebSettings
from privacy.errors import WrongSetting

SHUTDOWN_SECONDS = 2  # a visitor who never finishes must not keep the daemon from its end


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to the daemon: it would take them away and raise them again at its end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class PageServer:
    """One listener for pages and health; does nothing when it is switched off.

    `app` are the pages, `doors` the parts that need no account, each at its path.
    """

    def __init__(
        self,
        settings: WebSettings,
        app: ASGIApp,
        *,
        doors: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self._settings = settings
        for path, door in (doors or {}).items():
            app = beside(door, app, path)
        config = uvicorn.Config(
            behind(staying_on_tls(app), settings.trusted_hops),
            log_config=None,
            proxy_headers=False,  # whom we believe is a setting of ours
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


def beside(door: ASGIApp, pages: ASGIApp, path: str) -> ASGIApp:
    """Return the application that has both: the door at its path, the pages everywhere else.

    A path that ends with a slash stands for all that is below it.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"] if scope["type"] == "http" else ""
        is_here = asked == path or (path.endswith("/") and asked.startswith(path))
        await (door if is_here else pages)(scope, receive, send)

    return app
