"""Structured logs without personal data: one place where every logger's lines are shaped and redacted.

Libraries write envelope addresses, header values and whole messages into their logs (aiosmtpd, imapclient,
mail-parser, measured). Of their lines only name, level and error class are kept, except for a short list of loggers
that never see mail; those pass through the redactor like our own.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

OURS = (
    "daemon",
    "desk",
    "casework",
    "intake",
    "classifier",
    "responders",
    "notifier",
    "storage",
    "templates",
    "regimes",
)
TEXT_MAY_PASS = ("apscheduler", "uvicorn.error", "alembic")
# Generous on both sides: a quoted local part (RFC 5321 section 4.1.2) and a domain in any script are addresses too.
_ADDRESS = re.compile(
    r"(?:\"[^\"@]{0,64}\"|[^\s<>@,;:\"'()\[\]]{0,64})@[^\s<>@,;:\"'()\[\]]{1,190}"
)
_LONG_SECRET = re.compile(r"[A-Za-z0-9+/_=-]{40,}")
LONGEST_VALUE = 300


def set_up_logs(level: str = "INFO", *, stream: TextIO | None = None, as_json: bool = True) -> None:
    """Send the lines of every logger of this process, redacted, to the stream (stderr by default)."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_the_error,
        redact,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[drop_foreign_text, *before],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    # A library's line whose arguments do not fit would be written out whole, with a traceback, by logging itself.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("apscheduler", "alembic"):  # each job and each migration step is no news
        logging.getLogger(talkative).setLevel(logging.WARNING)
    _take_over_existing_loggers()


def _take_over_existing_loggers() -> None:
    """Loggers that brought handlers of their own would write past the redactor."""
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def drop_foreign_text(logger: object, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's shape
    """Replace the text of a library's line, unless the library never sees mail."""
    record = event.get("_record")
    name = record.name if isinstance(record, logging.LogRecord) else ""
    if name.split(".")[0] in OURS or name.startswith(TEXT_MAY_PASS):
        return event
    event["event"] = "library_line"
    if isinstance(record, logging.LogRecord):
        event["at"] = f"{record.module}.{record.funcName}"
    return event


def name_the_error(logger: object, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's shape
    """Keep the class of an exception and drop its text and its traceback, which hold values."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple) and error[0] is not None:
        event["error"] = error[0].__name__
    elif isinstance(error, BaseException):
        event["error"] = type(error).__name__
    event.pop("stack_info", None)
    return event


def redact(logger: object, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's shape
    """Mask addresses and secrets in every value, cut long values, keep each on one line."""
    for key, value in list(event.items()):
        if key.startswith("_"):
            continue
        if isinstance(value, str):
            event[key] = redact_text(value)
        elif not isinstance(value, bool | int | float | type(None)):
            event[key] = redact_text(str(value))
    return event


def redact_text(text: str) -> str:
    """Return the text with addresses and long secrets masked, on one line, at most 300 characters."""
    masked = _LONG_SECRET.sub("[secret]", _ADDRESS.sub("[address]", text[: 4 * LONGEST_VALUE]))
    one_line = "".join(character if character.isprintable() else " " for character in masked)
    return one_line[:LONGEST_VALUE]
