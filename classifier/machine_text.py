"""What the subject and the words of a mail say about who wrote it: a machine, or a person."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from classifier.machine_data import Words, words_of
from classifier.pieces import cut
from classifier.skeletons import said_by_classes
from classifier.written import Sample, WrittenText
from privacy.screening import Kind, Signal, Strength

READ = 3_000  # characters: machines say what they are at the beginning,
READ_AT_END = 600  # or at the very end
OPENING = 14  # words within which thanks are a greeting
_TAGS = re.compile(r"(?:\s*(?:\[[^\]]{0,60}\]|\*{2,5}[^*]{0,40}\*{2,5}))+")
_ANSWERED = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|odp|res|ynt|r|ref|rif|ats|vl|回复|答复|回覆|回信)\s*(?:\[\d{1,3}\])?\s*[:：]",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|vb|doorst|enc|vl|pd|vs|továbbítás|ilt|转发|轉寄)\s*[:：]", re.IGNORECASE
)
# Where a sentence begins, and where nothing but a line break stands before a word.
_NEW_SENTENCE = re.compile(r"[.!?:;。！？\n*\[(|>\-]")
# What stands between quotation marks, in one paragraph.
_QUOTES = '"“”„«»'
_QUOTED = re.compile(r"[\"„“«»][^\"„“”«»\n]{20,600}[\"“”»«]")
_MACHINES = (Kind.AUTO_REPLY, Kind.BOUNCE)
_COMMA, _GREETING = re.compile(r"[,،，、]"), 6  # words
_QUESTIONS = "?？؟"
# RFC 3463 status codes and RFC 5321 replies: a digit that stands first in its word is looked for first of all.
_CODES = re.compile(
    r"[245](?<!\w.)(?:\.\d\.\d{1,3}\b|(?<=4)[245]\d[ -]|(?<=5)[0-7]\d[ -])",
)
# The fields of RFC 3464 written into plain text.
_FIELDS = re.compile(
    r"^(?:final-recipient|reporting-mta|diagnostic-code|original-recipient|remote-mta|action|status)\s?:",
    re.MULTILINE,
)
_IN_FIELDS = ("recipient", "mta", "diagnostic-code", "action", "status")
_ALONE = re.compile(r"[^ ]")  # more than a blank between two words
_WITHIN = "_within"  # ending of the signs that count anywhere in a subject
LONG = 300  # words
_FIRST_WORDS = 200  # characters
_BY_PLACE = frozenset({"automatic", "about", "thanks"})
_OPENINGS = frozenset({"automatic", "unread", "away", "left", "received"})


@dataclass(frozen=True, slots=True)
class Sign:
    """What one kind of wording is called, for which kind of mail it speaks and how much."""

    name: str
    kind: Kind
    points: int


# The policy: what each sign is worth. A kind needs the points that `privacy.screening` asks for.
SIGNS: dict[str, Sign] = {
    "automatic": Sign("text: says that it is automatic", Kind.AUTO_REPLY, 3),
    "unread": Sign("text: says that nobody reads this mailbox", Kind.AUTO_REPLY, 3),
    "away": Sign("text: says that they are away", Kind.AUTO_REPLY, 2),
    "back": Sign("text: says until when", Kind.AUTO_REPLY, 1),
    "meanwhile": Sign("text: says what to do meanwhile", Kind.AUTO_REPLY, 1),
    "left": Sign("text: says that they have left", Kind.AUTO_REPLY, 2),
    "moved": Sign("text: names another address", Kind.AUTO_REPLY, 1),
    "received": Sign("text: says that mail was received", Kind.AUTO_REPLY, 2),
    "later": Sign("text: promises an answer", Kind.AUTO_REPLY, 1),
    "thanks": Sign("text: opens with thanks for the message", Kind.AUTO_REPLY, 1),
    "ticket": Sign("text: gives a ticket number", Kind.AUTO_REPLY, 1),
    "challenge": Sign("text: asks for a proof before delivery", Kind.AUTO_REPLY, 3),
    "receipt": Sign("text: says that mail was opened", Kind.AUTO_REPLY, 3),
    "failed": Sign("text: says that mail was not delivered", Kind.BOUNCE, 2),
    "cause": Sign("text: says why it was not delivered", Kind.BOUNCE, 1),
    "mail_system": Sign("text: speaks as a mail system", Kind.BOUNCE, 2),
    "protocol": Sign("text: holds answers of a mail server", Kind.BOUNCE, 1),
    "view": Sign("text: offers to be read in a browser", Kind.BULK, 2),
    "because": Sign("text: says why it is sent to many", Kind.BULK, 2),
    "leave": Sign("text: offers to end a subscription", Kind.BULK, 2),
    "footer": Sign("text: has the foot of a newsletter", Kind.BULK, 1),
    "trade": Sign("text: speaks of trade or of systems", Kind.BULK, 1),
    "wants": Sign("text: says what the writer wants", Kind.PERSON, 3),
    "demands": Sign("text: asks for something to be done with own data", Kind.PERSON, 3),
    "matter": Sign("text: speaks of the matter", Kind.PERSON, 2),
    "question": Sign("text: asks a question", Kind.PERSON, 2),
    "about": Sign("text: speaks about a machine's mail", Kind.PERSON, 3),
    "long": Sign("text: long", Kind.PERSON, 1),
    "forwards": Sign("subject: passes on a mail", Kind.PERSON, 3),
    "system_name": Sign("from: bears the name of a mail system", Kind.BOUNCE, 2),
    "auto_reply": Sign("subject: automatic reply", Kind.AUTO_REPLY, 2),
    "auto_reply_within": Sign("subject: automatic reply", Kind.AUTO_REPLY, 2),
    "bounce": Sign("subject: failed delivery", Kind.BOUNCE, 2),
    "bounce_within": Sign("subject: failed delivery", Kind.BOUNCE, 2),
    "bulk": Sign("subject: notice or newsletter", Kind.BULK, 1),
}
# What answering machines say clearly.
CLEAR = frozenset(
    sign for sign, one in SIGNS.items() if one.kind is Kind.AUTO_REPLY and one.points > 1
)


def signal(sign: str, points: int | None = None) -> Signal:
    """Return the signal of one of SIGNS, with other points than usual if given."""
    found = SIGNS[sign]
    return Signal(
        name=found.name,
        strength=Strength.WORDS,
        suggests=found.kind,
        points=found.points if points is None else points,
    )


def is_answer(subject: str) -> bool:
    """Return whether the subject begins like that of an answer, Re: in any language."""
    return _ANSWERED.match(subject) is not None


def is_forward(subject: str) -> bool:
    """Return whether the subject begins like that of a mail that is passed on."""
    return _FORWARDED.match(subject) is not None


def read_subject(subject: str) -> set[str]:
    """Return the signs of a subject; one after Re: or Fwd: says little, and the caller knows.

    A single word says something only where it stands alone: `Vacation: ...` does, `Vacation rental` does not.
    """
    read = cut(_bare(subject))
    words, folded = read.words, read.folded.text
    known = words_of("subject")
    found = {
        sign
        for sign, place, after in known.within(words)
        if sign.endswith(_WITHIN)
        or (place == 0 and (after > 1 or after == len(words) or _ALONE.search(read.seps[0])))
    }
    found |= {sign for sign, at in known.glued_within(folded) if at == 0 or sign.endswith(_WITHIN)}
    return found - {sign + _WITHIN for sign in found}


def subject_tells_of_receipt(subject: str, languages: Iterable[str]) -> bool:
    """Return whether the classes of the words of a subject say that mail was received."""
    read = cut(_bare(subject))
    sample = Sample(read.folded.text, read.words, read.seps)
    return ("received", 0) in said_by_classes(sample, languages)


def _bare(subject: str) -> str:
    """The subject without tags and any number of Re: and Fwd: before it, at most so many as a person would see."""
    rest = subject[:400]
    for _ in range(6):
        before = rest
        for pattern in (_TAGS, _ANSWERED, _FORWARDED):
            found = pattern.match(rest)
            rest = rest[found.end() :] if found else rest
        if rest == before:
            break
    return rest


@dataclass(frozen=True, slots=True)
class Found:
    """The expressions of machines in the beginning and the end of a text, each with the place of its first word."""

    written: WrittenText
    sample: Sample
    said: Sequence[tuple[str, int]]
    by_classes: bool = False  # whether the classes of the words were asked as well


def read_text(text: str) -> set[str]:
    """Return the signs of a text; cost linear in its length, and bounded once it is in words."""
    return signs_of(find(WrittenText(text)))


def find(written: WrittenText) -> Found:
    """Return what machines say in a text, which others may have cut into words before."""
    sample = written.sample(READ, READ_AT_END)
    return Found(written, sample, tuple(_said_in(sample)))


def with_classes(found: Found) -> Found:
    """Return what was found and what the classes of the words say: looked at only where a machine is suspected."""
    more = said_by_classes(found.sample, languages_of(found.written))
    return replace(found, said=(*found.said, *more), by_classes=True)


def languages_of(written: WrittenText) -> tuple[str, ...]:
    """Return the language of a text and those that are nearly as likely."""
    guess = written.guess
    return (guess.code, *guess.others)


def signs_of(found: Found) -> set[str]:
    """Return the signs of the writer's own text.

    What a machine has said and somebody cites is no sign of a machine.
    """
    signs, text = _signs_of(found), found.written.text
    machine = {sign for sign in signs if SIGNS[sign].kind in _MACHINES}
    if machine and any(sign in text for sign in _QUOTES):
        cited = f"{text[:READ]}\n{text[READ:][-READ_AT_END:]}"
        own = find(WrittenText(_QUOTED.sub(" ", cited)))
        signs -= machine - _signs_of(with_classes(own) if found.by_classes else own)
    return signs


def _signs_of(found: Found) -> set[str]:
    marks = _marks(found.written.text, found.sample.folded)
    return {sign for sign, _ in found.said} | {sign for sign, is_there in marks if is_there}


def opens_like_a_machine(written: WrittenText) -> bool:
    """Return whether the first words of a text are those of an automatic reply."""
    return any(sign in _OPENINGS for sign, _ in _said_in(written.sample(_FIRST_WORDS, 0)))


def said_besides(sample: Sample) -> Iterator[tuple[str, int]]:
    """Yield what receipts and notices of absence say besides, with the places: people say it too."""
    words = words_of("besides")
    yield from ((sign, place) for sign, place, _ in words.within(sample.words))
    yield from _glued_in(sample, words)


def _said_in(sample: Sample) -> Iterator[tuple[str, int]]:
    yield from _found_in(sample.words, sample.seps)
    yield from _glued_in(sample, words_of("text"))


def _glued_in(sample: Sample, words: Words) -> Iterator[tuple[str, int]]:
    """Yield the signs in a script without blanks, each with the place of the word in which it begins."""
    signs = list(words.glued_within(sample.folded))
    if signs and sample.words:
        lengths = (
            len(word) + len(sep) for word, sep in zip(sample.words, sample.seps, strict=True)
        )
        begins = list(accumulate(lengths, initial=sample.folded.find(sample.words[0])))
        for sign, at in signs:
            yield sign, min(max(0, bisect_right(begins, at) - 1), len(sample.words) - 1)


def _found_in(words: Sequence[str], between: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the signs; "this is an automatic reply" is no talk about one."""
    found = list(words_of("text").within(words))
    automatic = {
        at
        for sign, place, after in found
        if sign == "automatic" and _begins_sentence(between, place)
        for at in range(place, after)
    }
    for sign, place, _ in found:
        if sign not in _BY_PLACE or _counts_at(sign, place, automatic):
            yield sign, place


def _counts_at(sign: str, place: int, automatic: set[int]) -> bool:
    if sign == "thanks":
        return place <= OPENING
    return (place in automatic) is (sign == "automatic")


def _begins_sentence(between: Sequence[str], place: int) -> bool:
    """Return whether a sentence begins here; behind a greeting a comma is enough ("Dear customer, this is ...")."""
    if place == 0 or _NEW_SENTENCE.search(between[place - 1]) is not None:
        return True
    return place <= _GREETING and _COMMA.search(between[place - 1]) is not None


def _marks(text: str, folded: str) -> Iterator[tuple[str, bool]]:
    yield "question", any(sign in folded for sign in _QUESTIONS)
    yield "protocol", _speaks_protocol(folded)
    yield "long", len(text) > LONG * 6


def _speaks_protocol(folded: str) -> bool:
    if _CODES.search(folded):
        return True
    return any(name in folded for name in _IN_FIELDS) and _FIELDS.search(folded) is not None
