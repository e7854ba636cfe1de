"""Ends a connection from outside: a timeout alone counts from octet to octet, and a slow server never ends."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any


class TimeLimit:
    """A second handle on a connection; whoever reads from it sees its end when the time is over."""

    def __init__(self) -> None:
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self.is_over = False

    @contextlib.contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """End the connection when the block takes longer."""
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._let_go()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Get hold of the socket when the HTTP client has connected (its `trace` extension)."""
        if event == "connection.connect_tcp.complete":
            self._hold(info["return_value"].get_extra_info("socket"))

    def _hold(self, connected: socket.socket) -> None:
        with self._lock:
            self._handle = connected.dup()
            if self.is_over:
                self._shut_down()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut_down()

    def _shut_down(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):  # it may have ended by itself
                self._handle.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None
