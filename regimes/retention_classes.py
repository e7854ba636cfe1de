"""Reads how long the desk keeps what is its own, from a table that a person can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.forgetting import DataClass, Deed, RetentionClass
from regimes.laws import one_of
from regimes.toml_files import read_toml, standing_in

CLASSES_FILE = Path(__file__).with_name("retention_classes.toml")


@cache
def load_retention_classes() -> tuple[RetentionClass, ...]:
    """Return a row for each class, in the order of the file. Raises Permanent, with file and line."""
    return classes_of(read_toml(CLASSES_FILE))


def classes_of(table: Mapping[str, Any]) -> tuple[RetentionClass, ...]:
    """Return the rows that these values make. Raises Permanent, also for a class that has none: it would stay for ever."""
    missing = set(DataClass) - table.keys()
    if missing:
        raise Permanent(f"{CLASSES_FILE.name}: no row for {', '.join(sorted(missing))}")
    return tuple(_row(name, fields) for name, fields in table.items())


def _row(name: str, fields: Mapping[str, Any]) -> RetentionClass:
    with standing_in(CLASSES_FILE, name):
        named = {
            "name": one_of(DataClass, name, "class"),
            "deed": one_of(Deed, str(fields.get("deed")), "deed"),
        }
        try:
            return RetentionClass(**(dict(fields) | named))
        except (TypeError, ValueError, AttributeError) as error:
            raise Permanent(str(error)) from None
