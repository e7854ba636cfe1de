"""Limits on one connection that the other side cannot stretch: total time and bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Lifeline:
    """A second handle on a connection, with which any thread can end it.

    A read timeout counts from byte to byte, so a server that sends one line a second holds a
    reader for ever; only cutting the connection from outside bounds the whole.
    """

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self._left = 0
        self.is_cut = False
        self.expired = False

    def attach(self, connected: socket.socket) -> None:
        """Hold on to a connected socket; TLS laid over it later does not matter."""
        with self._lock:
            self._handle = connected.dup()
            if self.is_cut:
                self._shut_down()

    def cut(self) -> None:
        """End the connection now: whoever reads from it sees its end. For any thread."""
        with self._lock:
            self.is_cut = True
            self._shut_down()

    def release(self) -> None:
        """Give the handle back; the connection itself is closed by its owner."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    @contextlib.contextmanager
    def limit(self, *, seconds: float, octets: int) -> Iterator[None]:
        """Cut the connection when the block takes longer; allow it this many octets."""
        self._left = octets
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def spend(self, octets: int) -> bool:
        """Count octets that came or were announced; False when the allowance is used up."""
        self._left -= octets
        return self._left >= 0

    def _expire(self) -> None:
        self.expired = True
        self.cut()

    def _shut_down(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):  # it may have ended by itself
                self._handle.shutdown(socket.SHUT_RDWR)
