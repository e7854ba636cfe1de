"""An IMAP server on loopback that misbehaves as its script says, and is healthy else."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from servers.ports import LOOPBACK

HANG, DROP = b"<hang>", b"<drop>"
Script = Callable[[bytes, bytes, socket.socket], bytes | None]
CAPABILITIES = b"IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS"
MAILS = {
    uid: b"From: anne@person.example\r\nSubject: mail %d\r\n\r\nHello\r\n" % uid
    for uid in (1, 2, 3)
}
OPENED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 4] ok\r\n"
DATE = b'INTERNALDATE "02-Jan-2026 10:00:00 +0200"'


def obedient(_tag: bytes, _command: bytes, _connection: socket.socket) -> bytes | None:
    return None


class ScriptedImap:
    """Serves each connection in a thread. `commands` holds every line that was received.

    The script returns the bytes to send, HANG, DROP, or None for the healthy answer: three
    messages with UIDs 1 to 3 under UIDVALIDITY 7.
    """

    def __init__(
        self,
        script: Script = obedient,
        *,
        greeting: bytes = b"* OK ready\r\n",
        capabilities: bytes = CAPABILITIES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script, self.greeting, self.capabilities = script, greeting, capabilities
        self.commands: list[bytes] = []
        self._tls = tls
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            _end(connection)
        for thread in self._threads:
            thread.join(timeout=5)

    def seen(self, verb: bytes) -> list[bytes]:
        """Return the commands received that begin with this verb, without tag and CRLF."""
        commands = [line.partition(b" ")[2].strip() for line in self.commands]
        return [command for command in commands if command.upper().startswith(verb)]

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        except OSError:
            plain.close()
            return
        try:
            self._talk(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(self.greeting)
        with connection.makefile("rb") as lines:
            for line in lines:
                self.commands.append(line)
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                answer = self.script(tag, command, connection)
                if answer is None:
                    answer = self.healthy(tag, command)
                if answer == DROP:
                    _end(connection)
                    return
                if answer != HANG:
                    connection.sendall(answer)

    def healthy(self, tag: bytes, command: bytes) -> bytes:
        """Return what an orderly small server answers."""
        if not command:  # the continuation of AUTHENTICATE or IDLE
            return last_tag(self.commands) + b" OK done\r\n"
        verb = command.upper()
        if verb.startswith((b"AUTHENTICATE", b"IDLE")):
            return b"+ go on\r\n"
        return self._untagged(verb) + tag + b" OK done\r\n"

    def _untagged(self, verb: bytes) -> bytes:
        answers: dict[bytes, Callable[[bytes], bytes]] = {
            b"CAPABILITY": lambda _: b"* CAPABILITY " + self.capabilities + b"\r\n",
            b"LIST": lambda _: b'* LIST () "/" INBOX\r\n',
            b"SELECT": lambda _: OPENED,
            b"EXAMINE": lambda _: OPENED,
            b"UID SEARCH": search_line,
            b"UID FETCH": lambda verb: b"".join(fetch_line(uid, verb) for uid in _asked(verb)),
            b"LOGOUT": lambda _: b"* BYE bye\r\n",
        }
        found = [answer for start, answer in answers.items() if verb.startswith(start)]
        return found[0](verb) if found else b""


def search_line(verb: bytes) -> bytes:
    """Return the orderly answer to a search of a range of UIDs; no message is large."""
    if b"LARGER" in verb:
        return b"* SEARCH\r\n"
    first, _, last = verb.removeprefix(b"UID SEARCH UID ").partition(b":")
    uids = [b"%d" % uid for uid in MAILS if int(first) <= uid <= int(last)]
    return b"* SEARCH " + b" ".join(uids) + b"\r\n"


def fetch_line(uid: int, verb: bytes) -> bytes:
    """Return the orderly answer for one message."""
    if uid not in MAILS:
        return b""
    if b"RFC822.SIZE" in verb:
        return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(MAILS[uid]))
    raw, key = MAILS[uid], b"BODY[]"
    if b"HEADER" in verb:
        raw, key = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", b"BODY[HEADER]<0>"
    return b"* %d FETCH (UID %d %b %b {%d}\r\n%b)\r\n" % (uid, uid, DATE, key, len(raw), raw)


def last_tag(commands: list[bytes]) -> bytes:
    """Return the tag of the command whose continuation just came (AUTHENTICATE, IDLE)."""
    tagged = [line for line in commands if b" " in line.strip()]
    return tagged[-1].partition(b" ")[0]


def on(verb: bytes, answer: Callable[[bytes], bytes]) -> Script:
    """Return a script that gives this answer to one verb, and is healthy else."""
    return lambda tag, command, _: answer(tag) if command.upper().startswith(verb) else None


def drip(verb: bytes, line: bytes = b"* OK still here\r\n") -> Script:
    """Return a script that answers a verb with a little every tenth of a second, for ever."""

    def script(_tag: bytes, command: bytes, connection: socket.socket) -> bytes | None:
        if not command.upper().startswith(verb):
            return None
        while True:
            connection.sendall(line)
            time.sleep(0.1)

    return script


def _asked(verb: bytes) -> list[int]:
    return [int(uid) for uid in verb.split()[2].split(b",")]


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
