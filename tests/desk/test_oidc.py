"""Signing in by a provider: whoever it proves and who has an account comes in, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from casework.signing_in import SessionTerms
from daemon.clock import utc_now
from desk.app import create_app
from desk.oidc import OidcProvider, SignInRefused, read_errand
from desk.sessions import StoredSessions
from desk.settings import OidcSettings
from desk.sign_in import SignIn
from desk_values import an_account
from privacy.desk_roles import Role
from servers.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

REDIRECT = "http://testserver/sign-in/answer"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as started:
        yield started


@pytest.fixture
def sam(app, desk, provider) -> TestClient:
    """Sam has an account, and is not signed in."""
    an_account(desk.database, Role.VIEWER)
    settings = OidcSettings(
        issuer=provider.url, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET)
    )
    terms = SessionTerms()
    ways = SignIn(
        database=desk.database,
        terms=terms,
        clock=utc_now,
        provider=OidcProvider(settings, redirect_url=REDIRECT, clock=utc_now, seconds=1),
    )
    sessions = StoredSessions(desk.database, terms, utc_now)
    pages = create_app(app.state.desk, sessions=sessions, ways=ways)
    return TestClient(pages, follow_redirects=False)


def at_provider(client: TestClient) -> dict[str, str]:
    """Go to the provider and return what it sends the browser back with."""
    sent = client.get("/sign-in/provider")
    assert sent.status_code == 303
    back = httpx2.get(sent.headers["location"]).headers["location"]
    assert back.startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(back).query))


def come_back(client: TestClient, answer: dict[str, str]) -> int:
    return client.get("/sign-in/answer", params=answer).status_code


def is_in(client: TestClient) -> bool:
    return client.get("/due").status_code == 200


def test_whoever_the_provider_proves_and_who_has_an_account_comes_in(sam, provider) -> None:
    answer = sam.get("/sign-in/answer", params=at_provider(sam))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(sam)
    assert provider.complaints == []


def test_somebody_comes_back_to_the_page_that_they_wanted(sam) -> None:
    sam.get("/sign-in?next=/letters")
    answer = sam.get("/sign-in/answer", params=at_provider(sam))
    assert answer.headers["location"] == "/letters"


@pytest.mark.parametrize(
    "address", ["//mallory.example", "https://mallory.example", "/\\m.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(sam, address) -> None:
    sam.get("/sign-in", params={"next": address})
    answer = sam.get("/sign-in/answer", params=at_provider(sam))
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_700_000_000, "iat": 1_699_999_000},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
        {"exp": None},
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"iss": "https://mallory.example"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": "mallory@elsewhere.example"},
    ],
    ids=str,
)
def test_a_token_that_says_anything_else_lets_nobody_in(sam, provider, claims) -> None:
    provider.claims = claims
    assert come_back(sam, at_provider(sam)) == 403
    assert not is_in(sam)


@pytest.mark.parametrize("trouble", ["denied", "token_error", "wrong_key", "no_token", "slow"])
def test_a_provider_in_trouble_lets_nobody_in(sam, provider, trouble) -> None:
    provider.trouble = trouble
    assert come_back(sam, at_provider(sam)) == 403
    assert not is_in(sam)


def test_an_answer_for_another_browser_lets_nobody_in(sam) -> None:
    answer = at_provider(sam)
    sam.cookies.clear()
    assert come_back(sam, answer) == 403
    at_provider(sam)
    assert come_back(sam, answer) == 403
    assert not is_in(sam)


def test_a_provider_that_names_itself_otherwise_is_not_asked(sam, provider) -> None:
    provider.trouble = "other_issuer"
    assert sam.get("/sign-in/provider").status_code == 403
    assert provider.token_requests == 0


def test_a_provider_out_of_reach_is_told_without_details(sam, provider) -> None:
    provider.trouble = "away"
    answer = sam.get("/sign-in/provider")
    assert answer.status_code == 403
    assert "127.0.0.1" not in answer.text


def test_a_key_that_the_provider_changed_is_read_anew(sam, provider) -> None:
    assert come_back(sam, at_provider(sam)) == 303
    provider.rotate()
    sam.cookies.clear()
    assert come_back(sam, at_provider(sam)) == 303


def test_a_redirect_that_names_another_issuer_is_refused(sam) -> None:
    assert come_back(sam, at_provider(sam) | {"iss": "https://mallory.example"}) == 403


@pytest.mark.parametrize("cookie", ["", "a", "a.b", "a.b.c.d", "..", "a..c"])
def test_a_cookie_that_no_sign_in_left_is_refused(cookie) -> None:
    with pytest.raises(SignInRefused):
        read_errand(cookie)


def test_a_desk_without_a_provider_has_no_such_page(stranger) -> None:
    assert stranger.get("/sign-in/provider").status_code == 404
    assert stranger.get("/sign-in/answer").status_code == 404


def test_what_the_provider_may_not_be() -> None:
    for issuer in ("http://provider.example", "ftp://x", "", "https://a.example/?x=1"):
        with pytest.raises(ValueError, match="https"):
            OidcSettings(issuer=issuer, client_id="a", client_secret=SecretStr("b"))
