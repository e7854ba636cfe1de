"""The process that reads mail: raw messages in by its socket, their values out, within its limits, until the end.

It imports the parser and nothing that knows a network, a database, a setting or a key. It ends by itself when its
parent is gone: an idle one sees the end of the socket, a busy one is struck by its alarm.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from intake.parse import parse_message
from intake.wire import pack

SOCKET = 0  # standard input: the socket to the parent, in both directions
READY, READ, MEMORY = b"R", b"M", b"L"  # kinds of answers
LENGTH = 8  # bytes, big-endian, before each message; in an answer behind its kind
BUFFER = 64 * 1024
STATM = Path("/proc/self/statm")


def main(memory: int, seconds: float) -> None:
    """Answer messages one by one. `memory` is in bytes above the present state, `seconds` for each message."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when it ends
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    is_limited = limit(memory)
    send(READY, b"1" if is_limited else b"0")
    with open(SOCKET, "rb", buffering=BUFFER, closefd=False) as stream:
        while answer_next(stream, seconds):
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


def answer_next(stream: BinaryIO, seconds: float) -> bool:
    """Read and answer one message; False when there is none, or when memory ran out and this process must end."""
    header = stream.read(LENGTH)
    if len(header) < LENGTH:
        return False
    signal.setitimer(signal.ITIMER_REAL, seconds)
    answer = read(stream, int.from_bytes(header, "big"))
    signal.setitimer(signal.ITIMER_REAL, 0)  # the parent may take its time to fetch the answer
    if answer is None:
        send(MEMORY, b"")
        return False
    send(READ, answer)
    return True


def read(stream: BinaryIO, size: int) -> bytes | None:
    """Return the packed value of the next message, None when it takes more memory than there is."""
    try:
        message = parse_message(stream.read(size))
        return None if message.unreadable_reason == MemoryError.__name__ else pack(message)
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
