"""What a system may say when it calls back: one JSON object with a known type and exactly the fields of that type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from privacy.errors import Permanent

MAX_BODY = 16_384  # octets
LONGEST_TYPE = 60  # characters
LONGEST_STAMP = 40
_TOP = frozenset({"type", "data"})
_ALSO = frozenset({"timestamp"})
_CODE = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a type: text of at most so many characters, on one line; or a code, which can stand in a trail."""

    name: str
    longest: int
    is_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What was said: its type, and its fields by name."""

    kind: str
    data: Mapping[str, str] = field(repr=False)


def read_callback(body: bytes, known: Mapping[str, tuple[Field, ...]]) -> Callback:
    """Return what the body says. Raises Permanent, which names the rule and nothing of the body.

    Everything that is not known is refused: a type, a field, a value that is no text, a name that stands there twice.
    """
    values = _object(_json(body), "the body")
    if not _TOP <= set(values) <= _TOP | _ALSO:
        raise Permanent("callback: the body has type, data and timestamp, and nothing else")
    kind = _text(values["type"], "type", LONGEST_TYPE)
    if "timestamp" in values:
        _text(values["timestamp"], "timestamp", LONGEST_STAMP)
    fields = known.get(kind)
    if fields is None:
        raise Permanent("callback: the type is none that we take")
    data = _object(values["data"], "data")
    if set(data) != {one.name for one in fields}:
        wanted = ", ".join(one.name for one in fields)
        raise Permanent(f"callback: data has {wanted}, and nothing else")
    return Callback(kind=kind, data={one.name: _value(data[one.name], one) for one in fields})


def _value(value: object, wanted: Field) -> str:
    text = _text(value, wanted.name, wanted.longest)
    if wanted.is_code and not _CODE.fullmatch(text):
        raise Permanent(f"callback: {wanted.name} is no code of a-z, 0-9, - and _")
    return text


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Permanent("callback: the body is not JSON") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name stands there twice")
    return values


def _no_number(_word: str) -> NoReturn:
    """NaN and Infinity are no JSON (RFC 8259 section 6)."""
    raise ValueError("no number")


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Permanent(f"callback: {name} is no object")
    return value


def _text(value: object, name: str, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Permanent(f"callback: {name} is no line of text")
    if len(value) > longest:
        raise Permanent(f"callback: {name} has more than {longest} characters")
    return value.strip()
