"""The button on the page: takes a code from whoever has it, with every attempt counted."""

from __future__ import annotations

from datetime import datetime

from casework.address_answers import NewAddressAnswer, record_new_address
from casework.challenge_terms import ChallengeTerms
from casework.identity_writes import code_key
from casework.proving import Answered, record_answer
from privacy.challenges import PAGE_ATTEMPTS_A_DAY, AnswerVerdict, judge_challenge
from privacy.identity import EvidenceKind
from privacy.identity_codes import core_of
from privacy.ports import AddressOnFile
from storage.address_changes import AddressChange, find_changes
from storage.database import Database
from storage.identity import Challenge, attempts_of, count_attempt, find_challenges

ON_THE_PAGE = AnswerVerdict(accepted=True, reason="answered-on-the-page")


def confirm_by_page(
    database: Database,
    on_file: AddressOnFile,
    terms: ChallengeTerms,
    code: str,
    *,
    client: str,
    now: datetime,
) -> bool:
    """Return whether the code answered its challenge now; the same False for a wrong, an expired and a used one.

    `client` is the network address of whoever pressed: wrong codes are counted under it. Raises Retryable.
    """
    challenge = _challenge_of(database, code, client, now)
    if isinstance(challenge, AddressChange):
        return _confirm_new_address(database, challenge, now)
    if challenge is None:
        return False
    alive = judge_challenge(challenge.state, expires_at=challenge.expires_at, now=now)
    if not alive.accepted:
        return False
    answered = Answered(
        case_id=challenge.case_id,
        challenge=challenge,
        verdict=ON_THE_PAGE,
        kind=EvidenceKind.PAGE_CONFIRMED,
        on_file=on_file.look_up(challenge.address),
        sender_key=challenge.address_key,
        terms=terms,
    )
    with database.transaction() as transaction:
        return record_answer(transaction, answered, now=now)


def _challenge_of(
    database: Database, code: str, client: str, now: datetime
) -> Challenge | AddressChange | None:
    """Return the question with this code, to whichever address of a person, None for a wrong code and for a client that tried too many of them."""
    core, today = core_of(code), now.date()
    key = code_key(core or code, database.lookup_key)
    client_key = database.lookup_key("client", client)
    with database.reading() as reading:
        if attempts_of(reading, client_key, day=today) >= PAGE_ATTEMPTS_A_DAY:
            return None
        challenge = find_challenges(reading, [key]).get(key)
        found = challenge or find_changes(reading, [key]).get(key)
    if found is None:
        with database.transaction() as transaction:
            count_attempt(transaction, client_key, day=today, limit=PAGE_ATTEMPTS_A_DAY)
    return found


def _confirm_new_address(database: Database, change: AddressChange, now: datetime) -> bool:
    answer = NewAddressAnswer(change=change, verdict=ON_THE_PAGE, sender_key=change.new_key)
    with database.transaction() as transaction:
        return record_new_address(transaction, answer, now=now)
