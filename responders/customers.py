"""The letters about data that a customer decides about: to the customer's people, and to the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from privacy.cases import Case, RequestItem, Role
from privacy.messages import Letter
from responders.frame import language_of, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.customers import CustomerFollowUp, CustomerRequest, Referral
from templates.fields.kinds import Done, NamedRight, Quoted, Url

REQUEST = CustomerRequest.letter
FOLLOW_UP = CustomerFollowUp.letter
REFERRAL = Referral.letter


@dataclass(frozen=True, kw_only=True)
class PassedOn:
    """What a customer is told: which rights of the case, in which words, where to instruct, and by when.

    `page` is the address of the desk's pages, `code` what the answer is known by, `day` the next reminder, or by when
    we want to know.
    """

    items: Sequence[RequestItem]
    workspace: str = field(repr=False)
    locale: str
    page: str
    code: str = field(repr=False)
    day: date


def draft_request(
    case: Case, passed: PassedOn, words: str, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that hands a request over, in the language of its reader. Raises Permanent."""
    fields = CustomerRequest(
        workspace=passed.workspace,
        received_at=_received_at(case, passed),
        rights=_rights(passed.items),
        request=Quoted(words),
        identifiers=(case.requester or "",),
        instruct_url=_url(passed, REQUEST),
        remind_on=passed.day,
    )
    return write_for(_to_customer(case, passed), fields, desk, book)


def draft_follow_up(
    case: Case, passed: PassedOn, forwarded_on: date, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that asks again. Raises Permanent."""
    fields = CustomerFollowUp(
        workspace=passed.workspace,
        received_at=_received_at(case, passed),
        forwarded_on=forwarded_on,
        rights=_rights(passed.items),
        instruct_url=_url(passed, FOLLOW_UP),
        answer_by=passed.day,
    )
    return write_for(_to_customer(case, passed), fields, desk, book)


@dataclass(frozen=True, kw_only=True)
class Referred:
    """What the person is told. Without proof nothing depends on whether any customer was found; none is named."""

    proved: bool
    forwarded_on: date
    ask_again_on: date
    customer: str = field(default="", repr=False)
    done: tuple[Done, ...] = ()


def draft_referral(
    case: Case, referred: Referred, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter to the person. Raises Permanent; ValueError where an unproved person would be told a name."""
    fields = Referral(
        received_on=case.received_at.astimezone(ZoneInfo(case.acknowledge.zone)).date(),
        forwarded_on=referred.forwarded_on,
        proved=referred.proved,
        ask_again_on=referred.ask_again_on,
        customer=referred.customer,
        done=referred.done,
    )
    told = replace(case, role=Role.PROCESSOR) if referred.proved else case
    return write_for(told, fields, desk, book)


def _to_customer(case: Case, passed: PassedOn) -> Case:
    """The reader is the customer: their language, and nothing of how we look for whose data it is."""
    return replace(case, language=passed.locale or "en", role=Role.PROCESSOR)


def _received_at(case: Case, passed: PassedOn) -> datetime:
    return min((item.received_at for item in passed.items), default=case.received_at)


def _rights(items: Sequence[RequestItem]) -> tuple[NamedRight, ...]:
    return tuple(NamedRight(right=item.right, scope=item.scope) for item in items)


def _url(passed: PassedOn, kind: str) -> Url:
    language, _ = language_of(passed.locale or "en", kind)
    return Url(f"{passed.page}/instruct/{language}/{passed.code}")
