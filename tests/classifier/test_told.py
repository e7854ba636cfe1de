"""How much of a text is what answering machines say as well."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.machine_text import find
from classifier.told import Told, tell
from classifier.written import WrittenText


def told(text: str) -> Told:
    return tell(find(WrittenText(text)))


def test_a_notice_of_absence_says_nothing_else() -> None:
    assert told("Hello,\n\nI am out of the office until 3 May.\n\nOlivia").all_told


def test_what_a_person_adds_about_the_matter_is_their_own() -> None:
    found = told("I am out of the office until 3 May. The two annexes look fine to all of us.")
    assert 0.3 < found.own_share < 0.7


def test_a_date_alone_explains_no_long_sentence() -> None:
    assert told("The signed copies of both contracts lie here ready for you until 3 May").told == 0


def test_a_text_without_words_says_nothing() -> None:
    assert told("...") == Told(0, 0)
    assert not told("").all_told


@given(st.text())
def test_any_text_can_be_told_apart(text: str) -> None:
    found = told(text)
    assert found.told >= 0
    assert 0 <= found.own_share <= 1


def test_a_person_begins_with_the_matter_a_notice_with_where_its_owner_is() -> None:
    away = "I am out of the office until 3 May."
    assert told(f"The second one is right. {away}").begins_own
    assert not told(f"{away} The second one is right.").begins_own
    assert not told(f"Dear Sam! {away}").begins_own
    assert not told("The second one is right").begins_own
