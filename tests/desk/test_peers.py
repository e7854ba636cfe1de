"""Proxies of ours are believed as far as the setting counts them; attempts are counted within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse

from desk.access import staying_on_tls
from desk.attempts import MOST_KEYS, Attempts
from desk.peers import behind, counted_as
from desk.settings import WebSettings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def says_who(scope, receive, send):
    request = Request(scope)
    answer = PlainTextResponse(f"{request.client.host} {request.url.scheme}")
    await answer(scope, receive, send)


@pytest.mark.parametrize(
    ("hops", "headers", "seen"),
    [
        (0, {"x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https"}, "testclient http"),
        (1, {"x-forwarded-for": "6.6.6.6, 1.1.1.1", "x-forwarded-proto": "https"}, "1.1.1.1 https"),
        (2, {"x-forwarded-for": "6.6.6.6, 1.1.1.1, 2.2.2.2"}, "1.1.1.1 http"),
        (2, {"x-forwarded-for": "1.1.1.1"}, "testclient http"),
        (1, {"x-forwarded-for": ""}, "testclient http"),
        (1, {}, "testclient http"),
        (1, {"x-forwarded-proto": "gopher"}, "testclient http"),
    ],
)
def test_only_what_our_own_servers_wrote_is_believed(hops, headers, seen):
    assert TestClient(behind(says_who, hops)).get("/", headers=headers).text == seen


@pytest.mark.parametrize(
    ("hops", "headers", "told"),
    [
        (1, {"x-forwarded-proto": "https"}, "max-age=31536000"),
        (1, {}, None),
        (0, {"x-forwarded-proto": "https"}, None),
    ],
)
def test_a_browser_that_came_over_tls_is_asked_to_stay_with_it(hops, headers, told):
    client = TestClient(behind(staying_on_tls(says_who), hops))
    assert client.get("/", headers=headers).headers.get("strict-transport-security") == told


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("what a proxy wrote", "what a proxy wrote"),
    ],
)
def test_a_network_of_endless_addresses_counts_as_one_client(client, counted):
    assert counted_as(HTTPConnection({"type": "http", "client": (client, 0)})) == counted
    assert counted_as(HTTPConnection({"type": "http", "client": None})) == ""


def test_attempts_are_counted_for_each_key_and_forgotten_with_time():
    attempts = Attempts(2, 15 * MINUTE)
    assert [attempts.take("sam", NOON) for _ in range(3)] == [True, True, False]
    assert attempts.take("olga", NOON)
    assert attempts.take("sam", NOON + 15 * MINUTE)


def test_a_flood_of_keys_takes_no_more_room():
    attempts = Attempts(1, MINUTE)
    for number in range(MOST_KEYS + 10):
        attempts.take(str(number), NOON)
    assert len(attempts._seen) == MOST_KEYS
    assert attempts.take("0", NOON)


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example",
        "desk.example",
        "https://",
        "https://desk.example/path",
        "https://a@b.example",
    ],
)
def test_the_address_of_the_desk_is_an_origin(url):
    with pytest.raises(ValueError, match="address"):
        WebSettings(url=url)


def test_without_an_address_no_link_is_mailed():
    assert not WebSettings().mails_links
    assert WebSettings().own_url == "http://127.0.0.1:8080"
    assert WebSettings(host="::1").own_url == "http://[::1]:8080"
    web = WebSettings(url="https://desk.example/")
    assert (web.mails_links, web.own_url) == (True, "https://desk.example")
