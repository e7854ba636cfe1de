"""Words of machines: subjects and first words of automatic replies and of failed deliveries, in all languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from classifier import data
from classifier.folded import fold

_OPENING = 400  # characters in which a machine says that it is one
_PREFIXES = r"\s*(?:(?:re|aw|antw|sv|vs|fwd?|wg|tr|rv|odp|res)\s*:\s*)*[\[(*<]*"
_GREETING = r"(?:[^.!?\n]{0,60}[,!:]\s*\n?\s*|[^\n.!?]{0,40}\n+)?"


def _apart(words: str) -> str:
    """Return the pattern of words in a row, whatever stands between them."""
    return r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", words)))


def trie_pattern(words: Iterable[str]) -> str:
    """Return one pattern for all words that reads each character once: shared beginnings are written once."""
    trie: dict[str, object] = {}
    for word in words:
        node = trie
        for letter in word:
            node = node.setdefault(letter, {})  # type: ignore[assignment]  # a trie has no finite type
        node[""] = {}
    return _branches(trie)


def _branches(node: dict[str, object]) -> str:
    ends = "" in node
    kept: list[str] = []
    for letter, below in sorted(node.items()):
        if letter:
            kept.append(("[\\W_]+" if letter == " " else re.escape(letter)) + _branches(below))  # type: ignore[arg-type]
    if not kept:
        return ""
    joined = kept[0] if len(kept) == 1 and not ends else f"(?:{'|'.join(kept)})"
    return f"{joined}?" if ends else joined


def _plain(written: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(written).text))


def _words(kind: str) -> Iterator[str]:
    for code in data.language_codes():
        yield from (_plain(words) for words in data.language(code).machine[kind])


@cache
def _pattern(kind: str, before: str) -> re.Pattern[str]:
    return re.compile(f"{before}(?:{trie_pattern(_words(kind))})(?![^\\W_])")


def subject_of_auto_reply(subject: str) -> bool:
    """Return whether the subject begins, after Re:, like that of an answering machine."""
    return (
        _pattern("auto_reply_subjects", _PREFIXES).match(fold(subject[:_OPENING]).text) is not None
    )


def subject_of_bounce(subject: str) -> bool:
    """Return whether the subject begins, after Re:, like that of a failed delivery."""
    return _pattern("bounce_subjects", _PREFIXES).match(fold(subject[:_OPENING]).text) is not None


def opens_like_a_machine(text: str) -> bool:
    """Return whether the first words of the text, after a greeting, are those of an automatic reply."""
    return (
        _pattern("auto_reply_openings", _GREETING).match(fold(text[:_OPENING]).text.lstrip())
        is not None
    )


def opens_like_a_bounce(text: str) -> bool:
    """Return whether the first words of the text are those of a failed delivery."""
    return (
        _pattern("bounce_openings", _GREETING).match(fold(text[:_OPENING]).text.lstrip())
        is not None
    )
