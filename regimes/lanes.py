"""Reads the table of lanes, which a person can edit, into a value of the core."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.lanes import Closing, Desk, FirstLetter, LaneRow, LaneTable
from privacy.rights import Lane
from regimes.laws import one_of
from regimes.toml_files import read_toml, standing_in

LANES_FILE = Path(__file__).with_name("lanes.toml")
NEEDED = frozenset({"to", "at_once", "first_letter", "closing", "source"})


@cache
def load_lanes() -> LaneTable:
    """Return the rules of every lane. Raises Permanent for what is not well formed, with its file and line."""
    table = read_toml(LANES_FILE)
    rows = {row.lane: row for row in (_row(name, fields) for name, fields in table.items())}
    try:
        return LaneTable(rows)
    except ValueError as error:
        raise Permanent(f"{LANES_FILE.name}: {error}") from None


def _row(name: str, fields: Mapping[str, Any]) -> LaneRow:
    with standing_in(LANES_FILE, name):
        lane = one_of(Lane, name, "lane")
        for missing in sorted(NEEDED - fields.keys()):
            raise Permanent(f"a lane says {missing!r}")
        for other in fields.keys() - NEEDED - {"letter"}:
            raise Permanent(f"a lane has no {other!r}")
        first_letter = one_of(FirstLetter, str(fields["first_letter"]), "first letter")
        return LaneRow(
            lane=lane,
            to=_desks(fields["to"]),
            at_once=_flag(fields["at_once"]),
            first_letter=first_letter,
            letter=_letter(first_letter, fields.get("letter")),
            closing=one_of(Closing, str(fields["closing"]), "closing"),
            source=_words(fields["source"]),
        )


def _desks(names: object) -> tuple[Desk, ...]:
    if not isinstance(names, list) or not names:
        raise Permanent("a lane says who gets it")
    return tuple(one_of(Desk, str(name), "desk") for name in names)


def _flag(said: object) -> bool:
    if not isinstance(said, bool):
        raise Permanent("at_once is true or false")
    return said


def _letter(first: FirstLetter, name: object) -> str | None:
    if (first is FirstLetter.NONE) != (name is None):
        raise Permanent("a first letter has a name, and none has none")
    return None if name is None else _words(name)


def _words(said: object) -> str:
    if not isinstance(said, str) or not said.strip() or not said.isprintable():
        raise Permanent("one line of words is wanted")
    return said
