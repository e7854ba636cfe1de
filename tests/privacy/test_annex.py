"""What is told beside a copy: what is about this person, in their language, and nothing about anybody else."""

import pytest

from privacy.annex import (
    TEXTS,
    Annex,
    RecordedUse,
    RecordOfUse,
    annex_for,
    languages_missing,
)
from privacy.directory import Standing


def use(name: str, *about: str, **languages: str) -> RecordedUse:
    spelled = languages or {"en": "english"}
    texts = {
        one: {language: f"{name} {one} {word}" for language, word in spelled.items()}
        for one in TEXTS
    }
    return RecordedUse(name=name, about=frozenset(about), texts=texts)


RECORD = RecordOfUse(
    uses=(
        use("account", "owner", "member", en="english", de="deutsch"),
        use("news", "contact"),
        use("letters", "anybody"),
    ),
    safeguards={"en": "clauses", "de": "Klauseln"},
)


@pytest.mark.parametrize(
    ("standings", "names"),
    [
        ({Standing.OWNER}, ["account", "letters"]),
        ({Standing.MEMBER, Standing.CONTACT}, ["account", "news", "letters"]),
        (set(), ["letters"]),
    ],
)
def test_everybody_is_told_what_is_about_them(standings, names) -> None:
    lines = annex_for(RECORD, standings, "en").lines
    assert [one.category for one in lines] == [f"{name} category english" for name in names]


def test_it_speaks_the_language_of_the_letter_and_english_where_nobody_translated_it() -> None:
    annex = annex_for(RECORD, {Standing.OWNER}, "de")
    assert [one.purpose for one in annex.lines] == [
        "account purpose deutsch",
        "letters purpose english",
    ]
    assert (annex.safeguards, annex.automated) == ("Klauseln", "")


def test_what_is_not_written_in_a_language_is_counted_and_what_is_empty_is_not() -> None:
    missing = languages_missing(RECORD, ("en", "de"))
    assert set(missing) == {"de"}
    assert missing["de"] == [f"{name}.{one}" for name in ("news", "letters") for one in TEXTS]


def test_an_annex_without_a_record_is_empty() -> None:
    assert Annex() == annex_for(RecordOfUse(uses=()), {Standing.OWNER}, "en")
