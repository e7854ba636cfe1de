"""Reads the house's record of use: the file from which the annex of a copy of data is written (GDPR Art. 15(1), 30(1))."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from privacy.annex import ENGLISH, TEXTS, WHO, RecordedUse, RecordOfUse, Text
from privacy.errors import Permanent
from regimes.toml_files import read_toml, standing_in

LONGEST = 500  # characters of one text
TOP = frozenset({"use", "safeguards", "automated"})
FIELDS = frozenset({"about", *TEXTS})


def load_annex(path: Path) -> RecordOfUse:
    """Return the record. Raises Permanent, which names file, line and rule, for what is not well formed."""
    table = read_toml(path)
    if not table.get("use") or not set(table) <= TOP:
        raise Permanent(f"{path.name}: has use.NAME tables, safeguards and automated")
    uses = []
    for name, row in table["use"].items():
        with standing_in(path, "use", name):
            uses.append(_use(name, row))
    return RecordOfUse(
        uses=tuple(uses),
        safeguards=_text("safeguards", table.get("safeguards", {}), may_be_empty=True),
        automated=_text("automated", table.get("automated", {}), may_be_empty=True),
    )


def _use(name: str, row: Mapping[str, Any]) -> RecordedUse:
    if set(row) != FIELDS:
        raise Permanent(f"has exactly {', '.join(sorted(FIELDS))}")
    about = frozenset(row["about"])
    if not about or not about <= WHO:
        raise Permanent(f"about: names some of {', '.join(sorted(WHO))}")
    return RecordedUse(name=name, about=about, texts={one: _text(one, row[one]) for one in TEXTS})


def _text(name: str, value: object, *, may_be_empty: bool = False) -> Text:
    if not isinstance(value, dict) or (ENGLISH not in value and not (may_be_empty and not value)):
        raise Permanent(f"{name}: is written by language, at least {ENGLISH}")
    for text in value.values():
        fits = isinstance(text, str) and text.strip() and text.isprintable()
        if not fits or len(text) > LONGEST:
            raise Permanent(f"{name}: each text is one line of at most {LONGEST} characters")
    return value
