"""A request about a customer's data on its way to that customer: which rights, to whom, when to ask again, what became of it.

Whether the request is admissible the customer decides (EDPB Guidelines 07/2020 on GDPR Art. 28(3)(e)): it is passed on
without proof, and nothing is done to the data before an instruction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from privacy.cases import ItemState, RequestItem
from privacy.challenges import StandingState
from privacy.deadlines import BusinessCalendar, add_business_days
from privacy.identity import Level
from privacy.roles import FoundRole, item_role

HIDDEN = "[…]"
LONGEST_NOTE = 500  # characters
CUSTOMERS = frozenset({FoundRole.PROCESSOR, FoundRole.BOTH})
NO_WORK_IS_OWED = frozenset({ItemState.WITHDRAWN, ItemState.NOT_A_REQUEST})


class Instruction(StrEnum):
    """What a customer says about a request; NO_ANSWER is what staff state when nothing was said for too long."""

    EXPORT = "export"
    CORRECT = "correct"
    DELETE = "delete"
    SUPPRESS = "suppress"
    DONE = "done"
    REFUSE = "refuse"
    NO_ANSWER = "no_answer"


OF_CUSTOMERS = tuple(one for one in Instruction if one is not Instruction.NO_ANSWER)
FOR_US_TO_DO = frozenset(
    {Instruction.EXPORT, Instruction.CORRECT, Instruction.DELETE, Instruction.SUPPRESS}
)


class InstructionChannel(StrEnum):
    """How an instruction reached us: on the page of a letter, told to staff, or by a signed call of the product."""

    PAGE = "page"
    STAFF = "staff"
    PRODUCT = "product"


class ForwardState(StrEnum):
    """Where a forward stands: no letter has left, the customer has it, we carry something out, nothing is owed."""

    OWED = "owed"
    WITH_CUSTOMER = "with_customer"
    INSTRUCTED = "instructed"
    CONFIRMED = "confirmed"


class ForwardStep(StrEnum):
    """What can happen to a forward."""

    LEFT = "left"
    CAME_BACK = "came_back"
    INSTRUCT = "instruct"
    FINISH = "finish"


F, P = ForwardState, ForwardStep
# A step that is in no row does not exist. An instruction that leaves us nothing to do confirms at once.
STEPS: Mapping[tuple[ForwardState, ForwardStep], ForwardState] = {
    (F.OWED, P.LEFT): F.WITH_CUSTOMER,
    (F.WITH_CUSTOMER, P.LEFT): F.WITH_CUSTOMER,
    (F.WITH_CUSTOMER, P.CAME_BACK): F.OWED,
    (F.OWED, P.INSTRUCT): F.INSTRUCTED,
    (F.WITH_CUSTOMER, P.INSTRUCT): F.INSTRUCTED,
    (F.INSTRUCTED, P.FINISH): F.CONFIRMED,
}


def advance(
    state: ForwardState, step: ForwardStep, instruction: Instruction | None = None
) -> ForwardState | None:
    """Return where the step leads, None where it does not exist. An instruction is confirmed when our work is done."""
    to = STEPS.get((state, step))
    if step is ForwardStep.INSTRUCT and to is not None and instruction not in FOR_US_TO_DO:
        return ForwardState.CONFIRMED
    return to


@dataclass(frozen=True, kw_only=True)
class InstructedTask:
    """What a system has to do when a customer instructs, and the role that owns the task there."""

    instruction: Instruction
    system: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class ForwardTerms:
    """The dates and limits of the way to customers, in business days but for `link_days`.

    A forward leaves `within`, what a customer instructs is done `carry_out_within`; it is followed up `remind_after` it left, and is a person's from `silent_after` on.
    Raises ValueError for an order that makes no sense.
    """

    within: int
    carry_out_within: int
    remind_after: tuple[int, ...]
    silent_after: int
    link_days: int
    most_recipients: int
    per_recipient_per_day: int
    per_person_per_day: int
    customers_per_look: int
    tasks: tuple[InstructedTask, ...]

    def __post_init__(self) -> None:
        days = (self.within, *self.remind_after, self.silent_after)
        if not self.remind_after or any(one >= other for one, other in pairwise(days)):
            raise ValueError(
                "each reminder comes after the one before, and the silence after the last"
            )
        limits = (
            self.carry_out_within,
            self.within,
            self.most_recipients,
            self.per_recipient_per_day,
            self.per_person_per_day,
            self.customers_per_look,
        )
        if min(limits) < 1:
            raise ValueError("every period and every limit is at least 1")
        if timedelta(days=self.link_days) < timedelta(days=self.silent_after):
            raise ValueError("a link lives at least until the silence")
        missing = FOR_US_TO_DO - {task.instruction for task in self.tasks}
        if missing:
            raise ValueError(f"no system carries out {', '.join(sorted(missing))}")

    def to_do(self, instruction: Instruction) -> tuple[InstructedTask, ...]:
        """Return what systems have to do for an instruction, in the order of the table."""
        return tuple(task for task in self.tasks if task.instruction is instruction)

    def next_day(self, left_on: date, reminders: int, calendar: BusinessCalendar) -> date:
        """Return the day of the next reminder to a customer, or of the silence after the last one."""
        days = (*self.remind_after, self.silent_after)
        return add_business_days(left_on, days[min(reminders, len(days) - 1)], calendar)


@dataclass(frozen=True, kw_only=True)
class ListedOwner:
    """An Owner of a workspace: every current address, and the language."""

    locale: str
    addresses: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """To whom a request is passed on, and in which language."""

    locale: str
    address: str = field(repr=False)


def recipients_of(
    owners: Iterable[ListedOwner], contact: str, locale: str, *, most: int
) -> tuple[Recipient, ...]:
    """Return one address of each Owner and the privacy contact, each address once, the contact before the Owners.

    Of an Owner's addresses the first in their order counts: a private one is no second letter.
    """
    found = {contact.lower(): Recipient(locale=locale, address=contact)} if contact else {}
    for owner in owners:
        for address in sorted(owner.addresses)[:1]:
            found.setdefault(
                address.lower(), Recipient(locale=owner.locale or locale, address=address)
            )
    return tuple(found.values())[:most]


def is_customers(found: FoundRole, item: RequestItem) -> bool:
    """Say whether a customer hears of this right."""
    return item_role(found, item.right, item.scope).role in CUSTOMERS


def is_only_customers(found: FoundRole, item: RequestItem) -> bool:
    """Say whether the customer alone decides about this right: no part of it is ours to answer."""
    return item_role(found, item.right, item.scope).role is FoundRole.PROCESSOR


def is_settled(states: Iterable[ItemState], forward: ForwardState) -> bool:
    """Say whether a forward keeps no case open: confirmed, or about rights that were all taken back."""
    return forward is ForwardState.CONFIRMED or all(state in NO_WORK_IS_OWED for state in states)


def request_words(items: Sequence[RequestItem], others: Iterable[str]) -> str:
    """Return the request in the person's own words, each once; the names of other customers are no part of it."""
    words = "\n\n".join(dict.fromkeys(item.quote.strip() for item in items if item.quote.strip()))
    for name in sorted(filter(None, others), key=len, reverse=True):
        words = _without(words, name)
    return words


def _without(text: str, name: str) -> str:
    """Plain search: a name is no pattern."""
    lowered, wanted = text.lower(), name.lower()
    if len(lowered) != len(text):  # a letter whose small form is longer: places would not agree
        return text.replace(name, HIDDEN)
    parts, at = [], 0
    while (found := lowered.find(wanted, at)) >= 0:
        parts.append(text[at:found])
        at = found + len(wanted)
    return HIDDEN.join((*parts, text[at:]))


class Wording(StrEnum):
    """What the letter to the person says: that it was passed on, or what happens if a customer has data."""

    PASSED_ON = "passed_on"
    CONDITIONAL = "conditional"


ASKING = frozenset({StandingState.WANTED, StandingState.ASKED})
OVER = frozenset({StandingState.LAPSED, StandingState.PARKED})


def referral_wording(
    level: Level, standing: StandingState | None, *, any_left: bool, all_confirmed: bool
) -> Wording | None:
    """Return which letter about the customers is due to the person now, None for none yet.

    "Passed on" is for whoever proved the mailbox. Whoever did not gets the words that everybody gets, when the
    question has run out: known or not, at the same moment. Who is asked nothing hears once the customers confirmed.
    """
    if level >= Level.MAILBOX:
        return Wording.PASSED_ON if any_left else None
    if standing in OVER:
        return Wording.CONDITIONAL
    return Wording.CONDITIONAL if all_confirmed and standing not in ASKING else None
