"""Hears that a person stops an erasure that waits: by a reply with the code of its notice, or by the button of a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from casework.batch_view import MessageAtWork
from casework.erasure_notice import Stop, answer_notice
from casework.identity_writes import code_key
from casework.profile import DeskProfile
from classifier.stopping import says_stop
from privacy.challenges import PAGE_ATTEMPTS_A_DAY, Answer, judge_answer
from privacy.deciding import Outcome
from privacy.identity_codes import core_of
from privacy.screening import Kind
from storage.database import Database
from storage.erasure_notices import ErasureNotice, find_notices
from storage.identity import attempts_of, count_attempt

HEARD = frozenset({Outcome.CASE, Outcome.HELD})  # outcomes after which what was written counts
BY_PAGE, BY_REPLY, IN_OTHER_WORDS = "stopped-on-the-page", "stopped-by-reply", "person-replied"


def stops_in(message: MessageAtWork, outcome: Outcome, desk: DeskProfile) -> Iterator[Stop]:
    """Yield what the mail says to a notice, if it carries the code of one; what no person wrote says nothing."""
    notice = message.offered.notice if message.offered else None
    if notice is None or outcome not in HEARD or message.reading.screening.kind is not Kind.PERSON:
        return
    against = _against(message, notice)
    stops = says_stop(message.reading.message.new_text)
    surely = against is None and stops
    how = BY_REPLY if surely else against or IN_OTHER_WORDS
    yield Stop(notice=notice, desk=desk, how=how, surely=surely)


def stop_by_page(
    database: Database, desk: DeskProfile, code: str, *, client: str, now: datetime
) -> bool:
    """Return whether the code stopped its erasure now; the same False for a wrong, a late and a used one. Raises Retryable.

    `client` is the network address of whoever pressed: wrong codes are counted under it.
    """
    notice = _notice_of(database, code, client, now)
    if notice is None or not notice.holds(now):
        return False
    stop = Stop(notice=notice, desk=desk, how=BY_PAGE, surely=True)
    with database.transaction() as transaction:
        return answer_notice(transaction, stop, now=now)


def _against(message: MessageAtWork, notice: ErasureNotice) -> str | None:
    """The same that speaks against an answer to a challenge: another sender, a forged one, a mail that is passed on."""
    answer = Answer(
        kind=message.reading.screening.kind,
        sender=message.reading.message.sender.address,
        authenticity=message.reading.authenticity,
        asked=notice.address,
        only_forwarded=message.offered is not None and message.offered.only_forwarded,
    )
    verdict = judge_answer(answer)
    return None if verdict.accepted else verdict.reason


def _notice_of(database: Database, code: str, client: str, now: datetime) -> ErasureNotice | None:
    """Return the notice with this code, None for a wrong code and for a client that tried too many of them."""
    key = code_key(core_of(code) or code, database.lookup_key)
    client_key = database.lookup_key("client", client)
    with database.reading() as reading:
        if attempts_of(reading, client_key, day=now.date()) >= PAGE_ATTEMPTS_A_DAY:
            return None
        notice = find_notices(reading, [key]).get(key)
    if notice is None:
        with database.transaction() as transaction:
            count_attempt(transaction, client_key, day=now.date(), limit=PAGE_ATTEMPTS_A_DAY)
    return notice
