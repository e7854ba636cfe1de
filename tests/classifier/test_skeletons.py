"""What clauses say by the classes of words that meet in them, and what an answer to a letter of ours says by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.clauses import clause_ends
from classifier.machine_data import file_of, language_codes
from classifier.machine_text import SIGNS
from classifier.skeletons import classes_of, said_by_classes, skeletons
from classifier.written import WrittenText
from intake.parse import parse_message
from machine_corpus import screened
from privacy.messages import ParsedMessage
from privacy.screening import Kind

ALL = tuple(code for code in language_codes() if classes_of(code) is not None)


def said(text: str, *codes: str) -> set[str]:
    sample = WrittenText(text).sample(3_000, 600)
    return {sign for sign, _ in said_by_classes(sample, codes)}


def answer(text: str, *headers: str, subject: str = "Re: Your request PR-2026-1") -> ParsedMessage:
    lines = [
        "From: Olivia Berg <olivia@works.example>",
        "To: privacy@autocloz.example",
        f"Subject: {subject}",
        "In-Reply-To: <ack.1@autocloz.example>",
        *headers,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
    ]
    return parse_message("\r\n".join(lines).encode())


@pytest.mark.parametrize(
    ("code", "text", "sign"),
    [
        ("en", "The lab stays shut that week", "away"),
        ("de", "Die Werkstatt hat am 4. Mai geschlossen", "away"),
        ("fr", "L'atelier sera, comme chaque année, fermé. Le musée aussi est fermé", "away"),
        ("es", "De viaje por Asturias hasta el 4", "away"),
        ("it", "In laboratorio non si trova anima viva fino al 4", "away"),
        ("cs", "Do 4. května mám dovolenou", "away"),
        ("nl", "Op dinsdag 4 werk ik niet", "away"),
        ("sv", "Din begäran har diarieförts hos oss", "received"),
        ("pl", "Twój wniosek trafił bezpiecznie do rejestru", "received"),
        ("pt", "A sua mensagem deu entrada na secção", "received"),
        ("da", "Du får svar om nogle dage", "later"),
        ("fi", "Tilauksia hoitaa Sam", "meanwhile"),
        ("tr", "Mesajınız sistemimize ulaştı", "received"),
        ("no", "Kontoret er stengt denne uken", "away"),
        ("hi", "आपका संदेश हमें मिला", "received"),
        ("en", "Nobody has read this old mailbox for years", "unread"),
        ("fr", "Olivia est à la retraite depuis le 4 mai", "left"),
        ("en", "Mail is passed to the team", "moved"),
    ],
)
def test_words_of_certain_classes_say_something_in_whatever_order(
    code: str, text: str, sign: str
) -> None:
    assert sign in said(text, code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Sorry that I am so late"),
        ("de", "Im Urlaub war ich an der See"),
        ("sv", "På måndag skickar jag kundnumret"),
        ("da", "Modtaget, tak"),
        ("fr", "L'annexe 2 reste à revoir"),
        ("es", "Hay una reclamación de un vecino contra ustedes"),
    ],
)
def test_what_people_and_authorities_write_is_of_the_matter(code: str, text: str) -> None:
    assert "matter" in said(text, code)


def test_words_that_stand_in_different_clauses_do_not_meet() -> None:
    assert "away" not in said("I like the office. The door was shut", "en")


def test_one_word_of_two_classes_is_not_two_words() -> None:
    assert said("Back", "en") == set()


def test_a_language_without_classes_says_nothing() -> None:
    assert said("The office is closed", "xx", "el") == set()


def test_a_mail_that_says_it_is_away_and_more_is_a_machine_if_it_answers_us_and_nobody_speaks() -> (
    None
):
    text = "I'm away until Monday 23 November. If the boats are involved, ring Sam at the harbour."
    assert screened(answer(text)).kind is Kind.AUTO_REPLY
    assert screened(answer(f"{text} Could you tell me who asked?")).kind is Kind.PERSON


def test_it_is_a_person_if_they_are_away_and_send_what_we_asked_for_later() -> None:
    text = "Received, thanks. I'm away until Monday and will send the customer number then."
    assert screened(answer(text)).kind is Kind.PERSON


def test_a_person_in_a_mail_program_may_be_away_and_say_more() -> None:
    text = "I'm away until Monday 23 November. The boats and the harbour keep me rather busy here."
    written = answer(text, "User-Agent: Mozilla Thunderbird")
    assert screened(written).kind is Kind.PERSON


def test_a_quoted_letter_of_ours_makes_no_person_of_a_notice() -> None:
    text = (
        "Olivia no longer works here. Please write to Sam.\n\nOn 3 May 2026, Desk wrote:\n> Hello"
    )
    assert screened(answer(text)).kind is Kind.AUTO_REPLY


def test_a_subject_may_tell_of_a_receipt_in_words_never_seen() -> None:
    text = "Hej, vi återkommer när vi har läst det."
    told = answer(text, subject="Din begäran 77 har nu diarieförts")
    plain = answer(text, subject="Din begäran 77")
    assert "subject: automatic reply" in screened(told).reasons
    assert "subject: automatic reply" not in screened(plain).reasons


def test_a_notice_may_cite_a_title_between_quotation_marks() -> None:
    text = "Die Werkstatt hat am 4. Mai geschlossen. Siehe „Der goldene Hobel und wir“."
    assert "text: says that they are away" in screened(answer(text)).reasons


def test_a_finnish_answer_is_not_passed_on() -> None:
    text = "Olen lomalla 30.11. asti. Varauksia hoitaa Sam."
    assert screened(answer(text, subject="VS: Pyyntönne")).kind is Kind.AUTO_REPLY


def test_an_answer_of_an_authority_is_no_notice() -> None:
    text = (
        "We have received a complaint against your company. Your comments are due within 14 days."
    )
    assert screened(answer(text)).kind is Kind.PERSON


@pytest.mark.parametrize("code", ALL)
def test_every_language_has_words_for_the_classes_of_machines(code: str) -> None:
    needed = {"place", "closed", "away", "until", "your", "message", "arrived", "reply", "soon"}
    assert needed <= set(file_of(code)["classes"])


def test_every_combination_speaks_for_a_known_sign() -> None:
    assert {one.sign for one in skeletons()} <= set(SIGNS)
    assert all(one.classes for one in skeletons())


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert said(text, *ALL) <= set(SIGNS)
    sample = WrittenText(text).sample(3_000, 600)
    assert list(clause_ends(sample)) == sorted(clause_ends(sample))
