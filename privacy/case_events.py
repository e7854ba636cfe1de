"""What happened to the clocks of a case, as it is stored, and what the clock of one right makes of it: a pure fold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from privacy.binding import Happening
from privacy.clocks import EventKind
from privacy.deadlines import Due
from privacy.governing import is_settled
from privacy.instants import require_utc


class CaseEventKind(StrEnum):
    """The closed list of what can happen; those of `privacy.clocks.EventKind` bear the same words."""

    RECEIVED = "received"
    RIGHT_ADDED = "right_added"
    LAWS_CHANGED = "laws_changed"
    LAWS_SUGGESTED = "laws_suggested"  # by where the workspace lies; for staff alone before proof
    CALENDAR_CHANGED = "calendar_changed"
    IDENTITY_ASKED = "identity_asked"
    IDENTITY_PROVED = "identity_proved"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFIED = "clarified"
    FEE_ASKED = "fee_asked"
    FEE_PAID = "fee_paid"
    EXTENSION_NOTIFIED = "extension_notified"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    BOUNCED = "bounced"
    ASSIGNED = "assigned"
    INCIDENT_REPORTED = "incident_reported"  # or need not be, under the law that is its ground


class Ground(StrEnum):
    """Why a clock waits for the person; the words of `rightsdesk cases pause`."""

    IDENTITY = "identity"
    CLARIFICATION = "clarification"
    MUCH_DATA = "much-data"  # the scope, where very much data is held: Recital 63 of the GDPR
    FEE = "fee"


ASKED = {
    Ground.IDENTITY: CaseEventKind.IDENTITY_ASKED,
    Ground.CLARIFICATION: CaseEventKind.CLARIFICATION_ASKED,
    Ground.MUCH_DATA: CaseEventKind.CLARIFICATION_ASKED,
    Ground.FEE: CaseEventKind.FEE_ASKED,
}
ANSWERS = {
    CaseEventKind.IDENTITY_ASKED: CaseEventKind.IDENTITY_PROVED,
    CaseEventKind.CLARIFICATION_ASKED: CaseEventKind.CLARIFIED,
    CaseEventKind.FEE_ASKED: CaseEventKind.FEE_PAID,
}
QUESTIONS = {answer: asked for asked, answer in ANSWERS.items()}
OF_THE_CLOCK = frozenset(str(kind) for kind in EventKind)


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """One thing that happened to the clocks of a case.

    `item_id` is None for what concerns every right of it. `ground` is a code, `author` whoever did it, `letter` the key
    of the letter that told it. `laws` are the codes that govern from now on, `reasons` say why.
    """

    kind: CaseEventKind
    at: datetime
    item_id: UUID | None = None
    ground: str | None = None
    author: str | None = field(default=None, repr=False)
    letter: bytes | None = field(default=None, repr=False)
    laws: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_utc(at=self.at)


@dataclass(frozen=True, kw_only=True)
class RightClock:
    """What the events say about the clock of one right.

    `waiting` is the question to which the person owes an answer; `told_by` the letter that told the person of the last
    thing that can move the date, None where no letter did.
    """

    received_at: datetime
    happened: tuple[Happening, ...] = ()
    much_data: bool = False
    waiting: CaseEvent | None = None
    told_by: bytes | None = field(default=None, repr=False)


def standing(events: Sequence[CaseEvent]) -> tuple[CaseEvent, ...]:
    """Return the events without those of letters that came back: what they said was told to nobody."""
    came_back: set[bytes] = set()
    kept = []
    for event in reversed(events):
        if event.kind is CaseEventKind.BOUNCED and event.letter is not None:
            came_back.add(event.letter)
        if event.kind is CaseEventKind.BOUNCED or event.letter not in came_back:
            kept.append(event)
    return tuple(reversed(kept))


def laws_of(events: Iterable[CaseEvent]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the laws that govern now, with the reasons; none where the operator's candidates do."""
    laws: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    for event in events:
        if event.laws and event.kind is not CaseEventKind.LAWS_SUGGESTED:
            laws, reasons = event.laws, event.reasons
    return laws, reasons


def suggested_laws(events: Sequence[CaseEvent]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes that only the directory suggests, with the reasons; they govern nothing that a letter tells.

    None where the person said where they live, staff decided, or the operator's candidates govern.
    """
    governing, why = laws_of(events)
    if not governing or is_settled(why):
        return (), ()
    told = [one for one in events if one.kind is CaseEventKind.LAWS_SUGGESTED]
    added = tuple(law for one in told[-1:] for law in one.laws if law not in governing)
    return added, told[-1].reasons if added else ()


def reported_under(events: Iterable[CaseEvent]) -> dict[str, datetime]:
    """Return under which laws an incident was reported, or need not be, and when that was said last."""
    told = (one for one in events if one.kind is CaseEventKind.INCIDENT_REPORTED)
    return {one.ground: one.at for one in told if one.ground}


def owner_of(events: Iterable[CaseEvent]) -> str | None:
    """Return the member of staff to whom the case was given last, None while nobody has it."""
    owner = None
    for event in events:
        if event.kind is CaseEventKind.ASSIGNED:
            owner = event.ground
    return owner


def waiting_for(events: Sequence[CaseEvent], item_id: UUID) -> CaseEvent | None:
    """Return the first question about this right to which the person owes an answer, None where we owe everything."""
    return _waiting(one for one in _own(events, item_id) if one.kind in OF_THE_CLOCK)


def clock_of(
    events: Sequence[CaseEvent], item_id: UUID, *, asked_at: datetime | None = None
) -> RightClock:
    """Return what the events say about the clock of this right, in the order in which they were recorded.

    `asked_at` stands in where no event says when it was asked for; without either ValueError is raised.
    """
    own = _own(events, item_id)
    starts = [one.at for one in own if one.kind is CaseEventKind.RIGHT_ADDED]
    starts += [asked_at] if asked_at else []
    if not starts:
        raise ValueError("no event says when this right was asked for")
    happened = [one for one in own if one.kind in OF_THE_CLOCK]
    return RightClock(
        received_at=starts[0],
        happened=tuple(Happening(kind=EventKind(str(one.kind)), at=one.at) for one in happened),
        much_data=any(one.ground == Ground.MUCH_DATA for one in happened),
        waiting=_waiting(happened),
        told_by=_told_by(own),
    )


def _own(events: Sequence[CaseEvent], item_id: UUID) -> list[CaseEvent]:
    return [one for one in standing(events) if one.item_id in (None, item_id)]


def _waiting(happened: Iterable[CaseEvent]) -> CaseEvent | None:
    """Return the first question that has no answer yet."""
    open_questions: dict[CaseEventKind, CaseEvent] = {}
    for event in sorted(happened, key=lambda one: one.at):
        if event.kind in ANSWERS:
            open_questions.setdefault(event.kind, event)
        elif event.kind in QUESTIONS:
            open_questions.pop(QUESTIONS[event.kind], None)
    return min(open_questions.values(), key=lambda one: one.at, default=None)


def _told_by(own: Sequence[CaseEvent]) -> bytes | None:
    """An answer moves a date as its question said; everything else needs a letter of its own."""
    if not own:
        return None
    last = own[-1]
    if last.kind in QUESTIONS:
        asked = (one for one in reversed(own) if one.kind is QUESTIONS[last.kind])
        last = next(asked, last)
    tells = last.kind in ANSWERS or last.kind is CaseEventKind.EXTENSION_NOTIFIED
    return last.letter if tells else None


def next_date(held: Due, counted: Due, *, told: bool) -> Due:
    """Return the date that binds from now on: the counted one, but none later than was held unless a letter told it."""
    return counted if told or counted.expires_at <= held.expires_at else held
