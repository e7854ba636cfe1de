"""Standard Webhooks signatures: made here, believed here, and by nobody who lacks the secret."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from privacy.webhook_signing import is_fresh, is_signed, name_in, secret_octets, signed_headers

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEY = b"a shared secret of at least 24 octets"


def test_the_published_example_of_the_scheme_holds():
    key = secret_octets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    headers = signed_headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_the_same_body_id_and_key_hold():
    headers = signed_headers(KEY, "msg_1", b"{}", NOW)
    assert is_signed(KEY, "msg_1", b"{}", headers, NOW)
    assert not is_signed(KEY, "msg_2", b"{}", headers, NOW)
    assert not is_signed(KEY, "msg_1", b"[]", headers, NOW)
    assert not is_signed(b"x" * 32, "msg_1", b"{}", headers, NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_what_is_not_of_now_does_not_hold(late):
    headers = signed_headers(KEY, "msg_1", b"{}", NOW)
    assert is_fresh(headers, NOW)
    assert not is_fresh(headers, NOW + late)
    assert not is_signed(KEY, "msg_1", b"{}", headers, NOW + late)


@pytest.mark.parametrize("seconds", ["", "now", "١٢", "9" * 13, "-1"])
def test_a_time_that_is_no_number_is_not_fresh(seconds):
    assert not is_fresh({"webhook-timestamp": seconds}, NOW)


@pytest.mark.parametrize(
    ("name", "found"),
    [("msg_1", "msg_1"), ("", None), ("a b", None), ("é", None), ("x" * 101, None)],
)
def test_an_id_is_short_and_printable(name, found):
    assert name_in({"webhook-id": name}) == found
    assert name_in({}) is None


def test_a_secret_is_long_enough_and_base64():
    assert secret_octets(f"whsec_{base64.b64encode(KEY).decode()}") == KEY
    with pytest.raises(ValueError, match="is not base64"):
        secret_octets("whsec_!")
    with pytest.raises(ValueError, match="less than 24 octets"):
        secret_octets("c2hvcnQ=")
