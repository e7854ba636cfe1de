"""The words that announce something personal, compiled once from minimising.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from classifier.data import language, language_codes

Words = Mapping[str, tuple[str, ...]]
_CAPITAL_WORD = r"[^\W\d_a-zß-öø-ÿ][\w'’.-]{0,40}"


@dataclass(frozen=True, kw_only=True)
class PersonalWords:
    """Patterns, each linear in the text, and sets of words without case and accents."""

    introductions: re.Pattern[str]
    no_name_after: frozenset[str]
    introductions_with_capitals: re.Pattern[str]
    titles: re.Pattern[str]
    greetings: re.Pattern[str]
    identifiers: re.Pattern[str]
    law_before: re.Pattern[str]
    addresses: tuple[re.Pattern[str], ...]
    valedictions: frozenset[str]
    valediction_before: re.Pattern[str]
    postscripts: tuple[str, ...]
    citations: frozenset[str]
    not_names: frozenset[str]
    ordinary: frozenset[str]
    particles: frozenset[str]
    small_words: frozenset[str]


def plain(word: str) -> str:
    """Return the word without case, accents and a possessive ending, as names are compared."""
    spelled = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(c for c in spelled if not unicodedata.combining(c)).removesuffix("'s")


@cache
def personal_words() -> PersonalWords:
    """Return the words of the file, compiled."""
    words = _read()
    small = {small for code in language_codes() for small in language(code).detect}
    return PersonalWords(
        introductions=_one_of(
            words["introductions"], after=r"(?:\s{0,3}:?\s{1,3}|(?<=[\u3040-\u9fff]))"
        ),
        no_name_after=frozenset(plain(word) for word in words["no_name_after"]),
        introductions_with_capitals=_one_of(
            words["introductions_with_capitals"], after=r"[:,]?\s{1,3}"
        ),
        titles=_one_of(words["titles"], after=r"\.?\s{1,3}"),
        greetings=_one_of(words["greetings"], before=r"^[ \t>]{0,8}", after=r"[ \t,]{1,3}"),
        identifiers=_identified_by(words),
        law_before=_one_of(words["law_markers"], after=r"[\s\d().,&§-]{0,24}\Z"),
        addresses=tuple(re.compile(pattern) for pattern in _addresses(words)),
        valedictions=frozenset(plain(word) for word in words["valedictions"]),
        valediction_before=_one_of(
            words["valedictions"], before=r"^[ \t>]{0,8}", after=r"[ \t]{0,2}[,.!–—-]?[ \t]{0,3}"
        ),
        postscripts=words["postscripts"],
        citations=frozenset(words["citations"]),
        not_names=frozenset(plain(word) for word in words["not_names"]),
        ordinary=frozenset(plain(word) for word in words["ordinary"]),
        particles=frozenset(plain(word) for word in words["particles"]),
        small_words=frozenset(plain(word) for word in small),
    )


def _read() -> Words:
    text = files("classifier").joinpath("minimising.toml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text).items()}


def _either(words: Iterable[str]) -> str:
    """Longest first, so that `my full name is` is not read as a shorter one."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in ordered)


def _one_of(words: Iterable[str], *, before: str = r"(?<!\w)", after: str) -> re.Pattern[str]:
    return re.compile(f"{before}(?:{_either(words)}){after}", re.IGNORECASE | re.MULTILINE)


def _identified_by(words: Words) -> re.Pattern[str]:
    """`username is anne`, `account: anne`: after a bare noun such as account only a sign joins, no verb."""
    sign = r"\s{0,3}[:=#]\s{0,3}"
    verb = rf"\s{{1,3}}(?:{_either(words['joints'])})(?!\w)\s{{0,3}}:?\s{{0,3}}"
    value = r"[\"'“„]?(?P<value>[^\s,;\"'“”]{2,64})"
    names, nouns = _either(words["identifiers"]), _either(words["identifiers_with_colon"])
    return re.compile(
        rf"(?<!\w)(?:(?:{names})(?:{sign}|{verb})|(?:{nouns}){sign}){value}", re.IGNORECASE
    )


def _addresses(words: Words) -> Iterable[str]:
    name = _CAPITAL_WORD
    names = rf"{name}(?:[ \t]+{name}){{0,3}}"
    links = rf"(?:(?:{_either(words['street_links'])}|d['’])[ \t]+){{0,3}}"
    yield rf"\b[^\W\d_][\w-]{{1,30}}(?:[ \t]?(?:{_either(words['street_endings'])}))[ \t]{{1,2}}\d{{1,4}}[ \t]?[a-zA-Z]?\b"
    yield rf"\b\d{{1,5}}[a-zA-Z]?,?[ \t]+(?:{name}[ \t]+){{1,4}}?(?:{_either(words['streets_after'])})\b"
    yield (
        rf"(?:\b\d{{1,4}}[a-z]?,?[ \t]+)?(?<!\w)(?:{_either(words['streets_before'])})[ \t]+{links}"
        rf"{names}(?:,?[ \t]+\d{{1,4}}[a-zA-Z]?(?!\w))?"
    )
    yield rf"(?:{_either(words['boxes'])})[ \t]{{0,3}}\d{{1,6}}"
    yield rf"\b(?:[A-Z]{{1,2}}-)?(?!(?:19|20)\d\d\b)\d{{4,6}}[ \t]+(?:[A-Z]{{2}}[ \t]+)?{names}"
    yield rf"\b\d{{2,3}}[- ]\d{{2,3}}[ \t]+{names}"  # Poland, Sweden, Czechia
    yield rf"\b{name}[ \t]+\d{{5,6}}\b"  # a city before its code, as in India
    yield r"\b[A-Z]{1,2}\d[A-Z\d]?[ \t]?\d[A-Z]{2}\b"  # United Kingdom
