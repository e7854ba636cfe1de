"""Who is asked who they are: one letter to one address, at receipt plus one delay, the same for everybody."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from casework.drafts import approve_draft, reject_draft
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    LONG,
    MALLORY,
    NOON,
    PRIVACY,
    SAM,
    TestDesk,
    arriving,
    authenticated,
    checking_profile,
    mail,
    profile,
)
from identity_values import (
    ANALYTICS,
    DELAY,
    MARKETING,
    Listed,
    challenge,
    challenges,
    evidence,
    send_all,
    standing,
    stored,
    sweep,
    terms,
)
from privacy.challenges import ChallengeState, StandingState
from privacy.identity import EvidenceKind
from privacy.messages import Automation
from responders.identity import CHALLENGE
from storage.outbox import list_letters

ACCOUNT = "anne.asks@work.example"
NAMING = f"{ERASE} My account is under {ACCOUNT}."
ALIGNED = "dkim=pass header.d=person.example; dmarc=pass header.from=person.example"


@pytest.fixture
def asking(desk: TestDesk) -> TestDesk:
    desk.profile = profile(challenges=terms())
    return desk


@BOTH_ENGINES
def test_who_wants_what_needs_proof_is_asked_once_at_receipt_plus_the_delay(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(ERASE))
    letter = challenge(asking)
    assert letter.recipient == ANNE
    assert letter.date == NOON + DELAY
    assert letter.in_reply_to == "<1@person.example>"
    assert letter.automation is Automation.REPLIED
    assert [sent.letter.kind for sent in send_all(asking)] == ["acknowledgement"]
    asking.now += DELAY
    assert [sent.letter.kind for sent in send_all(asking)] == [CHALLENGE]
    assert standing(asking).state is StandingState.ASKED
    assert asking.chain_holds(asking.case().case_id)


def test_an_end_of_marketing_asks_nobody(asking: TestDesk) -> None:
    asking.receive_one(mail(MARKETING))
    assert challenges(asking) == []
    assert "prove_identity" not in asking.task_kinds()


def test_a_desk_that_was_told_not_to_ask_does_not(asking: TestDesk) -> None:
    asking.profile = profile(challenges=terms(asks=False))
    asking.receive_one(mail(ERASE))
    assert challenges(asking) == []


def test_the_delay_runs_from_receipt_and_not_from_the_poll(asking: TestDesk) -> None:
    asking.now = NOON + timedelta(minutes=4)
    asking.receive_one(mail(ERASE))
    assert challenge(asking).date == NOON + DELAY


def test_what_was_received_long_ago_is_asked_at_once(asking: TestDesk) -> None:
    asking.now = NOON + DAY
    asking.receive_one(mail(ERASE))
    assert challenge(asking).date == NOON + DAY


def test_a_reply_to_of_a_stranger_is_never_asked(asking: TestDesk) -> None:
    asking.receive_one(mail(ERASE, Reply_To=MALLORY))
    assert challenge(asking).recipient == ANNE


def test_the_address_that_the_letter_names_as_the_account_s_is_asked_instead(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(NAMING))
    letter = challenge(asking)
    assert letter.recipient == ACCOUNT
    assert letter.in_reply_to is None
    assert letter.automation is Automation.GENERATED
    assert stored(asking)[0].address == ACCOUNT


def test_a_named_address_is_mailed_once_a_day_whoever_names_it(asking: TestDesk) -> None:
    """Mallory cannot make us flood Anne by naming her from many mailboxes."""
    asking.receive(
        *(
            arriving(mail(f"{NAMING} {n}", number=n, From=f"mallory{n}@elsewhere.example"))
            for n in range(5)
        )
    )
    assert [letter.recipient for letter in challenges(asking)] == [ACCOUNT]
    asking.now += DAY + DELAY
    send_all(asking)
    sweep(asking)
    assert len(challenges(asking)) == 2


def test_nobody_makes_us_ask_ourselves(asking: TestDesk) -> None:
    asking.receive_one(mail(f"{ERASE} My account is {PRIVACY}."))
    assert challenges(asking) == []


def test_acknowledgement_and_challenge_count_as_one_letter(asking: TestDesk) -> None:
    asking.profile = profile(
        challenges=terms(), limits=replace(LONG, per_sender_per_day=2, per_domain_per_hour=2)
    )
    asking.receive_one(mail(ERASE, number=1))
    asking.receive_one(mail(COPY, number=2))
    assert len(asking.letters()) == 4
    asking.receive_one(mail(ANALYTICS, number=3))
    assert asking.draft().reasons == ("sender-limit", "domain-limit")


@BOTH_ENGINES
def test_who_waits_for_a_person_is_asked_when_the_acknowledgement_has_left(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(ERASE), quiet_reason="told-so")
    assert asking.letters() == []
    assert standing(asking).state is StandingState.WANTED
    assert sweep(asking) == 0
    approve_draft(asking.database, asking.draft().draft_id, actor=SAM, now=asking.now)
    send_all(asking)
    assert sweep(asking) == 1
    assert challenge(asking).in_reply_to == "<1@person.example>"
    assert standing(asking).state is StandingState.ASKED
    assert stored(asking)[0].state is ChallengeState.OPEN
    assert sweep(asking) == 0


def test_who_must_not_be_answered_is_not_asked(asking: TestDesk) -> None:
    asking.receive_one(mail(ERASE), quiet_reason="told-so")
    reject_draft(asking.database, asking.draft().draft_id, actor=SAM, now=asking.now)
    asking.now += 30 * DAY
    assert sweep(asking) == 0
    assert challenges(asking) == []


@pytest.mark.parametrize(
    "results", ["dmarc=fail header.from=person.example", "dkim=pass header.d=other.example"]
)
def test_a_forged_sender_makes_us_mail_nobody(asking: TestDesk, results: str) -> None:
    asking.profile = checking_profile(challenges=terms())
    asking.receive_one(authenticated(mail(ERASE), results))
    assert asking.letters() == []


def test_that_the_domain_vouches_for_its_sender_is_kept_and_proves_nothing(
    asking: TestDesk,
) -> None:
    asking.profile = checking_profile(challenges=terms())
    asking.receive_one(authenticated(mail(ERASE), ALIGNED))
    assert [one.evidence.kind for one in evidence(asking)] == [EvidenceKind.ALIGNED_SENDER]
    assert standing(asking).level == 0


def test_another_right_later_asks_no_second_time(asking: TestDesk) -> None:
    asking.profile = profile(challenges=terms(), limits=LONG)
    asking.receive_one(mail(ERASE))
    first = challenge(asking)
    again = mail(COPY, number=2, To=first.reply_to or "", References=first.message_id)
    asking.receive_one(again)
    assert len(asking.case().items) == 2
    assert challenge(asking) == first


def test_the_code_stands_in_its_letter_and_nowhere_else(asking: TestDesk) -> None:
    asking.receive_one(mail(ERASE))
    letter = challenge(asking)
    code = re.search(r"RD-[-0-9A-Z]{26}", letter.letter.text)
    assert code is not None
    with asking.database.reading() as reading:
        rows = reading.connection.exec_driver_sql("SELECT * FROM identity_challenge").all()
    assert code.group() not in str(rows)
    assert code.group() not in letter.letter.subject
    assert code.group() in letter.letter.html


def test_known_and_unknown_get_the_same_letter_but_for_ids(asking: TestDesk) -> None:
    """Nobody is looked up before they have answered, and no byte tells who is a customer."""
    asking.profile = profile(challenges=terms(), limits=LONG)
    people = [f"person{n:03}@home.example" for n in range(40)]
    asking.on_file = Listed(frozenset(people[:20]))
    asking.receive(
        *(
            arriving(mail(ERASE, number=n, From=person, Message_ID=f"<{n:03}@home.example>"))
            for n, person in enumerate(people)
        )
    )
    assert asking.on_file.asked == []
    with asking.database.reading() as reading:
        rows = [row for row in list_letters(reading, limit=1000) if row.kind == CHALLENGE]
    assert len(rows) == 40
    assert {row.message.recipient for row in rows} == set(people)
    assert {without_ids(row) for row in rows} == {without_ids(rows[0])}


def without_ids(row) -> str:
    message = row.message
    text = repr(
        (message.letter.subject, message.letter.text, message.letter.html, message.date,
         message.sender, message.automation, row.kind, row.queued_at, row.state, message.message_id,
         message.reply_to, message.envelope_from, message.in_reply_to, message.references)
    )  # fmt: skip
    text = re.sub(r"RD-[-0-9A-Z]{26}", "CODE", text)
    text = re.sub(r"PR-2026-\d{6}-\w\w", "REFERENCE", text)
    text = re.sub(r"[0-9a-z]{26}(?=[.@])", "TOKEN", text)
    return re.sub(r"(?<=\.)[0-9a-z]{16}(?=[.@])|\d{3}(?=@home)", "ID", text)


def mandates(asking: TestDesk) -> list[str]:
    return [task.reason for task in asking.tasks() if task.kind == "check_mandate"]


def test_whoever_writes_for_another_person_is_not_asked_and_staff_look_for_the_mandate(
    asking: TestDesk,
) -> None:
    """Mallory's own mailbox proves nothing about Anne."""
    asking.receive_one(mail(f"I am writing on behalf of Anne. {ERASE}", From=MALLORY))
    assert challenges(asking) == []
    assert mandates(asking) == ["agent:signed-permission"]


def test_the_person_themselves_are_asked_where_the_letter_names_their_address(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(f"I write for my client. {NAMING}", From=MALLORY))
    assert challenge(asking).recipient == ACCOUNT
    assert mandates(asking) == ["lawyer:signed-permission"]


def test_nobody_is_asked_for_a_child(asking: TestDesk) -> None:
    asking.receive_one(mail(f"It is about my daughter. {NAMING}"))
    assert challenges(asking) == []
    assert mandates(asking) == ["parent:relation-by-the-least-data"]
