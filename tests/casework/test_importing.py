"""Files go the way of mail that arrives, and each gets its line, whatever the others are."""

from datetime import UTC, datetime

import pytest

from casework.importing import CONTRACT_WORDS, import_batch
from casework.processing import LEASE, process_batch
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DPO,
    ERASE,
    LAWS,
    PRIVACY,
    TestDesk,
    by_way_of,
    mail,
)
from intake.files import iter_files
from privacy.deadlines import acknowledgement_due
from privacy.deciding import Outcome
from storage.messages import claim_messages, postpone_messages

GIVEN = datetime(2026, 11, 20, 8, tzinfo=UTC)


def items_of(desk: TestDesk, *paths, mailbox=PRIVACY, received_at=GIVEN):
    names = [str(path) for path in paths]
    return list(iter_files(names, mailbox=mailbox, now=desk.now, received_at=received_at))


def take_in(desk: TestDesk, *paths, **how):
    return import_batch(desk.services, items_of(desk, *paths, **how), desk.clock)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@BOTH_ENGINES
def test_it_reports_every_file_in_its_order(desk, folder):
    (folder / "1.eml").write_bytes(mail(ERASE))
    (folder / "2.eml").write_bytes(b"")
    (folder / "3.eml").write_bytes(by_way_of(mail(ERASE), "other.example"))
    (folder / "4.eml").write_bytes(mail("When are you open?", number=4, Subject="Hours"))
    results = take_in(desk, folder)
    assert [(one.outcome, one.reason) for one in results] == [
        ("case", "asks-for-a-right"),
        ("quarantined", "empty"),
        ("duplicate", "same-mail-again"),
        ("held", "no-right-recognised"),
    ]
    reference = desk.case().reference
    assert [one.case for one in results] == [reference, None, reference, None]
    assert results[0].message_id == "<1@person.example>"
    assert [one.error for one in results] == [False, True, False, False]


def test_the_instant_that_was_given_starts_the_clock(desk, folder):
    (folder / "1.eml").write_bytes(mail(ERASE))
    take_in(desk, folder)
    assert desk.case().acknowledge == acknowledgement_due(GIVEN, LAWS)


@BOTH_ENGINES
def test_a_second_import_of_the_same_file_is_a_duplicate(desk, folder):
    (folder / "1.eml").write_bytes(mail(ERASE))
    take_in(desk, folder)
    (again,) = take_in(desk, folder)
    assert (again.outcome, again.case) == ("duplicate", desk.case().reference)
    assert len(desk.letters()) == 1


def test_a_file_of_unknown_arrival_is_held_and_never_answered(desk, folder):
    (folder / "1.eml").write_bytes(mail(ERASE))
    (result,) = take_in(desk, folder, received_at=None)
    assert (result.outcome, result.reason, result.case) == ("held", "arrival-unknown", None)
    (row,) = desk.messages(Outcome.HELD)
    assert row.hold_due_on is not None
    assert (desk.letters(), desk.drafts()) == ([], [])


def test_a_file_for_another_mailbox_is_answered_from_there(desk, folder):
    (folder / "1.eml").write_bytes(mail(ERASE, To=DPO))
    take_in(desk, folder, mailbox=DPO)
    assert desk.letter().message.sender == DPO


@pytest.fixture
def taken(folder, monkeypatch):
    """Two files, of which a daemon takes the first as soon as it is kept; gives what it claimed."""
    (folder / "1.eml").write_bytes(mail(ERASE))
    (folder / "2.eml").write_bytes(mail(COPY, number=2, From="bea@person.example"))
    claims = []

    def process(services, now):
        if not claims:
            with services.database.transaction() as transaction:
                claims.extend(claim_messages(transaction, now=now, limit=1, lease=LEASE))
        return process_batch(services, now)

    monkeypatch.setattr("casework.importing.process_batch", process)
    return claims


@BOTH_ENGINES
def test_one_message_that_a_daemon_has_taken_hides_no_other(desk, folder, taken):
    """It is waited for a while; then its line says that it is kept, and that it is not finished."""
    pauses = []
    results = import_batch(desk.services, items_of(desk, folder), desk.clock, pause=pauses.append)
    (unfinished,) = (one for one in results if one.unfinished)
    (finished,) = (one for one in results if not one.unfinished)
    assert len(taken) == 1
    assert (unfinished.outcome, unfinished.reason) == ("held", "worked-by-the-daemon")
    assert finished.outcome == "case"
    assert sum(pauses) == pytest.approx(10)


def test_what_a_daemon_finishes_meanwhile_is_reported_as_usual(desk, folder, taken):
    def daemon_goes_on(_seconds: float) -> None:
        with desk.database.transaction() as transaction:
            postpone_messages(transaction, taken, until=desk.now, reason="database-busy")

    results = import_batch(desk.services, items_of(desk, folder), desk.clock, pause=daemon_goes_on)
    assert [(one.outcome, one.unfinished) for one in results] == [("case", False)] * 2


def test_a_letter_of_ours_that_is_imported_opens_nothing(desk, folder):
    """The contract has no word for it: a script reads `auto`, a person the reason."""
    desk.receive(mail(ERASE))
    letter = desk.letter().message
    ours = mail("Thank you", Message_ID=letter.message_id, From=letter.sender, To=ANNE)
    (folder / "1.eml").write_bytes(ours)
    (result,) = take_in(desk, folder)
    assert (result.outcome, result.reason) == ("auto", "our-own-letter")
    assert len(desk.cases()) == 1


def test_every_outcome_is_reported_in_a_word_of_the_contract():
    listed = {"case", "held", "auto", "bulk", "spam", "bounce", "duplicate", "quarantined"}
    assert {CONTRACT_WORDS.get(outcome, str(outcome)) for outcome in Outcome} == listed
