"""A message to a system: signed, under its id, to the address of the settings and nowhere else, within bounds."""

import base64
import gzip
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from notifier.posting import MAX_ANSWER, Posting, post
from notifier.system_settings import SystemSettings
from notifier.system_webhook import SystemWebhook
from privacy.errors import Permanent, Retryable
from privacy.webhook_signing import is_signed, signed_headers
from servers.ports import free_port
from servers.posted import PostedServer, Reply

KEY = b"a shared secret of at least 24 octets"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
BODY = '{"type":"right.execute","data":{}}'


@pytest.fixture
def product():
    with PostedServer() as running:
        yield running


def settings_for(url, **changes):
    return SystemSettings(
        **({"way": "webhook", "url": f"{url}/rights", "secret": SECRET} | changes)
    )


def send(product, **changes):
    return SystemWebhook(settings_for(product.url, **changes), lambda: NOW).send("msg_1", BODY)


def test_a_message_is_signed_under_its_id_and_the_same_at_every_attempt(product):
    for _ in range(2):
        assert send(product).evidence is None
    first, second = product.posted
    assert (first.method, first.path, first.body) == ("POST", "/rights", BODY.encode())
    assert is_signed(KEY, "msg_1", first.body, first.headers, NOW)
    assert (second.headers["webhook-id"], second.body) == ("msg_1", first.body)
    assert first.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_a_busy_system_is_asked_again_after_the_time_that_it_names(product, status):
    product.replies = [Reply(status, headers={"Retry-After": "90"})]
    with pytest.raises(Retryable, match=f"answered-{status}") as told:
        send(product)
    assert told.value.after == timedelta(seconds=90)


@pytest.mark.parametrize("wait", ["Fri, 27 Nov 2026 13:00:00 GMT", "-1", "9" * 7, "soon", ""])
def test_a_wait_that_is_no_number_of_seconds_is_not_obeyed(product, wait):
    product.replies = [Reply(503, headers={"Retry-After": wait})]
    with pytest.raises(Retryable) as told:
        send(product)
    assert told.value.after is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_is_final(product, status):
    product.replies = [Reply(status)]
    with pytest.raises(Permanent, match=f"answered-{status}"):
        send(product)


def test_no_redirect_is_followed(product):
    with PostedServer() as elsewhere:
        product.replies = [Reply(307, headers={"Location": f"{elsewhere.url}/rights"})]
        with pytest.raises(Permanent, match="answered-307"):
            send(product)
        assert elsewhere.posted == []


def test_no_proxy_of_the_environment_is_asked(product, monkeypatch):
    with PostedServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        send(product)
        assert proxy.posted == []
    assert len(product.posted) == 1


def test_a_connection_that_breaks_leaves_the_outcome_open(product):
    product.replies = [Reply(hang_up=True)]
    with pytest.raises(Retryable, match="out of reach, RemoteProtocolError"):
        send(product)


def test_nobody_there_is_told_without_the_address():
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Retryable, match="out of reach, ConnectError") as told:
        SystemWebhook(settings_for(url), lambda: NOW).send("msg_1", BODY)
    assert "127.0.0.1" not in str(told.value)


def test_a_system_that_answers_octet_by_octet_is_not_waited_for(product):
    product.replies = [Reply(200, body=b"x" * 600, drip=True)]
    with pytest.raises(Retryable, match="too slow"):
        send(product, seconds=0.5)


def test_no_more_of_an_answer_is_read_than_the_bound_and_none_of_it_unpacked(product):
    bomb = gzip.compress(b"\0" * 50_000_000)
    product.replies = [
        Reply(200, body=b"x" * (4 * MAX_ANSWER)),
        Reply(200, body=bomb, headers={"Content-Encoding": "gzip"}),
    ]
    posting = Posting(url=product.url, body=b"{}", headers={}, seconds=20)
    assert len(post(posting).body) == MAX_ANSWER
    assert post(posting).body == bomb[:MAX_ANSWER]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"url": "http://product.example/rights"}, "neither https, nor http on loopback"),
        ({"url": "https://user:word@product.example/"}, "not a whole URL"),
        ({"url": "file:///etc/passwd"}, "not a whole URL"),
        ({"url": "https://product.example/\r\nHost: other"}, "not a whole URL"),
        ({"url": ""}, "needs url"),
        ({"secret": "whsec_c2hvcnQ="}, "less than 24 octets"),
        ({"secret": "whsec_!"}, "is not base64"),
        ({"secret": None}, "needs secret"),
        ({"region": "EU"}, "region"),
        ({"identifiers": ()}, "identifiers"),
        ({"way": "sendgrid", "secret": None}, "needs api_key"),
        ({"way": "sendgrid", "api_key": "k", "region": "mars"}, "global and eu"),
        ({"way": "sendgrid", "api_key": "k", "identifiers": ("person",)}, "addresses alone"),
    ],
)
def test_what_cannot_work_is_refused_at_start_and_its_value_is_not_shown(changes, wrong):
    values = {"way": "webhook", "url": "https://product.example", "secret": SECRET} | changes
    with pytest.raises(ValidationError, match=wrong) as told:
        SystemSettings(**values)
    assert "whsec_c2hvcnQ=" not in str(told.value)


def test_headers_that_were_made_here_are_believed_here():
    assert is_signed(KEY, "a", b"{}", signed_headers(KEY, "a", b"{}", NOW), NOW)
