"""What a form leaves empty or answers with no is not asked for, and no position moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.form_lines import without_refused_lines
from classifier.rules import classify_text

CHOSEN = "I exercise these rights:\n[x] Access (Art. 15 GDPR)\n[ ] Erasure (Art. 17 GDPR)\n"


@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        ("[x] Access", "[ ] Erasure"),
        ("[X] Access", "[] Erasure"),
        ("(x) Access", "( ) Erasure"),
        ("☑ Access", "☐ Erasure"),
        ("- ✔ Access", "- ✘ Erasure"),
        ("Access: YES", "Erasure: NO"),
        ("Auskunft – ja", "Löschung – nein"),
        ("Accès : oui.", "Effacement : non."),
        ("Доступ - да", "Удаление - нет"),
        ("アクセス：はい", "消去：いいえ"),
    ],
)
def test_a_line_that_is_not_chosen_is_blank(chosen: str, refused: str) -> None:
    text = f"Rights:\n{chosen}\n{refused}\nThank you"
    read = without_refused_lines(text)
    assert len(read) == len(text)
    assert chosen in read
    assert not read.split("\n")[2].strip()


@pytest.mark.parametrize(
    "text",
    [
        "[ ] Access\n[ ] Erasure",
        "Do you keep my data: no\nDelete it",
        "Access: yes\nPlease hurry.",
        "[x] all of it",
    ],
)
def test_without_a_choice_between_lines_the_text_stays(text: str) -> None:
    assert without_refused_lines(text) == text


def test_only_the_chosen_right_is_asked_for() -> None:
    found = classify_text("", CHOSEN)
    assert [str(claim.right) for claim in found.rights] == ["access"]
    (claim,) = found.rights
    assert CHOSEN[claim.start : claim.end] == claim.quote


@given(st.text(alphabet="[]() x☐☑\n:-noyes", max_size=80))
def test_positions_stay_whatever_the_lines(text: str) -> None:
    read = without_refused_lines(text)
    assert len(read) == len(text)
    assert all(new in {old, " "} for old, new in zip(text, read, strict=True))


@pytest.mark.parametrize(
    "heading",
    [
        "Rights not selected:",
        "Nicht ausgewählte Rechte:",
        "Diritti non selezionati:",
        "Droits non demandés :",
        "Niewybrane prawa:",
        "Не выбраны:",
    ],
)
def test_a_heading_that_denies_takes_back_the_list_below_it(heading: str) -> None:
    text = f"Rights:\n- access\n{heading}\n - erasure\n - rectification\nThank you\n- Olivia"
    lines = without_refused_lines(text).split("\n")
    assert [bool(line.strip()) for line in lines] == [True, True, True, False, False, True, True]
    assert list(map(len, lines)) == list(map(len, text.split("\n")))


def test_a_sentence_that_denies_takes_nothing_back() -> None:
    text = "This was not requested: we checked it twice, and then once more, with the whole team that day:\n- access"
    assert without_refused_lines(text) == text
