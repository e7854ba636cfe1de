"""A server on loopback that is posted to: it keeps what came, and answers as it is told."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from servers.loopback_http import LoopbackServer


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes back. `drip`: octet by octet, a tenth of a second apart; `hang_up`: nothing at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False
    hang_up: bool = False


class PostedServer(LoopbackServer):
    """Answers with `replies`, one after the other, then with what `judge` says of a request."""

    def __init__(self, judge: Callable[[Posted], Reply] = lambda _: Reply()) -> None:
        self.judge = judge
        self.replies: list[Reply] = []
        self.posted: list[Posted] = []
        super().__init__(self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"answer": staticmethod(self.answer)})

    def answer(self, request: Posted) -> Reply:
        self.posted.append(request)
        return self.replies.pop(0) if self.replies else self.judge(request)


def _pieces(reply: Reply) -> Iterator[bytes]:
    for octet in reply.body if reply.drip else b"":
        time.sleep(0.1)
        yield bytes([octet])
    yield b"" if reply.drip else reply.body


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[Posted], Reply]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        posted = Posted(method=self.command, path=self.path, headers=headers, body=body)
        reply = type(self).answer(posted)
        self.close_connection = reply.hang_up
        if not reply.hang_up:
            self._send(reply)

    def do_GET(self) -> None:
        self.do_POST()

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for header, value in reply.headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        try:
            for piece in _pieces(reply):
                self.wfile.write(piece)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stay silent: the standard handler writes each request to stderr."""
