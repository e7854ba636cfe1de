"""One mail by several ways is one case and one letter; two mails under one Message-ID are two."""

from datetime import timedelta

import pytest

from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DPO,
    ERASE,
    MALLORY,
    NOON,
    PRIVACY,
    TestDesk,
    arriving,
    by_way_of,
    mail,
    rights_of,
)
from privacy.deciding import Outcome


@BOTH_ENGINES
def test_the_same_bytes_again_are_one_message(desk: TestDesk):
    first = desk.receive_one(mail(ERASE))
    again = desk.receive_one(mail(ERASE))
    assert again.inbound_id == first.inbound_id
    assert (len(desk.messages()), len(desk.cases()), len(desk.letters())) == (1, 1, 1)


@BOTH_ENGINES
def test_the_same_mail_over_another_way_is_a_duplicate_of_the_same_case(desk: TestDesk):
    first = desk.receive_one(by_way_of(mail(ERASE), "one.example"))
    second = desk.receive_one(by_way_of(mail(ERASE), "two.example"))
    assert (second.outcome, second.reason) == (Outcome.DUPLICATE, "same-mail-again")
    assert (second.case_id, second.original_id) == (first.case_id, first.inbound_id)
    assert (len(desk.cases()), len(desk.letters())) == (1, 1)


@BOTH_ENGINES
def test_two_copies_in_one_batch_are_one_case(desk: TestDesk):
    rows = desk.receive(
        by_way_of(mail(ERASE), "one.example"), by_way_of(mail(ERASE), "two.example")
    )
    assert sorted(row.outcome for row in rows) == [Outcome.CASE, Outcome.DUPLICATE]
    assert (len(desk.cases()), len(desk.letters())) == (1, 1)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", [PRIVACY, DPO])
def test_a_mail_to_both_mailboxes_is_answered_once_and_from_privacy(
    desk: TestDesk, first, together
):
    both = mail(ERASE, To=f"{DPO}, {PRIVACY}")
    second = DPO if first == PRIVACY else PRIVACY
    arrivals = [
        arriving(by_way_of(both, f"{box.partition('@')[0]}.example"), mailbox=box)
        for box in (first, second)
    ]
    if together:
        desk.receive(*arrivals)
    else:
        for one in arrivals:
            desk.receive(one)
    assert desk.letter().message.sender == PRIVACY
    assert desk.case().mailbox == PRIVACY


def test_two_different_mails_under_one_message_id_are_two_cases(desk: TestDesk):
    rows = desk.receive(mail(ERASE, From=ANNE), mail(COPY, From="bea@person.example"))
    assert [row.outcome for row in rows] == [Outcome.CASE, Outcome.CASE]
    assert sorted(rights_of(case)[0] for case in desk.cases()) == ["access", "erasure"]
    assert len(desk.letters()) == 2


def test_a_stranger_cannot_have_a_mail_swallowed_by_sending_its_id_first(desk: TestDesk):
    desk.receive_one(mail("Hello there, nothing to see here.", From=MALLORY, Subject="Hello"))
    row = desk.receive_one(mail(ERASE))
    assert row.outcome is Outcome.CASE
    assert desk.letter().message.recipient == ANNE


def test_two_mails_without_id_are_told_apart_by_their_words(desk: TestDesk):
    rows = desk.receive(mail(ERASE, Message_ID=None), mail(COPY, Message_ID=None))
    assert [row.outcome for row in rows] == [Outcome.CASE, Outcome.CASE]


def test_the_same_mail_without_id_by_two_ways_is_one(desk: TestDesk):
    raw = mail(ERASE, Message_ID=None)
    rows = desk.receive(by_way_of(raw, "one.example"), by_way_of(raw, "two.example"))
    assert sorted(row.outcome for row in rows) == [Outcome.CASE, Outcome.DUPLICATE]


def test_a_copy_of_a_held_mail_is_a_duplicate_without_a_case(desk: TestDesk):
    question = mail("At what hours can I call your support?", Subject="Opening hours")
    desk.receive_one(by_way_of(question, "one.example"))
    copy = desk.receive_one(by_way_of(question, "two.example"))
    assert (copy.outcome, copy.case_id) == (Outcome.DUPLICATE, None)
    assert len(desk.tasks()) == 1


# A form program that gives its mails no id, or always the same one
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
FORMS = pytest.mark.parametrize(
    "form", [{"Message_ID": None, "Date": None}, {"Message_ID": "<form@shop.example>"}]
)


def receive_at(desk: TestDesk, raw: bytes, *times: timedelta):
    """Work the same mail at these times after noon, each over another way."""
    for number, after in enumerate(times):
        desk.now = NOON + after
        way = by_way_of(raw, f"way-{number}.example")
        yield desk.receive_one(way, received_at=desk.now)


@BOTH_ENGINES
@FORMS
def test_next_year_s_request_in_the_same_words_is_worked_as_new_and_noted(desk: TestDesk, form):
    rows = list(receive_at(desk, mail(ERASE, **form), timedelta(0), YEAR, 2 * YEAR))
    assert [row.outcome for row in rows] == [Outcome.CASE] * 3
    assert ["same-mail-made-again" in row.reasons for row in rows] == [False, True, True]
    assert [row.original_id for row in rows] == [None] * 3
    assert len({case.case_id for case in desk.cases()}) == 3


@BOTH_ENGINES
def test_the_copies_of_each_request_are_copies_of_that_one(desk: TestDesk):
    hour = timedelta(hours=1)
    raw = mail(ERASE, Message_ID=None, Date=None)
    times = (timedelta(0), YEAR, YEAR + hour, 2 * YEAR, hour, 2 * YEAR + hour)
    first, second, copy_of_second, third, copy_of_first, copy_of_third = receive_at(
        desk, raw, *times
    )
    copies = (copy_of_first, copy_of_second, copy_of_third)
    assert [row.outcome for row in copies] == [Outcome.DUPLICATE] * 3
    assert [row.original_id for row in copies] == [row.inbound_id for row in (first, second, third)]
    assert len(desk.cases()) == 3


@pytest.mark.parametrize(
    ("apart", "outcome"),
    [
        (WEEK, Outcome.DUPLICATE),
        (-WEEK, Outcome.DUPLICATE),
        (WEEK + timedelta(seconds=1), Outcome.CASE),
        (-WEEK - timedelta(seconds=1), Outcome.CASE),
    ],
)
def test_a_copy_comes_within_seven_days_of_its_original(desk: TestDesk, apart, outcome):
    raw = mail(ERASE, Message_ID=None, Date=None)
    *_, second = receive_at(desk, raw, timedelta(0), apart)
    assert second.outcome is outcome


def test_requests_of_two_years_in_one_batch_are_two_cases(desk: TestDesk):
    raw = mail(ERASE, Message_ID=None, Date=None)
    desk.now = NOON + YEAR
    rows = desk.receive(
        arriving(by_way_of(raw, "one.example")),
        arriving(by_way_of(raw, "two.example"), received_at=desk.now),
        arriving(by_way_of(raw, "three.example"), received_at=desk.now),
    )
    assert sorted(row.outcome for row in rows) == [Outcome.CASE, Outcome.CASE, Outcome.DUPLICATE]
    assert len(desk.cases()) == 2
