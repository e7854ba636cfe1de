"""Turns the fields of a letter into words: dates, rights and places as the language tells them, the rest as it stands."""

from __future__ import annotations

import typing
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any
from zoneinfo import ZoneInfo

from templates.fields.kinds import Arrival, AskedRight, NamedRight, Quoted, Url, Zone
from templates.vocabulary import Words

Convert = Callable[[Any, Words], object]
MOST_QUOTED = 200  # lines: a longer text belongs into an attachment
_JOINERS = str.maketrans("", "", "\u200c\u200d")  # letters of Indian scripts are joined by them
_FORESEEN = {"\u00ad": ""} | dict.fromkeys("\xa0\u2007\u2009\u202f\u3000", " ")
_TIDY = str.maketrans(_FORESEEN)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


class UnfitValueError(ValueError):
    """A value cannot stand in a letter; the message names the field, never the value."""


def in_words(value: object, words: Words) -> dict[str, object]:
    """Return the fields of a frozen value as a letter shows them. Raises UnfitValueError."""
    kind: Any = type(value)
    return {name: convert(getattr(value, name), words) for name, convert in _converters(kind)}


def hints_of(kind: type) -> Mapping[str, Any]:
    """Return the type of each field."""
    hashable: Any = kind
    return _hints(hashable)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return {
        name: hint
        for name, hint in typing.get_type_hints(kind).items()
        if typing.get_origin(hint) is not typing.ClassVar
    }


def links_of(kind: type) -> frozenset[str]:
    """Return the fields that are web addresses, those of inner values as `outer.inner`."""
    return frozenset(_links(kind))


def inner_type(hint: Any) -> Any:  # noqa: ANN401 - a type hint is of no type
    """Return the type itself for an optional one, and what a tuple holds for a tuple."""
    if typing.get_origin(hint) in {typing.Union, UnionType}:
        return next(one for one in typing.get_args(hint) if one is not NoneType)
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0]
    return hint


def _links(kind: type) -> Iterator[str]:
    for name, hint in hints_of(kind).items():
        inner = inner_type(hint)
        if inner is Url:
            yield name
        elif is_dataclass(inner) and inner not in _BY_TYPE:
            yield from (f"{name}.{link}" for link in links_of(typing.cast("type", inner)))


@cache
def _converters(kind: type) -> tuple[tuple[str, Convert], ...]:
    hints = hints_of(kind)
    return tuple((one.name, _converter(one.name, hints[one.name], needed=one.default is MISSING))
        for one in fields(kind))  # fmt: skip


def _converter(name: str, hint: Any, *, needed: bool) -> Convert:  # noqa: ANN401 - a type hint is of no type
    if inner_type(hint) is not hint:
        one = _converter(name, inner_type(hint), needed=True)
        many = typing.get_origin(hint) is tuple
        return _tuple(name, one, needed=needed) if many else _optional(one)
    if hint in _BY_TYPE:
        return _BY_TYPE[hint]
    if hint in {str, Url}:
        return _text(name, needed=needed, link=hint is Url)
    if is_dataclass(hint):
        return in_words
    return lambda value, _words: value.value if isinstance(value, StrEnum) else bool(value)


def _optional(given: Convert) -> Convert:
    return lambda value, words: "" if value is None else given(value, words)


def _tuple(name: str, one: Convert, *, needed: bool) -> Convert:
    def convert(values: tuple[object, ...], words: Words) -> object:
        if needed and not values:
            raise UnfitValueError(f"{name} is empty")
        return tuple([one(value, words) for value in values])

    return convert


def _text(name: str, *, needed: bool, link: bool) -> Convert:
    def convert(value: str, _words: Words) -> object:
        line = value if value.isascii() and value.isprintable() else _one_line(name, value)
        if needed and not line.strip():
            raise UnfitValueError(f"{name} is empty")
        if link and (not line.startswith("https://") or " " in line):
            raise UnfitValueError(f"{name} is not an https address")
        return line

    return convert


def _one_line(name: str, value: str) -> str:
    """Right-to-left words are isolated, so that they cannot turn the sentence around them (UAX 9)."""
    line = value.translate(_TIDY)
    if not line.translate(_JOINERS).isprintable():
        raise UnfitValueError(f"{name} is not one line of plain characters")
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in line):
        return f"\u2068{line}\u2069"
    return line


def _quoted(value: str, _words: Words) -> tuple[str, ...]:
    lines = value.splitlines()[:MOST_QUOTED]
    return tuple(
        "".join([c if c.isprintable() or c in "\u200c\u200d" else " " for c in line]).rstrip()
        for line in lines
    )


def _instant(value: datetime, words: Words) -> str:
    moment = value.astimezone(UTC)
    return f"{words.date_in_words(moment.date())}, {moment:%H:%M} UTC"


def _arrival(value: datetime, words: Words) -> str:
    places = [
        (name, value.astimezone(ZoneInfo(name))) for name in ("Europe/Dublin", "Asia/Kolkata")
    ]
    told = [f"{words.zone_in_words(name)}: {moment:%H:%M}" for name, moment in places]
    return f"{_instant(value, words)} ({', '.join(told)})"


_BY_TYPE: Mapping[Any, Convert] = {
    date: lambda value, words: words.date_in_words(value),
    datetime: _instant,
    Arrival: _arrival,
    Zone: lambda value, words: words.zone_in_words(value),
    Quoted: _quoted,
    AskedRight: lambda value, words: words.right_in_words(value.right, value.scope),
    NamedRight: lambda value, words: words.right_by_name(value.right, value.scope),
}
