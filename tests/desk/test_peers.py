"""Proxies of ours are believed as far as the setting counts them; attempts are counted within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from desk.attempts import MOST_KEYS, Attempts
from desk.peers import behind
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
