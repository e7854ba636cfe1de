"""Files go the way of mail that arrives, and each gets its line, whatever the others are."""

from datetime import UTC, datetime

import pytest

from casework.importing import import_batch
from casework_values import (
    BOTH_ENGINES,
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
from privacy.errors import Retryable

GIVEN = datetime(2026, 11, 20, 8, tzinfo=UTC)


def take_in(desk: TestDesk, *paths, mailbox=PRIVACY, received_at=GIVEN):
    items = list(
        iter_files(
            [str(path) for path in paths], mailbox=mailbox, now=desk.now, received_at=received_at
        )
    )
    return import_batch(desk.services, items, desk.clock)


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


def test_what_somebody_else_works_at_the_moment_is_out_of_reach_for_now(desk, folder, monkeypatch):
    (folder / "1.eml").write_bytes(mail(ERASE))
    monkeypatch.setattr("casework.importing.process_batch", lambda *_: 0)
    with pytest.raises(Retryable):
        take_in(desk, folder)
