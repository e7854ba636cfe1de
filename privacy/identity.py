"""Who is asking: the ladder of proof, the kinds of evidence, and the level that evidence reaches.

The ladder is L0 to L3; a visible sender proves nothing, and an aligned one no more than a domain (RFC 7489 section 2.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from privacy.instants import require_utc


class Level(IntEnum):
    """How surely we know that the person asks: nothing, the mailbox, the account, or beyond reasonable doubt."""

    NONE = 0
    MAILBOX = 1
    ACCOUNT = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The name that people and the command line use, `L0` to `L3`."""
        return f"L{self.value}"


def level_named(label: str) -> Level:
    """Return the level called `L0` to `L3`; raises ValueError for any other word."""
    found = next((level for level in Level if level.label == label.strip().upper()), None)
    if found is None:
        raise ValueError(f"a level is one of {', '.join(level.label for level in Level)}")
    return found


class EvidenceKind(StrEnum):
    """What can speak for somebody's identity."""

    ALIGNED_SENDER = "aligned_sender"
    ADDRESS_ON_FILE = "address_on_file"
    CHALLENGE_ANSWERED = "challenge_answered"
    PAGE_CONFIRMED = "page_confirmed"
    SIGNED_IN = "signed_in"
    STAFF_DECISION = "staff_decision"


ANSWERS = frozenset({EvidenceKind.CHALLENGE_ANSWERED, EvidenceKind.PAGE_CONFIRMED})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that speaks for somebody. `about` is the keyed hash of the address that it is about.

    `level` and `doubt` are what a member of staff decided: the level, and whether there is a reasonable doubt
    (GDPR Art. 12(6)); no other evidence says a level.
    """

    kind: EvidenceKind
    at: datetime
    about: bytes | None = field(default=None, repr=False)
    level: Level | None = None
    doubt: bool = False

    def __post_init__(self) -> None:
        require_utc(at=self.at)
        if (self.level is not None) != (self.kind is EvidenceKind.STAFF_DECISION):
            raise ValueError("a decision of staff says a level, and nothing else does")


@dataclass(frozen=True, kw_only=True)
class Reached:
    """The level that evidence reaches, and the code of every row that spoke for it or fell short."""

    level: Level
    reasons: tuple[str, ...]


def level_reached(evidence: Sequence[Evidence]) -> Reached:
    """Return the level; the evidence in the order in which it was recorded.

    A decision of staff, up or down, replaces what came before it; later evidence can only raise it again.
    """
    decided, later = _since_last_decision(evidence)
    rows = [(decided.level, "staff-decision")] if decided is not None else []
    rows += [(level, reason) for hit, level, reason in _rows(later) if hit]
    reached = max((level for level, _ in rows if level is not None), default=Level.NONE)
    return Reached(level=reached, reasons=tuple(reason for _, reason in rows) or ("no-evidence",))


def login_fits(account: str, *, writing: str | None, asked: str | None) -> bool:
    """Say whether a login to this account is one of the person of a case.

    Where an address was asked, only its account is: whoever wrote may have named somebody else's. Else it is the
    account of the writing address.
    """
    person = asked or writing
    return person is not None and person.lower() == account.strip().lower()


def is_doubted(evidence: Sequence[Evidence]) -> bool:
    """Say whether staff recorded a reasonable doubt that stands."""
    decided, _ = _since_last_decision(evidence)
    return decided is not None and decided.doubt


def _since_last_decision(
    evidence: Sequence[Evidence],
) -> tuple[Evidence | None, Sequence[Evidence]]:
    for place in range(len(evidence) - 1, -1, -1):
        if evidence[place].kind is EvidenceKind.STAFF_DECISION:
            return evidence[place], evidence[place + 1 :]
    return None, evidence


def _rows(evidence: Sequence[Evidence]) -> tuple[tuple[bool, Level, str], ...]:
    kinds = {one.kind for one in evidence}
    answered = {one.about for one in evidence if one.kind in ANSWERS} - {None}
    on_file = {one.about for one in evidence if one.kind is EvidenceKind.ADDRESS_ON_FILE}
    return (
        # A fresh login to the account itself (11 CCR § 7061).
        (EvidenceKind.SIGNED_IN in kinds, Level.ACCOUNT, "signed-in"),
        # Whoever reads the mail of the address on file; another address proves another mailbox.
        (bool(answered & on_file), Level.MAILBOX, "answered-from-address-on-file"),
        (bool(answered - on_file), Level.NONE, "answered-from-address-not-on-file"),
        # Anybody can know and type an address.
        (bool(on_file - answered), Level.NONE, "address-on-file-not-answered"),
        # The domain, not the mailbox, and never the person.
        (EvidenceKind.ALIGNED_SENDER in kinds, Level.NONE, "aligned-sender-proves-a-domain"),
    )
