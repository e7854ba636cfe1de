"""What holds for every text: exact quotes, no exception, work in proportion to the length."""

import json
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import data
from classifier.concepts import BIT
from classifier.language import detect_language
from classifier.rules import RulesClassifier, classify_text, list_rules
from classifier.vocabulary import wordings
from privacy.messages import ForwardedMessage, ParsedMessage, Sender
from privacy.rights import Engine, Lane, Right

ANNE = Sender(address="anne@home.example")
WORDS = [
    "please", "delete", "my", "data", "not", "Art.", "15", "GDPR", "löschen", "lo\u0308schen", "ﬁn", "Straße", "İ", "\u200b",
    "copy", "access", "stop", "newsletter", "?", ".", ",", "\n\n", "- ", "mera", "डेटा", "हटाएं", "１７", "bitte", "lead", "consent",
    "what", "about", "me", "take", "off", "widerrufe", "Einwilligung", "données", "personnelles", "§", "the", "and", "ich", "et",
    "请删除我的数据。", "제 데이터를", "データを消して", "احذفوا", "بِياناتي", "ħassru", "удалите", "nepoužívajte", "，", "、", "،",
]  # fmt: skip
MADE_OF_WORDS = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
ANY_TEXT = st.one_of(MADE_OF_WORDS, st.text(max_size=300))


def assert_quotes_are_exact(result, parts):
    for claim in result.rights:
        part = parts[claim.part]
        assert 0 <= claim.start < claim.end <= len(part)
        assert part[claim.start : claim.end] == claim.quote
        assert 0.5 <= claim.confidence < 1.0


@given(subject=ANY_TEXT, text=ANY_TEXT)
def test_every_quote_is_exactly_its_place_in_any_text(subject, text):
    result = classify_text(subject, text)
    assert_quotes_are_exact(result, {"subject": subject, "text": text})
    assert len({claim.key for claim in result.rights}) == len(result.rights)


@given(text=ANY_TEXT, inner=ANY_TEXT)
def test_it_answers_every_message_with_exact_quotes_of_forwarded_parts_too(text, inner):
    forwarded = (ForwardedMessage(subject="", text=inner, sender=ANNE),)
    result = RulesClassifier().classify(
        ParsedMessage(sender=ANNE, new_text=text, forwarded=forwarded)
    )
    assert_quotes_are_exact(result, {"text": text, "forwarded:1": inner})


@given(text=st.text(max_size=200))
def test_it_tells_a_language_of_every_text(text):
    code = detect_language(text)
    assert code == "und" or (len(code) == 2 and code.isalpha())


def test_a_quote_of_decomposed_text_is_cut_from_the_original():
    text = "Guten Tag.\u00a0Bitte lo\u0308schen Sie meine Daten. Danke."
    (claim,) = classify_text("", text).rights
    assert claim.quote == text[claim.start : claim.end] == "Bitte lo\u0308schen Sie meine Daten."


def test_the_quote_is_the_sentence_that_asks():
    text = "Hello,\n\nI like your product. Please delete all my data. Thanks"
    (claim,) = classify_text("", text).rights
    assert (claim.quote, claim.part, claim.reason) == (
        "Please delete all my data.",
        "text",
        "en.erasure.data",
    )


def test_a_text_without_words_is_unclear():
    for text in ("", "  \n", "\u200b", "!!!"):
        result = classify_text("", text)
        assert (result.lane, result.needs_human) == (Lane.UNCLEAR, True)


def test_a_language_that_it_does_not_know_goes_to_a_person():
    result = classify_text("", "Ju lutem më dërgoni listën e gjithçkaje që mbani për mua.")
    assert (result.lane, result.needs_human) == (Lane.UNCLEAR, True)


def test_articles_are_strong_evidence_in_a_language_that_it_does_not_know():
    for text in (
        "Kérem a GDPR 17. cikke alapján.",
        "Ek versoek my inligting, GDPR artikel 15.",
        "Ju lutem korrigjoni emrin tim, GDPR article 16.",
    ):
        result = classify_text("", text)
        assert result.rights
        assert result.needs_human


def test_a_range_of_articles_recites_the_law_and_asks_nothing():
    assert classify_text("", "Our rights follow from Articles 15 to 22 GDPR.").rights == ()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Art. 7 Abs. 3 DSGVO", Right.WITHDRAW_CONSENT),
        ("Article 15 GDPR", Right.ACCESS),
        ("artículo 16 del RGPD", Right.RECTIFICATION),
        ("article 17 du RGPD", Right.ERASURE),
        ("art. 18 RODO", Right.RESTRICTION),
        ("artikel 20 AVG", Right.PORTABILITY),
        ("articolo 21 GDPR", Right.OBJECTION),
        ("artigo 22.º do RGPD", Right.AUTOMATED_DECISION),
        ("section 12(3) of the DPDP Act", Right.ERASURE),
        ("section 6(4) DPDP Act", Right.WITHDRAW_CONSENT),
        ("Civil Code section 1798.105", Right.ERASURE),
        ("§ 34 BDSG", Right.ACCESS),
        ("Art. 25 DSG", Right.ACCESS),
    ],
)
def test_an_article_names_its_right_in_any_language(text, right):
    assert right in [claim.right for claim in classify_text(text, "").rights]


def test_article_21_paragraph_2_names_marketing_itself():
    (claim,) = classify_text("", "I object under Article 21(2) GDPR.").rights
    assert (claim.right, claim.scope) == (Right.OBJECTION, "marketing")


def test_the_subject_votes_when_the_text_is_silent():
    (claim,) = classify_text("Data access request", "See above. Kind regards, Anne").rights
    assert (claim.part, claim.right) == ("subject", Right.ACCESS)


def test_the_subject_of_an_answer_holds_older_words_and_does_not_vote():
    result = classify_text(
        "Re: Your data access request PR-2026-000001", "Thanks, that's all settled now."
    )
    assert result.rights == ()


def test_a_wish_only_in_a_forwarded_message_waits_for_a_person():
    forwarded = (ForwardedMessage(subject="", text="Please delete all my data.", sender=ANNE),)
    message = ParsedMessage(sender=ANNE, new_text="For your attention.", forwarded=forwarded)
    result = RulesClassifier().classify(message)
    assert [(claim.part, claim.right) for claim in result.rights] == [
        ("forwarded:1", Right.ERASURE)
    ]
    assert result.needs_human


def test_a_forwarded_message_adds_nothing_to_what_the_sender_asks():
    forwarded = (ForwardedMessage(subject="", text="Please delete all my data.", sender=ANNE),)
    message = ParsedMessage(
        sender=ANNE, new_text="Please send me a copy of my data.", forwarded=forwarded
    )
    assert [claim.right for claim in RulesClassifier().classify(message).rights] == [Right.ACCESS]


def test_only_the_new_words_of_a_message_are_read():
    message = ParsedMessage(sender=ANNE, text="Thanks!\n> delete all my data", new_text="Thanks!")
    assert RulesClassifier().classify(message).rights == ()


def test_the_threshold_decides_from_when_a_person_is_asked():
    text = "Please delete my account."
    assert not classify_text("", text, threshold=0.8).needs_human
    assert classify_text("", text, threshold=0.99).needs_human


def test_a_text_that_opens_like_an_absence_waits_for_a_person():
    result = classify_text("", "I am out of office until Monday. Please delete my data.")
    assert result.needs_human


def test_it_says_that_rules_decided_and_why():
    result = classify_text("", "How can I delete my account?")
    assert result.engine is Engine.RULES
    assert "not sure: en.erasure.account" in result.reasons


def test_no_claim_shows_the_persons_words_in_its_representation():
    (claim,) = classify_text("", "Please delete my data, Anne Example").rights
    assert "Example" not in repr(claim)


def test_every_rule_has_a_name_and_a_reason_that_staff_can_read():
    rules = list_rules()
    assert len({name for name, _ in rules}) == len(rules)
    assert all(why and why == why.strip() for _, why in rules)


def test_every_right_and_every_lane_of_a_message_without_right_has_a_rule():
    rules = data.rules()
    assert {rule.right for rule in rules if rule.right} == set(Right)
    assert {rule.lane for rule in rules if rule.lane} >= set(Lane) - {
        Lane.RIGHTS,
        Lane.UNSUBSCRIBE,
        Lane.UNCLEAR,
    }


def test_every_concept_is_used_by_a_rule_or_by_the_grammar():
    used = Counter(
        name
        for rule in data.rules()
        for name, bit in BIT.items()
        for mask in vars(rule).values()
        if isinstance(mask, int) and mask & bit
    )
    grammar = {"me", "my", "client", "personal", "request", "how", "report", "if", "recital", "not", "and", "product", "law",
               "article", "carries", "please", "denied", "end", "period", "soft", "question", "phrase_start", "human", "database",
               "colon", "asked_before", "broadcast", "refers"}  # fmt: skip
    assert set(BIT) - set(used) - grammar == set()


@pytest.mark.parametrize("code", data.language_codes())
def test_every_language_brings_words_of_rights(code):
    language = data.language(code)
    masks = {bit for entry in language.entries for bit in BIT.values() if entry.mask & bit}
    core = (
        "delete",
        "give",
        "correct",
        "withdraw",
        "object",
        "format",
        "restrict",
        "data",
        "personal",
        "consent",
        "not",
        "request",
    )
    assert masks >= {BIT[name] for name in core}
    assert len(language.detect) >= 30


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Please send me a copy of the contract.", "en"),
        ("Bitte schicken Sie mir eine Kopie des Vertrags.", "de"),
        ("Merci de m'envoyer une copie de mon contrat.", "fr"),
        ("Quiero una copia de mi contrato, por favor.", "es"),
        ("Vorrei una copia del mio contratto, grazie.", "it"),
        ("Ik wil graag een kopie van mijn contract.", "nl"),
        ("Quero uma cópia do meu contrato, por favor.", "pt"),
        ("Proszę o kopię mojej umowy.", "pl"),
        ("Jag vill ha en kopia av mitt avtal, tack.", "sv"),
        ("कृपया मुझे मेरा अनुबंध भेजें।", "hi"),
        ("mujhe mera contract bhej dijiye, kripya", "hi"),
        ("Пожалуйста, удалите мои данные, вы меня слышите?", "ru"),
        ("すべてのデータを削除してください", "ja"),
        ("17", "und"),
        ("", "und"),
    ],
)
def test_it_knows_the_language_by_its_alphabet_or_its_small_words(text, code):
    assert detect_language(text) == code


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "Je demande la suppression de mes données personnelles, article 17 du RGPD.",
            Right.ERASURE,
        ),
        (
            "Solicito el acceso a mis datos personales conforme al artículo 15 del RGPD.",
            Right.ACCESS,
        ),
        ("Revoco il consenso al trattamento dei miei dati.", Right.WITHDRAW_CONSENT),
        ("Ik wil dat jullie mijn gegevens verwijderen.", Right.ERASURE),
        ("Solicito a portabilidade dos meus dados.", Right.PORTABILITY),
        ("Proszę o usunięcie moich danych osobowych.", Right.ERASURE),
        ("Jag begär ett registerutdrag.", Right.ACCESS),
        ("कृपया मेरा डेटा हटा दें।", Right.ERASURE),
        ("mera data delete karo", Right.ERASURE),
    ],
)
def test_it_reads_the_complete_languages_without_a_person(text, right):
    result = classify_text("", text)
    assert right in [claim.right for claim in result.rights]
    assert not result.needs_human


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Inzageverzoek artikel 15 AVG", "nl"),
        ("Portabilidad artículo 20", "es"),
        ("Disiscrizione", "it"),
        ("Indsigtsanmodning", "da"),
        ("Innsynsbegjæring", "no"),
        ("Zapomeňte na mě", "cs"),
        ("Poistakaa tietoni", "fi"),
        ("Elimine os meus datos persoais, vostede non ten permiso.", "gl"),
        ("Verwyder asseblief my inligting, julle het nie toestemming nie.", "af"),
    ],
)
def test_it_tells_neighbours_apart_even_in_a_subject_line(text, code):
    assert detect_language(text) == code


def test_words_that_half_a_line_does_not_know_tell_no_language():
    assert detect_language("Inzageverzoek zzkrt bvlqx wwpdq") == "und"


def test_a_list_may_say_several_wordings_in_one_line():
    assert sorted(wordings("{put|set} it {up|down}")) == [
        "put it down",
        "put it up",
        "set it down",
        "set it up",
    ]
    assert list(wordings("as it is")) == ["as it is"]


def test_a_freeze_instead_of_a_deletion_is_a_restriction_that_a_person_sees():
    result = classify_text("", "Don't delete it yet please, just freeze it for now.")
    assert [claim.right for claim in result.rights] == [Right.RESTRICTION]
    assert result.needs_human


def steps_of(text):
    """How many lines of our own code run to classify a text that was seen before: work, without a clock."""
    classify_text("", text)
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "classifier" not in frame.f_code.co_filename:
            return None
        if event == "line":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        classify_text("", text)
    finally:
        sys.settrace(before)
    return count


HOSTILE = [
    "delete ", "delete my lead ", "my data ", "please delete my data. ", "not not not ", "what about ", "what what what ", "take take off ",
    "how do i delete my data? ", "article 15 16 17 ", "art. ", "gdpr 15 gdpr ", "löschen Sie nicht ", "nehmen nehmen aus ", "a, ", "a. ", "? ",
    "\n\n- ", "> > > ", "ä\u0308", "ﬃ ", "15, ", "i have i had i ", "if unless if ", "existence of right to ", "ö" * 40 + " ",
    "请删除我的数据", "我不要", "天", "데이터를 삭제하지 마세요 ", "データを消して", "بياناتي ", "удалите мои данные не ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_twice_the_text_costs_at_most_about_twice_the_work(unit):
    size = 12_000
    once, twice = (steps_of((unit * size)[:length]) for length in (size, 2 * size))
    assert twice <= 2.6 * once + 200


def test_no_expression_of_any_language_costs_more_than_its_length():
    for code in data.language_codes():
        text = " ".join(
            " ".join(entry.words).replace("*", "") for entry in data.language(code).entries
        )
        once, twice = steps_of(text[:8_000]), steps_of(text[:8_000] * 2)
        assert twice <= 2.6 * once + 200, code


def test_made_up_words_do_not_fill_the_memory():
    text = " ".join(f"x{number:x}y".replace("0", "q") for number in range(200_000))
    classify_text("", text)
    assert 0 < len(data.lexicon(("en",)).strict) <= 50_000


def test_the_words_of_every_claim_can_be_written_as_json():
    result = classify_text(
        "",
        "Please delete my data \U0001f600 and \ud83d".encode("utf-16", "surrogatepass").decode(
            "utf-16", "replace"
        ),
    )
    assert json.dumps([claim.quote for claim in result.rights])


@pytest.mark.parametrize(
    ("text", "laws"),
    [
        ("Under the LGPD and Art. 15 GDPR I want a copy of my data.", ("lgpd", "gdpr")),
        ("As the DPDP Act gives me that right, delete my data.", ("dpdp",)),
        ("Please send me my data under article 15.", ()),
    ],
)
def test_the_laws_that_a_letter_names_are_told_with_an_article_or_without(text, laws) -> None:
    assert classify_text("", text).laws == laws
