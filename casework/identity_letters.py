"""Composes the letters by which a person shows who they are: one recipient, one Message-ID for life, our own subject."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from casework.case_letters import Addressee, compose
from casework.challenge_terms import ChallengeTerms
from casework.profile import DeskProfile
from privacy.addresses import without_plus
from privacy.answering import AnswerLimits
from privacy.cases import Case
from privacy.challenges import ChallengePlan, plan_challenge
from privacy.identity import Level
from privacy.identity_codes import DRAWN_BYTES, code_from
from privacy.messages import OutboundMessage
from privacy.tokens import make_token
from responders.identity import Question, draft_challenge
from storage.answer_counts import answer_history
from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class WrittenChallenge:
    """A challenge with its letter; `code` is kept nowhere but in it."""

    plan: ChallengePlan
    code: str = field(repr=False)
    message: OutboundMessage = field(repr=False)


def draw_code() -> str:
    """Return a new code, as people see it."""
    return code_from(secrets.token_bytes(DRAWN_BYTES))


def write_challenge(
    case: Case,
    to: Addressee,
    *,
    desk: DeskProfile,
    terms: ChallengeTerms,
    leaves_at: datetime,
) -> WrittenChallenge | None:
    """Return the challenge with its letter; None where no day is left for an answer."""
    rights = terms.unproved(case, Level.NONE)
    plan = plan_challenge(
        leaves_at, case.acknowledge.zone, terms.fixed_dates(rights, desk.laws_named(case.laws))
    )
    if plan is None:
        return None
    code = draw_code()
    question = question_of(case, plan.expires_on, code, (terms, desk))
    letter = draft_challenge(case, question, desk.identity, desk.book)
    message = compose(case, letter, to, desk=desk, date=leaves_at)
    return WrittenChallenge(plan=plan, code=code, message=message)


def question_of(
    case: Case, expires_on: date, code: str, by: tuple[ChallengeTerms, DeskProfile]
) -> Question:
    """Return what the letter asks for, and what that does to the time under the laws of the case."""
    terms, desk = by
    rights = terms.unproved(case, Level.NONE)
    return Question(
        rights=rights,
        code=code,
        expires_on=expires_on,
        clock=terms.clock_effect(rights, desk.laws_named(case.laws)),
        page=terms.page,
        login=f"{terms.login}/{make_token(case.number, desk.token_key)}" if terms.login else "",
    )


def may_mail(transaction: Transaction, limits: AnswerLimits, address: str, now: datetime) -> bool:
    """Return whether a letter may go to this address by itself now: not beside another one of the same day."""
    ring = transaction.ring
    history = answer_history(
        transaction,
        sender_key=ring.lookup_key("address", without_plus(address)),
        domain_key=ring.lookup_key("domain", address.rpartition("@")[2]),
        text_key=b"",
        now=now,
    )
    is_free = history.to_sender_today < limits.per_sender_per_day
    return is_free and history.in_all_this_hour < limits.in_all_per_hour
