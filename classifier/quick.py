"""What an answer would be if it came within seconds of our letter: that adds to what its words say, and never decides alone."""

from __future__ import annotations

from classifier.kinds import signals_of
from classifier.letter import Letter
from classifier.machine_text import SIGNS
from privacy.screening import Kind, Screening, Signal, Strength, screen

QUICK_ANSWER = Signal(
    name="answers our letter within seconds",
    strength=Strength.WORDS,
    suggests=Kind.AUTO_REPLY,
    points=2,
)
BESIDE_CLEAR, BESIDE_WEAK = 0.65, 0.4  # shares of the writer's own words up to which haste counts
_SAYS_NOTHING = {SIGNS["back"].name, SIGNS["thanks"].name}  # everybody names a day, and thanks


def screen_letter(letter: Letter) -> tuple[Screening, Screening | None]:
    """Return what kind of mail it is, and what it is if it came within seconds of our letter, where that is another.

    Only a mail that answers a letter of ours, that says something which answering machines say and not everybody, and in which nothing
    speaks for a person, can become an automatic reply by its haste.
    """
    signals = signals_of(letter)
    screening = screen(signals)
    if screening.kind is not Kind.PERSON or not _may_be_hasty(letter):
        return screening, None
    weak = (one for one in letter.words if one.suggests is Kind.AUTO_REPLY)
    hasty = screen(tuple(dict.fromkeys((*signals, *weak, QUICK_ANSWER))))
    return screening, hasty if hasty.kind is Kind.AUTO_REPLY else None


def _may_be_hasty(letter: Letter) -> bool:
    """A clear sign may stand beside more of the writer's own than one that people give as well."""
    telling = [
        one.points
        for one in letter.words
        if one.suggests is Kind.AUTO_REPLY and one.name not in _SAYS_NOTHING
    ]
    if not (telling and letter.answers_as_machine):
        return False
    return letter.told.own_share <= (BESIDE_CLEAR if max(telling) > 1 else BESIDE_WEAK)
