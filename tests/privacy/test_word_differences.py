"""What differs between two texts is told word by word, and both texts can be read from it."""

from hypothesis import given
from hypothesis import strategies as st

from privacy.word_differences import MOST_WORDS, Piece, word_difference

TEXTS = st.text(alphabet="ab \n", max_size=40)


def joined(pieces: list[Piece], *kinds: str) -> str:
    return "".join(one.text for one in pieces if one.kind in kinds)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_difference(before: str, after: str):
    pieces = word_difference(before, after)
    assert joined(pieces, "same", "removed") == before
    assert joined(pieces, "same", "added") == after


def test_only_the_word_that_changed_is_marked():
    assert [(one.kind, one.text) for one in word_difference("we can help", "we cannot help")] == [
        ("same", "we "),
        ("removed", "can "),
        ("added", "cannot "),
        ("same", "help"),
    ]


def test_texts_without_end_are_shown_as_a_whole():
    long = "word " * (MOST_WORDS + 1)
    assert [one.kind for one in word_difference(long, "word")] == ["removed", "added"]
