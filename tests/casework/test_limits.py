"""How many letters go out by themselves, and to whom: the limits, and what the receiving server says of a sender."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from casework.drafts import approve_draft
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    SAM,
    TestDesk,
    arriving,
    authenticated,
    checking_profile,
    mail,
    profile,
    reply_to,
)
from privacy.answering import AnswerLimits
from privacy.deciding import Outcome

ALIGNED = "dmarc=pass header.from=person.example; dkim=pass header.d=person.example"
HOUR = timedelta(hours=1)


def limited(**limits: int) -> AnswerLimits:
    return replace(
        AnswerLimits(per_sender_per_day=100, per_domain_per_hour=100, in_all_per_hour=100), **limits
    )


def different(number: int, sender: str = ANNE) -> bytes:
    """Requests that differ in their words."""
    return mail(f"{ERASE} This is my letter number {number}.", number=number, From=sender)


@BOTH_ENGINES
@pytest.mark.parametrize("together", [True, False])
def test_the_second_mail_of_a_sender_in_a_day_is_a_case_whose_letter_waits(desk, together):
    mails = [different(1), different(2)]
    if together:
        desk.receive(*mails)
    else:
        for raw in mails:
            desk.receive(raw)
    assert (len(desk.cases()), len(desk.letters())) == (2, 1)
    assert desk.draft().reasons == ("sender-limit",)
    assert [task.kind for task in desk.tasks()] == ["approve_letter"]


@BOTH_ENGINES
def test_plus_addresses_of_one_mailbox_are_one_sender(desk):
    for number in range(4):
        desk.receive(different(number, f"anne+{number}@person.example"))
    assert (len(desk.letters()), len(desk.drafts())) == (1, 3)


@BOTH_ENGINES
def test_after_a_day_a_sender_is_answered_again(desk):
    desk.receive(different(1))
    desk.now += DAY - HOUR
    desk.receive(different(2))
    desk.now += 2 * HOUR
    desk.receive(different(3))
    assert (len(desk.letters()), len(desk.drafts())) == (2, 1)


def test_a_letter_that_a_person_approved_does_not_count(desk):
    desk.receive_one(different(1), quiet_reason="uidvalidity-changed")
    approve_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now)
    desk.receive(different(2))
    assert [letter.automatic for letter in desk.letters()] == [False, True]


@BOTH_ENGINES
def test_a_domain_has_a_limit_for_each_hour(desk):
    desk.profile = profile(limits=limited(per_domain_per_hour=3))
    desk.receive(*(arriving(different(n, f"p{n}@person.example")) for n in range(5)))
    assert (len(desk.letters()), len(desk.drafts())) == (3, 2)
    assert {draft.reasons for draft in desk.drafts()} == {("domain-limit",)}
    desk.now += HOUR + timedelta(seconds=1)
    desk.receive(different(9, "p9@person.example"))
    assert len(desk.letters()) == 4


def test_a_domain_that_many_people_share_has_a_wider_limit(desk):
    desk.profile = profile(
        limits=limited(per_domain_per_hour=1, per_shared_domain_per_hour=4),
        shared_domains=frozenset({"post.example"}),
    )
    desk.receive(*(arriving(different(n, f"p{n}@post.example")) for n in range(5)))
    assert (len(desk.letters()), len(desk.drafts())) == (4, 1)


@BOTH_ENGINES
def test_a_flood_ends_at_the_limit_for_all_and_every_request_is_still_a_case(desk):
    desk.profile = profile(limits=limited(in_all_per_hour=5))
    rows = desk.receive(*(arriving(different(n, f"p@h{n}.example")) for n in range(12)))
    assert {row.outcome for row in rows} == {Outcome.CASE}
    assert (len(desk.letters()), len(desk.drafts())) == (5, 7)
    assert {draft.reasons for draft in desk.drafts()} == {("overall-limit",)}


@pytest.mark.parametrize("together", [True, False])
def test_a_sender_who_repeats_itself_is_answered_once_a_day(desk, together):
    desk.profile = profile(limits=limited())
    mails = [mail(ERASE, number=n) for n in range(3)]
    if together:
        desk.receive(*mails)
    else:
        for raw in mails:
            desk.receive(raw)
    assert (len(desk.cases()), len(desk.letters())) == (3, 1)
    assert {draft.reasons for draft in desk.drafts()} == {("same-text-today",)}


CAMPAIGN = f"{ERASE} I have been a customer of yours for many years, and I no longer wish to be one. Thank you."


@BOTH_ENGINES
@pytest.mark.parametrize("together", [True, False])
def test_one_text_under_many_addresses_is_answered_three_times_a_day(desk, together):
    """Whoever sends one text under the addresses of strangers must not have us mail them all."""
    mails = [
        mail(CAMPAIGN, number=n, From=f"p@h{n}.example", Subject=f"My data {n}") for n in range(5)
    ]
    rows = desk.receive(*mails) if together else [desk.receive_one(raw) for raw in mails]
    assert {row.outcome for row in rows} == {Outcome.CASE}
    assert (len(desk.letters()), len(desk.drafts())) == (3, 2)
    assert {draft.reasons for draft in desk.drafts()} == {("text-limit",)}
    desk.now += DAY
    desk.receive(mail(CAMPAIGN, number=9, From="p@h9.example"))
    assert len(desk.letters()) == 4


def test_a_short_text_is_honestly_written_by_many(desk):
    desk.receive(*(mail(ERASE, number=n, From=f"p@h{n}.example") for n in range(22)))
    assert (len(desk.letters()), len(desk.drafts())) == (20, 2)


def test_how_often_one_text_is_answered_is_a_setting(desk):
    desk.profile = profile(limits=limited(per_text_per_day=1, per_short_text_per_day=2))
    desk.receive(*(mail(CAMPAIGN, number=n, From=f"p@h{n}.example") for n in range(3)))
    desk.receive(*(mail(ERASE, number=n, From=f"q@h{n}.example") for n in range(3)))
    assert (len(desk.letters()), len(desk.drafts())) == (3, 3)


def test_the_same_words_of_another_sender_are_no_copy_of_the_first_mail(desk):
    """What is counted comes from the text alone; what makes the same mail has its sender and subject in it."""
    first, second = desk.receive(
        mail(CAMPAIGN, number=1), mail(CAMPAIGN, number=1, From="bea@person.example")
    )
    assert (first.outcome, second.outcome) == (Outcome.CASE, Outcome.CASE)


def test_the_thread_of_a_case_has_a_limit_of_its_own(desk):
    desk.receive(mail(ERASE))
    letter = desk.letters()[0].message
    wishes = [COPY, "Please correct my address.", "I object to direct marketing."]
    for number, wish in enumerate(wishes, start=2):
        desk.receive(reply_to(letter, wish, number=number))
    assert len(desk.letters()) <= 3
    assert len(desk.cases()) == 1
    assert len(desk.letters()) + len(desk.drafts()) == 4


@BOTH_ENGINES
def test_two_workers_at_once_do_not_answer_a_sender_twice(desk, open_again):
    desk.keep(different(1), different(2))
    other = replace(desk, database=open_again())
    start = threading.Barrier(2)

    def work(one: TestDesk) -> None:
        start.wait()
        one.work()

    workers = [threading.Thread(target=work, args=(one,)) for one in (desk, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    desk.now += timedelta(minutes=10)  # whoever found the database busy comes again
    desk.work()
    assert (len(desk.cases()), len(desk.letters()), len(desk.drafts())) == (2, 1, 1)


def test_an_aligned_sender_is_answered_with_their_subject(desk):
    desk.profile = checking_profile()
    row = desk.receive_one(authenticated(mail(ERASE, Subject="Re: Erase my account"), ALIGNED))
    assert row.outcome is Outcome.CASE
    letter = desk.letter().message.letter
    assert letter.subject == f"Re: Erase my account [{desk.case().reference}]"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Erase my account [PR-2026-111111-AA]",
        "[pr-2026-482915-29] Re: Erase my account",
        "Re: PR-2026-482915-29 Erase my account",
    ],
)
def test_a_letter_bears_no_reference_but_its_own(desk, subject):
    """Somebody typed it: beside ours it would send the next reader to the case of somebody else."""
    desk.profile = checking_profile()
    desk.receive_one(authenticated(mail(ERASE, Subject=subject), ALIGNED))
    letter = desk.letter().message.letter
    assert letter.subject == f"Re: Erase my account [{desk.case().reference}]"


def test_a_subject_that_was_a_reference_only_is_replaced_by_ours(desk):
    desk.profile = checking_profile()
    desk.receive_one(authenticated(mail(ERASE, Subject="Re: [PR-2026-482915-29]"), ALIGNED))
    subject = desk.letter().message.letter.subject
    assert "482915" not in subject
    assert desk.case().reference in subject


@pytest.mark.parametrize(
    "results",
    ["none", "spf=pass smtp.mailfrom=other.example", "dkim=temperror header.d=person.example"],
)
def test_a_sender_who_is_not_aligned_is_answered_by_a_person(desk, results):
    desk.profile = checking_profile()
    desk.receive_one(authenticated(mail(ERASE, Subject="Zebra"), results))
    assert desk.letters() == []
    assert desk.draft().reasons == ("sender-not-aligned",)
    assert "Zebra" not in desk.draft().message.letter.subject


def test_without_any_result_of_our_server_a_person_answers(desk):
    desk.profile = checking_profile()
    desk.receive_one(mail(ERASE))
    assert desk.draft().reasons == ("sender-not-aligned",)


def test_results_that_the_sender_wrote_count_for_nothing(desk):
    desk.profile = checking_profile()
    forged = mail(ERASE, Authentication_Results=f"mx.autocloz.example; {ALIGNED}")
    desk.receive_one(authenticated(forged, "none"))
    assert (desk.letters(), len(desk.drafts())) == ([], 1)


def test_a_forged_sender_by_the_word_of_its_own_domain_is_not_answered(desk):
    desk.profile = checking_profile()
    row = desk.receive_one(authenticated(mail(ERASE), "dmarc=fail header.from=person.example"))
    assert row.outcome is Outcome.CASE, "a person still decides: the clock runs"
    assert desk.letters() == []
    assert desk.draft().reasons[0] == "dmarc-fail"
