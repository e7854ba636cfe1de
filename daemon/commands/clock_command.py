"""`rightsdesk clock`: JSON lines in, due dates with their trace out; no database and no network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from daemon.output import as_json
from privacy.clocks import ClockEvent, ClockState, EventKind, elapsed_clock, run_clock
from privacy.deadlines import ELAPSED
from privacy.errors import Permanent
from privacy.instants import as_utc
from privacy.rights import Right, Scope
from regimes.clock_rules import Question, load_clock_rules

KNOWN = frozenset(
    ("id", "law", "right", "scope", "much_data", "received_at", "received", "zone", "calendar", "events")
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `clock` understands."""
    parser.add_argument(
        "--jsonl", action="store_true", required=True, help="read and write JSON lines"
    )


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes its options
    """Write one line for each line read, in the same order; a bad line gets a line with `error`."""
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        line = raw.decode("utf-8", "replace")
        if line.strip():
            print(as_json(_answered(line, number)), flush=True)
    return 0


def _answered(line: str, number: int) -> dict[str, object]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, Mapping):
        return {"id": None, "error": f"line {number} is not a JSON object"}
    name = given.get("id")
    known = name if isinstance(name, str | int) else None
    try:
        return {"id": known, **_clock(given)}
    except (Permanent, ValueError, OverflowError) as error:
        return {"id": known, "error": str(error)}


def _clock(given: Mapping[str, Any]) -> dict[str, object]:
    unknown = sorted(given.keys() - KNOWN)
    if unknown:
        raise ValueError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(KNOWN))}")
    rules = load_clock_rules(
        Question(
            law=_text(given, "law") or "house",
            right=_text(given, "right") or str(Right.ACCESS),
            scope=_scope(_text(given, "scope")),
            zone=_text(given, "zone"),
            calendar=_text(given, "calendar"),
        )
    )
    received_at, received = _received(given, rules.zone)
    if rules.period.unit in ELAPSED:
        return _form(elapsed_clock(received_at, received, rules))
    much_data = given.get("much_data", False)
    if much_data not in (True, False):
        raise ValueError("much_data: true or false")
    return _form(run_clock(received, rules, _events(given), much_data=bool(much_data)))


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise ValueError(f"{name}: must be a text")


def _scope(name: str | None) -> Scope | None:
    if name is None:
        return None
    try:
        return Scope(name)
    except ValueError:
        raise ValueError(f"unknown scope {name!r}; known are {', '.join(Scope)}") from None


def _received(given: Mapping[str, Any], zone: str) -> tuple[datetime, date]:
    """Return the instant of receipt and its local day; a bare day is counted from its beginning."""
    instant, day = _text(given, "received_at"), _text(given, "received")
    if (instant is None) is (day is None):
        raise ValueError(
            "received_at (an instant) or received (a local date): one of them is needed"
        )
    if instant is not None:
        try:
            received_at = as_utc(datetime.fromisoformat(instant))
        except ValueError:
            raise ValueError(
                "received_at: an instant with its zone, as 2026-11-23T09:00:00Z"
            ) from None
        return received_at, received_at.astimezone(ZoneInfo(zone)).date()
    on = _date(day, "received")
    return datetime.combine(on, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC), on


def _date(text: object, name: str) -> date:
    try:
        if isinstance(text, str):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{name}: a date, as 2026-11-23")


def _events(given: Mapping[str, Any]) -> list[ClockEvent]:
    events = given.get("events") or []
    if isinstance(events, list):
        return [_event(event, number) for number, event in enumerate(events)]
    raise ValueError("events: must be a list")


def _event(event: object, number: int) -> ClockEvent:
    place = f"events[{number}]"
    said = event if isinstance(event, Mapping) else {}
    try:
        kind = EventKind(str(said.get("kind")))
    except ValueError:
        raise ValueError(f"{place}: kind: one of {', '.join(EventKind)}") from None
    return ClockEvent(kind=kind, on=_date(said.get("on"), f"{place}: on"))


def _form(state: ClockState) -> dict[str, object]:
    form: dict[str, object] = {
        "due": state.due,
        "expires_at": state.expires_at,
        "target": state.target,
        "acknowledge_by": state.acknowledge_by,
        "rule": state.rule,
    }
    if state.extension_latest is not None:
        form["extension_latest"] = state.extension_latest
    if state.closing_by is not None:
        form["closing_by"] = state.closing_by
    return form | {"trace": list(state.trace)}
