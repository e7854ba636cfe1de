"""The first reading in the process that may die says what the same reading says at hand."""

from contextlib import closing
from pathlib import Path

import pytest

from casework.first_reading import read_first
from casework.reading_errand import FIRST_READING
from casework.reading_wire import (
    pack_question,
    pack_reading,
    unpack_question,
    unpack_reading,
)
from casework_values import ERASE, FailingClassifier, mail, profile
from classifier.rules import RulesClassifier
from intake.reader import WorkerPool
from intake.reader_settings import ReadingSettings
from privacy.ports import NotRead
from privacy.rights import SURE_ENOUGH
from privacy.screening import Kind

RULES = RulesClassifier(SURE_ENOUGH)
MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))


def test_what_a_worker_says_is_what_the_reading_at_hand_says() -> None:
    questions = [profile().to_read(path.read_bytes()) for path in MAILS]
    with closing(WorkerPool(ReadingSettings(workers=2), FIRST_READING)) as pool:
        assert list(pool.read(questions)) == [read_first(one, RULES) for one in questions]


@pytest.mark.parametrize("envelope_from", [None, "", "anne@person.example", "a\ud800\x00ñ"])
def test_a_question_arrives_as_it_was_asked(envelope_from: str | None) -> None:
    asked = profile().to_read(b"\x00raw\xff", envelope_from=envelope_from, suspected_spam=True)
    assert unpack_question(pack_question(asked)) == asked


def test_what_only_the_door_knows_is_heard_by_the_worker() -> None:
    question = profile().to_read(mail(ERASE), envelope_from="", suspected_spam=False)
    spam = profile().to_read(mail(ERASE), suspected_spam=True)
    with closing(WorkerPool(ReadingSettings(workers=1), FIRST_READING)) as pool:
        bounced, spammed = pool.read([question, spam])
    assert not isinstance(bounced, NotRead)
    assert not isinstance(spammed, NotRead)
    assert (bounced.screening.kind, spammed.screening.kind) == (Kind.BOUNCE, Kind.SPAM)


def test_a_mail_that_breaks_the_rules_is_told_with_the_class_of_the_error_alone() -> None:
    first = read_first(profile().to_read(mail(f"poison {ERASE}")), FailingClassifier("poison"))
    assert (first.failed, first.screening.kind) == ("ValueError", Kind.UNREADABLE)
    assert "person's words" not in repr(first.screening)
    assert unpack_reading(pack_reading(first)) == first


def test_what_takes_more_memory_than_there_is_is_no_failure_of_the_rules() -> None:
    with pytest.raises(MemoryError):
        read_first(profile().to_read(mail("x")), FailingClassifier("", error=MemoryError()))
