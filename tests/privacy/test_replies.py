"""What the new words of a reply say: found in every language of our letters and more, and never more than was said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.replies import reply_words
from privacy.replies import MOST_READ, Command, Said, Topic, said_in
from privacy.rights import Right

WORDS = reply_words()
LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "hi", "da", "no", "fi", "cs"}


def said(text: str) -> Said:
    return said_in(text, WORDS, names=("Anne Example", "anne"))


def test_every_topic_has_words_in_every_language() -> None:
    for phrases in (*WORDS.topics.values(), WORDS.doubt, *WORDS.names.values()):
        assert set(phrases) == LANGUAGES


def test_every_phrase_is_found_in_the_middle_of_a_reply() -> None:
    missed = [
        (topic, phrase)
        for topic, phrases in WORDS.topics.items()
        for ones in phrases.values()
        for phrase in ones
        if topic not in said(f"Zzz {phrase} zzz.").topics
    ]
    assert missed == []


def test_a_short_phrase_before_does_not_hide_a_long_one() -> None:
    assert Topic.WHERE in said("I ask: when will I hear from you?").topics


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Any news about my request?", Topic.WHERE),
        ("Wie ist der Stand meiner Anfrage?", Topic.WHERE),
        ("Où en est ma demande ?", Topic.WHERE),
        ("¿En qué estado está mi solicitud?", Topic.WHERE),
        ("A che punto è la mia richiesta?", Topic.WHERE),
        ("Hoe staat het met mijn verzoek?", Topic.WHERE),
        ("Em que ponto está o meu pedido?", Topic.WHERE),
        ("Na jakim etapie jest mój wniosek?", Topic.WHERE),
        ("Hur går det med min begäran?", Topic.WHERE),
        ("मेरे अनुरोध की स्थिति क्या है?", Topic.WHERE),
        ("Hvordan går det med min anmodning?", Topic.WHERE),
        ("Hvordan går det med forespørselen?", Topic.WHERE),
        ("Missä vaiheessa pyyntöni on?", Topic.WHERE),
        ("Jaký je stav mé žádosti?", Topic.WHERE),
        ("I take my request back.", Topic.WITHDRAWAL),
        ("Ich ziehe meine Anfrage zurück.", Topic.WITHDRAWAL),
        ("ich ziehe meine anfrage zuruck", Topic.WITHDRAWAL),
        ("Je retire ma demande.", Topic.WITHDRAWAL),
        ("Retiro mi solicitud.", Topic.WITHDRAWAL),
        ("Ritiro la mia richiesta.", Topic.WITHDRAWAL),
        ("Ik trek mijn verzoek in.", Topic.WITHDRAWAL),
        ("Desisto do meu pedido.", Topic.WITHDRAWAL),
        ("Wycofuję mój wniosek.", Topic.WITHDRAWAL),
        ("Jag drar tillbaka min begäran.", Topic.WITHDRAWAL),
        ("मैं अपना अनुरोध वापस लेता हूँ।", Topic.WITHDRAWAL),
        ("Jeg trækker min anmodning tilbage.", Topic.WITHDRAWAL),
        ("Jeg trekker forespørselen min tilbake.", Topic.WITHDRAWAL),
        ("Perun pyyntöni.", Topic.WITHDRAWAL),
        ("Beru svou žádost zpět.", Topic.WITHDRAWAL),
        ("I would like to withdraw\r\nmy request.", Topic.WITHDRAWAL),
        ("You misunderstood me.", Topic.CORRECTION),
        ("I didn’t ask for that.", Topic.CORRECTION),
        ("Only the emails from 2025.", Topic.NARROWED),
        ("This is a formal complaint.", Topic.COMPLAINT),
        ("The answer is incomplete.", Topic.DISPUTE),
    ],
)
def test_a_sentence_has_its_topic(text: str, topic: Topic) -> None:
    assert topic in said(text).topics


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you very much. Best regards, Anne",
        "Hello,\n\nmany thanks for your help.\n\nAnne Example",
        "Vielen Dank!\n\nMit freundlichen Grüßen\nAnne",
        "Merci beaucoup, bonne journée",
        "Muchas gracias. Un saludo",
        "Grazie mille, cordiali saluti",
        "Hartelijk dank! Groeten",
        "Muito obrigada!",
        "Dziękuję bardzo, pozdrawiam",
        "Tack så mycket! Hälsningar Anne",
        "बहुत धन्यवाद",
        "Mange tak!",
        "Tusen takk! Vennlig hilsen",
        "Kiitos!",
        "Děkuji. S pozdravem",
        "Thanks 🙂",
    ],
)
def test_thanks_are_thanks(text: str) -> None:
    assert said(text).only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Thanks, but I still wait.",
        "Thanks for nothing.",
        "Thanks, send it by post",
        "Thank you. Is that all?",
        "Danke, und wann kommt die Kopie?",
        "Thanks. I take my request back.",
        "STATUS\n\nthanks",
        "Thanks! " + "x" * MOST_READ,
        "Thank you. 4711",
    ],
)
def test_thanks_with_a_word_more_are_no_thanks(text: str) -> None:
    assert not said(text).only_thanks


@pytest.mark.parametrize(
    ("text", "command", "language"),
    [
        ("STATUS", Command.STATUS, None),
        ("\n\n  status.\n\nAnne", Command.STATUS, None),
        ("Stand", Command.STATUS, None),
        ("स्थिति", Command.STATUS, None),
        ("WITHDRAW\nAnne", Command.WITHDRAW, None),
        ("Zurückziehen", Command.WITHDRAW, None),
        ("Stop.", Command.STOP, None),
        ("रोकें", Command.STOP, None),
        ("LANG de", Command.LANG, "de"),
        ("lang: DE", Command.LANG, "de"),
        ("Sprache fr", Command.LANG, "fr"),
        ("भाषा hi", Command.LANG, "hi"),
        ("LANG", None, None),
        ("What is the status of my request", None, None),
        ("Hello\nSTATUS", None, None),
        ("WITHDRAW nothing", None, None),
    ],
)
def test_a_command_stands_alone_on_the_first_line(
    text: str, command: Command | None, language: str | None
) -> None:
    found = said(text)
    assert (found.command, found.language) == (command, language)


def test_a_right_is_named_and_a_doubt_is_told() -> None:
    assert said("I take back the erasure and the copy.").named == {Right.ERASURE, Right.ACCESS}
    assert said("I withdraw my request, but not today.").doubtful
    assert not said("I withdraw my request.").doubtful
    assert said("Retiro mi solicitud si es posible").doubtful
    # A word of doubt of another language is none: "men" is a Danish "but" and an English word.
    assert not said("I withdraw my request, men").doubtful


def test_words_that_no_list_explains_are_counted() -> None:
    assert (said("Zebra crossing ahead.").rest, said("Zebra crossing ahead.").beyond) == (3, 3)
    long = said("I take my request back " + "because " * 30)
    assert (long.rest, long.beyond) == (15, 30)
    assert said("Where are we with my request?").rest == 0


def test_the_sentence_that_asks_for_less_is_kept_and_never_shown() -> None:
    found = said("Hi. Only the mails from 2025, please! Thanks")
    assert found.narrowed == "Only the mails from 2025, please"
    assert "2025" not in repr(found)


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    found = said(text)
    assert found.rest >= 0
    assert found.beyond >= 0
    assert found.topics <= set(Topic)


@given(st.lists(st.sampled_from(["thanks", "and", "hello", "forget it", "?", "."]), max_size=12))
def test_whatever_is_only_thanks_has_no_word_beside_thanks(words: list[str]) -> None:
    found = said(" ".join(words))
    if found.only_thanks:
        assert set(words) <= {"thanks", "hello", "."}
