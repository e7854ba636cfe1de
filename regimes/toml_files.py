"""Reads the data files of this room."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from privacy.errors import Permanent


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a file; raises Permanent when it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Permanent(f"{path.name}: {error}") from None
