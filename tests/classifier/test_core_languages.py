"""What mails ask for in the languages of which we know the core words: every right is found."""

import tomllib
from pathlib import Path

import pytest

from classifier.language import detect_language
from classifier.rules import classify_text
from privacy.rights import Classification

SENTENCES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "sentences").glob("*.toml"))
}
LETTERS = tomllib.loads((Path(__file__).parent / "letters.toml").read_text(encoding="utf-8"))[
    "letter"
]
ASKS = [(text, wishes) for file in SENTENCES.values() for text, wishes in file["asks"]]
ASKS_NOTHING = [text for file in SENTENCES.values() for text in file["asks_nothing"]]


def wishes(result: Classification) -> list[str]:
    return sorted(
        str(c.right) if c.scope is None else f"{c.right}/{c.scope}" for c in result.rights
    )


@pytest.mark.parametrize(("text", "expected"), ASKS)
def test_it_finds_every_right_that_is_asked_for(text, expected):
    assert wishes(classify_text("", text)) == sorted(expected.split())


@pytest.mark.parametrize("text", ASKS_NOTHING)
def test_what_only_looks_like_a_request_asks_for_no_right(text):
    assert wishes(classify_text("", text)) == []


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter["language"])
def test_a_whole_letter_asks_for_no_more_than_it_asks(letter):
    result = classify_text(letter["subject"], letter["text"])
    assert wishes(result) == sorted(letter["wishes"].split())


@pytest.mark.parametrize("code", SENTENCES)
def test_the_language_of_a_text_of_some_length_is_told(code):
    text = " ".join(text for text, _ in SENTENCES[code]["asks"])
    assert detect_language(text) == code


@pytest.mark.parametrize("code", SENTENCES)
def test_every_right_stands_in_the_sentences_of_every_language(code):
    asked = {
        wish.partition("/")[0] for _, found in SENTENCES[code]["asks"] for wish in found.split()
    }
    rights = {"access", "rectification", "erasure", "portability", "objection", "restriction", "withdraw_consent", "automated_decision"}  # fmt: skip
    assert asked == rights
    assert len(SENTENCES[code]["asks_nothing"]) >= 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("член 20 от Общия регламент", "law.gdpr.portability"),
        ("a GDPR 22. cikke", "law.gdpr.automated_decision"),
        ("17. člen GDPR", "law.gdpr.erasure"),
        ("18. pants VDAR", "law.gdpr.restriction"),
        ("άρθρο 21 ΓΚΠΔ", "law.gdpr.objection"),
        ("Airteagal 21 RCSG", "law.gdpr.objection"),
        ("GDPR第17条", "law.gdpr.erasure"),
        ("المادة 17 من اللائحة العامة لحماية البيانات", "law.gdpr.erasure"),
        ("ст. 14 152-ФЗ", "law.ru152.access"),
        ("KVKK madde 7", "law.kvkk.erasure"),
        ("根据《个人信息保护法》第47条", "law.pipl.erasure"),
        ("個人情報保護法第33条", "law.appi.access"),
        ("개인정보 보호법 제35조", "law.pipa.access"),
    ],
)
def test_an_article_is_evidence_however_the_language_writes_it(text, reason):
    (claim,) = classify_text(text, "").rights
    assert claim.reason == reason
