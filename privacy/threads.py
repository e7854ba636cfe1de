"""To which case a mail belongs: only a genuine token and a matching sender together tie it to one.

A ticket number, a quoted Message-ID or a subject is what strangers can copy: alone they
only suggest a case to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from privacy.cases import CaseState
from privacy.messages import ParsedMessage
from privacy.references import references_in
from privacy.tokens import TokenKey, numbers_in_addresses, numbers_in_message_ids

FIRST_AND_LAST_REFERENCES = 10


@dataclass(frozen=True, kw_only=True)
class Carriers:
    """What a mail says about its case: numbers proved by a token, and references that anybody can type."""

    numbers: tuple[int, ...] = ()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class KnownCase:
    """A case as threading needs it: who takes part in it (addresses in lower case), and whether it is still open."""

    case_id: UUID
    number: int
    reference: str
    state: CaseState
    parties: frozenset[str] = field(repr=False)


class Match(StrEnum):
    """How sure it is that a mail belongs to a case."""

    PROVED = "proved"
    SUGGESTED = "suggested"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ThreadMatch:
    """The case that a mail belongs to, or may belong to, and why."""

    match: Match
    case_id: UUID | None = None
    reason: str = "no-carrier"


def read_carriers(
    message: ParsedMessage,
    envelope_to: Sequence[str],
    keys: Mapping[str, TokenKey],
    *,
    returned: Sequence[str] = (),
) -> Carriers:
    """Return what the mail says about its case, the surest carrier first; `returned` are the ids that a report names."""
    addresses = (*envelope_to, *message.recipients)
    ids = (*returned, *message.in_reply_to, *_ends(message.references))
    numbers = dict.fromkeys(
        (*numbers_in_addresses(addresses, keys), *numbers_in_message_ids(ids, keys))
    )
    return Carriers(numbers=tuple(numbers), references=references_in(message.subject))


def match_case(
    carriers: Carriers, sender: str | None, candidates: Sequence[KnownCase]
) -> ThreadMatch:
    """Return the case of a mail: proved by token and sender, suggested by less, or none.

    A closed case is never reopened by a mail: it is suggested, and the mail starts a clock of its own.
    """
    by_number = {case.number: case for case in candidates}
    tokened = [by_number[number] for number in carriers.numbers if number in by_number]
    proved = [case for case in tokened if sender is not None and sender.lower() in case.parties]
    open_and_proved = [case for case in proved if case.state is CaseState.OPEN]
    if open_and_proved:
        return ThreadMatch(
            match=Match.PROVED, case_id=open_and_proved[0].case_id, reason="token-and-sender"
        )
    if proved:
        return ThreadMatch(
            match=Match.SUGGESTED, case_id=proved[0].case_id, reason="case-is-closed"
        )
    if tokened:
        return ThreadMatch(
            match=Match.SUGGESTED, case_id=tokened[0].case_id, reason="token-from-other-sender"
        )
    named = [case for case in candidates if case.reference in carriers.references]
    if named:
        return ThreadMatch(
            match=Match.SUGGESTED, case_id=named[0].case_id, reason="reference-in-subject"
        )
    return ThreadMatch(match=Match.NONE)


def _ends(references: tuple[str, ...]) -> tuple[str, ...]:
    """The newest and the oldest ids; a thread of a thousand mails must not cost a thousand signatures."""
    if len(references) <= 2 * FIRST_AND_LAST_REFERENCES:
        return references[::-1]
    return (
        references[: -FIRST_AND_LAST_REFERENCES - 1 : -1] + references[:FIRST_AND_LAST_REFERENCES]
    )
