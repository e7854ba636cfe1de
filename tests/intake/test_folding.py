"""Folding: what is not the writer's new words is left out by offsets, and nothing is lost."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folding_corpus import cases, new_words
from intake import folding
from intake.flowed import join_flowed
from intake.folding import fold
from intake.folding_lines import REPLY_MARKER
from intake.folding_vocabulary import load_words
from intake.marked_spans import MarkedSpan
from templates.vocabulary import languages, words_of

WORDS = Path(folding.__file__).with_name("folding_words")
NEW = "Please erase all of my data."

ATTRIBUTIONS = {
    "en gmail": "On Mon, 5 Jan 2026 at 10:00, Autocloz <desk@autocloz.example> wrote:",
    "en wrapped": "On Mon, 5 Jan 2026 at 10:00, Autocloz <desk@autocloz.example>\nwrote:",
    "en apple": "On 5 Jan 2026, at 10:00, Autocloz Desk <desk@autocloz.example> wrote:",
    "en thunderbird": "On 05/01/2026 10:00, Autocloz Desk wrote:",
    "de gmail": "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Autocloz <desk@autocloz.example>:",
    "de thunderbird": "Am 05.01.26 um 10:00 schrieb Autocloz:",
    "fr": "Le lun. 5 janv. 2026 à 10:00, Autocloz <desk@autocloz.example> a écrit :",
    "es": "El lun, 5 ene 2026 a las 10:00, Autocloz (<desk@autocloz.example>) escribió:",
    "it": "Il giorno lun 5 gen 2026 alle ore 10:00 Autocloz <desk@autocloz.example> ha scritto:",
    "nl": "Op ma 5 jan. 2026 om 10:00 schreef Autocloz <desk@autocloz.example>:",
    "pt": "Em seg., 5 de jan. de 2026 às 10:00, Autocloz <desk@autocloz.example> escreveu:",
    "pl": "pon., 5 sty 2026 o 10:00 Autocloz <desk@autocloz.example> napisał(a):",
    "sv": "Den mån 5 jan. 2026 kl 10:00 skrev Autocloz <desk@autocloz.example>:",
    "da": "Den man. 5. jan. 2026 kl. 10.00 skrev Autocloz <desk@autocloz.example>:",
    "ja": "2026年1月5日(月) 10:00 Autocloz <desk@autocloz.example>:",
    "hi": "सोम, 5 जन॰ 2026 को 10:00 बजे को Autocloz <desk@autocloz.example> ने लिखा:",
}

SEPARATORS = {
    "en": "-----Original Message-----",
    "en forward": "---------- Forwarded message ---------",
    "apple": "Begin forwarded message:",
    "de": "-----Ursprüngliche Nachricht-----",
    "de gmx": "Gesendet: Montag, 5. Januar 2026\nVon: a@b.example\nAn: c@d.example\nBetreff: x",
    "fr": "-------- Message d'origine --------",
    "es": "-----Mensaje original-----",
    "it": "-----Messaggio originale-----",
    "nl": "-----Oorspronkelijk bericht-----",
    "pt": "-----Mensagem original-----",
    "pl": "-----Wiadomość oryginalna-----",
    "sv": "-----Ursprungligt meddelande-----",
    "outlook": "________________________________\nFrom: a <a@b.example>\nSent: Monday\nTo: c\nSubject: x",
    "outlook fr": "De : a <a@b.example>\nEnvoyé : lundi 5 janvier 2026 10:00\nÀ : c\nObjet : x",
    "outlook bold": "*From:* a <a@b.example>\n*Sent:* Monday\n*To:* c\n*Subject:* x",
    "own": REPLY_MARKER,
    "own de": "--- Bitte antworten Sie oberhalb dieser Zeile ---",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_attribution_with_a_quote_is_folded(attribution):
    text = f"{NEW}\n\n{attribution}\n\n> We changed your data.\n> Bye\n"
    assert fold(text).new_text == NEW


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_an_attribution_without_quote_marks_folds_the_rest(attribution):
    assert fold(f"{NEW}\n\n{attribution}\n\nWe changed your data.\nBye\n").new_text == NEW


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_a_separator_folds_the_rest(separator):
    assert fold(f"{NEW}\n\n{separator}\n\nWe changed your data.\nBye\n").new_text == NEW


@pytest.mark.parametrize("line", ["-- ", "--", "__", "—"])
def test_a_signature_is_folded(line):
    folding = fold(f"{NEW}\n\n{line}\nAnne Berg\n+49 30 1234\n")
    assert folding.new_text == NEW
    assert [piece.kind for piece in folding.folded] == ["signature"]


def test_a_long_letter_below_a_drawn_line_is_no_signature():
    letter = "\n".join(f"Line {number} of my request." for number in range(30))
    assert "Line 29" in fold(f"Hello to all of you\n--\n{letter}").new_text


@pytest.mark.parametrize(
    "line",
    ["Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone",
     "Inviato da iPhone", "Verstuurd vanaf mijn iPhone", "Enviado do meu iPhone", "Skickat från min iPhone",
     "Wysłane z iPhone'a", "Get Outlook for iOS"],
)  # fmt: skip
def test_a_mobile_footer_is_folded(line):
    assert fold(f"{NEW}\n\n{line}\n").new_text == NEW


def test_answers_between_quotes_are_all_kept():
    text = "> First?\n\nYes, that one please.\n\n> Second?\n\nNo, erase it.\n"
    assert fold(text).new_text == "Yes, that one please.\n\n\nNo, erase it."


def test_when_fewer_than_three_words_are_left_everything_counts():
    text = "Yes please\n\nOn Mon, 5 Jan 2026 at 10:00, A <a@b.example> wrote:\n> Erase it all?\n"
    folding = fold(text)
    assert folding.new_text == text.strip()
    assert folding.folded == ()


def test_a_script_without_blanks_counts_its_characters():
    assert fold("削除してください。\n\n> old\n").new_text == "削除してください。"


def test_a_sentence_with_a_date_and_a_colon_is_no_attribution():
    text = "Am 5. Januar um 10:00 schrieb ich Ihnen Folgendes:\nbitte löschen Sie mich."
    assert fold(text).new_text == text


def test_a_letter_head_typed_by_the_writer_is_kept_when_it_opens_the_letter():
    text = "From: Anne Berg\nTo: Autocloz\nSubject: erasure\n\nPlease erase all my data."
    assert "Please erase" in fold(text).new_text


def test_a_disclaimer_is_folded_and_a_request_beside_it_is_not():
    boiler = (
        "This e-mail is confidential. If you are not the intended recipient,\ndelete this message."
    )
    folding = fold(f"{NEW}\n\n{boiler}\n")
    assert folding.new_text == NEW
    assert [piece.kind for piece in folding.folded] == ["disclaimer"]


def test_a_quote_that_the_markup_names_is_folded_in_its_place():
    text = f"{NEW}\nold words of ours\nand one more word"
    start = text.index("old")
    assert fold(text, [MarkedSpan(start, start + 17)]).new_text == f"{NEW}\nand one more word"


def test_every_language_fills_every_list_it_has():
    words = load_words()
    assert words.attribution_starts
    assert {"from", "to", "cc", "date", "subject", "other"} == set(words.fields.values())
    assert REPLY_MARKER.strip("- ").lower() in words.own_letter["re"]
    openings = (words.originals, words.forwards, words.mobile, words.attribution_starts)
    phrases = [phrase for opening in openings for same in opening.values() for phrase in same]
    assert all(word == word.lower() for word in (*phrases, *words.fields, *words.closings))


CORPUS = list(cases())


@pytest.mark.parametrize("language", sorted({case.language for case in CORPUS}))
def test_every_mail_of_our_corpus_is_cut_exactly(language):
    """The mails are data in folding_cases/; blank space does not count."""
    mails = [case for case in CORPUS if case.language == language]
    missed = {
        case.name: new_words(case) for case in mails if new_words(case).split() != case.new.split()
    }
    assert not missed


def test_the_corpus_holds_the_official_languages_of_the_union_and_the_big_mail_programs():
    assert {case.language for case in CORPUS} >= set(
        "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split()  # noqa: SIM905 reads better
    )
    assert {case.client for case in CORPUS} >= {
        "gmail",
        "outlook",
        "apple",
        "thunderbird",
        "yahoo",
        "lotus",
        "gmx",
        "samsung",
    }


@pytest.mark.parametrize("path", sorted(WORDS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_language_has_the_lists_of_english_in_lower_case(path):
    english = tomllib.loads((WORDS / "en.toml").read_text(encoding="utf-8"))
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert table.keys() == english.keys()
    assert table["headers"].keys() == english["headers"].keys()
    phrases = [word for key, words in table.items() if key != "headers" for word in words]
    phrases += [word for words in table["headers"].values() for word in words]
    assert [word for word in phrases if word != word.lower()] == []


def test_a_mail_forwarded_in_the_text_is_named_so():
    text = f"{NEW}\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon\nSubject: x\n\nOld"
    assert [piece.kind for piece in fold(text).folded] == ["forwarded"]
    block = f"{NEW}\n\nVon: a@b.example\nGesendet: Montag\nAn: c@d.example\nBetreff: x\n\nOld"
    assert [piece.kind for piece in fold(block, subject="WG: x").folded] == ["forwarded"]
    assert [piece.kind for piece in fold(block, subject="AW: x").folded] == ["quote"]


PIECES = st.sampled_from(
    ["", "> q", ">> qq", "-- ", "--", "On 5 Jan 2026 at 10:00, A <a@b.example> wrote:", "wrote:", "From: a", "To: b",
     "Date: c", "Subject: d", "-----Original Message-----", REPLY_MARKER, f"> {REPLY_MARKER}", "Sent from my iPhone", "text here", "_" * 30,
     "intended recipient confidential destroy", "x:", "| table", "\xa0"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=30))
def test_offsets_are_in_order_and_the_new_text_is_what_they_leave(lines):
    text = "\n".join(lines)
    folding = fold(text)
    kept, at = [], 0
    for piece in folding.folded:
        assert at <= piece.start <= piece.end <= len(text)
        kept.append(text[at : piece.start])
        at = piece.end
    assert folding.new_text == "".join([*kept, text[at:]]).strip()
    # Nothing is left only where nothing stood, or where nothing stood above a letter of ours.
    assert bool(folding.new_text) == bool(text.strip()) or REPLY_MARKER in text


@pytest.mark.parametrize(
    "hostile",
    ["On " * 60_000, "\n" * 200_000, "> \n" * 60_000, "-- \n" * 60_000, "From: a\n" * 25_000, "x:\n" * 60_000,
     "On 5 Jan 10:00 A\n" * 12_000, "--\nwrote:\n" * 20_000, "intended recipient\n\n" * 9_000, "a:\n\n> b\n" * 20_000, "do this:\n> a\n\n" * 12_000, "---- x ----\n" * 16_000, "sent from iphone\n" * 11_000,
     "On 5.1.2026 10:00 a@b.c wrote:\n\n" * 6_000, "answers below\nFrom: a@b 10:00\nTo: c\nSubject: d\n\n" * 4_000],
)  # fmt: skip
@pytest.mark.timeout(10)
def test_hostile_text_is_folded_in_bounded_time(hostile):
    assert fold(hostile[:200_000]).new_text == fold(hostile[:200_000]).new_text


def test_flowed_paragraphs_become_whole():
    text = "I would like to \nhave a copy.\n>> quoted \n>> line\n-- \nAnne"
    assert (
        join_flowed(text, delete_space=False)
        == "I would like to have a copy.\n>> quoted line\n-- \nAnne"
    )
    assert join_flowed("one \ntwo", delete_space=True) == "onetwo"
    assert join_flowed(" >not a quote\n From here", delete_space=False) == ">not a quote\nFrom here"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("answer", ["ok", "", "Ja"])
def test_a_word_above_a_letter_of_ours_is_the_whole_answer(language, answer):
    """Our letters say what we delete: their words, quoted below a short answer, ask for nothing."""
    quoted = f"> {words_of(language).reply_marker}\n>\n> We use your answer only for this and then delete it."
    assert fold(f"{answer}\n\n{quoted}\n").new_text == answer


def test_a_word_above_somebody_else_s_mail_still_lets_everything_count():
    text = "ok\n\n> Please delete my account.\n"
    assert "delete my account" in fold(text).new_text
