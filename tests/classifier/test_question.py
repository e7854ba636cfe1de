"""What a model is asked holds no data, and its answer is taken only where it is exactly one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.minimising import minimise, minimise_parts
from classifier.model_settings import AnswerBy
from classifier.personal_spans import Known
from classifier.question import (
    MOST_ANSWER_OCTETS,
    MOST_CLAIMS,
    TOOL,
    read_again,
    read_answer,
    request_of,
    schema,
    text_of,
    written_down,
)
from privacy.model_calls import CallOutcome, Spent
from privacy.rights import Lane, Right, Scope
from servers.model_server import message, statement, tool_use

WORDS = "Please erase Anne Example's data. Stop the newsletter."
KNOWN = Known(names=("Anne Example",))
PARTS = minimise_parts({"subject": "Delete me", "text": WORDS}, KNOWN, most_characters=1000)


def heard(given_input, **changes):
    return read_answer(message(tool_use(given_input), stop="tool_use", **changes), PARTS)


def claim(**changes):
    return {"right": "erasure", "scope": "none", "quote": "Please erase"} | changes


def answer(*claims, **changes):
    return {"claims": list(claims), "lane": "rights", "unsure": False} | changes


def test_a_good_answer_is_heard_with_its_quote_in_the_original_words():
    found = heard(
        answer(claim(quote="erase [NAME 1] data"), claim(right="access", quote="Delete me"))
    )
    assert found.outcome is CallOutcome.HEARD
    assert found.spent == Spent(tokens_in=900, tokens_out=60)
    first, second = found.statement.claims
    assert (first.right, first.part, first.quote) == (
        Right.ERASURE,
        "text",
        "erase Anne Example's data",
    )
    assert WORDS[first.start : first.end] == first.quote
    assert (second.part, second.quote) == ("subject", "Delete me")
    assert found.statement.lane is Lane.RIGHTS


def test_what_the_model_thinks_first_is_passed_over():
    body = message({"type": "thinking", "thinking": "[", "signature": ""}, tool_use(answer()))
    assert read_answer(body, PARTS).outcome is CallOutcome.HEARD


def test_structured_output_is_read_from_its_one_text():
    text = {"type": "text", "text": json.dumps(answer(claim()))}
    assert read_answer(message(text), PARTS).outcome is CallOutcome.HEARD
    assert read_answer(message(text, text), PARTS).outcome is CallOutcome.INVALID


def test_only_an_objection_has_an_aim():
    found = heard(answer(claim(scope="marketing"), claim(right="objection", scope="marketing")))
    assert [one.scope for one in found.statement.claims] == [None, Scope.MARKETING]


NO_ANSWERS = [
    answer(claim(right="close_case_and_delete_all")),
    answer(claim(right=["erasure"])),
    answer(claim(right=None)),
    answer(claim(scope="everything")),
    answer(claim(scope=None)),
    answer(claim(quote="Please delete everything")),
    answer(claim(quote="please erase")),
    answer(claim(quote="erase Anne")),
    answer(claim(quote="[NAME")),
    answer(claim(quote=".")),
    answer(claim(quote="")),
    answer(claim(quote=None)),
    answer(claim(quote="Please erase" * 99)),
    answer(claim(confidence=99)),
    answer({"right": "erasure"}),
    answer("erasure"),
    answer(*[claim()] * (MOST_CLAIMS + 1)),
    answer(lane="close"),
    answer(lane=None),
    answer(unsure="no"),
    answer(unsure=0),
    answer(action="send"),
    {"claims": [], "lane": "rights"},
    {},
    [],
    "rights",
    None,
]


@pytest.mark.parametrize("given_input", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_whatever_is_not_exactly_an_answer_is_none(given_input):
    assert heard(given_input).outcome is CallOutcome.INVALID
    assert heard(given_input).statement is None


BODIES = [
    b"",
    b"<html><h1>502</h1></html>",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"{" * 100_00,
    b"[" * 60_000,
    b'{"usage": {}, "usage": {}}',
    b'{"usage": {"input_tokens": NaN}}',
    b'{"usage": {"input_tokens": -1}, "content": []}',
    b'{"usage": {"input_tokens": true}, "content": []}',
    b'{"usage": {"input_tokens": 1e999}, "content": []}',
    b'{"usage": 7, "content": []}',
    b'{"content": []}',
    b'{"usage": {}, "content": null}',
    b'{"usage": {}, "content": [null]}',
    b'{"usage": {}, "content": [{"type": "tool_use"}]}',
    message(),
    message({"type": "text", "text": "Sure! Here is the JSON: {}"}),
    message({"type": "text", "text": None}),
    message(tool_use(answer(), name="close_case")),
    message(tool_use(answer()), tool_use(answer())),
    message(tool_use(answer(claim())))[:-40],
    message(tool_use(answer())) + b" " * MOST_ANSWER_OCTETS,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_answer_is_told_as_such_and_nothing_of_it_is_kept(body):
    found = read_answer(body, PARTS)
    assert found.outcome is CallOutcome.INVALID
    assert found.statement is None


@pytest.mark.parametrize(
    ("stop", "outcome"),
    [
        ("refusal", CallOutcome.REFUSED),
        ("max_tokens", CallOutcome.TRUNCATED),
        ("model_context_window_exceeded", CallOutcome.TRUNCATED),
    ],
)
def test_why_it_stopped_comes_before_what_it_said(stop, outcome):
    found = read_answer(message(tool_use(answer(claim())), stop=stop), PARTS)
    assert (found.outcome, found.statement) == (outcome, None)
    assert found.spent == Spent(tokens_in=900, tokens_out=60)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_too_odd(body):
    assert read_answer(body, PARTS).outcome is CallOutcome.INVALID


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_json_at_all_is_too_odd(value):
    found = read_answer(json.dumps(value).encode(), PARTS)
    assert found.outcome is CallOutcome.INVALID
    assert heard(value).outcome is CallOutcome.INVALID


def test_tokens_of_a_cache_are_paid_too():
    usage = {"input_tokens": 1, "cache_read_input_tokens": 2, "cache_creation_input_tokens": None}
    assert heard(answer(), usage=usage).spent == Spent(tokens_in=3)


@pytest.mark.parametrize("by", AnswerBy)
def test_two_messages_differ_in_nothing_but_their_words_and_marks(by):
    requests = [request_of(text, model="m", answer_by=by) for text in ("Anne's words", "others")]
    letters = [one.pop("messages")[0]["content"] for one in requests]
    assert requests[0] == requests[1]
    assert "Anne" not in json.dumps(requests)
    assert letters[0].startswith("<message-")
    assert letters[0].split("\n", 1)[0] != letters[1].split("\n", 1)[0]


def test_the_schema_is_closed_at_every_place():
    def closed(part):
        if part.get("type") != "object":
            return True
        inner = part["properties"].values()
        return (
            part["additionalProperties"] is False
            and set(part["required"]) == set(part["properties"])
            and all(map(closed, inner))
        )

    whole = schema()
    claims = whole["properties"]["claims"]["items"]
    assert closed(whole)
    assert closed(claims)
    assert claims["properties"]["right"]["enum"] == [right.value for right in Right]
    assert TOOL == "record_statement"


def test_the_words_that_are_sent_name_the_subject_line_first():
    assert (
        text_of(PARTS) == "Subject: Delete me\n\nPlease erase [NAME 1] data. Stop the newsletter."
    )
    assert text_of({"text": minimise("only text")}) == "only text"
    assert text_of({"subject": minimise("only a subject")}).startswith("Subject: only a subject")


def test_what_is_written_down_holds_no_word_and_is_read_again_about_the_same_words():
    claims = [
        claim(quote="erase [NAME 1] data"),
        claim(right="objection", scope="marketing", quote="Stop the newsletter"),
    ]
    said = heard(answer(*claims, lane="complaint", unsure=True)).statement
    lines = written_down(said, PARTS)
    assert lines == (
        "lane=complaint",
        "unsure",
        "erasure|none|text|7|26",
        "objection|marketing|text|28|47",
    )
    assert read_again(lines, PARTS) == said


def test_an_answer_about_the_same_sent_words_fits_another_name_of_another_length():
    said = heard(answer(claim(quote="erase [NAME 1] data"))).statement
    other = minimise_parts(
        {"subject": "Delete me", "text": WORDS.replace("Anne Example", "Olivia Longer-Name")},
        Known(names=("Olivia Longer-Name",)),
        most_characters=1000,
    )
    assert text_of(other) == text_of(PARTS)
    (found,) = read_again(written_down(said, PARTS), other).claims
    assert found.quote == "erase Olivia Longer-Name's data"


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("lane=close",),
        ("lane=rights", "erasure|none|text|7"),
        ("lane=rights", "erasure|none|text|7|9999"),
        ("lane=rights", "erasure|none|text|8|16"),
        ("lane=rights", "erasure|none|text|9|2"),
        ("lane=rights", "erasure|none|attachment:1|7|9"),
        ("lane=rights", "close|none|text|7|9"),
    ],
)
def test_what_does_not_fit_the_words_is_not_taken_from_the_ledger(lines):
    cut = minimise_parts({"text": "Erase Anne"}, Known(names=("Anne",)), most_characters=99)
    assert read_again(lines, cut) is None


def test_a_made_up_statement_helper_is_an_answer():
    assert heard(statement(("erasure", "Please erase"))).outcome is CallOutcome.HEARD
