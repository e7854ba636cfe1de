"""Questions of identity in the database: one use, counted attempts, nothing readable, on both engines."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from privacy.challenges import ChallengeState, StandingState
from privacy.errors import Retryable
from privacy.identity import Evidence, EvidenceKind, Level
from storage.cases import add_cases
from storage.datakeys import erase_keys
from storage.failures import Conflict
from storage.identity import (
    Challenge,
    Standing,
    StoredEvidence,
    add_challenges,
    add_evidence,
    ask_wanted,
    attempts_of,
    challenges_of,
    claim_standing,
    count_attempt,
    count_wrong_answer,
    due_standings,
    end_challenges,
    evidence_of,
    find_challenges,
    forget_attempts,
    mark_reminded,
    park,
    put_standing,
    standings_of,
    use_challenge,
    wake_wanted,
)
from storage.ids import new_id
from storage.readable import ERASED

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
LIMIT, GUESSES = 10, 50


@pytest.fixture
def case_id(database, make):
    case = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
    return case.case_id


def challenge(make, case_id, **changes):
    made = Challenge(
        challenge_id=new_id(),
        case_id=case_id,
        level=Level.MAILBOX,
        code_key=new_id().bytes,
        address_key=b"a" * 32,
        address=make.anne,
        asked_at=make.now,
        expires_at=make.now + 14 * DAY,
        expires_on=TODAY + 14 * DAY,
        remind_at=make.now + 7 * DAY,
    )
    return replace(made, **changes)


def stored(database, case_id):
    with database.reading() as reading:
        return challenges_of(reading, [case_id]).get(case_id, [])


def ask(database, *challenges):
    with database.transaction() as transaction:
        add_challenges(transaction, challenges)


def test_a_question_is_found_by_the_hash_of_its_code_and_by_its_case(database, make, case_id):
    asked = challenge(make, case_id)
    ask(database, asked)
    with database.reading() as reading:
        assert find_challenges(reading, [asked.code_key, b"other"]) == {asked.code_key: asked}
        assert find_challenges(reading, []) == {}
    assert stored(database, case_id) == [asked]


def test_it_is_used_once(database, make, case_id):
    asked = challenge(make, case_id)
    ask(database, asked)
    with database.transaction() as transaction:
        assert use_challenge(transaction, asked.challenge_id, now=make.now)
        assert not use_challenge(transaction, asked.challenge_id, now=make.now)
    assert [one.state for one in stored(database, case_id)] == [ChallengeState.USED]


def test_it_is_not_used_when_it_is_over(database, make, case_id):
    asked = challenge(make, case_id)
    ask(database, asked)
    with database.transaction() as transaction:
        assert not use_challenge(transaction, asked.challenge_id, now=asked.expires_at)
        end_challenges(transaction, case_id, now=make.now)
        assert not use_challenge(transaction, asked.challenge_id, now=make.now)
    assert [one.state for one in stored(database, case_id)] == [ChallengeState.VOID]


def test_a_second_question_of_a_case_ends_the_first(database, make, case_id):
    first, second = challenge(make, case_id), challenge(make, case_id)
    ask(database, first)
    ask(database, second)
    assert [one.state for one in stored(database, case_id)] == ["void", "open"]


def test_two_open_questions_of_one_level_cannot_be(database, make, case_id):
    waiting = challenge(make, case_id, state=ChallengeState.WANTED)
    ask(database, challenge(make, case_id), waiting)
    with pytest.raises(Conflict), database.transaction() as transaction:
        ask_wanted(transaction, waiting)


def test_a_question_that_waited_is_asked_with_a_code_of_its_own(database, make, case_id):
    waiting = challenge(make, case_id, state=ChallengeState.WANTED, remind_at=None)
    asked = replace(waiting, state=ChallengeState.OPEN, code_key=b"c", remind_at=make.now + DAY)
    ask(database, waiting)
    with database.transaction() as transaction:
        assert not use_challenge(transaction, waiting.challenge_id, now=make.now)
        assert ask_wanted(transaction, asked)
        assert not ask_wanted(transaction, asked)
    assert stored(database, case_id) == [asked]
    with database.transaction() as transaction:
        mark_reminded(transaction, asked.challenge_id)
    assert stored(database, case_id)[0].remind_at is None


def test_the_third_wrong_answer_ends_a_question(database, make, case_id):
    asked = challenge(make, case_id)
    ask(database, asked)
    with database.transaction() as transaction:
        told = [
            count_wrong_answer(transaction, asked.challenge_id, limit=3, now=make.now)
            for _ in range(4)
        ]
    assert told == [False, False, True, False]
    (ended,) = stored(database, case_id)
    assert (ended.state, ended.attempts) == (ChallengeState.VOID, 3)


def test_fifty_guesses_at_once_are_ten_attempts(database):
    """However they race, no more are let through than the limit of the address and the day."""
    let_through = []

    def guess():
        while True:
            try:
                with database.transaction() as transaction:
                    passed = count_attempt(transaction, b"m" * 32, day=TODAY, limit=LIMIT)
            except Retryable:
                continue
            let_through.append(passed)
            return

    guessing = [threading.Thread(target=guess) for _ in range(GUESSES)]
    for thread in guessing:
        thread.start()
    for thread in guessing:
        thread.join()
    assert len(let_through) == GUESSES
    assert sum(let_through) == LIMIT


def test_fifty_answers_at_once_are_one_use(database, make, case_id):
    asked = challenge(make, case_id)
    ask(database, asked)
    uses = []

    def answer():
        while True:
            try:
                with database.transaction() as transaction:
                    used = use_challenge(transaction, asked.challenge_id, now=make.now)
            except Retryable:
                continue
            uses.append(used)
            return

    answering = [threading.Thread(target=answer) for _ in range(GUESSES)]
    for thread in answering:
        thread.start()
    for thread in answering:
        thread.join()
    assert sorted(uses) == [False] * (GUESSES - 1) + [True]


def test_each_address_and_each_day_have_attempts_of_their_own(database):
    with database.transaction() as transaction:
        for key, day in ((b"a", TODAY), (b"b", TODAY), (b"a", TODAY + DAY)):
            assert count_attempt(transaction, key, day=day, limit=1)
            assert not count_attempt(transaction, key, day=day, limit=1)
        assert attempts_of(transaction, b"a", day=TODAY) == 1
        assert attempts_of(transaction, b"c", day=TODAY) == 0
        assert forget_attempts(transaction, before=TODAY + DAY) == 2
        assert attempts_of(transaction, b"a", day=TODAY) == 0


def standing(case_id, **changes):
    made = Standing(case_id=case_id, state=StandingState.ASKED)
    return replace(made, **changes)


def test_where_a_case_stands_is_stored_and_replaced(database, make, case_id):
    proved = standing(
        case_id,
        state=StandingState.PROVED,
        level=Level.ACCOUNT,
        reasons=("signed-in",),
        asked_at=make.now,
        proved_at=make.now + DAY,
    )
    with database.transaction() as transaction:
        put_standing(transaction, standing(case_id), now=make.now)
        put_standing(transaction, proved, now=make.now)
        assert standings_of(transaction, [case_id, new_id()]) == {case_id: proved}


def test_only_what_is_due_is_worked(database, make, case_id):
    with database.transaction() as transaction:
        put_standing(transaction, standing(case_id, due_at=make.now + DAY), now=make.now)
        assert due_standings(transaction, now=make.now, limit=5) == []
        assert claim_standing(transaction, case_id, now=make.now) is None
        assert due_standings(transaction, now=make.now + DAY, limit=5) == [case_id]
        assert claim_standing(transaction, case_id, now=make.now + DAY) is not None


def test_a_letter_that_left_wakes_only_a_question_that_waits(database, make, case_id):
    with database.transaction() as transaction:
        put_standing(transaction, standing(case_id), now=make.now)
        wake_wanted(transaction, case_id, at=make.now)
        assert due_standings(transaction, now=make.now, limit=5) == []
        put_standing(transaction, standing(case_id, state=StandingState.WANTED), now=make.now)
        wake_wanted(transaction, case_id, at=make.now)
        assert due_standings(transaction, now=make.now, limit=5) == [case_id]


def test_only_a_case_that_lapsed_is_parked(database, make, case_id):
    with database.transaction() as transaction:
        put_standing(transaction, standing(case_id), now=make.now)
        park(transaction, case_id)
        assert standings_of(transaction, [case_id])[case_id].state is StandingState.ASKED
        put_standing(transaction, standing(case_id, state=StandingState.LAPSED), now=make.now)
        park(transaction, case_id)
        assert standings_of(transaction, [case_id])[case_id].state is StandingState.PARKED


def evidence(case_id, make, **changes):
    found = Evidence(kind=EvidenceKind.CHALLENGE_ANSWERED, at=make.now, about=b"a")
    made = StoredEvidence(evidence_id=new_id(), case_id=case_id, evidence=found, actor="identity")
    return replace(made, **changes)


def test_evidence_comes_back_as_it_was_recorded(database, make, case_id):
    decided = Evidence(kind=EvidenceKind.STAFF_DECISION, at=make.now, level=Level.HIGH, doubt=True)
    rows = [
        evidence(case_id, make, inbound_id=new_id()),
        evidence(case_id, make, evidence=decided, actor="sam", reason="Anne called back."),
    ]
    with database.transaction() as transaction:
        add_evidence(transaction, rows)
        assert evidence_of(transaction, case_id) == rows


def test_of_an_erased_case_no_word_is_left(database, make, case_id):
    ask(database, challenge(make, case_id))
    with database.transaction() as transaction:
        add_evidence(transaction, [evidence(case_id, make, reason="Anne called back.")])
        erase_keys(transaction, [case_id])
    with database.reading() as reading:
        assert [one.reason for one in evidence_of(reading, case_id)] == [ERASED]
    assert [one.address for one in stored(database, case_id)] == [ERASED]


def test_nothing_of_an_address_or_reason_is_readable_in_the_file(open_it, make, tmp_path):
    database = open_it()
    case = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
        add_challenges(transaction, [challenge(make, case.case_id)])
        add_evidence(transaction, [evidence(case.case_id, make, reason="Anne called back.")])
    database.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert make.anne.encode() not in content
    assert b"called back" not in content
