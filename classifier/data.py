"""The data of this room, read once when they are first needed: languages, rules, laws."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from importlib.resources import files
from itertools import chain
from typing import Any

from classifier.compiled import Compiled, compiled, is_kept, may_keep
from classifier.concepts import ALL_TRIGGERS, BIT, bits
from classifier.folded import fold
from classifier.lexicon import Lexicon
from classifier.vocabulary import Phrase, read_entry, spellings, wordings
from classifier.wordbook import compile_words, from_json
from privacy.rights import Lane, Right, Scope

_NOT = BIT["not"]
_QUOTED = re.compile(r'"([^"\n]*)"')
_WORD_OF_A_LIST = re.compile(r"(?<![\w*])[^\W\d_]+(?![\w*])")
UNKNOWN = "und"  # BCP 47: a language that could not be told
# Acts that people forbid or do not want.
_DENIABLE = ("delete", "keep", "give", "want", "use", "contact", "sell", "transfer")


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language as its file describes it; `complete` is False where only the core words are known.

    A file may say how words are written in another way too: `respell` (letters that people replace), `prefixes` (small
    words glued in front), `denied_by` (a denial glued in front of acts), `[denied]` (acts with their denial inside).
    """

    code: str
    complete: bool
    negation_follows: bool
    detect: tuple[str, ...]
    ordinary: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    denied_by: str = ""

    @cached_property
    def _tables(self) -> dict[str, Any]:
        return _toml("languages", f"{self.code}.toml")

    @property
    def concepts(self) -> Mapping[str, Iterable[str]]:
        """The expressions of each concept, as they are written. Raises KeyError where the file has none."""
        found: Mapping[str, Iterable[str]] = self._tables["concepts"]
        return found

    @property
    def respell(self) -> Mapping[str, str]:
        """Letters that people replace, and by what."""
        found: Mapping[str, str] = self._tables.get("respell", {})
        return found

    @cached_property
    def entries(self) -> tuple[Phrase, ...]:
        """All expressions, compiled at first use: to tell a language its small words are enough.

        Raises KeyError for a concept that is not in the list, ValueError for a bad stem.
        """
        return (
            *_entries(self.concepts, self.respell, self.prefixes),
            *_denied(_glued(self.concepts, self.denied_by)),
            *_denied(self._tables.get("denied", {})),
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One line of the policy of recognising: which concepts together make a request or name a lane.

    One that does neither tells what accompanies a request, and asks for nothing more.
    """

    name: str
    why: str
    confidence: float
    says: int
    right: Right | None = None
    scope: Scope | None = None
    lane: Lane | None = None
    with_: int = 0
    near: int = 0
    also: int = 0
    whole: int = 0
    nowhere: int = 0
    not_near: int = 0
    alone: bool = False
    short: bool = False
    brief: bool = False
    mention: bool = False
    unless: int = 0
    denied: bool | None = False  # None: denied or not
    person: bool = False
    asks: bool = False

    def finds_all_in(self, mask: int) -> bool:
        """Return whether the concepts of a sentence hold one of each kind that the rule asks for beside its act."""
        return bool(
            (not self.with_ or mask & self.with_)
            and (not self.near or mask & self.near)
            and (not self.also or mask & self.also)
        )


@dataclass(frozen=True, kw_only=True)
class Law:
    """One data protection law: which of its articles grants which right (None: only the subject is clear)."""

    name: str
    articles: Mapping[str, Right | None]


@dataclass(frozen=True, kw_only=True)
class Laws:
    """All laws, found by the way they are written."""

    by_words: Mapping[str, Law]
    entries: tuple[Phrase, ...]


def _toml(*place: str) -> dict[str, Any]:
    return tomllib.loads(_written(*place))


def _written(*place: str) -> str:
    return files("classifier").joinpath(*place).read_text(encoding="utf-8")


@cache
def language_codes() -> tuple[str, ...]:
    """Return the codes of all languages of which there is a file, in alphabetical order."""
    names = (entry.name for entry in files("classifier").joinpath("languages").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def small_words(code: str) -> tuple[str, ...]:
    """Return the words that tell one language, folded."""
    return language(code).detect


def words_in_lists(code: str) -> set[str]:
    """Return the plain words of a language's expressions, folded; the file is looked through and not compiled."""
    lists = _written("languages", f"{code}.toml").partition("\n[concepts]")[2]
    written = _QUOTED.findall(lists)
    said = chain.from_iterable(wordings(one) if "{" in one else (one,) for one in written)
    return set(_WORD_OF_A_LIST.findall(fold(" ".join(said)).text))


@cache
def language(code: str) -> Language:
    """Return one language. Raises KeyError where its file lacks a part."""
    return _read_language(code)


def _read_language(code: str) -> Language:
    """Return a language; what stands before the tables of its file is read, the rest when it is asked for."""
    raw = tomllib.loads(_written("languages", f"{code}.toml").partition("\n[")[0])
    return Language(
        code=code,
        complete=raw["complete"],
        negation_follows=raw["negation_follows"],
        detect=tuple(fold(raw["detect"]).text.split()),
        ordinary=tuple(raw.get("ordinary", "").split()),
        prefixes=tuple(raw.get("prefixes", ())),
        denied_by=raw.get("denied_by", ""),
    )


def _entries(
    concepts: Mapping[str, Iterable[str]], respell: Mapping[str, str], prefixes: Iterable[str]
) -> Iterator[Phrase]:
    """Yield all ways to write the words; `prefixes` are small words glued to the next: Arabic "and", "the", "with"."""
    for concept, words in concepts.items():
        mask = 0 if concept == "nothing" else BIT[concept]
        for written in words:
            for wording in wordings(written):
                for spelling in spellings(wording, respell):
                    yield read_entry(spelling, mask)
                    for prefix in prefixes:
                        yield read_entry(prefix + spelling, mask)


def _glued(concepts: Mapping[str, Iterable[str]], prefix: str) -> Mapping[str, Iterable[str]]:
    """Return the acts as they are denied where the denial is glued on in front: Slovak `použite`, `nepoužite`."""
    return {
        concept: [
            prefix + word
            for written in concepts.get(concept, ())
            for word in wordings(written)
            if " " not in word
        ]
        for concept in (_DENIABLE if prefix else ())
    }


def _denied(concepts: Mapping[str, Iterable[str]]) -> Iterator[Phrase]:
    """Yield words that mean an act and deny it: Turkish `kullanmayın` is "do not use"."""
    for concept, words in concepts.items():
        for word in chain.from_iterable(map(wordings, words)):
            yield read_entry(word, BIT[concept] | BIT["not"] | BIT["denied"])


@cache
def lexicon(codes: tuple[str, ...]) -> Lexicon:
    """Return the words of these languages as one lexicon, with the names of the laws."""
    return Lexicon(from_json(compiled(_name_of(codes), partial(_compile, codes))))


def keep_all_words() -> None:
    """Compile the words of all languages of which no file is kept, so that a process that may write none finds them."""
    for code in language_codes() if may_keep() else ():
        if not is_kept(_name_of((code,))):
            compiled(_name_of((code,)), partial(_compile, (code,)))


def _name_of(codes: tuple[str, ...]) -> str:
    return "-".join(("words", *codes))


def _compile(codes: tuple[str, ...]) -> Compiled:
    """Return the tables of these languages. Nothing else is kept of them in memory: of all it would be 200 MB."""
    chosen = [_read_language(code) for code in codes]
    entries = chain(*(one.entries for one in chosen), laws().entries)
    return compile_words(entries, [word for one in chosen for word in one.ordinary]).as_json()


@cache
def laws() -> Laws:
    """Return all laws, with the words for "article" in all languages."""
    raw = _toml("laws.toml")
    by_words: dict[str, Law] = {}
    entries = [read_entry(word, BIT["article"]) for word in raw["article"]]
    for one in raw["law"]:
        articles = {key: Right(right) if right else None for key, right in one["articles"].items()}
        for written in one["words"]:
            entry = read_entry(written, BIT["law"])
            entries.append(entry)
            by_words[" ".join(entry.words)] = Law(name=one["name"], articles=articles)
    return Laws(by_words=by_words, entries=tuple(entries))


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules in the order of the file. Raises KeyError for an unknown concept."""
    raw = _toml("rules.toml")
    return tuple(_rule(one) for one in (*raw["rule"], *raw["lane"], *raw["accompaniment"]))


def _rule(raw: Mapping[str, Any]) -> Rule:
    denied = raw.get("denied", False)
    return Rule(
        name=raw["name"],
        why=raw["why"],
        confidence=raw["confidence"],
        right=Right(raw["right"]) if "right" in raw else None,
        scope=Scope(raw["scope"]) if "scope" in raw else None,
        lane=Lane(raw["lane"]) if "lane" in raw else None,
        denied=None if denied == "any" else denied,
        person=raw.get("person", False),
        asks=raw.get("asks", False),
        alone=raw.get("alone", False),
        short=raw.get("short", False),
        brief=raw.get("brief", False),
        mention=raw.get("mention", False),
        with_=bits(raw.get("with", ())),
        **{
            key: bits(raw.get(key, ()))
            for key in ("says", "near", "also", "whole", "nowhere", "not_near", "unless")
        },
    )


@cache
def rules_for(mask: int) -> tuple[Rule, ...]:
    """Return the rules that start from any of these concepts; there are only as many masks as words differ."""
    return tuple(rule for rule in rules() if rule.says & mask)


# Masks of concepts, no words: how many there are depends on who writes, so the least used are forgotten.
@lru_cache(maxsize=20_000)
def rules_that_may_hold(may: int) -> tuple[Rule, ...]:
    """Return the rules that can hold in a sentence whose words mean nothing but these concepts, if all of them."""
    rest, found = may & ALL_TRIGGERS, dict[str, Rule]()
    while rest:
        trigger = rest & -rest
        rest ^= trigger
        found.update({rule.name: rule for rule in rules_for(trigger) if _may_hold(rule, may)})
    return tuple(found.values())


def _may_hold(rule: Rule, may: int) -> bool:
    return rule.finds_all_in(may) and bool(not rule.denied or may & _NOT)
