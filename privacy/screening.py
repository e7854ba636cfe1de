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
    """How much a signal weighs; the two weak sorts must meet to make a machine of a sender, words are counted.

    What a text says beside the words of answering machines (`OWN_TEXT`) is taken off automatic replies alone: a
    report on a delivery holds what others wrote.
    """

    STRONG = "strong"
    WEAK_BULK = "weak_bulk"
    WEAK_WORDING = "weak_wording"
    WORDS = "words"
    OWN_TEXT = "own_text"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A named fact read from headers or words: `name` is stable, `suggests` is the kind it speaks for.

    `points` is how much words weigh for their kind; what suggests a person is taken off every other kind.
    """

    name: str
    strength: Strength
    suggests: Kind
    points: int = 0


@dataclass(frozen=True, kw_only=True)
class Screening:
    """The kind of a message, and the names of all signals that were hit (stored and shown).

    `list_signs` are those of a sender who writes to many; `no_automatic_letter` all that speaks against a letter.
    """

    kind: Kind
    reasons: tuple[str, ...] = ()
    no_automatic_letter: tuple[str, ...] = ()
    list_signs: tuple[str, ...] = ()


# The order is the policy: the first kind with a strong signal wins. A lawyer can read it from top to bottom.
STRONG_ORDER: tuple[Kind, ...] = (
    Kind.BOUNCE,  # a failed letter of ours reopens work: it must be seen before all else
    Kind.AUTO_REPLY,  # answering an answering machine makes a loop (RFC 3834 section 2)
    Kind.SPAM,  # a label that a person can take back, never a deletion
    Kind.UNREADABLE,  # a person's words that no rule can read: a person does
    Kind.BULK,
)
# Half of all answering machines send no telling header. So many points of words make a kind without one, in this order.
WORDS_ENOUGH: tuple[tuple[Kind, int], ...] = (
    (Kind.BOUNCE, 4),  # people write about mail that came back: two clear signs
    (Kind.AUTO_REPLY, 3),
)
WORDS_BESIDE_BULK = 2  # so many are enough for an automatic reply where bulk signs are as well
BULK_WORDS = 4  # and so many words of a newsletter; words alone make none
BULK_WORDS_OF_LISTS = (
    2  # where several signs of a list stand together: an offer to end the subscription is enough
)


def screen(signals: tuple[Signal, ...]) -> Screening:
    """Return the kind of the message, with every signal that was hit.

    One strong signal decides, in the order of STRONG_ORDER; else the points of words, less those that speak for a
    person; else one weak signal of each sort makes an automatic reply, and signs of a list with the words of a
    newsletter make bulk mail. Bulk signs alone leave a person's mail a person's mail, but its letter waits for staff, because services that send genuine requests look like
    newsletters. So does the letter for a person who writes like a machine.
    """
    reasons = _names(signals)
    bulk = _names(signals, Strength.WEAK_BULK)
    kind = _strong_kind(signals) or _kind_by_words(signals) or _kind_by_weak(signals)
    against = bulk + _machine_words(signals) if kind is None else reasons
    return Screening(
        kind=kind or Kind.PERSON, reasons=reasons, no_automatic_letter=against, list_signs=bulk
    )


def _strong_kind(signals: tuple[Signal, ...]) -> Kind | None:
    strong = {signal.suggests for signal in signals if signal.strength is Strength.STRONG}
    return next((kind for kind in STRONG_ORDER if kind in strong), None)


def _kind_by_words(signals: tuple[Signal, ...]) -> Kind | None:
    found = next(
        (kind for kind, enough in WORDS_ENOUGH if net_points(signals, kind) >= enough), None
    )
    is_list = len(_names(signals, Strength.WEAK_BULK)) > 1
    bulk = net_points(signals, Kind.BULK)
    if found is Kind.AUTO_REPLY and is_list and bulk > net_points(signals, found):
        return Kind.BULK  # "follow the link below" to leave is no challenge
    return found


def _kind_by_weak(signals: tuple[Signal, ...]) -> Kind | None:
    if not _names(signals, Strength.WEAK_BULK):
        return None
    bulk, answers = net_points(signals, Kind.BULK), net_points(signals, Kind.AUTO_REPLY)
    wording = bool(_names(signals, Strength.WEAK_WORDING))
    if wording or (answers >= WORDS_BESIDE_BULK and answers >= bulk):
        return Kind.AUTO_REPLY
    is_list = len(_names(signals, Strength.WEAK_BULK)) > 1
    enough = BULK_WORDS_OF_LISTS if is_list else BULK_WORDS
    return Kind.BULK if bulk >= enough else None


def points_for(signals: tuple[Signal, ...], kind: Kind) -> int:
    """Return the points of all words that speak for this kind."""
    return sum(s.points for s in signals if s.strength is Strength.WORDS and s.suggests is kind)


def net_points(signals: tuple[Signal, ...], kind: Kind) -> int:
    """Return the points of words for this kind, less those that speak for a person."""
    net = points_for(signals, kind) - points_for(signals, Kind.PERSON)
    return net - _own_text(signals) if kind is Kind.AUTO_REPLY else net


def _own_text(signals: tuple[Signal, ...]) -> int:
    return sum(s.points for s in signals if s.strength is Strength.OWN_TEXT)


def _machine_words(signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """The words of a machine in a person's mail, if they would have been enough alone."""
    return tuple(
        signal.name
        for kind, enough in WORDS_ENOUGH
        if points_for(signals, kind) >= enough
        for signal in signals
        if signal.strength is Strength.WORDS and signal.suggests is kind
    )


def _names(signals: tuple[Signal, ...], strength: Strength | None = None) -> tuple[str, ...]:
    return tuple(s.name for s in signals if strength is None or s.strength is strength)
