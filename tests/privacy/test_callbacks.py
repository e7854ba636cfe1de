"""What a system says is one object of a known type with exactly its fields; everything else is refused in one line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.callbacks import Field, read_callback
from privacy.errors import Permanent

KNOWN = {
    "task.done": (Field(name="task", longest=5), Field(name="evidence", longest=20)),
    "task.failed": (Field(name="reason", longest=9, is_code=True),),
}
DONE = {"type": "task.done", "data": {"task": "1", "evidence": "rows: 7"}}


def read(value):
    return read_callback(json.dumps(value).encode(), KNOWN)


def test_a_known_type_with_its_fields_is_read():
    said = read(DONE | {"timestamp": "2026-11-27T12:00:00Z"})
    assert (said.kind, said.data) == ("task.done", {"task": "1", "evidence": "rows: 7"})
    assert "rows" not in repr(said)
    assert read({"type": "task.failed", "data": {"reason": "not-found"}}).data == {
        "reason": "not-found"
    }


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ([], "the body is no object"),
        ({}, "type, data and timestamp"),
        (DONE | {"more": 1}, "type, data and timestamp"),
        (DONE | {"type": 7}, "type is no line of text"),
        (DONE | {"type": "case.close"}, "none that we take"),
        (DONE | {"type": "x" * 61}, "more than 60"),
        (DONE | {"timestamp": None}, "timestamp is no line"),
        (DONE | {"data": "all"}, "data is no object"),
        (DONE | {"data": {"task": "1"}}, "data has task, evidence, and nothing else"),
        (DONE | {"data": {"task": "1", "evidence": "x", "level": "L3"}}, "nothing else"),
        (DONE | {"data": {"task": 1, "evidence": "x"}}, "task is no line of text"),
        (DONE | {"data": {"task": " ", "evidence": "x"}}, "task is no line of text"),
        (DONE | {"data": {"task": "1", "evidence": "a\nb"}}, "evidence is no line of text"),
        (DONE | {"data": {"task": "123456", "evidence": "x"}}, "more than 5 characters"),
        ({"type": "task.failed", "data": {"reason": "Anne's"}}, "reason is no code"),
    ],
)
def test_everything_else_is_refused_and_nothing_of_it_repeated(value, wrong):
    with pytest.raises(Permanent, match=wrong) as told:
        read(value)
    assert "Anne" not in str(told.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{",
        b'{"type":NaN,"data":{}}',
        b'{"type":"task.done","type":"task.failed","data":{}}',
        b"[" * 16_000,
    ],
)
def test_what_is_no_strict_json_is_refused(body):
    with pytest.raises(Permanent, match="is not JSON"):
        read_callback(body, KNOWN)


@given(st.binary(max_size=300))
def test_no_bytes_break_it(body):
    with pytest.raises(Permanent):
        read_callback(body, KNOWN)
