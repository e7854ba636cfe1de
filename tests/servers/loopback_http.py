"""An HTTP server on a free port of loopback, in a thread that ends with its block."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from servers.ports import LOOPBACK

LOOK = 0.02  # seconds between two looks whether to end


class LoopbackServer:
    """Serves with this handler; `url` names it, with the path behind it."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], path: str = "") -> None:
        self._path = path
        self._server = ThreadingHTTPServer((LOOPBACK, 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}{self._path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
