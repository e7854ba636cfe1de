"""An SMTP server that takes every letter, remembers it, and answers as a test scripts it."""

import base64
import email
import email.policy
import socket
import socketserver
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import BinaryIO, Self

CUT = "cut"
"""As an answer: hang up without a word."""
HANG = "hang"
"""As an answer: say nothing until the sink closes."""

USUAL = {
    "GREETING": "220 sink.example ESMTP",
    "HELO": "250 sink.example",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go ahead",
    "END": "250 2.0.0 ok: queued as SINK00001",
    "RSET": "250 2.0.0 ok",
    "NOOP": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


@dataclass(frozen=True, kw_only=True)
class CaughtLetter:
    """One letter as it came over the wire, transparency dots taken off."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    options: str
    data: bytes = field(repr=False)
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        return email.message_from_bytes(self.data, policy=email.policy.default)


@dataclass(frozen=True, kw_only=True)
class SinkOptions:
    """What the sink offers: TLS from the first byte or by STARTTLS, logins, SMTPUTF8, PIPELINING, how large a letter."""

    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    users: dict[str, str] = field(default_factory=dict)
    smtputf8: bool = True
    pipelining: bool = False
    size: int = 50_000_000


class SmtpSink:
    """A running server: `letters` holds what it accepted, `answer` scripts what it says next."""

    def __init__(self, options: SinkOptions | None = None, *, port: int = 0) -> None:
        self.options = options or SinkOptions()
        self.host = "127.0.0.1"
        self.letters: list[CaughtLetter] = []
        self.commands: list[str] = []
        self.connections = 0
        self.closing = threading.Event()
        self._script: dict[str, deque[str]] = defaultdict(deque)
        self._standing = dict(USUAL)
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._server = _Server((self.host, port), self)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def answer(self, verb: str, *replies: str) -> None:
        """Give these replies, one each, to the next commands of a kind; END is the verdict on a letter.

        A reply is a line, CUT or HANG. GREETING is what a new connection hears.
        """
        self._script[verb].extend(replies)

    def always(self, verb: str, reply: str) -> None:
        """Give this reply to every command of a kind from now on."""
        self._standing[verb] = reply

    def next_answer(self, verb: str) -> str:
        script = self._script[verb]
        return script.popleft() if script else self._standing[verb]

    def caught(self, letter: CaughtLetter) -> None:
        with self._changed:
            self.letters.append(letter)
            self._changed.notify_all()

    def wait_for(self, count: int, *, seconds: float = 30) -> list[CaughtLetter]:
        """Return the letters once there are so many; raises AssertionError when they do not come."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.letters) >= count, seconds)
        assert arrived, f"{len(self.letters)} of {count} letters came"
        return list(self.letters)

    def hang_up(self) -> None:
        """Cut every connection that is open now."""
        for connection in list(self._open):
            _shut(connection)

    def opened(self, connection: socket.socket) -> None:
        self.connections += 1
        self._open.add(connection)

    def gone(self, connection: socket.socket) -> None:
        self._open.discard(connection)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sink: SmtpSink) -> None:
        self.sink = sink
        super().__init__(address, _Session)


class _HangUp(Exception):
    pass


class _Session(socketserver.BaseRequestHandler):
    """One connection."""

    server: _Server
    _lines: BinaryIO

    def handle(self) -> None:
        self.sink = self.server.sink
        self.socket: socket.socket = self.request
        self.sink.opened(self.request)
        self._forget()
        # Hanging up is what some scripts ask for, and what some clients do.
        with suppress(_HangUp, OSError, ValueError):
            if self.sink.options.tls is not None:
                self._encrypt(self.sink.options.tls)
            else:
                self._lines = self.socket.makefile("rb")
            self._reply(self.sink.next_answer("GREETING"))
            while self._command():
                pass
        self.sink.gone(self.request)
        self._hang_up()

    def _command(self) -> bool:
        line = self._line()
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.sink.commands.append(line if verb != "AUTH" else "AUTH")
        handler: Callable[[str], None] | None = getattr(self, f"_do_{verb.lower()}", None)
        if handler is None:
            self._reply(self.sink.next_answer(verb) if verb in USUAL else "500 5.5.1 unknown")
        else:
            handler(rest)
        return verb != "QUIT"

    def _do_ehlo(self, _rest: str) -> None:
        options, encrypted = self.sink.options, isinstance(self.socket, ssl.SSLSocket)
        offers = [f"SIZE {options.size}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        offers += ["PIPELINING"] if options.pipelining else []
        offers += ["SMTPUTF8"] if options.smtputf8 else []
        offers += ["STARTTLS"] if options.starttls is not None and not encrypted else []
        offers += ["AUTH PLAIN LOGIN"] if options.users else []
        lines = "".join(f"250-{offer}\r\n" for offer in offers)
        self._reply(f"250-sink.example\r\n{lines}{self.sink.next_answer('HELO')}")

    def _do_starttls(self, _rest: str) -> None:
        answer = self.sink.next_answer("STARTTLS")
        context = self.sink.options.starttls
        self._reply(answer if context else "502 5.5.1 not offered")
        if context and answer.startswith("220"):
            self._encrypt(context)

    def _do_auth(self, rest: str) -> None:
        mechanism, _, first = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, name, password = _decoded(first).split("\0")
        else:
            name = _decoded(first or self._asked("334 VXNlcm5hbWU6"))
            password = _decoded(self._asked("334 UGFzc3dvcmQ6"))
        good = self.sink.options.users.get(name) == password
        self._reply(self.sink.next_answer("AUTH") if good else "535 5.7.8 wrong name or password")

    def _asked(self, question: str) -> str:
        self._reply(question)
        return self._line()

    def _do_mail(self, rest: str) -> None:
        reply = self.sink.next_answer("MAIL")
        address, _, self._options = rest.partition(">")
        self._sender = address.partition("<")[2]
        self._begun = reply.startswith("2")
        self._reply(reply)

    def _do_rcpt(self, rest: str) -> None:
        reply = self.sink.next_answer("RCPT") if self._begun else "503 5.5.1 no sender"
        if reply.startswith("2"):
            self._recipients.append(rest.partition("<")[2].partition(">")[0])
        self._reply(reply)

    def _do_rset(self, _rest: str) -> None:
        self._forget()
        self._reply(self.sink.next_answer("RSET"))

    def _do_data(self, _rest: str) -> None:
        reply = self.sink.next_answer("DATA") if self._begun else "503 5.5.1 no sender"
        self._reply(reply)
        if not reply.startswith("3"):
            return
        data = self._content()
        verdict = self.sink.next_answer("END")
        if verdict[0] not in "45":
            self.sink.caught(
                CaughtLetter(
                    mail_from=self._sender,
                    rcpt_tos=tuple(self._recipients),
                    options=self._options.strip(),
                    data=data,
                    encrypted=isinstance(self.socket, ssl.SSLSocket),
                )
            )
        self._forget()
        self._reply(verdict)

    def _content(self) -> bytes:
        lines = []
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                raise _HangUp
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _forget(self) -> None:
        self._sender, self._options, self._begun = "", "", False
        self._recipients: list[str] = []

    def _line(self) -> str:
        line = self._lines.readline()
        if not line:
            raise _HangUp
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def _reply(self, reply: str) -> None:
        if reply == HANG:
            self.sink.closing.wait()
        if reply in {CUT, HANG}:
            raise _HangUp
        self.socket.sendall(reply.encode() + b"\r\n")

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.socket.settimeout(10)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.socket.settimeout(None)
        self.sink.opened(self.socket)
        self.sink.connections -= 1
        self._lines = self.socket.makefile("rb")

    def _hang_up(self) -> None:
        self.sink.gone(self.socket)
        if hasattr(self, "_lines"):
            self._lines.close()
        _shut(self.socket)
        self.socket.close()


def _decoded(secret: str) -> str:
    return base64.b64decode(secret).decode()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it may be gone already
        connection.shutdown(socket.SHUT_RDWR)
