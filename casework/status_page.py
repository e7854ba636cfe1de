"""The page of a person: the link to it in their letters, and what it says to whoever opens that link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from casework.profile import DeskProfile
from casework.status_revoking import is_revoked
from privacy.addresses import without_plus
from privacy.case_stands import stands_of
from privacy.cases import Case, CaseState, RequestItem
from privacy.challenges import StandingState
from privacy.person_status import (
    SENT_KINDS,
    PersonStatus,
    SentKind,
    SentLetter,
    ToldRight,
    waits_for,
)
from privacy.status_links import LIFE, StatusLink, read_status_code, status_path
from responders.frame import language_of
from storage.cases import get_cases, known_cases
from storage.database import Database, Reading
from storage.identity import Standing, standings_of
from storage.merges import Merge, merges_of
from storage.status_pages import last_changes, letters_that_left, mails_of_others

NO_CASE = (
    -1
)  # the question is asked for every code, so that a wrong one costs what a right one costs


def status_url(case: Case, to: str, kind: str, desk: DeskProfile) -> str:
    """Return the link that this letter to this address carries; empty where no page is reached, and for anybody but the person of the case."""
    page = desk.challenges.page if desk.challenges else ""
    if not page or case.requester is None or case.requester.lower() != to.lower():
        return ""
    language, _ = language_of(case.language, kind)
    return page + status_path(case.number, to, key=desk.token_key, language=language)


def person_status(
    database: Database, desk: DeskProfile, code: str, *, now: datetime
) -> PersonStatus | None:
    """Return what the page says; None alike for a code that is wrong, over, or no longer that of the case's person.

    Raises Retryable or Permanent when the database is out of reach.
    """
    link = read_status_code(code, desk.token_keys)
    with database.reading() as reading:
        cases, merges = _cases(reading, link)
        person = cases[0].requester if cases else None
        if link is None or person is None or not link.is_for(person):
            return None
        if _is_over(reading, cases, now) or is_revoked(reading, cases[0].case_id):
            return None
        key = database.lookup_key("address", without_plus(person))
        return _told(reading, cases, merges, desk, key)


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is known of a case for all its rights."""

    waiting: Sequence[RequestItem]
    proved: bool
    sent: Sequence[SentLetter] = field(default=())

    @property
    def told_of_customer(self) -> bool:
        return any(one.kind is SentKind.CUSTOMER for one in self.sent)


def _cases(reading: Reading, link: StatusLink | None) -> tuple[list[Case], list[Merge]]:
    """The case of the link, and after it the one that it is worked in; with the merges of both."""
    known = known_cases(reading, numbers=(link.number if link else NO_CASE,), references=())
    own = [one.case_id for one in known]
    into = [one.into_id for one in merges_of(reading, own) if one.case_id in own]
    return get_cases(reading, [*own, *into]), merges_of(reading, [*own, *into])


def _is_over(reading: Reading, cases: Sequence[Case], now: datetime) -> bool:
    """A case that is part of another one ends with that one."""
    ending = [cases[-1].case_id]
    is_closed = cases[-1].state is CaseState.CLOSED
    return is_closed and max(last_changes(reading, ending)) + LIFE <= now


def _told(
    reading: Reading,
    cases: Sequence[Case],
    merges: Sequence[Merge],
    desk: DeskProfile,
    key: bytes,
) -> PersonStatus:
    case, zone = cases[0], ZoneInfo(cases[0].acknowledge.zone)
    sent = _sent(reading, cases, key, lambda at: at.astimezone(zone).date())
    rights = _rights(reading, cases, merges, desk, (key, sent))
    waits = not rights and case.state is CaseState.OPEN
    return PersonStatus(
        reference=case.reference,
        received_on=case.received_at.astimezone(zone).date(),
        rights=rights,
        sent=sent,
        hear_by=case.acknowledge.on if waits else None,
    )


def _sent(
    reading: Reading, cases: Sequence[Case], key: bytes, day: Callable[[datetime], date]
) -> tuple[SentLetter, ...]:
    left = letters_that_left(reading, [case.case_id for case in cases], key)
    return tuple(
        SentLetter(kind=SENT_KINDS[kind], on=day(at)) for kind, at in left if kind in SENT_KINDS
    )


def _rights(
    reading: Reading,
    cases: Sequence[Case],
    merges: Sequence[Merge],
    desk: DeskProfile,
    known: tuple[bytes, Sequence[SentLetter]],
) -> tuple[ToldRight, ...]:
    """The rights that this address asked for, each once: as it stands in the case in which it is worked."""
    key, sent = known
    own = _own_items(reading, cases, merges, key)
    # What another person proved, or is asked, is theirs.
    own_cases = [case.case_id for case in cases if case.requester == cases[0].requester]
    standings = standings_of(reading, own_cases)
    found: dict[object, ToldRight] = {}
    for case in cases:
        facts = _facts(case, standings, desk, sent)
        found |= {(one.right, one.scope): one for one in _of_case(own[case.case_id], facts)}
    return tuple(found.values())


def _own_items(
    reading: Reading, cases: Sequence[Case], merges: Sequence[Merge], key: bytes
) -> Mapping[UUID, list[RequestItem]]:
    """Without what another person asked for, and what a case of another person brought."""
    items = [item for case in cases for item in case.items]
    others = mails_of_others(reading, [item.inbound_id for item in items], key)
    brought = {case_id: one.case_id for one in merges for case_id in one.moved}
    sources = get_cases(reading, list(dict.fromkeys(brought.values())))
    same = {case.case_id for case in sources if case.requester == cases[0].requester}
    stranger = cases[-1].requester != cases[0].requester
    return {
        case.case_id: [
            item
            for item in case.items
            if item.inbound_id not in others
            and (item.item_id not in brought or brought[item.item_id] in same)
            and not (case is cases[-1] and stranger and item.item_id not in brought)
        ]
        for case in cases
    }


def _facts(
    case: Case,
    standings: Mapping[UUID, Standing],
    desk: DeskProfile,
    sent: Sequence[SentLetter],
) -> _Facts:
    standing, terms = standings.get(case.case_id), desk.challenges
    state = standing.state if standing else None
    waiting: Sequence[RequestItem] = ()
    if terms is not None and standing is not None and state is StandingState.ASKED:
        waiting = terms.unproved(case, standing.level)
    return _Facts(waiting=waiting, proved=state is StandingState.PROVED, sent=sent)


def _of_case(items: Sequence[RequestItem], facts: _Facts) -> list[ToldRight]:
    told = []
    for item in items:
        for one in stands_of([item], facts.waiting):
            who = waits_for(
                item.state,
                one.stand,
                proved=facts.proved,
                told_of_customer=facts.told_of_customer,
            )
            told.append(
                ToldRight(
                    right=one.right,
                    scope=one.scope,
                    stand=one.stand,
                    waits_for=who,
                    answer_by=one.answer_by,
                )
            )
    return told
