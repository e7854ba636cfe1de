"""How a value travels from the worker that read hostile bytes: JSON, each value checked when it arrives.

Only text, numbers, truth values, instants, None, words of a closed list, tuples and dataclasses of these can be said.
So whatever a worker sends, its parent gets a value of the kind it expects or a ValueError and never runs anything (decision 0007).
New words that are a stretch of a message's text are said by their place in it: most messages are nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import chain
from math import isfinite
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from privacy.messages import ParsedMessage

Value = TypeVar("Value")
Build = Callable[[object], Any]
NAMES = tuple(ParsedMessage.__dataclass_fields__)
TEXT, NEW_TEXT = NAMES.index("text"), NAMES.index("new_text")


def pack(value: object) -> bytes:
    """Return a dataclass as bytes; lone surrogates travel as they are."""
    return ENCODER.encode(value).encode("utf-8", "surrogatepass")


def unpack(data: bytes, kind: type[Value]) -> Value:
    """Return a value of this dataclass. Raises ValueError for everything that `pack` does not write."""
    try:
        value: Value = builder(kind)(  # type: ignore[arg-type]  # a class is hashable
            json.loads(data.decode("utf-8", "surrogatepass"))
        )
    except RecursionError:
        raise ValueError("nested deeper than a message can be") from None
    return value


def _said(value: Any) -> list[object] | str:  # noqa: ANN401 - an instant, or any dataclass
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    values = [getattr(value, name) for name in value.__dataclass_fields__]
    return _with_place(values) if isinstance(value, ParsedMessage) else values


def _with_place(values: list[object]) -> list[object]:
    """Return the values of a message with the place of the new words in its text, where they are one stretch of it."""
    text, new = values[TEXT], values[NEW_TEXT]
    if isinstance(text, str) and isinstance(new, str):
        at = len(text) - len(text.lstrip())
        if text.startswith(new, at):
            values[NEW_TEXT] = (at, at + len(new))
    return values


def _from_place(values: list[object]) -> list[object]:
    """Return the values of a message with its new words, which may have been said by their place."""
    place = values[NEW_TEXT] if len(values) == len(NAMES) else None
    if not isinstance(place, list):
        return values
    text = _plain(str, values[TEXT])
    start, end = builder(tuple[int, int])(place)
    if not 0 <= start <= end <= len(text):
        raise ValueError("a place outside of the text")
    return [*values[:NEW_TEXT], text[start:end], *values[NEW_TEXT + 1 :]]


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_said)


@cache
def builder(hint: Any) -> Build:  # noqa: ANN401 - a type, or what typing makes of one
    """Return what checks and builds a value of this type. Raises TypeError for a type that cannot travel."""
    if hint in (str, int, bool, NoneType):
        return lambda value: _plain(hint, value)
    if hint in SPECIAL:
        return SPECIAL[hint]
    if get_origin(hint) is UnionType:
        return _optional(hint)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if isinstance(hint, type) and (issubclass(hint, StrEnum) or is_dataclass(hint)):
        return _class(hint)
    raise TypeError(f"{hint} cannot travel between processes")


def _plain(kind: type[Any], value: object) -> Any:  # noqa: ANN401 - of the kind that was asked for
    if type(value) is not kind:
        raise ValueError(f"{kind.__name__} expected")
    return value


def _fraction(value: object) -> float:
    number: float = _plain(float, value)
    if not isfinite(number):
        raise ValueError("a finite number expected")
    return number


def _instant(value: object) -> datetime:
    moment = datetime.fromisoformat(_plain(str, value))
    if moment.utcoffset() != timedelta():
        raise ValueError("an instant in UTC expected")
    return moment.astimezone(UTC)


def _optional(hint: UnionType) -> Build:
    (kind,) = (argument for argument in get_args(hint) if argument is not NoneType)
    build = builder(kind)
    return lambda value: None if value is None else build(value)


def _tuple(arguments: tuple[Any, ...]) -> Build:
    if arguments[-1] is Ellipsis:
        return _many(arguments[0])
    builds = tuple(map(builder, arguments))
    return lambda value: tuple(build(one) for build, one in zip(builds, _list(value), strict=True))


def _many(hint: Any) -> Build:  # noqa: ANN401 - as in `builder`
    """Return what builds a tuple of any length; texts and pairs of texts, the bulk of a message, are checked at once."""
    if hint is str:
        return lambda value: tuple(_all(str, _list(value)))
    if hint == tuple[str, str]:
        return _pairs
    build = builder(hint)
    return lambda value: tuple(map(build, _list(value)))


def _all(kind: type[Any], values: list[Any]) -> list[Any]:
    if not {kind}.issuperset(map(type, values)):
        raise ValueError(f"{kind.__name__} expected")
    return values


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = _all(list, _list(value))
    if not {2}.issuperset(map(len, pairs)):
        raise ValueError("pairs expected")
    _all(str, list(chain.from_iterable(pairs)))
    return tuple(map(tuple, pairs))


def _class(kind: type[Any]) -> Build:
    """Return what builds a word of a closed list, or a dataclass from its fields in their order."""
    if issubclass(kind, StrEnum):
        return lambda value: kind(_plain(str, value))
    hints = get_type_hints(kind)
    builds = tuple((name, builder(hints[name])) for name in kind.__dataclass_fields__)

    def build(value: object) -> object:
        values = _list(value)
        pairs = zip(builds, _from_place(values) if kind is ParsedMessage else values, strict=True)
        return kind(**{name: make(one) for (name, make), one in pairs})

    return build


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("list expected")  # noqa: TRY004 - what came is wrong, not what was called
    return value


SPECIAL: dict[type, Build] = {float: _fraction, datetime: _instant}
