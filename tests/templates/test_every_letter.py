"""Every letter in every language: there, whole, safe with odd values, and the same in both of its parts."""

import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.errors import Permanent
from privacy.letter_review import Expected, visible_text
from templates import available, languages, words_of, write_letter
from templates.book import OUR_BOOK
from templates.declarations import declarations
from templates.fields import FIELDS
from templates.fields.answers import Completion, Ground, Reason, Refusal
from templates.fields.customers import Referral
from templates.fields.identity import Clarification
from templates.fields.kinds import Retained
from templates.proofreading import proofread
from templates.reviewing import review
from templates.samples import SAMPLE_FRAME, sample_of
from templates.values import hints_of

CELLS = [(letter, language) for letter in FIELDS for language in available(letter)]
ODD = st.one_of(
    st.sampled_from(
        [
            "אָנָה מִוֶּקְסְפוֹרְד",
            "آنا من ويكسفورد",
            "<script>alert(1)</script>",
            '" onload="x',
            "{{7*7}}",
            "{name}",
            "**bold**",
            "क्षत्रिय\u200d",
            "Bcc: mallory@elsewhere.example",
            "https://elsewhere.example/?a=<b>&c='d'",
            "W" * 300,
        ]
    ),
    st.text(min_size=1, max_size=60),
)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_nothing_is_missing_untranslated_undeclared_or_unused():
    assert proofread(OUR_BOOK) == []


def test_there_are_all_letters_that_were_asked_for():
    numbers = {letter.number for letter in declarations().values()}
    lettered = {"L5b", "L7i", "L11a", "L11b", "L11c", "L12a", "L12b", "L12c"}
    plain = {f"L{number}" for number in range(1, 11)} | {"L13"}
    assert numbers == lettered | plain | {"S2", "S4", "implied"}
    assert declarations().keys() == FIELDS.keys()
    assert len(languages()) == 10


@pytest.mark.parametrize(("letter", "language"), CELLS)
def test_the_sample_reads_well(letter, language):
    found = write_letter(sample_of(declarations()[letter]), SAMPLE_FRAME, language)
    assert review(found, Expected(reference=SAMPLE_FRAME.reference)) == []
    assert not [line for line in found.text.splitlines() if len(line) > 72]
    assert found.html.count("<html") == 1
    assert "\u2068" not in found.text


def spoiled(value, odd: str):
    """Return the value with every text in it replaced; dates, links and choices stay."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = hints_of(type(value))
        texts = {
            one.name: spoiled(getattr(value, one.name), odd)
            for one in fields(value)
            if hints[one.name] is str or is_inner(getattr(value, one.name))
        }
        return replace(value, **texts)
    if isinstance(value, tuple):
        return tuple(spoiled(one, odd) for one in value)
    return odd if isinstance(value, str) and not isinstance(value, Enum) and value else value


def is_inner(value) -> bool:
    return is_dataclass(value) or isinstance(value, tuple)


def written_or_none(sample, frame, language: str, odd: str):
    """Return the letter; a refusal names the field, never the value."""
    try:
        return write_letter(sample, frame, language)
    except Permanent as error:
        if len(odd) > 3 and odd in str(error):
            raise AssertionError("a refusal tells the value") from error
        return None


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(CELLS), ODD)
def test_odd_values_make_a_safe_letter_or_none(cell, odd):
    letter, language = cell
    sample = spoiled(sample_of(declarations()[letter]), odd)
    frame = replace(SAMPLE_FRAME, legal_name=odd)
    found = written_or_none(sample, frame, language, odd)
    if found is None:
        return
    assert "\n" not in found.subject
    assert "\r" not in found.subject + found.text
    known = {"html", "head", "meta", "title", "style", "body", "main", "p", "h2", "ul", "li", "br"}
    known |= {"a", "strong", "div", "blockquote"}
    assert set(re.findall(r"</?([a-zA-Z0-9]+)", found.html)) <= known
    assert "onload=" not in re.sub(r">[^<]*<", "><", found.html)
    assert re.findall(r"\w+", found.text) == re.findall(r"\w+", visible_text(found.html))


@pytest.mark.parametrize("language", languages())
def test_right_to_left_words_cannot_turn_the_sentence_around_them(language):
    frame = replace(SAMPLE_FRAME, legal_name="آنا")
    found = write_letter(sample_of(declarations()["wrong_company"]), frame, language)
    assert "\u2068آنا\u2069" in found.text
    assert "\u2068آنا\u2069" in found.html


@pytest.mark.parametrize("language", languages())
def test_the_words_of_a_stranger_stand_apart_as_a_quotation(language):
    sample = replace(
        sample_of(declarations()["customer_request"]),
        request="Delete me.\n\n<b>We</b> agree:\r\n\u202eevil\x1b[2J" + "\nmore" * 400,
    )
    found = write_letter(sample, SAMPLE_FRAME, language)
    assert "> Delete me.\n>" in found.text
    assert "&lt;b&gt;We" in found.html
    assert not set("\u202e\x1b\r") & set(found.text + found.html)
    assert found.text.count("> more") < 200


@pytest.mark.parametrize("language", languages())
def test_before_proof_known_and_unknown_get_the_same_words(language):
    sample = replace(sample_of(declarations()["referral"]), proved=False, customer="")
    found = flat(write_letter(sample, SAMPLE_FRAME, language).text)
    assert "Example Buyer" not in found
    proved = flat(write_letter(replace(sample, proved=True), SAMPLE_FRAME, language).text)
    assert found != proved


def test_no_customer_is_named_before_proof():
    sample = sample_of(declarations()["referral"])
    assert isinstance(sample, Referral)
    with pytest.raises(ValueError, match="named"):
        replace(sample, proved=False)


def test_nothing_is_refused_without_a_ground_or_kept_without_an_end():
    refusal = sample_of(declarations()["refusal"])
    assert isinstance(refusal, Refusal)
    with pytest.raises(ValueError, match="ground"):
        replace(refusal, reasons=())
    kept = {"category": "a", "purpose": "b", "law": "c", "access": "d"}
    with pytest.raises(ValueError, match="last day"):
        Retained(**kept)
    with pytest.raises(ValueError, match="last day"):
        Retained(**kept, until=date(2030, 1, 1), criterion="e")
    completion = sample_of(declarations()["completion"])
    assert isinstance(completion, Completion)
    with pytest.raises(ValueError, match="against it"):
        replace(completion, remedies=None)


def test_a_clarification_asks_at_most_three_questions():
    sample = sample_of(declarations()["clarification"])
    assert isinstance(sample, Clarification)
    for many in (0, 4):
        with pytest.raises(ValueError, match="one to three"):
            replace(sample, questions=sample.questions * many)


@pytest.mark.parametrize("language", languages())
def test_every_ground_has_its_own_sentence(language):
    sample = sample_of(declarations()["refusal"])
    texts = {
        write_letter(
            replace(sample, reasons=(Reason(ground=ground, facts="F", article="A"),)),
            SAMPLE_FRAME,
            language,
        ).text
        for ground in Ground
    }
    assert len(texts) == len(Ground)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("letter", ["identity_challenge", "identity_reminder", "clarification"])
def test_what_a_question_does_to_the_time_is_told_truthfully(letter, language):
    sample = sample_of(declarations()[letter])
    effects = type(sample.clock)
    texts = {
        write_letter(replace(sample, clock=effect), SAMPLE_FRAME, language).text
        for effect in effects
    }
    assert len(texts) == len(effects) == 3


@pytest.mark.parametrize("language", languages())
def test_a_challenge_offers_only_ways_that_there_are(language):
    sample = sample_of(declarations()["identity_challenge"])
    bare = write_letter(replace(sample, page_url=None, login_url=None), SAMPLE_FRAME, language)
    assert "confirm/sample" not in bare.text
    assert "SAMPLE-4K7Q-9XWT-2MHD" in bare.text
    assert words_of(language).date_in_words(sample.expires_on) in flat(bare.text)


@pytest.mark.parametrize("language", languages())
def test_an_incident_is_told_in_three_places(language):
    sample = replace(
        sample_of(declarations()["incident_handover"]),
        arrived_at=datetime(2027, 7, 1, 21, 40, tzinfo=UTC),
        personal_data=False,
    )
    text = write_letter(sample, SAMPLE_FRAME, language).text
    for moment in ("21:40 UTC", "22:40", "03:10"):
        assert moment in text


@pytest.mark.parametrize("language", languages())
def test_nothing_found_and_nothing_changed_have_their_words_too(language):
    completion = sample_of(declarations()["completion"])
    nothing = replace(completion.access, categories=(), download_url=None, expires_on=None)
    only = replace(completion, access=nothing, correction=None, erasure=None, portability=None,
        marketing=None, objection=None, consent=None, restriction=None, retained=(),
        remedies=None, told=())  # fmt: skip
    outcome = replace(sample_of(declarations()["complaint_outcome"]), changes=())
    child = replace(sample_of(declarations()["child_outcome"]), erased_on=None, told=())
    for sample in (only, outcome, child):
        found = write_letter(sample, SAMPLE_FRAME, language)
        assert review(found, Expected(reference=SAMPLE_FRAME.reference)) == []


@pytest.mark.parametrize("failure", ["bounced", "unreadable", "spam"])
@pytest.mark.parametrize("language", languages())
def test_each_failure_has_its_subject(failure, language):
    sample = sample_of(declarations()["failure_notice"])
    kinds = {kind.value: kind for kind in type(sample.failure)}
    found = write_letter(replace(sample, failure=kinds[failure]), SAMPLE_FRAME, language)
    assert review(found, Expected(reference=SAMPLE_FRAME.reference)) == []
