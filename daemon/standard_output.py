"""Standard output that tells its own failures from all others: only here is it known that a write was output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from privacy.errors import Retryable


class OutputLost(Retryable):
    """The output could not be written: no room, or a device that failed."""


class StandardOutput:
    """What commands use of a stream; a reader that has enough still raises BrokenPipeError."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Return the number of characters written. Raises OutputLost or BrokenPipeError."""
        with _failures_told():
            return self._stream.write(text)

    def flush(self) -> None:
        """Hand on what is in the buffer. Raises OutputLost or BrokenPipeError."""
        with _failures_told():
            self._stream.flush()

    def isatty(self) -> bool:
        """Say whether a person at a terminal reads it."""
        return self._stream.isatty()


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(f"the output could not be written ({error.strerror})") from None
