"""What is personal leaves the text, and what is said about the rest is found where it stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.minimising import (
    Placeholders,
    has_capital_nouns,
    minimise,
    minimise_parts,
    people_of,
)
from classifier.personal_spans import Known
from classifier.personal_words import personal_words
from privacy.messages import ParsedMessage, Sender

# Each line: the words as written, and what must not be left of them.
PERSONAL = [
    ("My name is Anne Example and I want my data", ["Anne", "Example"]),
    ("my name is anne example, delete everything", ["anne", "example"]),
    ("Ich heiße Jürgen Müller und verlange Auskunft", ["Jürgen", "Müller"]),
    ("Je m'appelle Zoé Lefèvre-Dubois, effacez tout", ["Zoé", "Lefèvre", "Dubois"]),
    ("nazywam się Anna Kowalska i proszę o dane", ["Kowalska"]),
    ("मेरा नाम अंजलि शर्मा है", ["अंजलि", "शर्मा"]),
    ("私の名前は田中太郎、削除してください", ["田中太郎"]),
    ("Dear Olivia, delete my data", ["Olivia"]),
    ("Sehr geehrte Frau Dr. Weber, bitte löschen", ["Weber"]),
    ("I write on behalf of Peter Miller for his file", ["Peter", "Miller"]),
    ("Yesterday Peter Van Miller told me so", ["Peter", "Miller"]),
    ("write to anne.k+x@home.example please", ["anne", "home"]),
    ("write to anne (at) home (dot) example please", ["home"]),
    ("write to anne at home dot example please", ["home"]),
    ("see https://a.example/u/anne?id=3 and www.b.example", ["a.example", "b.example", "anne"]),
    ("my site is anne-example.com today", ["anne-example"]),
    ("call +353 86 123 4567 or (01) 555-2368", ["86", "123", "4567", "555", "2368"]),
    ("ring ९८७६५४३२१० now", ["९८७६"]),
    ("born 12.03.1980, card 4111 1111 1111 1111", ["1980", "4111"]),
    ("IBAN DE89370400440532013000, please", ["8937040044", "DE89"]),
    ("account AC-12345 and token 550e8400-e29b-41d4-a716-446655440000", ["12345", "e29b"]),
    ("my username is annek and I am @anne_k there", ["annek", "anne_k"]),
    ("Kundennummer: 4711, Benutzername: annek", ["4711", "annek"]),
    ("Aktenzeichen lautet AZ 12/345/6", ["345"]),
    ("I live at 12 Rose Garden Lane, Dublin", ["Rose", "Garden", "12"]),
    ("wohnhaft Rosengasse 5a, 1010 Wien", ["Rosengasse", "1010", "Wien"]),
    ("j'habite 5 rue de la Paix, 75002 Paris", ["Paix", "75002", "Paris"]),
    ("vivo en calle Mayor 7, 28013 Madrid", ["Mayor", "28013", "Madrid"]),
    ("ul. Długa 5, 00-950 Warszawa", ["Długa", "00-950", "Warszawa"]),
    ("write to P.O. Box 77 or SW1A 1AA", ["77", "SW1A"]),
    ("Delete it.\n\nKind regards\nAnne\nExample Ltd, Dublin\n", ["Anne", "Example", "Dublin"]),
    ("Löschen Sie alles.\nMit freundlichen Grüßen,\n\nJ. Weber\nLeiter", ["Weber", "Leiter"]),
    ("delete my data\nAnne Example", ["Anne"]),
    ("delete my data\nThanks, Anne", ["Anne"]),
    ("delete my data\nthanks anne example", ["anne", "example"]),
    ("Löschen!\nViele Grüße, Jürgen Müller\nund bitte bald", ["Jürgen", "Müller"]),
    ("Borren todo.\nUn saludo - Íñigo", ["Íñigo"]),
    ("delete it\n-- \nAnne\nExample Ltd", ["Anne", "Ltd"]),
    ("delete it\n> your older words\n| more of them", ["older", "more"]),
    ("delete it\n----- Original Message -----\nFrom: us\nold words", ["old words", "From"]),
]


@pytest.mark.parametrize(("text", "gone"), PERSONAL)
def test_what_is_personal_is_not_left(text, gone):
    left = minimise(text).text
    assert [word for word in gone if word in left] == []


# What a reader needs in order to see what is asked for.
KEPT = [
    "I request access under Article 15 and Art. 17(1) of Regulation (EU) 2016/679 within 30 days.",
    "Bitte löschen Sie alle meine Daten gemäß Artikel 17 Abs. 1 DSGVO, und das binnen 30 Tagen.",
    "Stop selling my data, see section 1798.120 of the California Consumer Privacy Act.",
    "Je demande l'effacement de mes données selon les articles 15, 17 et 21 du RGPD.",
    "delete my account now!!! i asked 3 times",
    "delete it.\nThanks for the help with my data, and best of luck.",
    "please help\nthanks for your help",
    "What is your Privacy Policy about cookies? Please Send My Data",
    "कृपया मेरा सारा डेटा हटा दें",
    "請刪除我的個人資料。",
    "The user is unhappy and my account is to be deleted. Look at it via e-mail.",
    "My name is spelled wrong, please correct it. Mein Name ist falsch geschrieben.",
    "Hiermit verlange ich die Einschränkung der Verarbeitung und die Löschung der Daten von Kunden bei Ihnen.",
    "¿Pueden borrar mis datos? Gracias por su ayuda.",
]


@pytest.mark.parametrize("text", KEPT)
def test_words_that_name_nobody_stay_to_the_letter(text):
    assert minimise(text, Known(nouns_have_capitals=has_capital_nouns(text))).text == text


def test_a_name_of_the_header_goes_wherever_it_stands_and_however_it_is_written():
    known = Known(names=("Anna Kowalska",), addresses=("zosia.k@home.example",))
    text = "ja, anna KOWALSKA; dane Anny Kowalskiej i zosi; Zosia"
    left = minimise(text, known).text.casefold()
    assert not [name for name in ("ann", "kowalsk", "zosia") if name in left]


def test_a_name_in_a_script_without_words_is_found_inside_others():
    assert "田中" not in minimise("これは田中のデータ", Known(names=("田中 太郎",))).text


def test_words_that_head_an_address_are_nobodys_name():
    known = Known(names=("Privacy Team",), addresses=("info@shop.example",))
    assert minimise("Privacy info for the team", known).text == "Privacy info for the team"


def test_the_same_name_has_the_same_number_in_every_part():
    parts = minimise_parts(
        {"subject": "From Anne", "text": "I am Bob. Anne knows.", "attachment:1": " "},
        Known(names=("Anne Bob",)),
        most_characters=100,
    )
    assert {name: part.text for name, part in parts.items()} == {
        "subject": "From [NAME 1]",
        "text": "I am [NAME 2]. [NAME 1] knows.",
    }


def test_a_long_text_is_cut_before_anything_else():
    parts = minimise_parts({"text": "a" * 50 + "Anne"}, Known(), most_characters=50)
    assert parts["text"].text == "a" * 50


def test_a_postscript_below_a_signature_is_still_the_writers_word():
    left = minimise("Hi.\nRegards,\nAnne Example\nPS: stop the newsletter\n").text
    assert "PS: stop the newsletter" in left
    assert "Anne" not in left


def test_the_people_of_a_mail_are_its_sender_and_its_recipients():
    message = ParsedMessage(
        sender=Sender(address="anne@home.example", display_name="Anne"),
        recipients=("privacy@autocloz.example", "undisclosed"),
        new_text="Bitte löschen Sie meine Daten, ich möchte das nicht.",
    )
    known = people_of(message)
    assert known.names == ("Anne",)
    assert known.addresses == ("anne@home.example", "privacy@autocloz.example")
    assert known.nouns_have_capitals
    assert people_of(ParsedMessage(sender=Sender())).addresses == ()
    assert "Anne" not in repr(known)


def test_german_nouns_side_by_side_at_the_start_of_a_sentence_are_no_name():
    text = "Das war es. Gemeinsame Verantwortliche haften. Fragt Peter Weber danach."
    left = minimise(text, Known(nouns_have_capitals=True)).text
    assert left == "Das war es. Gemeinsame Verantwortliche haften. Fragt [NAME 1] danach."


def test_a_quote_is_found_in_the_original_with_what_its_placeholders_stand_for():
    text = "Dear all, please erase Anne Example's data, says anne@home.example."
    small = minimise(text, Known(names=("Anne Example",)))
    assert small.text == "Dear all, please erase [NAME 1] data, says [EMAIL 1]."
    start, end = small.find("erase [NAME 1] data")
    assert text[start:end] == "erase Anne Example's data"
    assert text[slice(*small.find("[EMAIL 1]"))] == "anne@home.example"
    assert text[slice(*small.find("Dear all"))] == "Dear all"


@pytest.mark.parametrize(
    "quote", ["", "  ", "erase it all", "NAME 1]", "erase [NA", "[NAME 9]", "Anne", "Erase"]
)
def test_a_quote_that_does_not_stand_there_literally_is_refused(quote):
    assert minimise("please erase Anne", Known(names=("Anne",))).find(quote) is None


def test_a_placeholder_that_the_writer_typed_is_only_text():
    text = "[NAME 1] and Anne"
    small = minimise(text, Known(names=("Anne",)))
    assert text[slice(*small.find("[NAME 1]"))] == "[NAME 1]"
    assert text[slice(*small.find("and [NAME 1]"))] == "and Anne"


names = st.sampled_from(["Anne", "Zoë", "Kowalska"])
pieces = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            ["\n", " ", "delete my data ", "Anne Example ", "a@b.example ", "+353 86 123 4567 ",
             "12 Rose Lane ", "\nRegards,\n", "\n> old\n", "Art. 15 ", "[NAME 1] ", "https://x.example "]
        ),
    ),
    max_size=20,
)  # fmt: skip


@given(pieces)
def test_putting_back_what_was_replaced_gives_the_text_again(written):
    text = "".join(written)
    small = minimise(text, Known(names=("Anne Example",)))
    back, done = [], 0
    for piece in small.replaced:
        back += [small.text[done : piece.at], text[piece.start : piece.end]]
        done = piece.at_end
    assert "".join([*back, small.text[done:]]) == text


@given(pieces, st.data())
def test_every_quote_that_cuts_no_placeholder_is_found_and_stands_for_its_original(written, data):
    text = "".join(written)
    small = minimise(text, Known(names=("Anne Example",)))
    start = data.draw(st.integers(0, len(small.text)))
    end = data.draw(st.integers(start, len(small.text)))
    quote = small.text[start:end]
    found = small.find(quote)
    if found is not None:
        outside = [p for p in small.replaced if found[0] <= p.start and p.end <= found[1]]
        kept = len(quote) - sum(p.at_end - p.at for p in outside)
        assert found[1] - found[0] == kept + sum(p.end - p.start for p in outside)


@given(pieces, names)
def test_a_known_name_and_an_address_never_get_through(written, name):
    text = "".join([*written, f" {name} ", *written, "marker77@home.example"])
    left = minimise(text, Known(names=(name,))).text
    assert f" {name} " not in left
    assert "marker77" not in left


@given(st.text(max_size=60))
def test_no_text_at_all_is_too_odd(text):
    assert minimise(text).original == text


@pytest.mark.parametrize(
    "unit",
    ["a", "1 ", "a.", "Aa ", "dear ", "user: ", "@", ">\n", "regards\n", "12 Aa ", "rue de la ",
     " ", "my name is ", " at ", "a-", "a'b", "Art. 1 ", "-", "--\n", "i am A ", "(((", "x://"],
)  # fmt: skip
def test_what_a_hostile_text_costs_grows_with_its_length_only(unit):
    steps = [_matched(unit * (size // len(unit))) for size in (2_000, 8_000)]
    assert steps[1] <= 6 * steps[0] + 200


def _matched(text):
    """Return how many spans are looked at: what is found bounds the work after the patterns."""
    return len(minimise(text).replaced)


def test_the_words_are_read_once_and_every_list_has_some():
    words = personal_words()
    assert words is personal_words()
    assert words.valedictions
    assert words.small_words


def test_numbering_starts_at_one_for_every_kind():
    small = minimise("a@b.example c@d.example 123456", numbering=Placeholders())
    assert small.text == "[EMAIL 1] [EMAIL 2] [NUMBER 1]"
