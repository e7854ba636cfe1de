"""What is known of the customers of a case, for staff: to whom it was passed on, and what they said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from privacy.forwarding import ForwardState, Instruction, InstructionChannel
from storage.database import Reading
from storage.forwards import Forward, forwards_of, letters_of_forwards, referrals_of
from storage.item_answers import letter_states
from storage.work import PlanTask, plans_of
from storage.workspaces import WorkspaceContacts, contacts_of

GONE = "(no longer known)"


@dataclass(frozen=True, kw_only=True)
class ShownForward:
    """A forward with the customer's names. `letters` are the states of its letters; one that waits is `draft`."""

    number: int
    workspace: str = field(repr=False)
    name: str = field(repr=False)
    state: ForwardState
    items: tuple[UUID, ...]
    due_on: date
    left_at: datetime | None
    letters: tuple[str, ...]
    remind_on: date | None
    instruction: Instruction | None
    channel: InstructionChannel | None
    by: str | None = field(repr=False)
    note: str | None = field(repr=False)
    instructed_at: datetime | None
    confirmed_at: datetime | None
    tasks: tuple[PlanTask, ...] = field(default=(), repr=False)

    @property
    def is_not_written_to(self) -> bool:
        """Whether no letter was written yet: more customers waited than one look writes to, or none can be."""
        return self.state is ForwardState.OWED and not self.letters


@dataclass(frozen=True, kw_only=True)
class ShownReferral:
    """A letter to the person about the customers; `named` is the workspace that it names, with its ground."""

    wording: str
    state: str
    made_at: datetime
    named: str | None = field(repr=False)
    ground: str | None = field(repr=False)


def customers_of(reading: Reading, case_id: UUID) -> list[ShownForward]:
    """Return the forwards of a case in their order."""
    forwards = forwards_of(reading, [case_id]).get(case_id, [])
    contacts = contacts_of(reading, [one.workspace_id for one in forwards])
    states = _states(reading, forwards)
    plans = plans_of(reading, [one.forward_id for one in forwards])
    return [
        _shown(one, contacts.get(one.workspace_id), states[one.forward_id], plans)
        for one in forwards
    ]


def referrals_shown(reading: Reading, case_id: UUID) -> list[ShownReferral]:
    """Return the letters to the person about the customers, the oldest first."""
    written = referrals_of(reading, case_id)
    states = letter_states(reading, [one.message_id_key for one in written])
    named = contacts_of(reading, [one.named_id for one in written if one.named_id])
    return [
        ShownReferral(
            wording=one.wording,
            state=str(states.get(one.message_id_key, "draft")),
            made_at=one.made_at,
            named=named[one.named_id].workspace.workspace if one.named_id in named else None,
            ground=one.ground,
        )
        for one in written
    ]


def _states(reading: Reading, forwards: list[Forward]) -> dict[UUID, tuple[str, ...]]:
    letters = letters_of_forwards(reading, [one.forward_id for one in forwards])
    keys = [letter.message_id_key for found in letters.values() for letter in found]
    states = letter_states(reading, keys)
    return {
        one.forward_id: tuple(
            str(states.get(letter.message_id_key, "draft"))
            for letter in letters.get(one.forward_id, ())
        )
        for one in forwards
    }


def _shown(
    one: Forward,
    contacts: WorkspaceContacts | None,
    letters: tuple[str, ...],
    plans: dict[UUID, list[PlanTask]],
) -> ShownForward:
    taken_over = ("number", "state", "items", "due_on", "left_at", "remind_on", "instruction")
    said = ("channel", "by", "note", "instructed_at", "confirmed_at")
    return ShownForward(
        **{name: getattr(one, name) for name in (*taken_over, *said)},
        workspace=contacts.workspace.workspace if contacts else GONE,
        name=contacts.workspace.name if contacts else "",
        letters=letters,
        tasks=tuple(plans.get(one.forward_id, ())),
    )
