"""Fields of the letters about data that belongs to a customer of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from templates.fields.kinds import Done, LetterFields, NamedRight, Quoted, Url


@dataclass(frozen=True, kw_only=True)
class Referral(LetterFields):
    """L5: tells the person that a customer of ours decides; conditional until they have shown who they are."""

    letter: ClassVar[str] = "referral"
    received_on: date
    forwarded_on: date
    proved: bool
    ask_again_on: date
    customer: str = ""
    done: tuple[Done, ...] = ()

    def __post_init__(self) -> None:
        if self.customer and not self.proved:
            raise ValueError("no customer is named before the person has shown who they are")


@dataclass(frozen=True, kw_only=True)
class CustomerRequest(LetterFields):
    """L5b: hands a person's request to the customer who decides about it."""

    letter: ClassVar[str] = "customer_request"
    workspace: str
    received_at: datetime
    rights: tuple[NamedRight, ...]
    request: Quoted
    identifiers: tuple[str, ...]
    instruct_url: Url
    remind_on: date


@dataclass(frozen=True, kw_only=True)
class CustomerFollowUp(LetterFields):
    """Asks the customer again who has not yet said what became of a request."""

    letter: ClassVar[str] = "customer_follow_up"
    workspace: str
    received_at: datetime
    forwarded_on: date
    rights: tuple[NamedRight, ...]
    instruct_url: Url
    answer_by: date
