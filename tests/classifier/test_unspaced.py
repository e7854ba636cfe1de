"""How text without blanks is cut: at known words, with nothing lost, in one pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.language import detect_language
from classifier.lexicon import Lexicon
from classifier.pieces import cut
from classifier.reading import read
from classifier.unspaced import compile_terms, cut_at_terms, term_pattern
from classifier.vocabulary import read_entry
from classifier.wordbook import compile_words

TERMS = compile_terms(
    term_pattern(["删除", "删", "我", "我的数据", "데이터", "제", "データ", "delete"])
)


def pieces_of(text):
    return cut_at_terms(cut(text), TERMS).words


def test_the_longest_known_word_goes_first():
    assert pieces_of("请删除我的数据") == ("请", "删除", "我的数据")
    assert pieces_of("删我") == ("删", "我")


def test_letters_and_signs_part_where_they_meet():
    assert pieces_of("gdpr第15条 delete") == ("gdpr", "第", "15", "条", "delete")


def test_a_particle_comes_off_a_korean_word():
    assert pieces_of("데이터를 줘요") == ("데이터", "를", "줘요")


def test_one_korean_syllable_is_a_word_only_by_itself():
    assert pieces_of("제 문제") == ("제", "문제")


def test_other_scripts_stay_as_they_are():
    plain = cut("Bitte löschen")
    assert cut_at_terms(plain, TERMS) is plain
    assert compile_terms(term_pattern(["delete", "löschen"])) is None


@given(st.text(alphabet="删除我的数据데이터제データab1 .。、\n", max_size=80))
def test_nothing_is_lost_by_cutting(text):
    before = cut(text)
    after = cut_at_terms(before, TERMS)
    joined = "".join(word + sep for word, sep in zip(after.words, after.seps, strict=True))
    assert joined == before.folded.text[before.lead :]
    assert len(after.words) == len(after.seps)


def test_the_place_of_a_cut_word_is_its_place_in_the_text():
    lexicon = Lexicon(compile_words([read_entry("我的数据", 1)]))
    text = "你好。请删除我的数据！"
    reader = read("text", text, cut(text), lexicon)
    (sentence,) = reader.sentences_of(reader.stretches[0])
    (hit,) = sentence.hits
    assert text[reader.place_of(hit.first) :].startswith("我的数据")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("私の個人情報の開示を請求します", "ja"),
        ("请删除我的所有个人数据", "zh"),
        ("제 개인정보를 삭제해 주세요", "ko"),
        ("لطفا همه داده های شخصی من را پاک کنید", "fa"),
        ("يرجى حذف جميع بياناتي الشخصية", "ar"),
    ],
)
def test_an_alphabet_tells_the_language(text, code):
    assert detect_language(text) == code
