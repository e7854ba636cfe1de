"""A parsed message arrives as it was sent; what is not exactly one raises, and nothing of it runs."""

import json
import pickle
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_mails import HOSTILE, mutants
from intake.parse import parse_message
from intake.wire import builder, pack, unpack
from privacy.messages import (
    Attachment,
    FoldedRange,
    ForwardedMessage,
    ParsedMessage,
    Sender,
)
from privacy.rights import Classification, Lane, Right, RightClaim
from privacy.screening import Kind, Screening

MAILS = [path.read_bytes() for path in (Path(__file__).parents[1] / "mails").glob("*.eml")]
ANY_TEXT = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too
PLAIN = ParsedMessage(sender=Sender(address="anne@person.example"))
LARGEST = [name for name in HOSTILE if "MB" in name]


def test_our_mails_and_their_mutants_arrive_as_they_were_sent() -> None:
    for raw in [*MAILS, *mutants(500, of=MAILS)]:
        message = parse_message(raw)
        assert unpack(pack(message), ParsedMessage) == message


@pytest.mark.parametrize("name", LARGEST)
def test_what_was_read_from_a_large_mail_arrives(name: str) -> None:
    message = parse_message(HOSTILE[name]())
    assert unpack(pack(message), ParsedMessage) == message


SENDERS = st.builds(
    Sender,
    address=st.none() | ANY_TEXT,
    display_name=ANY_TEXT,
    reasons=st.lists(ANY_TEXT, max_size=2).map(tuple),
)
MESSAGES = st.builds(
    ParsedMessage,
    sender=SENDERS,
    subject=ANY_TEXT,
    message_id=st.none() | ANY_TEXT,
    date=st.none() | st.datetimes(timezones=st.just(UTC)),
    headers=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
    text=ANY_TEXT,
    folded=st.lists(
        st.builds(FoldedRange, start=st.integers(), end=st.integers(), kind=ANY_TEXT), max_size=2
    ).map(tuple),
    attachments=st.lists(
        st.builds(
            Attachment, name=ANY_TEXT, content_type=ANY_TEXT, size=st.integers(), sha256=ANY_TEXT
        ),
        max_size=2,
    ).map(tuple),
    forwarded=st.lists(
        st.builds(ForwardedMessage, subject=ANY_TEXT, text=ANY_TEXT, sender=SENDERS), max_size=2
    ).map(tuple),
    hidden_characters=st.integers(),
    unreadable_reason=st.none() | ANY_TEXT,
)


@settings(deadline=None)
@given(MESSAGES)
def test_any_message_arrives_as_it_was_sent(message: ParsedMessage) -> None:
    assert unpack(pack(message), ParsedMessage) == message


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data, ParsedMessage)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=5), inner),
)


@settings(deadline=None)
@given(JSON)
def test_any_other_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        unpack(json.dumps(value).encode(), ParsedMessage)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(PLAIN, subject=3),
        replace(PLAIN, hidden_characters=True),
        replace(PLAIN, hidden_characters=1.0),
        replace(PLAIN, hidden_characters=None),
        replace(PLAIN, text=None),
        replace(PLAIN, sender=None),
        replace(PLAIN, sender=("a", "b", (), None, "one too many")),
        replace(PLAIN, headers=(("name",),)),
        replace(PLAIN, headers=(("name", "value", "more"),)),
        replace(PLAIN, headers=("name",)),
        replace(PLAIN, references="<a@b.example>"),
        replace(PLAIN, attachments=(("name", "type", "0", "hash"),)),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type_is_refused(wrong: ParsedMessage) -> None:
    with pytest.raises(ValueError):
        unpack(pack(wrong), ParsedMessage)


@pytest.mark.parametrize("data", [b"[" * 200_000, b"9" * 10_000, pickle.dumps(PLAIN)])
def test_what_attacks_the_decoder_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data, ParsedMessage)


@pytest.mark.parametrize("kind", [complex, bytes, dict[str, str], list[str], object])
def test_a_field_of_a_type_that_cannot_travel_is_found_when_it_is_added(kind: object) -> None:
    with pytest.raises(TypeError):
        builder(kind)


WORDS = Screening(kind=Kind.PERSON, reasons=("system_name",))


def test_a_word_of_a_closed_list_and_a_fraction_arrive_as_they_were_sent() -> None:
    claim = RightClaim(
        right=Right.ERASURE, confidence=0.9, part="text", quote="a", start=0, end=1, reason="r"
    )
    asks = Classification(lane=Lane.RIGHTS, rights=(claim,))
    assert unpack(pack(asks), Classification) == asks
    assert unpack(pack(WORDS), Screening) == WORDS


@pytest.mark.parametrize("wrong", ["friend", "PERSON", 1, None])
def test_a_word_that_is_not_on_the_list_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        unpack(pack(replace(WORDS, kind=wrong)), Screening)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "-Infinity", "1e999", "1", '"1.0"'])
def test_what_is_no_finite_fraction_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        builder(float)(json.loads(wrong))


@pytest.mark.parametrize(
    "new", ["", "Delete my data", " old", "not in it", "Delete my data\n\n> old"]
)
def test_new_words_arrive_whether_or_not_they_are_a_stretch_of_the_text(new: str) -> None:
    message = replace(PLAIN, text="\n Delete my data\n\n> old", new_text=new)
    assert unpack(pack(message), ParsedMessage) == message


@pytest.mark.parametrize(
    "place", [[0, 9], [-1, 2], [2, 1], [0], [0, 1, 2], [0.0, 1], [False, True], [None, 1]], ids=str
)
def test_new_words_from_outside_of_the_text_are_refused(place: list[object]) -> None:
    values = json.loads(pack(replace(PLAIN, text="four")))
    values[[*ParsedMessage.__dataclass_fields__].index("new_text")] = place
    with pytest.raises(ValueError):
        unpack(json.dumps(values).encode(), ParsedMessage)
