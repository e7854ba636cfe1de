"""The process that reads mail: questions in by its socket, answers out, within its limits, until the end.

What it does with a question is for whoever starts it to say; it is given nothing that knows a network, a database, a
setting or a key. It ends by itself when its parent is gone: an idle one sees the end of the socket, a busy one is
struck by its alarm.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

Answer = Callable[[bytes], bytes]

SOCKET = 0  # standard input: the socket to the parent, in both directions
READY, READ, MEMORY = b"R", b"M", b"L"  # kinds of answers
LENGTH = 8  # bytes, big-endian, before each message; in an answer behind its kind
BUFFER = 64 * 1024
STATM = Path("/proc/self/statm")


def serve(answer: Answer, *, memory: int, seconds: float) -> None:
    """Answer questions one by one. `memory` is in bytes above the present state, `seconds` for each question.

    `answer` raises MemoryError where a question takes more memory than there is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when it ends
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    is_limited = limit(memory)
    send(READY, b"1" if is_limited else b"0")
    with open(SOCKET, "rb", buffering=BUFFER, closefd=False) as stream:
        while answer_next(stream, answer, seconds):
            pass


def limit(memory: int) -> bool:
    """Set the limits of this process; False where the system cannot limit memory.

    No core file either: it would hold somebody's mail.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        pages = int(STATM.read_text().split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (OSError, ValueError):
        return False
    return True


def answer_next(stream: BinaryIO, answer: Answer, seconds: float) -> bool:
    """Read and answer one question; False when there is none, or when memory ran out and this process must end."""
    header = stream.read(LENGTH)
    if len(header) < LENGTH:
        return False
    signal.setitimer(signal.ITIMER_REAL, seconds)
    found = find(stream, answer, int.from_bytes(header, "big"))
    signal.setitimer(signal.ITIMER_REAL, 0)  # the parent may take its time to fetch the answer
    if found is None:
        send(MEMORY, b"")
        return False
    send(READ, found)
    return True


def find(stream: BinaryIO, answer: Answer, size: int) -> bytes | None:
    """Return the answer to the next question, None when it takes more memory than there is."""
    try:
        return answer(stream.read(size))
    except MemoryError:
        return None


def send(kind: bytes, payload: bytes) -> None:
    """Write one answer whole; ends the process when nobody is there to take it."""
    rest = memoryview(kind + len(payload).to_bytes(LENGTH, "big") + payload)
    try:
        while rest:
            rest = rest[os.write(SOCKET, rest) :]
    except OSError:
        sys.exit(0)
