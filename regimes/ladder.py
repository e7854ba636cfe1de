"""Reads the reminder ladder, which a person can edit, into a value of the core."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.reminders import AGAIN, Audience, Basis, Ladder, Rung, Tell, Watched
from regimes.calendars import load_calendar
from regimes.laws import HousePlace, check_zone, one_of
from regimes.toml_files import read_toml, standing_in

LADDER_FILE = Path(__file__).with_name("ladder.toml")
LAST_HOUR = 23
WHOLE = 100  # percent


def load_ladder(house: HousePlace | None = None) -> Ladder:
    """Return the ladder with the morning and the working days of the house.

    Raises Permanent for what is not well formed, with its file and line.
    """
    place = house or HousePlace()
    table = read_toml(LADDER_FILE)
    rungs = tuple(_rung(name, fields) for name, fields in table.get("rungs", {}).items())
    with standing_in(LADDER_FILE, "hour"):
        hour = table.get("hour")
        if type(hour) is not int or not 0 <= hour <= LAST_HOUR:
            raise Permanent(f"the hour of the morning is 0 to {LAST_HOUR}")
    for name in table.keys() - {"hour", "rungs"}:
        with standing_in(LADDER_FILE, name):
            raise Permanent(f"a ladder has no {name!r}")
    return Ladder(
        rungs=rungs,
        hour=hour,
        zone=check_zone(place.zone),
        calendar=load_calendar(place.calendar),
    )


def _rung(name: str, fields: Mapping[str, Any]) -> Rung:
    with standing_in(LADDER_FILE, "rungs", name):
        counted = [basis for basis in Basis if basis in fields]
        if len(counted) != 1:
            raise Permanent(f"a rung has exactly one of {', '.join(Basis)}")
        for other in fields.keys() - {*counted, "clock", "tell", "to", "why", "rests"}:
            raise Permanent(f"a rung has no {other!r}")
        return Rung(
            name=name,
            clock=one_of(Watched, str(fields.get("clock")), "clock"),
            basis=counted[0],
            amount=_amount(counted[0], fields[counted[0]]),
            tell=one_of(Tell, str(fields.get("tell")), "way to tell"),
            to=_audience(fields.get("to")),
            why=_words(fields.get("why")),
            rests=bool(fields.get("rests", False)),
        )


def _amount(basis: Basis, amount: object) -> int:
    least = 1 if basis in {Basis.PERCENT, *AGAIN} else 0
    most = WHOLE if basis is Basis.PERCENT else 10 * WHOLE
    if type(amount) is not int or not least <= amount <= most:
        raise Permanent(f"{basis} is a whole number from {least} to {most}")
    return amount


def _audience(names: object) -> tuple[Audience, ...]:
    if not isinstance(names, list) or not names:
        raise Permanent("a rung says to whom it is told")
    return tuple(one_of(Audience, str(name), "audience") for name in names)


def _words(why: object) -> str:
    if not isinstance(why, str) or not why.strip() or not why.isprintable():
        raise Permanent("a rung says in one line why it is told")
    return why
