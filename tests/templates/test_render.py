"""A letter is filled in, or there is none: no hole, no way out of a template, no words that become markup."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from privacy.cases import Role
from privacy.errors import Permanent
from privacy.rights import Right, Scope
from templates import available, fallback_line, languages, render, words_of, write_letter
from templates.fields.identity import Acknowledgement, Variant
from templates.fields.kinds import AskedRight, Frame, RightDue, Url, Zone
from templates.folding import fold
from templates.structure import Sources

FRAME = Frame(
    reference="PR-2026-000007-00",
    role=Role.UNKNOWN,
    legal_name="Autocloz Technologies Private Limited",
    postal_address="12 Example Road",
    dpo_name_or_function="Data Protection Officer",
    dpo_contact="dpo@autocloz.example",
    policy_url=Url("https://autocloz.example/privacy"),
)
FIELDS = Acknowledgement(
    variant=Variant.FIRST,
    received_on=date(2027, 3, 1),
    received_zone=Zone("UTC"),
    acknowledge_by=date(2027, 3, 8),
    rights=(RightDue(what=AskedRight(right=Right.ERASURE), due_on=date(2027, 3, 31)),),
)
INJECTIONS = [
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ self }}{{ config }}",
    "**{reference}**",
]


@pytest.mark.parametrize("name", ["legal_name", "postal_address", "dpo_contact", "reference"])
def test_a_value_that_is_missing_stops_the_letter(name):
    with pytest.raises(Permanent, match=name):
        write_letter(FIELDS, replace(FRAME, **{name: " " if name != "reference" else ""}), "en")


@pytest.mark.parametrize("name", ["legal_name", "reference", "policy_url"])
def test_none_stops_the_letter_and_is_never_printed(name):
    with pytest.raises(Permanent, match="AttributeError"):
        write_letter(FIELDS, replace(FRAME, **{name: None}), "en")


@pytest.mark.parametrize("payload", INJECTIONS)
def test_words_of_others_stay_words(payload):
    letter = write_letter(FIELDS, replace(FRAME, legal_name=payload), "en")
    assert payload in letter.text
    assert "49" not in letter.html
    assert "<script" not in letter.html
    assert "<img" not in letter.html


@pytest.mark.parametrize("payload", ["two\nlines", "bell\x07", "Bcc: x\r\nhello", "\u202egnp.exe"])
def test_a_value_is_one_line_or_there_is_no_letter(payload):
    for name in ("reference", "legal_name"):
        with pytest.raises(Permanent, match=f"{name} is not one line") as caught:
            write_letter(FIELDS, replace(FRAME, **{name: payload}), "en")
        assert payload not in str(caught.value)


@pytest.mark.parametrize("url", ["http://autocloz.example", "javascript:alert(1)", "https://a b"])
def test_a_link_is_an_https_address_or_there_is_no_letter(url):
    with pytest.raises(Permanent, match="policy_url"):
        write_letter(FIELDS, replace(FRAME, policy_url=Url(url)), "en")


def spoil(monkeypatch, **changed: str) -> None:
    """Put other sources in the place of the acknowledgement's own."""
    found = Sources(**{"subject": "Hello", "text": "Hello", "html": "Hello"} | changed)
    render._parts.cache_clear()
    monkeypatch.setattr(render, "sources", lambda *_: found)


@pytest.fixture(autouse=True)
def _compiled_again_afterwards():
    yield
    render._parts.cache_clear()


@pytest.mark.parametrize(
    "source",
    [
        "{{ reference.__class__ }}",
        "{{ rights.__class__.__mro__ }}",
        "{% for x in range(99999999999) %}{% endfor %}",
        "{{ unclosed",
        "{{ typo }}",
        "{{ none }}",
        "{% include 'missing.txt' %}",
    ],
)
def test_a_template_that_is_broken_or_breaks_out_makes_no_letter(source, monkeypatch):
    spoil(monkeypatch, text=source)
    with pytest.raises(Permanent) as caught:
        write_letter(FIELDS, FRAME, "en")
    assert "PR-2026" not in str(caught.value)


def test_a_letter_without_end_is_refused(monkeypatch):
    spoil(monkeypatch, text="{{ 'a' * 200000 }}")
    with pytest.raises(Permanent, match="longer"):
        write_letter(FIELDS, FRAME, "en")


def test_a_subject_of_nothing_is_refused(monkeypatch):
    spoil(monkeypatch, subject=" ")
    with pytest.raises(Permanent, match="subject"):
        write_letter(FIELDS, FRAME, "en")


@pytest.mark.parametrize("language", ["xx", "frame", "..", ""])
def test_a_language_that_does_not_exist_is_refused(language):
    with pytest.raises(Permanent, match="no letter"):
        write_letter(FIELDS, FRAME, language)


def test_it_tells_which_languages_a_letter_speaks():
    ten = ("de", "en", "es", "fr", "hi", "it", "nl", "pl", "pt", "sv")
    assert available("acknowledgement") == languages() == ten
    assert available("poem") == ()


def test_many_threads_write_the_same_letter():
    render._parts.cache_clear()
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(write_letter(FIELDS, FRAME, "de")))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 16
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "Europe/Dublin", "Dublin time"),
        ("en", "America/Los_Angeles", "Los Angeles time"),
        ("de", "Europe/Vienna", "Ortszeit Wien"),
        ("de", "UTC", "UTC"),
        ("fr", "Europe/London", "heure de Londres"),
        ("hi", "Asia/Kolkata", "भारत का समय"),
    ],
)
def test_zones_are_named_by_their_city(language, zone, words):
    assert words_of(language).zone_in_words(zone) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "1 August 2027"),
        ("de", "1. August 2027"),
        ("fr", "1er août 2027"),
        ("es", "1 de agosto de 2027"),
        ("pt", "1 de agosto de 2027"),
        ("pl", "1 sierpnia 2027"),
        ("hi", "1 अगस्त 2027"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language, words):
    assert words_of(language).date_in_words(date(2027, 8, 1)) == words


def test_a_scope_without_words_of_its_own_falls_back_to_the_right():
    for language in languages():
        words = words_of(language)
        plain = words.right_in_words(Right.ACCESS, None)
        assert words.right_in_words(Right.ACCESS, Scope.ANALYTICS) == plain
        assert words.right_by_name(Right.OBJECTION, Scope.MARKETING) != words.right_by_name(
            Right.OBJECTION, None
        )


def test_other_languages_are_told_that_we_answer_in_english():
    for language in ("fr", "es", "it", "nl", "pt", "pl", "sv", "hi", "da", "fi"):
        found = fallback_line(language)
        assert found is not None
        assert found[0] == language
    assert fallback_line("pt-BR") == fallback_line("pt")
    assert fallback_line("tlh") is None


def test_words_of_a_language_that_has_none_are_refused():
    with pytest.raises(Permanent, match="tlh"):
        words_of("tlh")


def test_long_lines_fold_and_list_items_hang():
    assert (
        fold("- " + "word " * 20)
        == "- " + ("word " * 14).strip() + "\n  word word word word word word\n"
    )


def test_a_word_longer_than_the_column_stays_whole():
    address = "https://autocloz.example/" + "p" * 80
    assert fold(f"See {address} now") == f"See\n{address}\nnow\n"
    assert fold(address) == f"{address}\n"


def test_runs_of_blank_lines_become_one():
    assert fold("\n\none\n\n\n\n\ntwo\n\n") == "one\n\ntwo\n"
