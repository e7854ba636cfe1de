"""Reads what each law offers: its rights, the age below which a parent acts, the languages that are owed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from privacy.errors import Permanent
from privacy.rights import Right
from regimes.laws import one_of, record_of, standing_at

OLDEST_CHILD = 21  # years


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a law offers; `source` names where it says so. `languages` empty: no language is owed."""

    rights: frozenset[Right]
    source: str
    child_under: int
    languages: tuple[str, ...]


@cache
def load_offer(code: str) -> Offer:
    """Return what the law with this code offers.

    Raises Permanent for an unknown code, and for a record that is not well formed, with its file and line.
    """
    record = record_of(code)
    with standing_at(code, "rights"):
        if not record.rights or not record.rights_source:
            raise Permanent("a record names the rights that its law gives, and where it says so")
        rights = frozenset(one_of(Right, name, "right") for name in record.rights)
    with standing_at(code, "child_under"):
        age = record.child_under
        if type(age) is not int or not 0 < age <= OLDEST_CHILD:
            raise Permanent("a record names the age below which a parent acts")
    with standing_at(code, "languages"):
        if any(not isinstance(one, str) or not one.isalpha() for one in record.languages):
            raise Permanent("languages are codes such as fr")
    return Offer(
        rights=rights,
        source=record.rights_source,
        child_under=age,
        languages=tuple(record.languages),
    )
