"""Work that takes longer than a page may: started by a button, done in a thread, its result kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from privacy.errors import PrivacyError

KEPT_FOR = timedelta(minutes=30)
Result = TypeVar("Result")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Look(Generic[Result]):
    """How the work stands. `began_at` None: nobody asked for it yet, or the result is too old."""

    is_running: bool = False
    began_at: datetime | None = None
    result: Result | None = field(default=None, repr=False)
    trouble: str | None = None


class Background(Generic[Result]):
    """Does one piece of work at a time; may be used from any thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._look = Look[Result]()
        self._thread: threading.Thread | None = None

    def start(self, work: Callable[[], Result], *, now: datetime) -> bool:
        """Begin the work; False where it is being done already."""
        with self._lock:
            if self._look.is_running:
                return False
            self._look = Look(is_running=True, began_at=now)
            self._thread = threading.Thread(
                target=self._do, args=(work, now), name=self._name, daemon=True
            )
        self._thread.start()
        return True

    def seen(self, now: datetime) -> Look[Result]:
        """Return how it stands, nothing of a result that is too old."""
        with self._lock:
            look = self._look
        is_old = look.began_at is not None and now - look.began_at > KEPT_FOR
        return Look() if is_old and not look.is_running else look

    def wait(self) -> None:
        """Wait for the work at hand."""
        if self._thread is not None:
            self._thread.join()

    def _do(self, work: Callable[[], Result], began_at: datetime) -> None:
        try:
            look = Look(began_at=began_at, result=work())
        except PrivacyError as error:
            look = Look(began_at=began_at, trouble=str(error))
        except Exception as error:  # noqa: BLE001 - the page says that it failed; nobody waits for this thread
            log.error("look_failed", look=self._name, error=type(error).__name__)  # noqa: TRY400
            look = Look(began_at=began_at, trouble="it failed; the log names the error")
        with self._lock:
            self._look = look
