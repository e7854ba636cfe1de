"""Reads the data files of this room, and says where in them something stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from privacy.errors import Permanent


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a file; raises Permanent when it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Permanent(f"{path.name}: {error}") from None


def place_in(path: Path, *table: str) -> str:
    """Return `gdpr.toml:14`, the line that opens this table or key; only the file where none does."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, 1) if _opened_by(line) == table)
    return ":".join([path.name, *map(str, list(found)[:1])])


@contextmanager
def standing_in(path: Path, *table: str) -> Iterator[None]:
    """Say in which file and line stands what is refused."""
    try:
        yield
    except Permanent as error:
        raise Permanent(f"{place_in(path, *table)}: {error}") from None


def _opened_by(line: str) -> tuple[str, ...]:
    try:
        inside = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: tuple[str, ...] = ()
    while isinstance(inside, dict) and inside:
        name, inside = next(iter(inside.items()))
        names += (name,)
    return names
