"""One worker as its parent sees it: started, given messages, asked for answers, killed."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from socket import socketpair
from typing import Any, Generic, TypeVar

from intake.worker import LENGTH, MEMORY, READ, READY

Asked = TypeVar("Asked")
Told = TypeVar("Told")

ORPHAN_GRACE = (
    2.0  # seconds over the limit after which a busy worker without a parent ends by itself
)
CHUNK = 64 * 1024  # more than an answer to most mails; a larger buffer is mapped anew for each look
MOST_ANSWERED = 64 * 1024 * 1024  # bytes; the answer to a message within our caps is far smaller
HEADER = 1 + LENGTH


class Gone(Exception):
    """The worker ended, or says what no worker of ours says."""


class OutOfMemory(Gone):
    """The worker says that its memory is used up, and ends."""


@dataclass(frozen=True, kw_only=True)
class Errand(Generic[Asked, Told]):
    """What workers are for: the program that answers, called with bytes and seconds, and both ways over the socket.

    `unpack` raises ValueError for everything that is no answer.
    """

    program: tuple[str, ...]
    pack: Callable[[Asked], bytes]
    unpack: Callable[[bytes], Told]


@dataclass(slots=True)
class Job:
    """One question on its way: its place in the order, and how often it is asked."""

    number: int
    question: bytes = field(repr=False)
    tries: int = 1


class WorkerProcess(Generic[Told]):
    """A child process and the socket to it; waits for nothing but the end of what it killed."""

    def __init__(self, errand: Errand[Any, Told], *, memory: int, seconds: float) -> None:
        """Start it. Raises OSError."""
        self.socket, theirs = socketpair()
        self.socket.setblocking(False)  # noqa: FBT003 - has no name in the standard library
        with theirs:
            try:
                limits = (str(memory), str(seconds + ORPHAN_GRACE))
                self._process = start([*errand.program, *limits], theirs.fileno())
            except OSError:
                self.socket.close()
                raise
        self._unpack = errand.unpack
        self._unsent: deque[memoryview] = deque()
        self._received = bytearray()
        self.in_hand: deque[Job] = deque()
        self.answered = 0
        self.is_ready = False
        self.limits_memory = False

    @property
    def octets_in_hand(self) -> int:
        """Bytes of the messages that were given and not answered."""
        return sum(len(job.question) for job in self.in_hand)

    @property
    def has_unsent(self) -> bool:
        """Whether a message was given that the socket could not take yet."""
        return bool(self._unsent)

    @property
    def is_answering(self) -> bool:
        """Whether an answer has begun to come in: the message is read, the rest is a matter of fetching it."""
        return bool(self._received)

    def give(self, job: Job) -> None:
        """Put a message behind those in hand."""
        self.in_hand.append(job)
        self._unsent += (
            memoryview(len(job.question).to_bytes(LENGTH, "big")),
            memoryview(job.question),
        )
        self.push()

    def push(self) -> None:
        """Send what the socket takes; a worker that is gone shows itself when its answers are fetched."""
        try:
            while self._unsent:
                self._drop(self.socket.sendmsg(self._unsent))
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()

    def _drop(self, sent: int) -> None:
        while self._unsent and sent >= len(self._unsent[0]):
            sent -= len(self._unsent.popleft())
        if sent:
            self._unsent[0] = self._unsent[0][sent:]

    def answers(self) -> Iterator[tuple[Job, Told]]:
        """Yield what has come in, each message with its answer. Raises Gone after the last one."""
        is_open = self._fetch()
        for kind, content in self._cut():
            if kind == MEMORY:
                raise OutOfMemory
            if kind == READY and not self.is_ready:
                self.is_ready, self.limits_memory = True, content == b"1"
            elif kind == READ and self.is_ready and self.in_hand:
                yield self._answer(content)
            else:
                raise Gone
        if not is_open:
            raise Gone

    def kill(self) -> int:
        """End it at once and let go of everything; returns how it ended."""
        self._process.kill()
        self.socket.close()
        return self._process.wait()

    def _answer(self, content: bytes) -> tuple[Job, Told]:
        try:
            told = self._unpack(content)
        except ValueError:
            raise Gone from None
        self.answered += 1
        return self.in_hand.popleft(), told

    def _fetch(self) -> bool:
        """Take in what is there; False when nothing will follow."""
        try:
            while len(self._received) < HEADER + MOST_ANSWERED:
                data = self.socket.recv(CHUNK)
                self._received += data
                if len(data) < CHUNK:
                    return bool(data)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def _cut(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the whole answers as kind and content."""
        while len(self._received) >= HEADER:
            end = HEADER + int.from_bytes(self._received[1:HEADER], "big")
            if end > HEADER + MOST_ANSWERED:
                raise Gone
            if len(self._received) < end:
                return
            kind, content = bytes(self._received[:1]), bytes(self._received[HEADER:end])
            del self._received[:end]
            yield kind, content


def start(command: list[str], theirs: int) -> subprocess.Popen[bytes]:
    """Start the program without environment and output: no secret goes in, no word of a mail goes to a log."""
    return subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={}
    )
