"""What a person's own page says of a request: nothing that a letter to the same address did not say before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privacy.cases import ItemState
from privacy.rights import Right, Scope
from privacy.stands import Stand


class WaitsFor(StrEnum):
    """Who has to act next on a right, as its person is told."""

    US = "us"
    YOU = "you"
    CUSTOMER = "customer"
    SYSTEM = "system"
    NOBODY = "nobody"


class SentKind(StrEnum):
    """The sorts of letters that the page tells apart."""

    RECEIVED = "received"
    IDENTITY = "identity"
    QUESTION = "question"
    STAND = "stand"
    TIME = "time"
    CUSTOMER = "customer"
    ANSWER = "answer"
    OTHER = "other"


# Every letter that goes to a person. What is not here is for others, and the page knows nothing of it.
SENT_KINDS: Mapping[str, SentKind] = {
    "acknowledgement": SentKind.RECEIVED,
    "incident_received": SentKind.RECEIVED,
    "child_report": SentKind.RECEIVED,
    "child_writer": SentKind.RECEIVED,
    "identity_challenge": SentKind.IDENTITY,
    "identity_reminder": SentKind.IDENTITY,
    "clarification": SentKind.QUESTION,
    "status": SentKind.STAND,
    "withdrawn": SentKind.STAND,
    "erasure_cool_off": SentKind.STAND,
    "erasure_stopped": SentKind.STAND,
    "extension": SentKind.TIME,
    "referral": SentKind.CUSTOMER,
    "completion": SentKind.ANSWER,
    "partial_refusal": SentKind.ANSWER,
    "refusal": SentKind.ANSWER,
    "identity_not_proved": SentKind.ANSWER,
    "complaint_outcome": SentKind.ANSWER,
    "child_outcome": SentKind.ANSWER,
    "wrong_company": SentKind.ANSWER,
    "download_ready": SentKind.OTHER,
    "download_code": SentKind.OTHER,
    "identity_paper_destroyed": SentKind.OTHER,
    "address_changed": SentKind.OTHER,
    "unsubscribed": SentKind.OTHER,
}
OF_THE_PERSON = frozenset({Stand.WAITING_FOR_YOU, Stand.RESTING})


@dataclass(frozen=True, kw_only=True)
class ToldRight:
    """One right: where it stands, who acts next, and the day of our answer while we work on it."""

    right: Right
    scope: Scope | None
    stand: Stand
    waits_for: WaitsFor
    answer_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class SentLetter:
    """A letter that left: its sort and the day, never its content."""

    kind: SentKind
    on: date


@dataclass(frozen=True, kw_only=True)
class PersonStatus:
    """The page of one request. `hear_by` is the day of our next word while no right is known, None else."""

    reference: str
    received_on: date
    rights: tuple[ToldRight, ...]
    sent: tuple[SentLetter, ...]
    hear_by: date | None = None


def waits_for(state: ItemState, stand: Stand, *, proved: bool, told_of_customer: bool) -> WaitsFor:
    """Return who acts next.

    That a customer or a system has to act says that there are data: a customer is named only once a letter did, and a
    system only once the person has shown who asks.
    """
    if stand in OF_THE_PERSON:
        return WaitsFor.YOU
    if stand is not Stand.WORKING:
        return WaitsFor.NOBODY
    if state is ItemState.WITH_CONTROLLER and told_of_customer:
        return WaitsFor.CUSTOMER
    return WaitsFor.SYSTEM if state is ItemState.EXECUTING and proved else WaitsFor.US
