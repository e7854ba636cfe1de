"""The provider's events count only when they are signed and fresh; whatever they hold, reading them never raises more."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from notifier.delivery_events import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    TOLERANCE,
    EventSignature,
    read_events,
)
from notifier.event_values import MAX_SAID
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
ENTRY = {
    "email": "anne@person.example",
    "timestamp": 1795435200,
    "smtp-id": "<c.token.digest@autocloz.example>",
    "event": "bounce",
    "sg_event_id": "first-event==",
    "sg_message_id": "14c5.filter0001.0",
    "type": "blocked",
    "status": "5.7.1",
    "reason": "550 5.7.1 not taken",
}


def public(key, encoding=Encoding.DER) -> str:
    data = key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return data.decode() if encoding is Encoding.PEM else base64.b64encode(data).decode()


def signed(body: bytes, *, at: datetime = NOW, key=KEY) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
    return {
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        TIMESTAMP_HEADER: stamp,
    }


@pytest.fixture
def signature() -> EventSignature:
    return EventSignature(public(KEY))


def read_one(**changes) -> DeliveryEvent:
    (event,) = read_events(json.dumps([ENTRY | changes]).encode())
    return event


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_signed_request_holds_with_the_key_in_either_form(encoding):
    body = b'[{"event":"processed"}]\r\n'
    assert EventSignature(public(KEY, encoding)).holds(body, signed(body), NOW)


def test_neither_body_nor_timestamp_nor_key_can_be_exchanged(signature):
    body = b"[]"
    headers = signed(body)
    assert not signature.holds(b"[ ]", headers, NOW)
    later = {TIMESTAMP_HEADER: str(int(NOW.timestamp()) + 1)}
    assert not signature.holds(body, headers | later, NOW)
    other = ec.generate_private_key(ec.SECP256R1())
    assert not signature.holds(body, signed(body, key=other), NOW)


def test_an_old_copy_of_a_genuine_request_is_refused(signature):
    headers = signed(b"[]")
    for apart in (TOLERANCE, -TOLERANCE):
        assert signature.holds(b"[]", headers, NOW + apart)
    for apart in (TOLERANCE + timedelta(seconds=1), -TOLERANCE - timedelta(seconds=1)):
        assert not signature.holds(b"[]", headers, NOW + apart)


@given(st.text(max_size=300), st.text(max_size=30))
def test_odd_headers_are_no_signature_and_no_error(offered, stamp):
    headers = {SIGNATURE_HEADER: offered, TIMESTAMP_HEADER: stamp}
    assert not EventSignature(public(KEY)).holds(b"[]", headers, NOW)


@given(st.binary(max_size=80))
def test_odd_bytes_in_a_fresh_request_are_no_signature(offered):
    headers = signed(b"[]") | {SIGNATURE_HEADER: base64.b64encode(offered).decode()}
    assert not EventSignature(public(KEY)).holds(b"[]", headers, NOW)


@pytest.mark.parametrize("text", ["", "no key", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n"])
def test_what_is_no_key_is_refused_at_start(text):
    with pytest.raises(Permanent, match="cannot be read"):
        EventSignature(text)


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)]
)
def test_a_key_of_another_kind_is_refused_at_start(key):
    with pytest.raises(Permanent, match="P-256"):
        EventSignature(public(key))


def test_an_event_says_which_letter_what_and_when():
    event = read_one()
    assert event == DeliveryEvent(
        message_id=ENTRY["smtp-id"],
        fate=Fate.FAILED,
        at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        event_id="first-event==",
        status="5.7.1",
        said="550 5.7.1 not taken blocked",
        recipient="anne@person.example",
    )
    assert "550" not in repr(event)


@pytest.mark.parametrize(
    ("word", "fate"),
    [
        ("processed", Fate.LEFT),
        ("delivered", Fate.DELIVERED),
        ("deferred", Fate.DELAYED),
        ("dropped", Fate.DROPPED),
        ("spamreport", Fate.COMPLAINED),
    ],
)
def test_each_event_about_a_letter_is_known(word, fate):
    assert read_one(event=word).fate is fate


def test_an_id_without_brackets_is_the_same_id():
    assert read_one(**{"smtp-id": "c.token.digest@autocloz.example"}).message_id == ENTRY["smtp-id"]


@pytest.mark.parametrize(
    "change",
    [
        {"event": "click"},
        {"event": "a word of next year"},
        {"event": 7},
        {"smtp-id": None},
        {"smtp-id": "<a@b> <c@d>"},
        {"timestamp": "1795435200"},
        {"timestamp": True},
        {"timestamp": 10**30},
        {"timestamp": float("inf")},
    ],
)
def test_what_says_nothing_about_a_letter_is_left_out_and_its_neighbours_count(change):
    body = json.dumps([ENTRY | change, "no object", None, ENTRY]).encode()
    assert read_events(body) == [read_one()]


def test_doubtful_details_are_left_out_of_an_event():
    event = read_one(sg_event_id="with blank", status="550", reason="x" * 9_000)
    assert (event.event_id, event.status, len(event.said)) == (None, None, MAX_SAID)


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"event":"bounce"}', b"\xff\xfe", b"[" * 200_000, b"1" * 9_999]
)
def test_what_is_no_list_is_refused_in_one_line(body):
    with pytest.raises(Permanent) as refused:
        read_events(body)
    assert "\n" not in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(sorted(ENTRY)), inner, max_size=9)
    ),
)


@given(st.lists(json_values, max_size=5))
def test_any_list_is_read(entries):
    assert all(
        isinstance(event, DeliveryEvent) for event in read_events(json.dumps(entries).encode())
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    with contextlib.suppress(Permanent):
        assert read_events(body) == []


def test_the_id_that_we_gave_along_counts_before_the_provider_s_own():
    ours = "<c.token.other@autocloz.example>"
    assert read_one(rightsdesk_id=ours).message_id == ours
    assert read_one(rightsdesk_id="no id at all >").message_id == ENTRY["smtp-id"]
