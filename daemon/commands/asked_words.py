"""How commands about cases are told a right, a text and an arrival: each wrong word is one clear line."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daemon.clock import utc_now
from daemon.commands.session import instant
from daemon.settings import SettingsError
from privacy.deadlines import Asked
from privacy.rights import Right, Scope

MOST_BYTES = 1024 * 1024
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?", re.ASCII)


def asked(text: str) -> Asked:
    """Return the right and scope of `erasure` or `objection:marketing`."""
    right, colon, scope = text.partition(":")
    if right not in list(Right):
        raise argparse.ArgumentTypeError(f"no such right; known are {', '.join(Right)}")
    if not colon:
        return Right(right), None
    return scoped(Right(right), scope_of(scope))


def scope_of(text: str) -> Scope:
    """Return the scope."""
    if text not in list(Scope):
        raise argparse.ArgumentTypeError(f"no such scope; known are {', '.join(Scope)}")
    return Scope(text)


def scoped(right: Right, scope: Scope) -> Asked:
    """Return the right with its scope; only an objection is aimed at something."""
    if right is not Right.OBJECTION:
        raise argparse.ArgumentTypeError("only an objection has a scope")
    return right, scope


def with_scope(told: Sequence[Asked], scope: Scope | None) -> tuple[Asked, ...]:
    """Return the rights, the objections without a scope of their own with this one. Raises SettingsError without any."""
    if scope is None:
        return tuple(told)
    if (Right.OBJECTION, None) not in told:
        raise SettingsError(["--scope: belongs to --right objection"])
    return tuple((right, scope) if right is Right.OBJECTION else (right, of) for right, of in told)


def language(text: str) -> str:
    """Return the language tag (BCP 47), such as `de`."""
    if not _LANGUAGE.fullmatch(text):
        raise argparse.ArgumentTypeError("a language such as de or pt-BR is wanted")
    return text


def arrival_at(text: str) -> datetime:
    """Return the instant, which has its zone; a clock never starts in the future."""
    moment = instant(text)
    if moment > utc_now():
        raise argparse.ArgumentTypeError("a request cannot arrive in the future")
    return moment


def day(text: str) -> date:
    """Return the date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a date such as 2026-11-23 is wanted") from None


def zone(text: str) -> str:
    """Return the name of a time zone that is known."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError("no such time zone; Europe/Dublin is one") from None
    return text


def arrival_on(on: date, zone_name: str) -> datetime:
    """Return the instant from which a request that came on this local day is counted: the beginning of the day."""
    try:
        moment = datetime.combine(on, time(), tzinfo=ZoneInfo(zone_name)).astimezone(UTC)
    except OverflowError:
        raise SettingsError(["--received: a day that calendars know is wanted"]) from None
    if moment > utc_now():
        raise SettingsError(["--received: a request cannot arrive in the future"])
    return moment


def text_from(path: str) -> str:
    """Return the words of a file, or of stdin for `-`. Raises SettingsError when it cannot be read as text."""
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if path == "-" else _start_of(Path(path))
    except OSError as error:
        raise SettingsError([f"--text: cannot be read ({error.strerror})"]) from None
    except ValueError:  # a NUL in the path
        raise SettingsError(["--text: is not the name of a file"]) from None
    if len(raw) > MOST_BYTES:
        raise SettingsError([f"--text: has more than {MOST_BYTES} bytes"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(["--text: is no UTF-8"]) from None


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
