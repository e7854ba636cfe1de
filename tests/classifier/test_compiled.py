"""What is kept of the words between two starts: the same as what is compiled, or made anew."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import compiled as keeping
from classifier import data
from classifier.compiled import compiled, is_kept, may_keep
from classifier.lexicon import Lexicon
from classifier.vocabulary import read_entry
from classifier.wordbook import compile_words, from_json

ONE, OTHER = {"word": "delete"}, {"word": "correct"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep files in a folder of this test's own."""
    monkeypatch.setattr(keeping, "FOLDER", tmp_path / "words")
    return tmp_path / "words"


def never() -> dict[str, str]:
    raise AssertionError("compiled although it was kept")


def test_what_was_compiled_once_is_read_and_not_compiled_again(folder):
    assert compiled("some", lambda: ONE) == ONE
    assert compiled("some", never) == ONE
    assert [path.name for path in folder.iterdir()] == ["some.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole.replace(b"delete", b"detele"),
        lambda _: b"",
        lambda whole: b"0" * 64 + whole[64:],
        lambda whole: whole.rpartition(b"\n")[2],
    ],
    ids=["cut off", "another word", "empty", "of an older state", "without its head"],
)
def test_a_file_that_is_damaged_or_old_is_compiled_anew(folder, damage):
    compiled("some", lambda: ONE)
    place = folder / "some.json"
    place.write_bytes(damage(place.read_bytes()))
    assert not is_kept("some")
    assert compiled("some", lambda: OTHER) == OTHER
    assert compiled("some", never) == OTHER


def test_a_change_of_any_file_of_the_room_is_another_state(tmp_path, monkeypatch):
    room = tmp_path / "room"
    (room / "languages").mkdir(parents=True)
    file = room / "languages" / "en.toml"
    file.write_text('code = "en"')
    monkeypatch.setattr(keeping, "ROOM", room)
    state = keeping.state_of_the_room.__wrapped__
    before = state()
    assert state() == before
    file.write_text('code = "de"')
    assert state() != before


def test_where_nothing_can_be_written_everything_is_compiled(folder):
    folder.write_bytes(b"a file, where the folder should be")
    assert not may_keep()
    assert compiled("some", lambda: ONE) == ONE
    assert compiled("some", lambda: OTHER) == OTHER
    assert not is_kept("some")


def test_all_languages_are_kept_at_once_and_only_what_is_missing_is_compiled(folder, monkeypatch):
    monkeypatch.setattr(data, "language_codes", lambda: ("ga", "mt"))
    data.keep_all_words()
    assert sorted(path.stem for path in folder.iterdir()) == ["words-ga", "words-mt"]
    monkeypatch.setattr(data, "_compile", never)
    data.keep_all_words()


@pytest.mark.parametrize("code", ["ar", "cs", "en", "hi", "ko", "zh"])
def test_a_lexicon_that_was_kept_says_the_same_as_one_that_was_compiled(code):
    table = data._compile((code,))
    fresh, kept = Lexicon(from_json(table)), Lexicon(from_json(json.loads(json.dumps(table))))
    words = {word for entry in data.language(code).entries for word in entry.words}
    for word in sorted(words):
        for one in (word.strip("*"), f"{word.strip('*')}x", word[1:]):
            assert fresh.forgiving[one] == kept.forgiving[one]
            assert fresh.strict[one] == kept.strict[one]
            assert fresh.phrases[one] == kept.phrases[one]
    assert fresh.pairs.keys() == kept.pairs.keys()


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.sampled_from(["opt", "out", "take", "off", "me", "it"]), min_size=2, max_size=4
            ),
            st.integers(min_value=1, max_value=7),
        ),
        max_size=8,
    )
)
def test_rows_that_are_written_alike_mean_what_all_of_them_mean(rows):
    lexicon = Lexicon(compile_words(read_entry(" ".join(words), mask) for words, mask in rows))
    meant: dict[tuple[str, ...], int] = {}
    for words, mask in rows:
        meant[tuple(words)] = meant.get(tuple(words), 0) | mask
    found = {
        phrase.words: phrase.mask
        for first in {words[0] for words, _ in rows}
        for known in lexicon.phrases[first].rows.values()
        for phrase in known
    }
    assert found == meant


def test_rows_of_words_are_tried_from_the_longest():
    lexicon = Lexicon(compile_words([read_entry("opt out", 1), read_entry("opt out of it", 2)]))
    assert [row.mask for row in lexicon.phrases["opt"].rows["out"]] == [2, 1]
