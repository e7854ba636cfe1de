"""The words of each language: dates, places, rights; edited as TOML, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.letter_review import ReviewWords
from privacy.rights import Right, Scope

WORDS = Path(__file__).with_name("words")
VOCABULARY = "vocabulary.toml"
FALLBACK = "fallback.toml"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a letter in one language is put together from. `tight` stays on one line; `remedies` name an authority."""

    language: str
    reply_marker: str
    date_form: str
    months: tuple[str, ...]
    local_time: str
    places: Mapping[str, str]
    rights: Mapping[str, str]
    names: Mapping[str, str]
    forbidden: Mapping[str, tuple[str, ...]]
    remedies: tuple[str, ...]
    tight: tuple[str, ...] = ()
    first_day: str = ""

    @cached_property
    def for_review(self) -> ReviewWords:
        """What the review of a finished letter needs to know of the language."""
        return ReviewWords(
            language=self.language,
            reply_marker=self.reply_marker,
            date_form=self.date_form,
            months=self.months,
            forbidden=self.forbidden,
            remedies=self.remedies,
            first_day=self.first_day,
        )

    def date_in_words(self, day: date) -> str:
        """The full date with the month in words, such as `30 March 2027`."""
        return self.for_review.date_in_words(day)

    def zone_in_words(self, zone: str) -> str:
        """The time zone as people name it, such as `Dublin time`; UTC stays UTC."""
        if "/" not in zone:
            return zone
        place = self.places.get(zone) or zone.rpartition("/")[2].replace("_", " ")
        return self.local_time.format(place=place)

    def right_in_words(self, right: Right, scope: Scope | None) -> str:
        """What the person asks for, as the end of the sentence `You ask us ...`."""
        return _of(self.rights, right, scope)

    def right_by_name(self, right: Right, scope: Scope | None) -> str:
        """What somebody else asks for, as a name, such as `erasure`."""
        return _of(self.names, right, scope)


def _of(table: Mapping[str, str], right: Right, scope: Scope | None) -> str:
    scoped = None if scope is None else table.get(f"{right}.{scope}")
    return scoped or table[right]


@cache
def words_of(language: str) -> Words:
    """Return the words of a language; raises Permanent for one that has none or lacks one."""
    table = _read(f"{language}/{VOCABULARY}")
    try:
        words = Words(
            **table
            | {
                "language": language,
                "months": tuple(table["months"]),
                "remedies": tuple(table["remedies"]),
                "tight": tuple(table.get("tight", ())),
                "forbidden": {name: tuple(found) for name, found in table["forbidden"].items()},
            }
        )
    except (KeyError, TypeError) as error:
        raise Permanent(f"words of {language}: {error}") from None
    missing = [right for right in Right if right not in words.rights or right not in words.names]
    if missing or len(words.months) != 12:  # noqa: PLR2004 - months of a year
        raise Permanent(f"words of {language}: needs 12 months and the rights {missing}")
    return words


def fallback_line(language: str) -> tuple[str, str] | None:
    """Return (language, line) that says in the writer's language that we answer in English, None without one."""
    primary = language.partition("-")[0].lower()
    line = _fallback_lines().get(primary)
    return None if line is None else (primary, line)


def fallback_languages() -> tuple[str, ...]:
    """Return the languages for whose readers there is such a line, in alphabetical order."""
    return tuple(sorted(_fallback_lines()))


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have words of their own, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in WORDS.glob(f"*/{VOCABULARY}")))


@cache
def _fallback_lines() -> Mapping[str, str]:
    return _read(FALLBACK)


def _read(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((WORDS / name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        raise Permanent(f"no words for language {name.partition('/')[0]!r}") from None
