"""The product's directory endpoint on loopback: it checks each signature, answers in pages, and plays what goes wrong."""

import base64
import hmac
import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from servers.loopback_http import LoopbackServer

KEY = b"a shared secret of at least 24 octets"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@dataclass(frozen=True)
class Reply:
    """What goes back instead of a page. `drip` sends the body octet by octet, a tenth of a second apart."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False


class Product(LoopbackServer):
    """Answers with `records`, `page_size` at a time. `replies` are played first, in their order."""

    def __init__(self) -> None:
        self.records: list[object] = []
        self.version: str | None = "v1"
        self.page_size = 100
        self.key = KEY
        self.clock_ahead = 0  # seconds by which this side's clock is wrong
        self.answers_as: str | None = None  # an id instead of the one that asked
        self.replies: list[Reply] = []
        self.questions: list[dict[str, str | None]] = []
        self.complaints: list[str] = []
        super().__init__(_handler_for(self), "/directory")

    def answer(self, name: str, seconds: str, signature: str, body: bytes) -> Reply:
        if signature != self.sign(KEY, name, seconds, body):
            self.complaints.append("signature")
            return Reply(status=401)
        question = json.loads(body)
        self.questions.append(question)
        if self.replies:
            return self.replies.pop(0)
        if self.version is not None and question["known_version"] == self.version:
            return Reply(body=json.dumps({"unchanged": True, "version": self.version}).encode())
        first = int(question["cursor"] or 0)
        rest = first + self.page_size
        page = {
            "version": self.version,
            "records": self.records[first:rest],
            "next": str(rest) if rest < len(self.records) else None,
        }
        return Reply(body=json.dumps(page).encode())

    def sign(self, key: bytes, name: str, seconds: str, body: bytes) -> str:
        digest = hmac.digest(key, f"{name}.{seconds}.".encode() + body, "sha256")
        return f"v1,{base64.b64encode(digest).decode()}"


def _handler_for(product: Product) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            name = self.headers.get("webhook-id", "")
            seconds = self.headers.get("webhook-timestamp", "")
            signature = self.headers.get("webhook-signature", "")
            self._send(name, product.answer(name, seconds, signature, body))

        def _send(self, name: str, reply: Reply) -> None:
            answered = product.answers_as or name
            seconds = str(int(time.time()) + product.clock_ahead)
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.send_header("webhook-id", answered)
            self.send_header("webhook-timestamp", seconds)
            signature = product.sign(product.key, answered, seconds, reply.body)
            self.send_header("webhook-signature", f"v1,old {signature}")
            for header, value in reply.headers.items():
                self.send_header(header, value)
            self.end_headers()
            self._write(reply)

        def _write(self, reply: Reply) -> None:
            pieces = [bytes([one]) for one in reply.body] if reply.drip else [reply.body]
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(0.1 if reply.drip else 0)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay silent: the standard handler writes each request to stderr."""

    return Handler
