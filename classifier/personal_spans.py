"""Where a text holds something personal: names, addresses, numbers, links, identifiers, signatures, quoted lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from classifier.personal_words import PersonalWords, personal_words, plain


class Personal(StrEnum):
    """What a placeholder stands for; where two overlap the one that is named first is told."""

    QUOTE = "QUOTE"
    SIGNATURE = "SIGNATURE"
    EMAIL = "EMAIL"
    LINK = "LINK"
    ADDRESS = "ADDRESS"
    ID = "ID"
    NUMBER = "NUMBER"
    NAME = "NAME"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of the people before their words are read: names and addresses, from the header of a mail."""

    names: tuple[str, ...] = field(default=(), repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    nouns_have_capitals: bool = False  # German: a capital says nothing


Span = tuple[int, int, Personal]
# A letter and what belongs to it: the vowel signs of Indian scripts are no letters, yet part of the word.
_NO_LETTER = (
    r"\s\d!-@\[-`{-~\u00a0-\u00bf\u0964\u0965\u060c\u061b\u061f\u2000-\u206f\u3000-\u303f"
    r"\uff00-\uff0f\uff1a-\uff20"
)
_WORD = re.compile(
    rf"[^\W\d_][^{_NO_LETTER}]{{0,63}}(?:['’-][^\W\d_][^{_NO_LETTER}]{{0,63}}){{0,4}}"
)
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"]{1,64}[ \t]?(?:@|\(at\)|\[at\]| at )[ \t]?[^\s@<>()\[\],;:\"]{1,190}"
    r"(?:[ \t]?(?:\(dot\)|\[dot\]| dot )[ \t]?[\w-]{1,63}){0,3}",
    re.IGNORECASE,
)
_SPELLED_DOMAIN = re.compile(r"[(\[]at|[(\[ ]dot|\w\.\w", re.IGNORECASE)
_LINKS = (
    re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s<>\"]{1,2000}", re.IGNORECASE),
    re.compile(r"\b(?:mailto|tel|data|cid):[^\s<>\"]{1,2000}", re.IGNORECASE),
    re.compile(r"(?<![\w@])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w.]\w)(?:/[^\s<>\"]{0,2000})?"),
)
_HANDLE = re.compile(r"(?<![\w@])@[\w.]{2,30}")
_TOKEN = re.compile(r"\w[\w/_.-]{2,127}")
_NUMBER = re.compile(r"[+(]{0,2}\d[\d\s./():–-]{0,40}")
_ORDINARY_TOKEN = re.compile(r"(?:\D{1,9}\.?\d{1,2}|\d{1,2}\D{1,3})\Z")  # Art15, 15th, 24h
_QUOTED = re.compile(r"^[ \t]{0,4}[>|][^\n]*", re.MULTILINE)
_DASHES = re.compile(r"^-- ?\r?$", re.MULTILINE)
_SPEAKER = re.compile(  # -- Original message --
    r"^[ \t]{0,4}-{2,10} ?\w[^\n]{0,60}-{2,10}[ \t]*\r?$", re.MULTILINE
)
_LEAST_DIGITS = 3
_CITED_DIGITS = 6
_CITED_GROUP = 3
_WHOLE_LINES = frozenset({Personal.QUOTE, Personal.SIGNATURE})
_MOST_NAMES = 100  # words of names that are looked for: a header may name a thousand people
_INITIAL = 2  # letters before a full stop that ends no sentence: J. Weber, Dr. Weber
_STEM = 5  # letters from which a name is also found with another ending, as in Slavic languages
_LONGEST_SIGNATURE_LINE = 80
_SIGNATURE_LINES = 8
_NAME_WORDS = 3


def personal_spans(text: str, known: Known) -> list[Span]:
    """Return the spans of the text that must not leave, in order and without overlap."""
    words = personal_words()
    found = [span for find in _FINDERS for span in find(text, words)]
    found += _known_names(text, known, words)
    found += _runs_of_capitals(text, known, words)
    trimmed = (_trimmed(text, span) for span in found)
    return _merged([span for span in trimmed if span[0] < span[1]])


def _trimmed(text: str, span: Span) -> Span:
    """The full stop after an address belongs to the sentence."""
    start, end, kind = span
    while kind not in _WHOLE_LINES and end > start and text[end - 1] in ".,;:!? \t\r\n":
        end -= 1
    return start, end, kind


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Overlapping spans become one, so that nothing between them is left."""
    merged: list[Span] = []
    rank = list(Personal).index
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            first, last, other = merged[-1]
            merged[-1] = (first, max(last, end), min(kind, other, key=rank))
        else:
            merged.append((start, end, kind))
    return merged


def _quotes(text: str, words: PersonalWords) -> Iterator[Span]:  # noqa: ARG001 - every finder takes both
    for match in _QUOTED.finditer(text):
        yield (*match.span(), Personal.QUOTE)
    below = _SPEAKER.search(text)
    if below:
        yield (below.start(), len(text), Personal.QUOTE)


def _signatures(text: str, words: PersonalWords) -> Iterator[Span]:
    dashes = _DASHES.search(text)
    if dashes:
        yield (dashes.start(), len(text), Personal.SIGNATURE)
    lines = _lines_of(text)
    for number, (start, end) in enumerate(lines):
        if plain(text[start:end]).strip(" \t\r,.!:;-–") in words.valedictions:
            below = lines[number + 1 : number + 1 + _SIGNATURE_LINES]
            yield from _lines_below(text, below, words)
    yield from _name_at_the_end(text, lines)
    yield from _names_beside_valedictions(text, words)


def _names_beside_valedictions(text: str, words: PersonalWords) -> Iterator[Span]:
    """`Thanks, Anne` on one line; on the last line in small letters too."""
    end = len(text.rstrip())
    for match in words.valediction_before.finditer(text):
        line_end = text.find("\n", match.end())
        rest_end = len(text) if line_end < 0 else line_end
        rest = text[match.end() : rest_end].split()
        is_last = rest_end >= end and not any(plain(word) in words.small_words for word in rest)
        if 0 < len(rest) <= _NAME_WORDS and (is_last or all(map(_is_name_like, rest))):
            yield (match.end(), rest_end, Personal.SIGNATURE)


def _lines_of(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def _lines_below(
    text: str, lines: Sequence[tuple[int, int]], words: PersonalWords
) -> Iterator[Span]:
    """The short lines after a valediction are a signature, up to a postscript or a sentence."""
    for start, end in lines:
        line = text[start:end].strip()
        if not line:
            continue
        sentence = len(line) > _LONGEST_SIGNATURE_LINE or line.endswith(("?", "!", ".", "।", "。"))
        if sentence or line.casefold().startswith(words.postscripts):
            return
        yield (start, end, Personal.SIGNATURE)


def _name_at_the_end(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """A last line of up to three words with capitals, and nothing else, is the writer's name."""
    written = [span for span in lines if text[slice(*span)].strip()]
    if len(written) > 1:
        start, end = written[-1]
        found = text[start:end].strip(" \t\r-–~*").split()
        if len(found) <= _NAME_WORDS and all(_is_name_like(word) for word in found):
            yield (start, end, Personal.SIGNATURE)


def _is_name_like(word: str) -> bool:
    return bool(_WORD.fullmatch(word.rstrip(".,"))) and word[0].isupper()


def _emails(text: str, words: PersonalWords) -> Iterator[Span]:  # noqa: ARG001
    for match in _EMAIL.finditer(text):
        if "@" in match.group() or _SPELLED_DOMAIN.search(match.group()):
            yield (*match.span(), Personal.EMAIL)


def _links(text: str, words: PersonalWords) -> Iterator[Span]:  # noqa: ARG001
    for pattern in _LINKS:
        for match in pattern.finditer(text):
            yield (*match.span(), Personal.LINK)


def _addresses(text: str, words: PersonalWords) -> Iterator[Span]:
    for pattern in words.addresses:
        for match in pattern.finditer(text):
            yield (*match.span(), Personal.ADDRESS)


def _identifiers(text: str, words: PersonalWords) -> Iterator[Span]:
    for match in words.identifiers.finditer(text):
        if plain(match["value"]) not in words.small_words:
            yield (*match.span("value"), Personal.ID)
    for match in _HANDLE.finditer(text):
        yield (*match.span(), Personal.ID)
    for match in _TOKEN.finditer(text):
        if _is_identifier(match.group(), words):
            yield (*match.span(), Personal.ID)


def _is_identifier(token: str, words: PersonalWords) -> bool:
    """Whether letters and digits are mixed as in AC-12345; an article such as Art15 or a 15th is not."""
    mixed = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
    return (
        mixed
        and not _ORDINARY_TOKEN.fullmatch(token.rstrip(".-/"))
        and token not in words.citations
    )


def _numbers(text: str, words: PersonalWords) -> Iterator[Span]:
    for match in _NUMBER.finditer(text):
        number = match.group().rstrip(" \t\r\n./(:–-")
        digits = sum(c.isdigit() for c in number)
        if digits >= _LEAST_DIGITS and not _is_cited(text, match.start(), number, words):
            yield (match.start(), match.start() + len(number), Personal.NUMBER)


def _is_cited(text: str, start: int, number: str, words: PersonalWords) -> bool:
    if number.strip("()") in words.citations:
        return True
    groups = re.findall(r"\d+", number)
    short = all(len(group) <= _CITED_GROUP for group in groups)
    few = sum(map(len, groups)) <= _CITED_DIGITS
    return short and few and bool(words.law_before.search(text[max(0, start - 60) : start]))


def _announced_names(text: str, words: PersonalWords) -> Iterator[Span]:
    for match in words.introductions.finditer(text):
        first = _WORD.match(text, match.end())
        if first is not None and plain(first.group()) not in words.no_name_after:
            yield from _words_after(text, match.end(), words, capitals=False)
    for pattern in (words.introductions_with_capitals, words.titles, words.greetings):
        for match in pattern.finditer(text):
            yield from _words_after(text, match.end(), words, capitals=True)


def _words_after(text: str, at: int, words: PersonalWords, *, capitals: bool) -> Iterator[Span]:
    """Up to four words in a row that may be a name; a small word or a punctuation mark ends it."""
    end = at
    for match in list(_WORD.finditer(text, at, at + 120))[: _NAME_WORDS + 1]:
        between = text[end : match.start()]
        word = match.group()
        stops = plain(word) in (words.ordinary if capitals else words.small_words)
        if not _belong_together(text[at:end], between) or (capitals and word[0].islower()) or stops:
            break
        end = match.end()
    yield (at, end, Personal.NAME)


def _known_names(text: str, known: Known, words: PersonalWords) -> Iterator[Span]:
    names = _known_words(known, words)
    stems = tuple(name[:-1] for name in names if len(name) >= _STEM)
    if not names:
        return
    for match in _WORD.finditer(text):
        for part in re.finditer(r"[^-]+", match.group()):
            word = plain(part.group())
            if word in names or (stems and word.startswith(stems) and _is_inflected(word, stems)):
                yield (match.start(), match.end(), Personal.NAME)
    for name in names:
        if (
            not name.isascii() and name.upper() == name.lower()
        ):  # a script without words and capitals
            yield from (
                (m.start(), m.end(), Personal.NAME) for m in re.finditer(re.escape(name), text)
            )


def _is_inflected(word: str, stems: Sequence[str]) -> bool:
    return any(word.startswith(stem) and len(word) <= len(stem) + 4 for stem in stems)


def _known_words(known: Known, words: PersonalWords) -> frozenset[str]:
    local = (address.partition("@")[0] for address in known.addresses)
    found = dict.fromkeys(
        plain(part)
        for name in (*known.names, *local)
        for word in _WORD.findall(name)
        for part in word.split("-")
    )
    names = (word for word in found if len(word) > 1 and word not in words.not_names)
    return frozenset(islice(names, _MOST_NAMES))


def _runs_of_capitals(text: str, known: Known, words: PersonalWords) -> Iterator[Span]:
    """Two or more unknown words with capitals in a row are a name; in German not those that begin a sentence."""
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if run and _continues(text, run, match, known, words):
            run.append(match)
            continue
        yield from _name_of(run, words)
        run = [match] if _may_begin(text, match, known, words) else []
    yield from _name_of(run, words)


def _name_of(run: Sequence[re.Match[str]], words: PersonalWords) -> Iterator[Span]:
    """A run counts from its first to its last true word: `Anne van` is one word only."""
    named = [match for match in run if plain(match.group()) not in words.particles]
    if len(named) > 1:
        yield (run[0].start(), named[-1].end(), Personal.NAME)


def _continues(
    text: str,
    run: Sequence[re.Match[str]],
    match: re.Match[str],
    known: Known,
    words: PersonalWords,
) -> bool:
    last = run[-1]
    if not _belong_together(last.group(), text[last.end() : match.start()]):
        return False
    joins = not known.nouns_have_capitals and plain(match.group()) in words.particles
    return joins or _may_begin(text, match, known, words)


def _belong_together(before: str, between: str) -> bool:
    """Whether nothing but blanks parts two words, or the full stop of an initial."""
    initial = len(before.rpartition(" ")[2]) <= _INITIAL
    return len(between) <= _NAME_WORDS and not between.strip(" \t." if initial else " \t")


def _may_begin(text: str, match: re.Match[str], known: Known, words: PersonalWords) -> bool:
    word = match.group()
    if not word[0].isupper() or word.isupper() or _is_ordinary(word, words):
        return False
    nearby = text[max(0, match.start() - 8) : match.start()]
    before = nearby.rstrip(" \t\"'“„(") if known.nouns_have_capitals else "x"
    return bool(before) and before[-1] not in ".!?:\n"


def _is_ordinary(word: str, words: PersonalWords) -> bool:
    spelled = plain(word)
    return spelled in words.ordinary or spelled in words.small_words


_FINDERS: tuple[Callable[[str, PersonalWords], Iterator[Span]], ...] = (
    _quotes,
    _signatures,
    _emails,
    _links,
    _addresses,
    _identifiers,
    _numbers,
    _announced_names,
)
