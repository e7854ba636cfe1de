"""A thread that does one kind of work until none is left, then sleeps until somebody wakes it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

AFTER_TROUBLE_SECONDS = 5.0


class Worker:
    """Runs `step` again and again; a step returns True while there was work.

    The database is the queue: waking is a courtesy, and a missed wake costs `idle_seconds` at most.
    """

    def __init__(self, name: str, step: Callable[[], bool], *, idle_seconds: float) -> None:
        self._step = step
        self._idle_seconds = idle_seconds
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be work."""
        self._awake.set()

    def stop(self) -> None:
        """Ask the thread to end after its present step."""
        self._stopping.set()
        self._awake.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end; False when the step is still running."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                worked = self._step()
            except Exception as error:  # noqa: BLE001 - the top of this thread's loop: leases bring the work back
                log.error("worker_failed", worker=self._thread.name, error=type(error).__name__)  # noqa: TRY400
                self._stopping.wait(AFTER_TROUBLE_SECONDS)
                continue
            if not worked:
                self._awake.wait(self._idle_seconds)
