import threading

import pytest
from jinja2 import DictLoader
from jinja2.exceptions import SecurityError

from privacy.errors import Permanent
from privacy.rights import Right, Scope
from templates import available, fallback_line, languages, render, render_letter, words_of
from templates.folding import fold

CONTEXT = {
    "reference": "PR-2026-000007-00",
    "role": "unknown",
    "legal_name": "Autocloz Technologies Private Limited",
    "postal_address": "12 Example Road",
    "dpo_name_or_function": "Data Protection Officer",
    "dpo_contact": "dpo@autocloz.example",
    "policy_url": "https://autocloz.example/privacy",
    "variant": "first",
    "received_on": "1 March 2027",
    "received_zone": "UTC",
    "acknowledge_by": "8 March 2027",
    "rights": (("to delete data about you", "31 March 2027"),),
    "marketing_stopped_by": "",
    "fallback_language": "",
    "fallback_line": "",
}
INJECTIONS = [
    "{{7*7}}",
    "{% include '/etc/passwd' %}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ self }}{{ config }}",
]


def english(**changes: object) -> dict[str, object]:
    return {**CONTEXT, **changes}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", sorted(CONTEXT.keys() - {"acknowledge_by", "fallback_language"}))
def test_a_name_that_is_missing_stops_the_letter(name, language):
    context = {key: value for key, value in CONTEXT.items() if key != name}
    with pytest.raises(Permanent, match=f"{name}|undefined"):
        render_letter("acknowledgement", language, context)


@pytest.mark.parametrize("name", ["legal_name", "reference", "received_on", "policy_url"])
def test_none_stops_the_letter_and_is_never_printed(name):
    with pytest.raises(Permanent, match="None"):
        render_letter("acknowledgement", "en", english(**{name: None}))


@pytest.mark.parametrize("payload", INJECTIONS)
def test_words_of_others_stay_words(payload):
    letter = render_letter("acknowledgement", "en", english(legal_name=payload))
    assert payload in letter.text
    assert "49" not in letter.html
    assert "<script" not in letter.html
    assert "<img" not in letter.html


@pytest.mark.parametrize("payload", ["two\nlines", "bell\x07", "Bcc: x\r\nhello", ""])
def test_a_subject_is_one_line_or_there_is_no_letter(payload, monkeypatch):
    spoil(monkeypatch, {"subject.txt": "{{ reference }}"})
    with pytest.raises(Permanent, match="subject"):
        render_letter("acknowledgement", "en", english(reference=payload))


def spoil(monkeypatch, files: dict[str, str]) -> None:
    """Put other template files in the place of the acknowledgement's own."""
    parts = {"subject.txt": "Hello", "body.txt": "Hello", "body.html": "Hello"} | files
    sources = {f"acknowledgement/en/{name}": source for name, source in parts.items()}
    render._parts.cache_clear()
    broken = render.environment().overlay(loader=DictLoader(sources), cache_size=0)
    monkeypatch.setattr(render, "environment", lambda: broken)


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
        "{% extends 'missing.txt' %}",
    ],
)
def test_a_template_that_is_broken_or_breaks_out_makes_no_letter(source, monkeypatch):
    spoil(monkeypatch, {"body.txt": source})
    with pytest.raises((Permanent, SecurityError)) as caught:
        render_letter("acknowledgement", "en", CONTEXT)
    assert isinstance(caught.value, Permanent)
    assert "PR-2026" not in str(caught.value)


def test_a_letter_without_end_is_refused(monkeypatch):
    spoil(monkeypatch, {"body.txt": "{{ 'a' * 200000 }}"})
    with pytest.raises(Permanent, match="longer"):
        render_letter("acknowledgement", "en", CONTEXT)


@pytest.mark.parametrize(
    ("kind", "language"), [("acknowledgement", "xx"), ("poem", "en"), ("frame", "en"), ("..", "en")]
)
def test_a_letter_that_does_not_exist_is_refused(kind, language):
    with pytest.raises(Permanent, match="no letter"):
        render_letter(kind, language, CONTEXT)


def test_it_tells_which_languages_a_letter_speaks():
    assert available("acknowledgement") == languages() == ("de", "en")
    assert available("poem") == ()


def test_many_threads_write_the_same_letter():
    render._parts.cache_clear()
    seen = []
    threads = [
        threading.Thread(
            target=lambda: seen.append(render_letter("acknowledgement", "de", CONTEXT))
        )
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
    ],
)
def test_zones_are_named_by_their_city(language, zone, words):
    assert words_of(language).zone_in_words(zone) == words


def test_a_scope_without_words_of_its_own_falls_back_to_the_right():
    words = words_of("en")
    plain = words.right_in_words(Right.ACCESS, None)
    assert words.right_in_words(Right.ACCESS, Scope.ANALYTICS) == plain


def test_ten_other_languages_are_told_that_we_answer_in_english():
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
