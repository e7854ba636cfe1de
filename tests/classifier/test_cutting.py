"""Words are found once and sentences read only where a rule could hold: with the same result as without."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import data, evidence, machine_data, reading, written
from classifier.machine_data import words_of
from classifier.machine_text import read_text
from classifier.pieces import WORDS, cut
from classifier.reading import read
from classifier.rules import classify_text
from classifier.written import WrittenText, own_text
from privacy.messages import ParsedMessage, Sender

ANNE = Sender(address="anne@home.example")
MIXED = st.text(alphabet="abc19 .,-\n\tßé\u0301我İ?(", max_size=80)
LINES = sorted(
    " ".join(entry.words).replace("*", "x")
    for code in ("en", "de")
    for entry in data.language(code).entries
)
LETTERS = st.lists(
    st.tuples(
        st.sampled_from([*LINES, "the", "my data", "not", "please delete", "Art. 15 GDPR"]),
        st.sampled_from([" ", " ", ", ", ". ", "? ", "\n\n", " - "]),
    ),
    max_size=30,
).map(lambda pieces: "".join(word + sep for word, sep in pieces))


@given(text=MIXED)
def test_rows_of_words_are_cut_as_one_word_after_the_other_would_be(text):
    found = cut(text)
    pairs = list(zip(found.words, found.seps, strict=True))
    assert pairs == WORDS.findall(found.folded.text)
    ends = [match.start() for match in WORDS.finditer(found.folded.text)]
    assert list(found.starts[:-1]) == ends
    assert [found.seps[at] for at in found.breaks] == [sep for sep in found.seps if sep != " "]


@given(text=MIXED, first=st.integers(1, 20), last=st.integers(0, 20))
def test_the_ends_of_a_long_text_are_the_same_from_words_cut_before(text, first, last):
    sample = WrittenText(text).sample(first, last)
    if len(text) > first + last:
        text = f"{text[:first]}\n{text[len(text) - last :]}"
    alone = cut(text)
    assert (sample.folded, tuple(sample.words)) == (alone.folded.text, alone.words)
    assert len(sample.seps) == len(sample.words)


@given(text=LETTERS)
def test_a_sentence_that_is_left_out_would_have_said_nothing(text):
    quick = classify_text("", text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "_is_telling", lambda *_: True)
        assert classify_text("", text) == quick


@given(text=LETTERS, concept=st.sampled_from([1 << place for place in range(100)]))
def test_what_words_may_mean_holds_all_that_they_do_mean(text, concept):
    reader = read("text", text, cut(text), data.lexicon(("en",)))
    meant = 0
    for stretch in reader.stretches:
        for sentence in reader.sentences_of(stretch):
            meant |= sentence.mask
            assert not sentence.mask & reading._CONCEPTS & ~stretch.may
    assert reader.speaks_of(concept) is bool(meant & concept)


def test_a_flood_of_new_words_makes_the_steps_of_machines_start_anew(monkeypatch):
    known = words_of("text")
    text = "I am out of office until Monday. "
    signs = read_text(text)
    monkeypatch.setattr(machine_data, "REMEMBERED", 50)
    for number in range(60):
        made_up = " ".join(
            f"z{chr(97 + number % 26)}{'y' * (number + place)}" for place in range(9)
        )
        assert read_text(text + made_up) == signs
        assert len(known._begin) <= 50
        assert len(known._known) <= 50


def test_all_readers_of_a_message_share_its_words_and_they_are_forgotten_with_it():
    message = ParsedMessage(sender=ANNE, new_text="Please delete my data, Anne")
    before = len(written._OWN)
    assert own_text(message) is own_text(message)
    assert own_text(message).cut is own_text(message).cut
    assert len(written._OWN) == before + 1
    del message
    gc.collect()
    assert len(written._OWN) == before


@pytest.mark.parametrize("length", [10, 299, 300, 301, 2_000])
@pytest.mark.parametrize("word", ["und ", "the ", "z" * 25 + " ", "e\u0301 "])
def test_the_language_of_shared_words_is_that_of_the_text(word, length):
    text = word * length + "the and you we our your " * 20
    assert WrittenText(text).language == written.detect_language(text)


def test_rules_are_asked_only_where_their_concepts_can_be():
    sentence = data.lexicon(("en",)).strict
    may = sentence["delete"] | sentence["data"]
    assert "erasure.data" in {rule.name for rule in data.rules_that_may_hold(may)}
    assert "erasure.data" not in {
        rule.name for rule in data.rules_that_may_hold(sentence["delete"])
    }
    assert data.rules_that_may_hold.cache_info().maxsize == 20_000


def test_lines_of_a_form_that_were_not_chosen_are_no_wish_and_still_words_of_the_text():
    written_text = WrittenText("Access to my data: yes\nErasure of my data: no")
    assert "erasure" in written_text.cut.words
    assert "erasure" not in written_text.chosen.words
    plain = WrittenText("Please delete my data")
    assert plain.chosen is plain.cut
