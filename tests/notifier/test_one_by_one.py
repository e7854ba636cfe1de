"""A batch over a way out for single letters: the same outcomes, and one trouble ends it for the rest."""

from datetime import timedelta

import pytest

from notice_values import notice, notices
from notifier.maildir import MaildirTransport
from notifier.one_by_one import OneByOne
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.ports import Handover


class Scripted:
    name = "scripted"

    def __init__(self, *errors):
        self.errors = list(errors)
        self.sent = []

    def send(self, message):
        self.sent.append(message)
        raise self.errors.pop(0)


def test_each_letter_is_kept_filled(tmp_path):
    batch = OneByOne(MaildirTransport(tmp_path / "letters"))
    outcomes = batch.send_many(notices(3))
    assert [one.state for one in outcomes] == [Handover.ACCEPTED] * 3
    assert batch.name == "maildir"
    assert batch.check()
    subjects = {letter.subject for letter in MaildirTransport(tmp_path / "letters").list_letters()}
    assert "Eine Änderung für Kite & <2>" in subjects
    batch.close()


@pytest.mark.parametrize(
    ("error", "state"),
    [(Permanent("no"), Handover.REFUSED), (OutcomeUnknown("cut"), Handover.UNKNOWN)],
)
def test_one_refused_or_lost_letter_does_not_end_the_batch(error, state):
    transport = Scripted(error, error)
    outcomes = OneByOne(transport).send_many([notice(1), notice(2)])
    assert [one.state for one in outcomes] == [state] * 2
    assert not outcomes[0].lane


def test_a_way_that_is_away_ends_the_batch():
    wait = timedelta(seconds=7)
    transport = Scripted(Retryable("away", after=wait))
    outcomes = OneByOne(transport).send_many(notices(3))
    assert {(one.state, one.lane, one.after) for one in outcomes} == {
        (Handover.DEFERRED, True, wait)
    }
    assert len(transport.sent) == 1
