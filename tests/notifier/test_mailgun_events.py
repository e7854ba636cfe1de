"""Mailgun's events count only when they are signed, fresh and new; whatever they hold, reading them never raises more."""

import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.delivery_events import TOLERANCE
from notifier.mailgun_events import MailgunSignature
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = "a signing key"
DATA = {
    "event": "failed",
    "severity": "permanent",
    "reason": "bounce",
    "id": "event-1",
    "timestamp": NOW.timestamp() + 0.25,
    "recipient": "olivia@kite.example",
    "message": {"headers": {"message-id": "mg1@mg.example"}},
    "user-variables": {"rightsdesk_id": "<c.token.digest@autocloz.example>"},
    "delivery-status": {"code": 550, "message": "5.1.1 no such user", "enhanced-code": "5.1.1"},
}


def source(opened_at=NOW - timedelta(hours=1)):
    return MailgunSignature(KEY, opened_at)


def posted(data=DATA, *, at=NOW, nonce="token-1", key=KEY, **changes):
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key.encode(), (stamp + nonce).encode(), "sha256").hexdigest()
    signature = {"timestamp": stamp, "token": nonce, "signature": digest} | changes
    return json.dumps({"signature": signature, "event-data": data}).encode()


def read_one(**changes) -> DeliveryEvent:
    (event,) = source().read(posted(DATA | changes))
    return event


def test_a_signed_fresh_event_holds():
    assert source().is_timely({}, NOW)
    assert source().holds(posted(), {}, NOW)
    assert source().holds(posted(at=NOW - TOLERANCE), {}, NOW)


def test_neither_key_nor_instant_nor_token_can_be_exchanged():
    assert not source().holds(posted(key="another"), {}, NOW)
    assert not source().holds(posted(nonce="a").replace(b'"a"', b'"b"'), {}, NOW)
    assert not source().holds(posted(timestamp=str(int(NOW.timestamp()) + 1)), {}, NOW)


@pytest.mark.parametrize("apart", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_an_old_copy_is_refused(apart):
    assert not source().holds(posted(), {}, NOW + apart)


def test_what_was_signed_before_the_door_opened_is_refused_because_its_token_may_be_used():
    assert not source(opened_at=NOW + timedelta(seconds=1)).holds(posted(), {}, NOW)


def test_a_token_brings_an_event_once_whatever_stands_beside_it():
    door = source()
    assert len(door.read(posted())) == 1
    assert len(door.read(posted())) == 1  # the first one was not committed
    door.taken(posted())
    assert door.read(posted(DATA | {"event": "delivered"})) == []
    assert len(door.read(posted(nonce="token-2"))) == 1


def test_tokens_are_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr("notifier.mailgun_events.REMEMBERED", 2)
    door = source()
    for number in range(3):
        door.taken(posted(nonce=f"token-{number}"))
    assert [len(door.read(posted(nonce=f"token-{number}"))) for number in range(3)] == [1, 0, 0]


def test_an_event_says_which_mail_what_and_when():
    event = read_one()
    assert event == DeliveryEvent(
        message_id="<c.token.digest@autocloz.example>",
        fate=Fate.FAILED,
        at=NOW + timedelta(seconds=0.25),
        event_id="event-1",
        status="5.1.1",
        said="5.1.1 no such user bounce",
        recipient="olivia@kite.example",
    )
    assert "user" not in repr(event)


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"event": "accepted"}, Fate.LEFT),
        ({"event": "delivered"}, Fate.DELIVERED),
        ({"severity": "temporary"}, Fate.DELAYED),
        ({"severity": "permanent"}, Fate.FAILED),
        ({"reason": "suppress-bounce"}, Fate.DROPPED),
        ({"event": "rejected"}, Fate.DROPPED),
        ({"event": "complained"}, Fate.COMPLAINED),
    ],
)
def test_each_event_about_a_mail_is_known(changes, fate):
    assert read_one(**changes).fate is fate


def test_without_an_id_of_ours_the_message_id_counts():
    assert read_one(**{"user-variables": {}}).message_id == "<mg1@mg.example>"


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "opened"},
        {"severity": "odd"},
        {"timestamp": True},
        {"timestamp": "1"},
        {"user-variables": [], "message": 7},
    ],
)
def test_what_says_nothing_about_a_mail_is_left_out(changes):
    assert source().read(posted(DATA | changes)) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"signature": []}',
        b'{"signature": {"timestamp": "1", "token": "", "signature": ""}}',
        b'{"signature": {"timestamp": "\\u0661", "token": "\\u0661", "signature": "\\u0661"}}',
        b"[" * 9_000,
    ],
)
def test_odd_bodies_are_no_signature_and_no_error(body):
    assert not source().holds(body, {}, NOW)


@given(
    st.recursive(
        st.none() | st.text() | st.floats() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*DATA, "headers"]), inner),
    )
)
def test_whatever_an_event_holds_reading_it_never_raises_more(data):
    with suppress(Permanent):
        source().read(posted({"x": data} if not isinstance(data, dict) else DATA | data))
