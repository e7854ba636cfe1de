"""Articles of law cited in a sentence: the strongest evidence there is, and the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from classifier.concepts import BIT
from classifier.data import Law, laws
from classifier.reading import Hit, Reader, Sentence
from privacy.rights import Right, Scope

_WINDOW = 15  # words after "Articles" that may hold the list of numbers
_BEHIND = 3  # words before "cikk", "artiklan", "BDSG" that may hold the number
_ARTICLE, _LAW = BIT["article"], BIT["law"]
_PARAGRAPH = r"(?:\s*\(\s*(\d{1,2})\s*\)|[\s,]*(?:absatz|abs|lid|ust|paragraph|par|stk|comma|odst|alin|n)\.?\s*(\d{1,2})|\.(\d)(?!\d))?"
_NUMBER = re.compile(rf"[\s.:]*(\d{{1,4}}(?:\.\d{{3}})?)(?:\.?o\b|\.?a\b)?{_PARAGRAPH}")
_BEFORE = re.compile(rf"(\d{{1,4}}){_PARAGRAPH}[\s.)]*$")
_JOINED = re.compile(
    r"\s*(?:,|/|&|\b(?:and|und|sowie|or|oder|et|ou|y|e|ed|en|i|oraz|och|og|ja|a|es)\b)\s*(?:art[a-z]*\.?)?"
)
_RANGE = re.compile(r"\s*(?:-|\b(?:to|bis|a|do|till|al|through)\b)\s*\d")
_RANGE_BEGUN = re.compile(r"(?:-|\b(?:to|bis|a|do|till|al|through)\b)\s*$")
# Article 21(2) and section 1798.120 name the scope of the objection themselves.
_SCOPES = {
    ("gdpr", "21(2)"): Scope.MARKETING,
    ("ccpa", "1798.120"): Scope.SALE_SHARING,
    ("ccpa", "1798.135"): Scope.SALE_SHARING,
}


@dataclass(frozen=True, slots=True)
class Citation:
    """One right that a cited article grants; `law_named` is False where only the number was given."""

    right: Right
    law: str
    hit: Hit
    law_named: bool
    scope: Scope | None = None


def named_laws(reader: Reader, sentence: Sentence) -> Iterator[str]:
    """Yield the names of the laws that the sentence names, whether or not with an article."""
    for hit in sentence.hits:
        if hit.mask & _LAW:
            yield from (law.name for law in _law(reader, hit))


def citations(reader: Reader, sentence: Sentence, presumed: Sequence[Law]) -> Iterator[Citation]:
    """Yield the rights whose articles the sentence cites. A range (15 to 22) recites the law and asks nothing.

    A number without a law in its sentence is one of the `presumed` laws.
    """
    named = [law for hit in sentence.hits if hit.mask & _LAW for law in _law(reader, hit)]
    for hit in sentence.hits:
        if hit.mask & (_ARTICLE | _LAW):
            for key in _numbers(reader, hit):
                yield from _granted(key, hit, named or presumed, law_named=bool(named))


def presumed_laws(readers: Iterable[Reader]) -> Sequence[Law]:
    """Return the laws that a number belongs to where its own sentence names none: those that the mail names.

    The GDPR where it names none or the GDPR among several: Article 18 of a letter about the LGPD restricts nothing.
    """
    gdpr = laws().by_words["gdpr"]
    named = [law for reader in readers for law in _named_in(reader) if law.articles]
    return [gdpr] if not named or gdpr in named else list({law.name: law for law in named}.values())


def _named_in(reader: Reader) -> Iterator[Law]:
    if not reader.speaks_of(_LAW):
        return
    for stretch in reader.stretches:
        if stretch.may & _LAW:
            for sentence in reader.sentences_of(stretch):
                for hit in sentence.hits:
                    if hit.mask & _LAW:
                        yield from _law(reader, hit)


def _law(reader: Reader, hit: Hit) -> Iterator[Law]:
    words = " ".join(reader.text.words[hit.first : hit.last + 1])
    law = laws().by_words.get(words)
    if law is not None:
        yield law


def _numbers(reader: Reader, hit: Hit) -> Iterator[str]:
    after = reader.written(hit.last + 1, hit.last + 1 + _WINDOW)
    before = reader.written(max(0, hit.first - _BEHIND), hit.first)
    behind = _BEFORE.search(before)
    if behind is not None and not _RANGE_BEGUN.search(before, 0, behind.start()):
        yield _key(behind)
    yield from _listed(after)


def _listed(text: str) -> Iterator[str]:
    found = _NUMBER.match(text)
    while found is not None:
        if _RANGE.match(text, found.end()):
            return
        yield _key(found)
        joined = _JOINED.match(text, found.end())
        found = None if joined is None else _NUMBER.match(text, joined.end())


def _key(found: re.Match[str]) -> str:
    paragraph = next((group for group in found.groups()[1:] if group), None)
    return found[1] if paragraph is None else f"{found[1]}({paragraph})"


def _granted(
    key: str, hit: Hit, candidates: Sequence[Law], *, law_named: bool
) -> Iterator[Citation]:
    article = key.partition("(")[0]
    for law in candidates:
        for written in (key, article):
            right = law.articles.get(written)
            if right is not None:
                scope = _SCOPES.get((law.name, written))
                yield Citation(right, law.name, hit, law_named, scope)
                return
