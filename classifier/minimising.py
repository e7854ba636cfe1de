"""Takes out of a text what is personal, and finds what is said about the rest in the text as it was.

Policy P6: a model sees the writer's own new words and nothing that names anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from classifier.language import detect_language
from classifier.personal_spans import Known, Personal, personal_spans
from privacy.messages import ParsedMessage

GERMAN = frozenset({"de", "lb"})


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """One span of the original, and where its placeholder stands."""

    start: int
    end: int
    at: int
    at_end: int


@dataclass(frozen=True, kw_only=True)
class Minimised:
    """A text with placeholders, and the way back to the original's positions."""

    original: str = field(repr=False)
    text: str = field(repr=False)
    replaced: tuple[Replaced, ...] = ()

    def find(self, quote: str) -> tuple[int, int] | None:
        """Return where the original holds what the quote stands for; None unless it stands literally in `text`.

        A quote that cuts a placeholder in two is none: nobody can say which half of a name was meant.
        """
        at = self.text.find(quote) if quote.strip() else -1
        while at >= 0:
            found = self.span(at, at + len(quote))
            if found is not None:
                return found
            at = self.text.find(quote, at + len(quote))
        return None

    def at(self, start: int, end: int) -> tuple[int, int]:
        """Return where the placeholders' text has a span of the original that `find` or `span` gave."""
        return self._placed(start), self._placed(end)

    def span(self, at: int, at_end: int) -> tuple[int, int] | None:
        """Return the span of the original behind one of the text; None where it cuts a placeholder or is none."""
        if not 0 <= at < at_end <= len(self.text):
            return None
        start, end = self._original(at), self._original(at_end)
        return None if start is None or end is None else (start, end)

    def _original(self, at: int) -> int | None:
        """Return the position in the original, None inside a placeholder."""
        place = bisect_right(self.replaced, at, key=lambda piece: piece.at) - 1
        if place < 0:
            return at
        piece = self.replaced[place]
        if at == piece.at:
            return piece.start
        return piece.end + (at - piece.at_end) if at >= piece.at_end else None

    def _placed(self, position: int) -> int:
        place = bisect_right(self.replaced, position, key=lambda piece: piece.start) - 1
        if place < 0:
            return position
        piece = self.replaced[place]
        return piece.at if position == piece.start else piece.at_end + (position - piece.end)


@dataclass
class Placeholders:
    """Numbers what is replaced: the same words get the same number, in all parts of one message."""

    _numbers: dict[tuple[Personal, str], int] = field(default_factory=dict)
    _used: dict[Personal, int] = field(default_factory=dict)

    def name(self, kind: Personal, words: str) -> str:
        """Return for example `[NAME 1]`."""
        key = (kind, " ".join(words.casefold().split()))
        if key not in self._numbers:
            self._used[kind] = self._used.get(kind, 0) + 1
            self._numbers[key] = self._used[kind]
        return f"[{kind} {self._numbers[key]}]"


def minimise(
    text: str, known: Known | None = None, numbering: Placeholders | None = None
) -> Minimised:
    """Return the text with a typed placeholder for each personal span; all else stays as it is, to the letter."""
    numbers = numbering or Placeholders()
    pieces: list[str] = []
    replaced: list[Replaced] = []
    done = length = 0
    for start, end, kind in personal_spans(text, known or Known()):
        placeholder = numbers.name(kind, text[start:end])
        at = length + start - done
        pieces += [text[done:start], placeholder]
        length = at + len(placeholder)
        replaced.append(Replaced(start=start, end=end, at=at, at_end=length))
        done = end
    pieces.append(text[done:])
    return Minimised(original=text, text="".join(pieces), replaced=tuple(replaced))


def minimise_parts(
    parts: Mapping[str, str], known: Known, *, most_characters: int
) -> dict[str, Minimised]:
    """Return the parts of one message, numbered together, each cut to so many characters first."""
    numbering = Placeholders()
    return {
        name: minimise(text[:most_characters], known, numbering)
        for name, text in parts.items()
        if text.strip()
    }


def people_of(message: ParsedMessage) -> Known:
    """Return what the header of a mail says of the people in it."""
    own = _addresses(message.recipients)
    sender = message.sender
    return Known(
        names=(sender.display_name,),
        addresses=((sender.address,) if sender.address else ()) + own,
        nouns_have_capitals=has_capital_nouns(message.new_text or message.subject),
    )


def has_capital_nouns(text: str) -> bool:
    """Whether a capital in this text says nothing."""
    return detect_language(text) in GERMAN


def _addresses(recipients: Sequence[str]) -> tuple[str, ...]:
    return tuple(address for address in recipients if "@" in address)
