"""The values of a notice: its digest covers every word, its Message-ID is read back, a reader gets one letter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from privacy.messages import Letter
from privacy.notices import (
    AttemptOutcome,
    ChangeRow,
    NoticeLetter,
    NoticeTerms,
    NoticeWords,
    OwnerOutcome,
    message_id_of,
    message_key_in,
    notice_digest,
    reader_language,
)

TERMS = NoticeTerms(
    effective_on=date(2027, 3, 1),
    zone="Asia/Kolkata",
    new_url="https://a.example/2",
    old_url="https://a.example/1",
    choices_url="https://a.example/s",
)
LETTER = Letter(kind="policy_notice", language="en", subject="S", text="T", html="<p>T</p>")
ROW = ChangeRow(before="a", after="b", effect="c", action="d")
ENGLISH = (NoticeLetter(reader="en", letter=LETTER),)


def digest(
    *,
    policy="p",
    terms=TERMS,
    letters=ENGLISH,
    sender="a@b.example",
):
    return notice_digest(policy, terms, letters, sender)


@pytest.mark.parametrize(
    "other",
    [
        {"policy": "q"},
        {"terms": replace(TERMS, effective_on=date(2027, 3, 2))},
        {"terms": replace(TERMS, zone="UTC")},
        {"terms": replace(TERMS, asks_consent=True)},
        {"sender": "c@b.example"},
        {"letters": (NoticeLetter(reader="de", letter=LETTER),)},
        {"letters": (NoticeLetter(reader="en", letter=replace(LETTER, text="U")),)},
        {"letters": (NoticeLetter(reader="en", letter=replace(LETTER, html="<p>U</p>")),)},
        {"letters": (NoticeLetter(reader="en", letter=replace(LETTER, subject="U")),)},
    ],
)
def test_the_digest_covers_all_that_people_approve(other):
    assert digest(**other) != digest()


def test_the_digest_does_not_depend_on_the_order_of_the_letters():
    two = [NoticeLetter(reader=reader, letter=LETTER) for reader in ("en", "de")]
    assert digest(letters=two) == digest(letters=two[::-1])


def test_a_message_id_says_its_key_again():
    key = bytes(range(16))
    assert message_key_in(message_id_of(key, "Autocloz.example")) == key
    assert message_key_in(f" {message_id_of(key, 'a.example').upper()} ") == key
    for other in ("<c.1@a.example>", "<n.12@a.example>", "", "<n." + "g" * 32 + "@a.example>"):
        assert message_key_in(other) is None


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        (["de-AT", "fr"], "de"),
        (["ja", "FR-ca"], "fr"),
        (["ja"], "en"),
        ([], "en"),
    ],
)
def test_a_reader_gets_the_first_of_their_languages_that_there_is(locales, language):
    assert reader_language(locales, ("de", "fr", "en"), leading="en") == language


@pytest.mark.parametrize("changes", [(), (ROW,) * 41])
def test_a_notice_tells_of_changes_one_in_each_row(changes):
    assert NoticeWords(why="w", changes=(ROW,)).changes == (ROW,)
    with pytest.raises(ValueError, match="changes"):
        NoticeWords(why="w", changes=changes)


def test_all_that_an_author_says_is_the_reason_and_each_row():
    other = replace(ROW, before="e")
    words = NoticeWords(why="w", changes=(ROW, other))
    assert [*words.texts()] == ["w", "a", "b", "c", "d", "e", "b", "c", "d"]


def test_an_outcome_is_of_an_instant():
    OwnerOutcome(outcome=AttemptOutcome.ACCEPTED, at=datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="UTC"):
        OwnerOutcome(
            outcome=AttemptOutcome.ACCEPTED,
            at=datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        )
