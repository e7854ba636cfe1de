"""What clauses say by the classes of words that meet in them, and what an answer to a letter of ours says by it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.clauses import clause_ends
from classifier.machine_data import file_of, language_codes
from classifier.machine_text import SIGNS, find
from classifier.skeletons import classes_of, said_by_classes, skeletons
from classifier.written import WrittenText
from intake.parse import parse_message
from machine_corpus import MAILS, screened
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


SHAPES = tomllib.loads((MAILS / "shapes.toml").read_text(encoding="utf-8"))
CLAUSES = [line.split("|", 2) for line in SHAPES["clauses"].split("\n") if line]
REMARKS = [line.split("|", 1) for line in SHAPES["remarks"].split("\n") if line]


@pytest.mark.parametrize(("code", "sign", "text"), CLAUSES)
def test_each_shape_of_a_notice_is_read_in_each_language(code: str, sign: str, text: str) -> None:
    rows = {found for found, _ in find(WrittenText(text)).said}
    assert sign in rows | said(text, code)


@pytest.mark.parametrize(("code", "text"), REMARKS)
def test_each_remark_of_a_person_is_read_in_each_language(code: str, text: str) -> None:
    signs = said(text, code) | {found for found, _ in find(WrittenText(text)).said}
    assert Kind.PERSON in {SIGNS[sign].kind for sign in signs}


def test_the_shapes_stand_in_every_language_that_has_classes() -> None:
    signs = {sign for _, sign, _ in CLAUSES}
    assert {(code, sign) for code, sign, _ in CLAUSES} == {(c, s) for c in ALL for s in signs}
    assert {code for code, _ in REMARKS} == set(ALL)


@pytest.mark.parametrize(
    ("notice", "remark"),
    [
        ("This old address is no longer used.", "My old address is no longer used."),
        ("Sam no longer works in our harbour.", "I no longer work there."),
        ("The shop is closed until 3 May.", "Our shop was closed in 2021."),
        ("I am away until Monday.", "My wife is away until Monday."),
        ("Received your message. I am away until Monday.", "Got it. I am away until Monday."),
    ],
)
def test_a_notice_and_what_a_person_says_of_the_same_are_told_apart(
    notice: str, remark: str
) -> None:
    assert screened(answer(notice)).kind is Kind.AUTO_REPLY
    assert screened(answer(remark)).kind is Kind.PERSON


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Ich arbeite dort nicht mehr"),
        ("fr", "Je n'y travaille plus"),
        ("es", "Ya no trabajo allí"),
        ("it", "Non lavoro più lì"),
        ("pl", "Już tam nie pracuję"),
        ("ru", "Я там больше не работаю"),
        ("cs", "Už tam nepracuji"),
    ],
)
def test_who_no_longer_works_there_is_a_person(code: str, text: str) -> None:
    assert "matter" in said(text, code)


@pytest.mark.parametrize(
    "text",
    [
        "The second address is right. Tomorrow I go on holiday.",
        "Het tweede adres klopt. Morgen ga ik op vakantie.",
        "Den andra adressen är rätt. I morgon åker jag på semester.",
    ],
)
def test_who_answers_first_and_is_away_then_is_a_person(text: str) -> None:
    assert screened(answer(text)).kind is Kind.PERSON


@pytest.mark.parametrize(
    "text",
    [
        "Dziękujemy za kontakt. Postaramy się odpowiedzieć w ciągu dwóch dni.",
        "Благодарим за обращение. Мы свяжемся с вами в течение двух дней.",
    ],
)
def test_thanks_and_a_promise_and_nothing_else_are_a_receipt(text: str) -> None:
    assert screened(answer(text)).kind is Kind.AUTO_REPLY
    assert screened(answer(f"{text} Mój numer umowy?")).kind is Kind.PERSON


def test_a_link_and_what_it_delivers_may_stand_in_two_clauses_of_one_sentence() -> None:
    assert "challenge" in said("Bitte den Link öffnen, damit die Nachricht ankommt", "de")
    assert "challenge" not in said("Bitte den Link öffnen. Die Nachricht ist angekommen", "de")
    assert "challenge" not in said("I opened the link. The parcel did not arrive", "en")


def test_the_name_of_a_machine_ends_no_clause() -> None:
    assert "moved" in said("Ezentúl a sam@kikoto.example címre írjon", "hu")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Es la cuenta de la tienda.", "unread"),
        ("Kan ni svara på min fråga", "unread"),
        ("Den gamla skylten syns inte längre", "left"),
        ("Bu mesaj bana geldi", "automatic"),
        ("Цей лист прийшов мені", "automatic"),
        ("Αυτό το γράμμα ήρθε χθες", "automatic"),
        ("Mi perfil fue eliminado el lunes", "receipt"),
        ("मैं अभी घर गया", "away"),
        ("Korzystam z tego od lat", "away"),
    ],
)
def test_small_words_alone_say_nothing(text: str, sign: str) -> None:
    assert sign not in {found for found, _ in find(WrittenText(text)).said}
