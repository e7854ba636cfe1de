"""The review reads a letter as its last reader before the person: each fault has its finding, a sound letter none."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import ANNE, MALLORY, letter_out
from privacy.letter_review import (
    Expected,
    ExpectedMessage,
    LetterDuties,
    ReviewWords,
    review_letter,
    review_message,
    visible_text,
)
from privacy.messages import Automation, Letter

WORDS = ReviewWords(
    language="fr",
    reply_marker="--- Réponse ---",
    date_form="{day} {month} {year}",
    months=("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre"),
    forbidden={
        "vague": ("peut-être", "mai"),
        "law": ("art.",),
        "promise": ("nous effaçons",),
        "confirmation": ("votre compte",),
    },
    remedies=("autorité", "tribunal"),
    first_day="1er",
)  # fmt: skip
TEXT = "--- Réponse ---\n\nBonjour,\n\nRéponse au plus tard le 1er mars 2027.\n"
REFERENCE = "PR-2026-482915-K7"
LETTER = Letter(
    kind="acknowledgement",
    language="fr",
    subject=f"Votre demande [{REFERENCE}]",
    text=TEXT,
    html='<html lang="fr">\n<head><style>p { margin: 0 }</style></head><body class="x">'
    "<p>--- Réponse ---</p><p>Bonjour,</p><p>Réponse au plus tard le 1er mars 2027.</p></body></html>",
)
FIRST = date(2027, 3, 1)
EXPECTED = Expected(reference=REFERENCE)
DUTIES = LetterDuties()


def saying(more: str, letter: Letter = LETTER) -> Letter:
    html = letter.html.replace("</body>", f"<p>{more}</p></body>")
    return replace(letter, text=f"{letter.text}\n{more}\n", html=html)


def findings(
    letter: Letter = LETTER, duties: LetterDuties = DUTIES, expected: Expected = EXPECTED
) -> str:
    return "; ".join(review_letter(letter, WORDS, duties, expected))


def test_a_sound_letter_may_leave():
    assert findings() == ""


@pytest.mark.parametrize(
    ("letter", "finding"),
    [
        (saying("{{ name }}"), "placeholder"),
        (saying("{due_on}"), "placeholder"),
        (saying("None"), "placeholder"),
        (saying("Voici :\n\nFin"), "list"),
        (replace(LETTER, subject=""), "subject: is not one line"),
        (replace(LETTER, subject=f"a\nb [{REFERENCE}]"), "subject: is not one line"),
        (replace(LETTER, subject="Votre demande"), "subject: does not end with the reference"),
        (replace(LETTER, text=TEXT.replace("---", "++")), "marker"),
        (replace(LETTER, html=LETTER.html.replace("---", "++")), "marker"),
        (saying("mot " * 20), "longer than 72"),
        (saying("2027-03-30"), "not written out"),
        (saying("30/03/2027"), "not written out"),
        (saying("dans trente jours"), "not written out"),
        (saying("Peut-être demain."), "vague: peut-être"),
        (saying("Voir Art. 17"), "law: art."),
        (replace(LETTER, language="de"), "language: not the one of the words"),
        (replace(LETTER, html=LETTER.html.replace('lang="fr"', "")), "does not say its language"),
        (saying('<img src="https://x.example/p">'), "loads or runs"),
        (saying("<b onclick=x()>x</b>"), "loads or runs"),
        (replace(LETTER, html=LETTER.html.replace("<style>", "<style>@import 'x';")), "loads or"),
        (replace(LETTER, html=LETTER.html.replace("margin: 0", "background: url(x)")), "loads or"),
        (replace(LETTER, html=LETTER.html.replace("Bonjour", "Salut")), "not say the same"),
    ],
)
def test_each_fault_has_its_finding(letter, finding):
    assert finding in findings(letter)


@pytest.mark.parametrize(
    "harmless", ["nul ou vide", "nullement", "le 3 mai 2027", "un compte {x y}"]
)
def test_words_that_only_look_like_faults_pass(harmless):
    assert findings(saying(harmless)) == ""


def test_a_month_is_no_vague_word_and_the_word_is():
    assert findings(saying("Le 3 mai 2027.")) == ""
    assert findings(saying("MAI !")) == "vague: mai"


def test_the_first_of_a_month_has_its_own_name():
    assert WORDS.date_in_words(FIRST) == "1er mars 2027"
    assert WORDS.date_in_words(date(2027, 3, 30)) == "30 mars 2027"
    assert replace(WORDS, first_day="").date_in_words(FIRST) == "1 mars 2027"


def test_a_date_must_be_a_stored_one():
    assert "not stored" in findings(expected=replace(EXPECTED, dates=frozenset()))
    for name in ("dates", "past", "deadlines"):
        known = {"dates": frozenset(), name: frozenset({FIRST})}
        assert findings(expected=replace(EXPECTED, **known)) == ""


def test_a_stored_date_must_be_named():
    wanted = frozenset({FIRST, date(2027, 4, 1)})
    assert findings(expected=replace(EXPECTED, dates=wanted)) == "date: a stored one is missing"


def test_a_promise_that_has_passed_is_not_sent_and_the_day_of_receipt_is():
    late = replace(EXPECTED, dates=frozenset(), today=date(2027, 3, 2))
    assert findings(expected=replace(late, deadlines=frozenset({FIRST}))) == "date: in the past"
    assert findings(expected=replace(late, past=frozenset({FIRST}))) == ""
    same_day = replace(late, deadlines=frozenset({FIRST}), today=FIRST)
    assert findings(expected=same_day) == ""
    over_elsewhere = replace(same_day, over=frozenset({FIRST}))
    assert findings(expected=over_elsewhere) == "date: in the past"
    assert findings(expected=replace(over_elsewhere, past=frozenset({FIRST}))) == ""
    only_over = replace(EXPECTED, dates=None, over=frozenset({FIRST}))
    assert findings(expected=only_over) == "date: in the past"


def test_a_decision_names_where_to_complain():
    decides = LetterDuties(decides=True, cites_law=True)
    assert "no authority" in findings(duties=decides)
    assert findings(saying("L'autorité : art. 77."), decides) == ""


def test_what_the_law_wants_named_is_in_it():
    named = replace(EXPECTED, named=("Commission des données",))
    assert "is missing" in findings(expected=named)
    assert findings(saying("La Commission\ndes données"), expected=named) == ""


def test_before_proof_nothing_is_confirmed_promised_or_shown():
    before = LetterDuties(before_proof=True)
    known = replace(EXPECTED, stored=("", "Anne de Wexford"))
    assert "a value that we hold" in findings(saying("Bonjour Anne de Wexford"), before, known)
    assert "confirmation: votre compte" in findings(saying("Votre compte existe."), before)
    assert "promise: nous effaçons" in findings(saying("Nous effaçons tout."), before)
    assert findings(saying("Nous effaçons votre compte. Anne de Wexford"), DUTIES, known) == ""


def test_names_of_the_desk_are_no_wording_and_wording_that_was_read_is_not_read_again():
    odd = saying("Peut-être SARL, 1/12/34 Rue None, dans trente jours")
    for own_words in (("Peut-être SARL, 1/12/34\nRue None, dans trente jours", ""), None):
        assert findings(odd, expected=replace(EXPECTED, own_words=own_words)) == ""
    for finding in ("vague", "written out", "nothing stands"):
        assert finding in findings(odd)


def test_a_letter_to_our_own_people_needs_neither_marker_nor_reference():
    bare = replace(
        LETTER,
        subject="Lien",
        text="Bonjour\n",
        html='<html lang="fr"><body><p>Bonjour</p></body></html>',
    )
    assert findings(bare, LetterDuties(framed=False, has_reference=False)) == ""


def test_a_part_without_a_body_is_read_whole():
    assert visible_text("<p>a &amp; b</p>").split() == ["a", "&", "b"]


@given(st.text(alphabet="<>&{}/ aé\n", max_size=300))
def test_no_letter_is_too_odd_to_be_read(odd):
    letter = replace(LETTER, text=odd, html=odd, subject=odd)
    assert review_letter(letter, WORDS, DUTIES, EXPECTED)


def test_a_mail_goes_to_a_proved_address_and_says_how_it_came_about():
    anne = frozenset({ANNE})
    approved = letter_out(automation=Automation.APPROVED)
    by_person = ExpectedMessage(automatic=False, recipients=anne)
    assert review_message(approved, by_person) == []
    assert review_message(letter_out(), replace(by_person, automatic=True)) == []
    assert review_message(letter_out(), by_person) == [
        "headers: do not say how the letter came about"
    ]
    assert review_message(
        letter_out(recipient=MALLORY, automation=Automation.APPROVED), by_person
    ) == ["recipient: neither proved nor on file"]
