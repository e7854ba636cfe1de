"""What the new words of a reply say to us, by lists of words: thanks, a question, a withdrawal, a complaint, a command.

The words are data (classifier/reply_words.toml). Whatever no list explains is counted, so that nothing is taken for less
than it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from privacy.answering import counted_text
from privacy.rights import Right

MOST_READ = 5_000  # characters of the writer's new words
ONE_SENTENCE = 20  # words that a sentence with a known topic may have; what it has beyond them is not explained by it
ENGLISH = "en"  # its commands and its words of doubt count in every reply
_SENTENCE_ENDS = re.compile(r"\n[ \t\r]*\n|[.!?;।…]")
_QUESTION = re.compile(r"[?？؟]")


class Topic(StrEnum):
    """What a sentence of a reply is about; the names of the lists."""

    THANKS = "thanks"
    COURTESY = "courtesy"
    WHERE = "where"
    WITHDRAWAL = "withdrawal"
    CORRECTION = "correction"
    NARROWED = "narrowed"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"


class Command(StrEnum):
    """A word that stands alone on the first line of a reply, for people and programs; LANG has a language behind it.

    STOP is of an erasure that waits for its day.
    """

    STATUS = "status"
    WITHDRAW = "withdraw"
    STOP = "stop"
    LANG = "lang"


_SAYS_NOTHING = frozenset({Topic.THANKS, Topic.COURTESY})
Phrases = Mapping[str, tuple[str, ...]]  # by language


@dataclass(frozen=True, kw_only=True)
class ReplyWords:
    """The lists: phrases by topic and language, words of doubt by language, words that name a right, and commands."""

    topics: Mapping[Topic, Phrases] = field(repr=False)
    doubt: Phrases = field(repr=False)
    names: Mapping[Right, Phrases] = field(repr=False)
    commands: Mapping[Command, tuple[str, ...]] = field(repr=False)

    @cached_property
    def by_first_word(self) -> Mapping[str, tuple[tuple[str, Topic, str], ...]]:
        """Each phrase as it is looked for, with topic and language, under its first word."""
        found: dict[str, list[tuple[str, Topic, str]]] = {}
        for topic, phrases in self.topics.items():
            for language, spelled in _spelled_phrases(phrases):
                found.setdefault(spelled.split()[0], []).append((spelled, topic, language))
        return {word: tuple(ones) for word, ones in found.items()}

    @cached_property
    def doubts(self) -> Mapping[str, frozenset[str]]:
        """The words of doubt of each language, as they are looked for."""
        return _by_language(self.doubt)

    @cached_property
    def rights(self) -> Mapping[str, Right]:
        """The right that a word names."""
        return {
            spelled.strip(): right
            for right, phrases in self.names.items()
            for _, spelled in _spelled_phrases(phrases)
        }

    @cached_property
    def command_lines(self) -> Mapping[str, Command]:
        """The command that a line is, without the language behind it."""
        return {
            _padded(word).strip(): command
            for command, words in self.commands.items()
            for word in words
        }


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a reply says. `rest` counts the words of sentences that no list explains, `beyond` those outside of any phrase
    that was found, signatures left out; `doubtful` where a word of doubt or a question stands
    beside what is said; `named` are the rights that it names; `narrowed` the sentence that asks for less.
    """

    topics: frozenset[Topic] = frozenset()
    rest: int = 0
    beyond: int = 0
    doubtful: bool = False
    named: frozenset[Right] = frozenset()
    command: Command | None = None
    language: str | None = None
    narrowed: str = field(default="", repr=False)

    @property
    def only_thanks(self) -> bool:
        """Whether nothing is said but thanks: one word more, and it is something."""
        is_plain = Topic.THANKS in self.topics and self.topics <= _SAYS_NOTHING
        return is_plain and not self.beyond and not self.doubtful and self.command is None


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    topics: frozenset[Topic]
    languages: frozenset[str]
    left: tuple[str, ...]
    words: int

    @property
    def rest(self) -> int:
        """Words that are not explained: those beside thanks and greetings, or what makes a sentence long."""
        if self.topics - _SAYS_NOTHING:
            return max(0, self.words - ONE_SENTENCE)
        return len(self.left)


def said_in(text: str, words: ReplyWords, *, names: Iterable[str] = ()) -> Said:
    """Return what these new words say; `names` are what the writer is called, and explain a signature.

    Costs time linear in the text, of which at most MOST_READ characters are read; a longer one has a rest.
    """
    read = text[:MOST_READ]
    command, language, body = _command(read, words)
    own = {word for name in names for word in _padded(name).split()}
    raw = [one for one in _SENTENCE_ENDS.split(body) if one.strip()]
    found = [_sentence(one, words, own) for one in raw]
    spoken = {ENGLISH}.union(*(one.languages for one in found))
    doubts = frozenset[str]().union(*(words.doubts.get(one, frozenset()) for one in spoken))
    left = {word for one in found for word in one.left}
    unread = len(text) - len(read)
    less = (one.strip() for one, told in zip(raw, found, strict=True) if _narrows(told))
    return Said(
        topics=frozenset[Topic]().union(*(one.topics for one in found)),
        rest=sum(one.rest for one in found) + unread,
        beyond=sum(len(one.left) for one in found) + unread,
        doubtful=bool(left & doubts or _QUESTION.search(body)),
        named=frozenset(words.rights[word] for word in _all_words(raw) & words.rights.keys()),
        command=command,
        language=language,
        narrowed=next(less, ""),
    )


def _narrows(sentence: _Sentence) -> bool:
    return Topic.NARROWED in sentence.topics


def _command(text: str, words: ReplyWords) -> tuple[Command | None, str | None, str]:
    """Return the command on the first line with the language behind it, and the text without that line."""
    line, _, body = text.lstrip().partition("\n")
    spelled = " ".join(_padded(line).split())
    if spelled in words.command_lines:
        found = words.command_lines[spelled]
        return (None, None, text) if found is Command.LANG else (found, None, body)
    head, _, last = spelled.rpartition(" ")
    if words.command_lines.get(head) is Command.LANG:
        return Command.LANG, last, body
    return None, None, text


def _sentence(text: str, words: ReplyWords, own: set[str]) -> _Sentence:
    spelled = _padded(text)
    found = [
        phrase
        for first in dict.fromkeys(spelled.split())
        for phrase in words.by_first_word.get(first, ())
        if phrase[0] in spelled
    ]
    count = len(spelled.split())
    for phrase, _, _ in sorted(found, key=_longest_first):
        spelled = spelled.replace(phrase, " ")
    left = tuple(word for word in spelled.split() if word not in own)
    return _Sentence(
        topics=frozenset(topic for _, topic, _ in found),
        languages=frozenset(language for _, _, language in found),
        left=left,
        words=count,
    )


def _all_words(sentences: Iterable[str]) -> frozenset[str]:
    return frozenset(word for one in sentences for word in _padded(one).split())


def _padded(text: str) -> str:
    """Return the words in one spelling, each with a blank on both sides: a phrase never ends within a word.

    Accents are left out, as people leave them out; the signs of other alphabets stay.
    """
    words = counted_text(text, "")
    if not words.isascii():
        apart = unicodedata.normalize("NFKD", words)
        words = unicodedata.normalize(
            "NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
        )
    return "".join(f" {word} " for word in words.split())


def _spelled_phrases(phrases: Phrases) -> Iterator[tuple[str, str]]:
    for language, ones in phrases.items():
        for one in ones:
            yield language, _padded(one)


def _by_language(phrases: Phrases) -> Mapping[str, frozenset[str]]:
    return {
        language: frozenset(word for one in ones for word in _padded(one).split())
        for language, ones in phrases.items()
    }


def _longest_first(phrase: tuple[str, Topic, str]) -> tuple[int, str]:
    return -len(phrase[0]), phrase[0]
