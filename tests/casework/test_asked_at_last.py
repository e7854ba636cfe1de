"""Who wrote before the desk asked anybody is asked when they write again, as everybody is."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from casework.tasks import finish
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    LONG,
    MALLORY,
    SAM,
    TestDesk,
    mail,
    profile,
    reply_to,
)
from identity_values import (
    DELAY,
    MARKETING,
    Listed,
    challenge,
    challenges,
    quoted,
    send_all,
    standing,
    terms,
)
from privacy.challenges import StandingState
from storage.database import StorageSettings, _open_engine, upgrade
from storage.schema import migrate

AGAIN = "Could you tell me how far you are with my request?"
BEFORE = profile(limits=LONG)  # a desk that knows nothing of proof
NOW = profile(challenges=terms(), limits=LONG)


@pytest.fixture
def old(desk: TestDesk) -> TestDesk:
    """Give a desk that has acknowledged a request and was upgraded to the version that asks."""
    desk.profile = BEFORE
    desk.receive_one(mail(ERASE))
    send_all(desk)
    desk.now += DAY
    desk.profile, desk.on_file = NOW, Listed(frozenset({ANNE}))
    return desk


def write_again(desk: TestDesk, text: str = AGAIN, **headers: str) -> None:
    (letter,) = [one for one in desk.letters() if one.kind == "acknowledgement"][:1]
    desk.receive_one(reply_to(letter.message, text, **headers), received_at=desk.now)


@BOTH_ENGINES
def test_a_case_stored_by_schema_0003_is_asked_in_the_ordinary_way_and_proved(
    old: TestDesk, database_url: str
) -> None:
    settings = StorageSettings(url=SecretStr(database_url))
    engine = _open_engine(settings, None)
    with engine.begin() as connection:
        migrate(connection, "0003")
    engine.dispose()
    upgrade(settings)
    write_again(old)
    letter = challenge(old)
    assert (letter.recipient, letter.date) == (ANNE, old.now + DELAY)
    old.now += DELAY
    send_all(old)
    assert standing(old).state is StandingState.ASKED
    old.receive_one(reply_to(letter, f"Yes.\n\n{quoted(letter)}", number=9), received_at=old.now)
    assert standing(old).proved_at or standing(old).state is StandingState.ANSWERED
    assert len(challenges(old)) == 1
    assert old.chain_holds(old.case().case_id)


def test_they_are_asked_once_however_often_they_write(old: TestDesk) -> None:
    write_again(old)
    write_again(old, "And what of my request now?", number=8)
    assert len(challenges(old)) == 1


def test_a_case_that_needs_no_proof_is_asked_nothing(desk: TestDesk) -> None:
    desk.profile = BEFORE
    desk.receive_one(mail(MARKETING))
    send_all(desk)
    desk.profile = NOW
    letter = desk.letters()[0].message
    desk.receive_one(reply_to(letter, "Have you stopped?"))
    assert challenges(desk) == []
    assert "prove_identity" not in desk.task_kinds()


def test_a_stranger_who_writes_into_the_thread_makes_nobody_asked(old: TestDesk) -> None:
    write_again(old, From=MALLORY)
    assert challenges(old) == []


def test_whose_mail_waits_for_a_person_is_left_to_that_person_once(old: TestDesk) -> None:
    old.profile = replace(NOW, limits=replace(LONG, per_proved_thread_per_day=0))
    write_again(old)
    (task,) = [one for one in old.tasks() if one.kind == "prove_identity"]
    assert (task.reason, challenges(old)) == ("nobody-was-asked", [])
    finish(old.database, task.task_id, actor=SAM, now=old.now)
    old.profile = NOW
    write_again(old, "And now?", number=8)
    assert challenges(old) == []


def test_who_writes_for_another_person_is_not_asked_by_a_later_mail(desk: TestDesk) -> None:
    desk.profile = NOW
    desk.receive_one(mail(f"I write on behalf of my client Bea, whose lawyer I am. {COPY}"))
    assert "check_mandate" in desk.task_kinds()
    send_all(desk)
    write_again(desk)
    assert challenges(desk) == []


def test_a_desk_that_does_not_ask_by_itself_does_not_begin_to(old: TestDesk) -> None:
    old.profile = profile(challenges=terms(asks=False), limits=LONG)
    write_again(old)
    assert challenges(old) == []
