"""A Messages API on loopback that takes only what the vendor's own types allow, and plays every trouble.

It also plays the account's data retention setting of Amazon Bedrock (GET /data-retention).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["ModelServer", dict[str, Any]], tuple[int, dict[str, str], bytes]]


@cache
def request_schema() -> dict[str, Any]:
    """The request as the vendor's types describe it, with every unknown key refused."""
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
    from pydantic import TypeAdapter

    schema = TypeAdapter(MessageCreateParamsNonStreaming).json_schema()
    for part in [schema, *schema.get("$defs", {}).values()]:
        if part.get("type") == "object" and "properties" in part:
            part.setdefault("additionalProperties", False)
    return schema


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def letter(self) -> str:
        """What stands between the marks."""
        return str(self.json["messages"][0]["content"]).split("\n", 1)[1].rpartition("\n")[0]


@dataclass
class ModelServer:
    """What the server plays next, and what it saw. The last answer of the script is played again and again."""

    script: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    retention: tuple[int, bytes] = (200, b'{"mode": "none", "updatedAt": "2026-11-01T00:00:00Z"}')
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def play(self, *answers: Answer) -> None:
        self.script[:] = answers

    def next_answer(self) -> Answer:
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def check(self, request: dict[str, Any]) -> None:
        import jsonschema

        validator = jsonschema.Draft202012Validator(request_schema())
        self.faults += [error.message[:200] for error in validator.iter_errors(request)]


def statement(*claims: tuple[str, str], scope: str = "none", lane: str = "rights", unsure: bool = False) -> dict[str, Any]:  # fmt: skip
    """Return an answer: each claim is a right and its quote."""
    made = [{"right": right, "scope": scope, "quote": quote} for right, quote in claims]
    return {"claims": made, "lane": lane, "unsure": unsure}


def message(*content: dict[str, Any], stop: str = "end_turn", **changes: Any) -> bytes:
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": list(content),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 900, "output_tokens": 60},
    }
    return json.dumps(body | changes).encode()


def tool_use(given: Any, name: str = "record_statement") -> dict[str, Any]:
    return {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}


def says(given: Any, *, thinking_first: bool = False) -> Answer:
    """Answer well, in the way that the request wants."""

    def answer(server: ModelServer, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        del server
        thought = (
            [{"type": "thinking", "thinking": "well", "signature": "s"}] if thinking_first else []
        )
        if "tools" in request:
            return 200, {}, message(*thought, tool_use(given), stop="tool_use")
        return 200, {}, message(*thought, {"type": "text", "text": json.dumps(given)})

    return answer


def raw(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: (status, named, body)


def fails(status: int, kind: str = "api_error", **headers: str) -> Answer:
    body = {"type": "error", "error": {"type": kind, "message": "letter-words-come-back"}}
    return raw(json.dumps(body).encode(), status, **headers)


def hangs(server: ModelServer, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Say nothing until the test is over."""
    del request
    server.stopping.wait(60)
    return 200, {}, b"{}"


def drips(server: ModelServer, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Send one octet now and then: no timeout between octets ever ends it."""
    del server, request
    return 200, {"x-drip": "1"}, b" " * 10_000


def hangs_up(server: ModelServer, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    del server, request
    raise ConnectionAbortedError


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ModelServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.state.seen.append(self._seen(body))
        request = json.loads(body)
        if self.path.endswith("/v1/messages"):
            self.state.check(request)
        else:
            self.state.faults.append(f"path {self.path}")
        try:
            self._reply(*self.state.next_answer()(self.state, request))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_GET(self) -> None:
        self.state.seen.append(self._seen(b""))
        status, body = self.state.retention
        self._reply(status, {}, body)

    def _seen(self, body: bytes) -> Seen:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Seen(path=self.path, headers=headers, body=body)

    def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if "x-drip" not in headers:
            self.wfile.write(body)
            return
        for octet in body:
            if self.state.stopping.is_set():
                return
            self.wfile.write(bytes([octet]))
            time.sleep(0.05)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: pytest shows what matters."""


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Yield a running server."""
    state = ModelServer(script=[says(statement())])
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield state
        finally:
            state.stopping.set()
            server.shutdown()
            thread.join()
