"""Requests that were passed on to customers: each with its state, its letters, and what the person was told about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from privacy.forwarding import ForwardState, Instruction, InstructionChannel, Wording
from storage.datakeys import load_keys
from storage.failures import NotFound
from storage.forward_rows import CASE_FORWARDING, FORWARD, FORWARD_LETTER, REFERRAL
from storage.readable import readable_if_any, sealed_if_any
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

BY, NOTE, GROUND = "forward.sealed_by", "forward.sealed_note", "referral.sealed_ground"


@dataclass(frozen=True, kw_only=True)
class Forward:
    """Some rights of a case, passed on to one workspace. `number` names it among those of its case.

    `remind_on` None: nothing is waited for. Of what was instructed all is None while nothing was.
    """

    forward_id: UUID
    case_id: UUID
    workspace_id: UUID
    number: int
    items: tuple[UUID, ...]
    person_key: bytes = field(repr=False)
    made_at: datetime
    due_on: date
    state: ForwardState = ForwardState.OWED
    left_at: datetime | None = None
    reminders: int = 0
    remind_on: date | None = None
    instruction: Instruction | None = None
    channel: InstructionChannel | None = None
    by: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    instructed_at: datetime | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ForwardLetter:
    """A letter to one person of a customer. `code_key` is the keyed hash of its code; `days` are those that it names."""

    draft_id: UUID
    forward_id: UUID
    case_id: UUID
    message_id_key: bytes = field(repr=False)
    address_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)
    days: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A letter to the person about the customers; `named_id` is the workspace that it names, with the ground for that."""

    draft_id: UUID
    case_id: UUID
    wording: Wording
    message_id_key: bytes = field(repr=False)
    days: tuple[str, ...]
    made_at: datetime
    named_id: UUID | None = None
    ground: str | None = field(default=None, repr=False)


_SEALED = {"by", "note"}
_OF_FORWARD = [name for name in Forward.__dataclass_fields__ if name not in {*_SEALED, "items"}]
_OF_LETTER = list(ForwardLetter.__dataclass_fields__)
_OF_REFERRAL = [name for name in Referral.__dataclass_fields__ if name != "ground"]


def wake_forwarding(transaction: Transaction, case_ids: Iterable[UUID], *, at: datetime) -> None:
    """Have the sweep look at the customers of these cases at this instant."""
    rows = [{"case_id": case_id, "due_at": at} for case_id in dict.fromkeys(case_ids)]
    transaction.merge(CASE_FORWARDING, rows)


def due_cases(reading: Reading, *, now: datetime, limit: int) -> list[UUID]:
    """Return the cases whose customers are to be looked at, the longest due first."""
    row = CASE_FORWARDING.c
    question = select(row.case_id).where(row.due_at <= now).order_by(row.due_at)
    return list(reading.fetch(question.limit(limit)).scalars())


def claim_case(transaction: Transaction, case_id: UUID, *, now: datetime) -> bool:
    """Return whether the customers of a case are to be looked at, for this transaction alone."""
    row = CASE_FORWARDING.c
    question = select(row.case_id).where(row.case_id == case_id, row.due_at <= now)
    return transaction.fetch(question.with_for_update(skip_locked=True)).first() is not None


def look_again(transaction: Transaction, case_id: UUID, *, at: datetime | None) -> None:
    """Set when the case is looked at next; None: something has to happen first."""
    row = CASE_FORWARDING.c
    transaction.change(update(CASE_FORWARDING).where(row.case_id == case_id).values(due_at=at))


def add_forwards(transaction: Transaction, forwards: Sequence[Forward]) -> None:
    """Store new forwards."""
    load_keys(transaction, [one.case_id for one in forwards])
    transaction.insert(FORWARD, [_forward_row(transaction, one) for one in forwards])


def put_forward(transaction: Transaction, forward: Forward, *, was: ForwardState) -> bool:
    """Store how the forward stands; False, and nothing stored, when it is not in the expected state any more."""
    load_keys(transaction, [forward.case_id])
    expected = and_(FORWARD.c.forward_id == forward.forward_id, FORWARD.c.state == was)
    values = _forward_row(transaction, forward)
    return transaction.change(update(FORWARD).where(expected).values(values)) == 1


def forwards_of(reading: Reading, case_ids: Iterable[UUID]) -> dict[UUID, list[Forward]]:
    """Return the forwards of each case, in the order of their numbers."""
    found: dict[UUID, list[Forward]] = {}
    for chunk in in_chunks(case_ids):
        question = select(FORWARD).where(FORWARD.c.case_id.in_(chunk))
        rows = reading.fetch(question.order_by(FORWARD.c.case_id, FORWARD.c.number)).all()
        load_keys(reading, [row.case_id for row in rows])
        for row in rows:
            found.setdefault(row.case_id, []).append(_forward(reading, row))
    return found


def forward_with(reading: Reading, forward_id: UUID) -> Forward:
    """Return one forward. Raises NotFound."""
    row = reading.fetch(select(FORWARD).where(FORWARD.c.forward_id == forward_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such forward")
    load_keys(reading, [row.case_id])
    return _forward(reading, row)


def cases_forwarded_for(reading: Reading, person_key: bytes, *, since: datetime) -> set[UUID]:
    """Return in which cases something was passed on for one person since then."""
    row = FORWARD.c
    question = select(row.case_id).where(row.person_key == person_key, row.made_at > since)
    return set(reading.fetch(question.distinct()).scalars())


def add_forward_letters(transaction: Transaction, letters: Sequence[ForwardLetter]) -> None:
    """Store letters to people of customers."""
    transaction.insert(
        FORWARD_LETTER, [{name: getattr(one, name) for name in _OF_LETTER} for one in letters]
    )


def letters_of_forwards(
    reading: Reading, forward_ids: Iterable[UUID]
) -> dict[UUID, list[ForwardLetter]]:
    """Return the letters of each forward, the oldest first."""
    found: dict[UUID, list[ForwardLetter]] = {}
    for chunk in in_chunks(forward_ids):
        for letter in _letters(reading, FORWARD_LETTER.c.forward_id.in_(chunk)):
            found.setdefault(letter.forward_id, []).append(letter)
    return found


def forget_letters(transaction: Transaction, draft_ids: Iterable[UUID]) -> None:
    """Forget letters that never left, with their codes: they may be written anew."""
    for chunk in in_chunks(draft_ids):
        transaction.change(delete(FORWARD_LETTER).where(FORWARD_LETTER.c.draft_id.in_(chunk)))


def letter_with(reading: Reading, message_id_key: bytes) -> ForwardLetter | None:
    """Return the letter with this Message-ID, None for a letter to nobody of a customer."""
    return _one(_letters(reading, FORWARD_LETTER.c.message_id_key == message_id_key))


def letter_in_draft(reading: Reading, draft_id: UUID) -> ForwardLetter | None:
    """Return the letter of this draft, None where it goes to nobody of a customer."""
    return _one(_letters(reading, FORWARD_LETTER.c.draft_id == draft_id))


def letter_with_code(reading: Reading, code_key: bytes) -> ForwardLetter | None:
    """Return the letter with this code, used or not."""
    return _one(_letters(reading, FORWARD_LETTER.c.code_key == code_key))


def use_code(transaction: Transaction, draft_id: UUID, *, now: datetime) -> bool:
    """Take the one use of a letter's code; False when it was used, is over, or another was quicker."""
    letter = FORWARD_LETTER.c
    alive = and_(letter.draft_id == draft_id, letter.used_at.is_(None), letter.expires_at > now)
    return transaction.change(update(FORWARD_LETTER).where(alive).values(used_at=now)) == 1


def letters_to(
    reading: Reading, address_keys: Iterable[bytes], *, since: datetime
) -> Mapping[bytes, int]:
    """Return how many letters were written to each of these addresses since then."""
    letter = FORWARD_LETTER.c
    found: dict[bytes, int] = {}
    for chunk in in_chunks(address_keys):
        question = select(letter.address_key, func.count()).where(
            letter.address_key.in_(chunk), letter.made_at > since
        )
        rows = reading.fetch(question.group_by(letter.address_key))
        found.update({bytes(key): number for key, number in rows})
    return found


def add_referral(transaction: Transaction, referral: Referral) -> None:
    """Store a letter to the person about the customers."""
    load_keys(transaction, [referral.case_id])
    row = {name: getattr(referral, name) for name in _OF_REFERRAL}
    sealed = sealed_if_any(transaction, referral.case_id, GROUND, referral.ground)
    transaction.insert(REFERRAL, [row | {"sealed_ground": sealed}])


def referrals_of(reading: Reading, case_id: UUID) -> list[Referral]:
    """Return the letters to the person about the customers, the oldest first."""
    row = REFERRAL.c
    rows = reading.fetch(select(REFERRAL).where(row.case_id == case_id).order_by(row.draft_id))
    load_keys(reading, [case_id])
    return [_referral(reading, one) for one in rows]


def referral_with(reading: Reading, message_id_key: bytes) -> Referral | None:
    """Return the letter with this Message-ID, None where it is about no customer."""
    question = select(REFERRAL).where(REFERRAL.c.message_id_key == message_id_key)
    rows = reading.fetch(question).all()
    load_keys(reading, [row.case_id for row in rows])
    return _referral(reading, rows[0]) if rows else None


def _one(letters: list[ForwardLetter]) -> ForwardLetter | None:
    return letters[0] if letters else None


def _letters(reading: Reading, condition: ColumnElement[bool]) -> list[ForwardLetter]:
    question = select(FORWARD_LETTER).where(condition).order_by(FORWARD_LETTER.c.draft_id)
    return [_letter(row) for row in reading.fetch(question)]


def _letter(row: AnyRow) -> ForwardLetter:
    values = {name: getattr(row, name) for name in _OF_LETTER}
    keys = ("message_id_key", "address_key", "code_key")
    return ForwardLetter(**(values | {name: bytes(values[name]) for name in keys}))


def _forward_row(transaction: Transaction, one: Forward) -> Values:
    return {name: getattr(one, name) for name in _OF_FORWARD} | {
        "items": tuple(str(item) for item in one.items),
        "sealed_by": sealed_if_any(transaction, one.case_id, BY, one.by),
        "sealed_note": sealed_if_any(transaction, one.case_id, NOTE, one.note),
    }


def _forward(reading: Reading, row: AnyRow) -> Forward:
    values = {name: getattr(row, name) for name in _OF_FORWARD}
    return Forward(
        **(values | {"person_key": bytes(row.person_key)}),
        items=tuple(UUID(item) for item in row.items),
        by=readable_if_any(reading, row.case_id, BY, row.sealed_by),
        note=readable_if_any(reading, row.case_id, NOTE, row.sealed_note),
    )


def _referral(reading: Reading, row: AnyRow) -> Referral:
    values = {name: getattr(row, name) for name in _OF_REFERRAL}
    return Referral(
        **(values | {"message_id_key": bytes(row.message_id_key)}),
        ground=readable_if_any(reading, row.case_id, GROUND, row.sealed_ground),
    )
