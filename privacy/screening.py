"""What kind of mail it is: one ordered table from named signals to a kind, with hits recorded.

*Machine* only decides whether a letter may go out by itself; it never makes a request disappear: a machine mail whose own words ask for a right is held for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of the command line's contract."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    BULK = "bulk"
    SPAM = "spam"
    UNREADABLE = "unreadable"


class Strength(StrEnum):
    """How much a signal weighs; the two weak sorts must meet to make a machine of a sender."""

    STRONG = "strong"
    WEAK_BULK = "weak_bulk"
    WEAK_WORDING = "weak_wording"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A named fact read from the headers: `name` is stable, `suggests` is the kind it speaks for."""

    name: str
    strength: Strength
    suggests: Kind


@dataclass(frozen=True, kw_only=True)
class Screening:
    """The kind of a message, and the names of all signals that were hit (stored and shown)."""

    kind: Kind
    reasons: tuple[str, ...] = ()
    no_automatic_letter: tuple[str, ...] = ()


# The order is the policy: the first kind with a strong signal wins. A lawyer can read it from top to bottom.
STRONG_ORDER: tuple[Kind, ...] = (
    Kind.BOUNCE,  # a failed letter of ours reopens work: it must be seen before all else
    Kind.AUTO_REPLY,  # answering an answering machine makes a loop (RFC 3834 section 2)
    Kind.SPAM,  # a label that a person can take back, never a deletion
    Kind.UNREADABLE,  # a person's words that no rule can read: a person does
    Kind.BULK,
)


def screen(signals: tuple[Signal, ...]) -> Screening:
    """Return the kind of the message, with every signal that was hit.

    One strong signal decides, in the order of STRONG_ORDER; else one weak signal of each sort makes an
    automatic reply; bulk signs alone leave a person's mail a person's mail, but its letter waits for staff,
    because services that send genuine requests look like newsletters.
    """
    reasons = tuple(signal.name for signal in signals)
    strong = {signal.suggests for signal in signals if signal.strength is Strength.STRONG}
    for kind in STRONG_ORDER:
        if kind in strong:
            return Screening(kind=kind, reasons=reasons, no_automatic_letter=reasons)
    bulk = tuple(s.name for s in signals if s.strength is Strength.WEAK_BULK)
    wording = tuple(s.name for s in signals if s.strength is Strength.WEAK_WORDING)
    if bulk and wording:
        return Screening(kind=Kind.AUTO_REPLY, reasons=reasons, no_automatic_letter=reasons)
    return Screening(kind=Kind.PERSON, reasons=reasons, no_automatic_letter=bulk)
