"""Access tokens: renewed in time, rotated without losing the only good one, never hammered for."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from intake import oauth_http
from intake.imap_trouble import LoginRefused, MailboxTrouble, Reason
from intake.oauth import AccessTokens
from intake.oauth_device import log_in_mailbox, start_device_login, wait_for_consent
from intake.settings import OAuthSettings
from privacy.ports import OAuthTokens
from servers.imap_fakes import MemoryTokenStore
from servers.oauth_provider import CLIENT_ID, CLIENT_SECRET, SCOPE, OAuthProvider, Reply, json_reply

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PRIVACY = "privacy@autocloz.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def provider():
    with OAuthProvider() as provider:
        yield provider
        assert provider.complaints == []


@pytest.fixture
def settings(provider):
    return OAuthSettings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        token_url=f"{provider.url}/token",
        device_authorization_url=f"{provider.url}/device",
        scope=SCOPE,
    )


@pytest.fixture
def store():
    first = OAuthTokens(
        access_token="first", refresh_token="first-refresh-token", expires_at=NOON + HOUR
    )
    return MemoryTokenStore({PRIVACY: first})


@pytest.fixture
def tokens(settings, store):
    return AccessTokens(settings, PRIVACY, store)


# Renewal


def test_a_fresh_token_is_given_without_a_question(provider, tokens):
    assert tokens.token(NOON) == "first"
    assert provider.requests == []


def test_a_token_is_renewed_at_four_fifths_of_its_life(provider, tokens):
    assert tokens.token(NOON + timedelta(minutes=47)) == "first"
    renewed = tokens.token(NOON + timedelta(minutes=48))
    assert renewed != "first"
    assert tokens.token(NOON + timedelta(minutes=60)) == renewed
    (form,) = provider.requests
    assert form == {
        "grant_type": "refresh_token",
        "refresh_token": "first-refresh-token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": SCOPE,
    }


def test_a_short_life_is_respected(provider, tokens):
    provider.expires_in = "100"  # some providers send it as a text
    tokens.token(NOON + HOUR)
    tokens.token(NOON + HOUR + timedelta(seconds=79))
    assert len(provider.requests) == 1
    tokens.token(NOON + HOUR + timedelta(seconds=80))
    assert len(provider.requests) == 2


@pytest.mark.parametrize("life", [None, "soon", -1, 10**30, [], 1e400])
def test_an_absurd_life_does_no_harm(provider, tokens, store, life):
    provider.expires_in = life
    tokens.token(NOON + HOUR)
    assert timedelta(0) < store.tokens[PRIVACY].expires_at - NOON - HOUR <= timedelta(days=1)


def test_a_token_that_the_mail_server_refused_is_renewed_at_once(provider, tokens):
    tokens.token(NOON)
    tokens.refused()
    assert tokens.token(NOON) != "first"
    assert len(provider.requests) == 1


def test_a_refresh_token_may_come_from_the_settings(provider, settings):
    given = settings.model_copy(
        update={
            "refresh_token": OAuthSettings(
                client_id="x",
                token_url="https://provider.example/",
                refresh_token="first-refresh-token",
            ).refresh_token
        }
    )
    store = MemoryTokenStore()
    AccessTokens(given, PRIVACY, store).token(NOON)
    assert store.tokens[PRIVACY].refresh_token == "first-refresh-token"
    assert len(provider.requests) == 1


def test_without_any_refresh_token_a_person_has_to_log_in(provider, settings):
    with pytest.raises(LoginRefused):
        AccessTokens(settings, PRIVACY, MemoryTokenStore()).token(NOON)
    assert provider.requests == []


# Rotation


def test_a_rotated_refresh_token_is_stored_before_the_token_is_used(provider, tokens, store):
    provider.rotates = True
    given = tokens.token(NOON + HOUR)
    stored = store.tokens[PRIVACY]
    assert stored.access_token == given
    assert {stored.refresh_token} == provider.refresh_tokens
    tokens.token(NOON + 2 * HOUR)  # and the new one works


def test_a_token_that_could_not_be_stored_is_not_used(tokens, store):
    store.fail = True
    with pytest.raises(OSError):
        tokens.token(NOON + HOUR)
    assert store.tokens[PRIVACY].access_token == "first"


def test_after_a_crash_between_answer_and_store_the_old_token_is_tried_again(
    provider, settings, store
):
    provider.rotates = True
    store.fail = True
    with pytest.raises(OSError):
        AccessTokens(settings, PRIVACY, store).token(NOON + HOUR)
    store.fail = False
    provider.refresh_tokens.add("first-refresh-token")  # the provider's grace for the last one
    AccessTokens(settings, PRIVACY, store).token(NOON + HOUR)
    assert store.tokens[PRIVACY].refresh_token in provider.refresh_tokens


def test_where_the_provider_gives_no_grace_a_person_has_to_log_in(provider, settings, store):
    provider.refresh_tokens.clear()
    with pytest.raises(LoginRefused) as refused:
        AccessTokens(settings, PRIVACY, store).token(NOON + HOUR)
    assert "mailbox login" in str(refused.value)


# Trouble at the endpoint


PERMANENT = {
    "invalid_grant": json_reply(400, error="invalid_grant"),
    "invalid_client": json_reply(401, error="invalid_client"),
    "unauthorized_client": json_reply(400, error="unauthorized_client"),
    "invalid_scope": json_reply(400, error="invalid_scope", error_description="anne"),
    "a new code": json_reply(400, error="something_new"),
}
PASSING = {
    "503": Reply(503, b"busy"),
    "500 with JSON": json_reply(500, error="server_error"),
    "429": Reply(429, b""),
    "temporarily_unavailable": json_reply(400, error="temporarily_unavailable"),
    "a page of HTML": Reply(200, b"<html>Sign in to the network</html>", "text/html"),
    "a refusal in HTML": Reply(403, b"<html>no</html>", "text/html"),
    "no object": Reply(200, b"[]"),
    "no token": json_reply(200, token_type="Bearer"),
    "another kind of token": json_reply(200, access_token="t", token_type="mac"),
    "a token with a line break": json_reply(200, access_token="a\r\nb", token_type="Bearer"),
    "a token that is none": json_reply(200, access_token=7, token_type="Bearer"),
    "deep JSON": Reply(200, b"[" * 30_000),
    "a flood": Reply(200, b" " * 200_000),
    "a redirect": Reply(302, b"", headers={"Location": "https://elsewhere.example/"}),
}


@pytest.mark.parametrize("case", PERMANENT)
def test_a_refusal_for_good_is_for_a_person(provider, tokens, case):
    provider.replies = [PERMANENT[case]]
    with pytest.raises(LoginRefused) as refused:
        tokens.token(NOON + HOUR)
    assert "anne" not in str(refused.value)


@pytest.mark.parametrize("case", PASSING)
def test_a_passing_trouble_is_tried_again(provider, tokens, case):
    provider.replies = [PASSING[case]]
    with pytest.raises(MailboxTrouble) as trouble:
        tokens.token(NOON + HOUR)
    assert trouble.value.reason is Reason.TOKEN
    assert trouble.value.__context__ is None
    assert tokens.token(NOON + HOUR)


def test_the_pause_that_the_endpoint_asks_for_is_kept_but_not_for_ever(provider, tokens):
    provider.replies = [
        Reply(429, b"", headers={"Retry-After": asked}) for asked in ("90", "9999999999", "soon")
    ]
    pauses = []
    for _ in range(3):
        with pytest.raises(MailboxTrouble) as trouble:
            tokens.token(NOON + HOUR)
        pauses.append(trouble.value.after)
    assert pauses == [timedelta(seconds=90), timedelta(minutes=30), None]


def test_an_endpoint_that_dribbles_is_cut_off(provider, tokens, monkeypatch):
    monkeypatch.setattr(oauth_http, "TOTAL_SECONDS", 0.5)
    provider.replies = [Reply(200, b"{" + b" " * 300, drip=True)]
    with pytest.raises(MailboxTrouble):
        tokens.token(NOON + HOUR)


def test_an_endpoint_that_is_down_is_a_passing_trouble(settings, store):
    gone = settings.model_copy(update={"token_url": "http://127.0.0.1:1/token"})
    with pytest.raises(MailboxTrouble):
        AccessTokens(gone, PRIVACY, store).token(NOON + HOUR)


def test_while_the_old_token_works_it_is_given_and_the_trouble_still_shows(provider, tokens):
    provider.refresh_tokens.clear()
    late = NOON + timedelta(minutes=50)
    assert tokens.token(late) == "first"
    with pytest.raises(LoginRefused):
        tokens.renew_if_due(late)
    with pytest.raises(LoginRefused):
        tokens.token(NOON + HOUR)


# The first login


class Patience:
    """A clock that only moves when somebody waits."""

    def __init__(self):
        self.now, self.pauses = NOON, []

    def __call__(self):
        return self.now

    def pause(self, length):
        self.pauses.append(length.total_seconds())
        self.now += length


def test_a_person_logs_a_mailbox_in(provider, settings):
    shown, store, clock = [], MemoryTokenStore(), Patience()
    log_in_mailbox(settings, PRIVACY, store, clock=clock, show=shown.append, pause=clock.pause)
    assert (shown[0].user_code, shown[0].verification_uri) == (
        "WDJB-MJHT",
        "https://provider.example/device",
    )
    assert {store.tokens[PRIVACY].refresh_token} < provider.refresh_tokens
    assert provider.requests[0] == {"client_id": CLIENT_ID, "scope": SCOPE}


def test_it_waits_for_the_person_and_slows_down_when_asked(provider, settings):
    clock = Patience()
    prompt = start_device_login(settings, NOON)
    provider.replies = [
        json_reply(400, error="authorization_pending"),
        json_reply(400, error="slow_down"),
        Reply(503, b""),
        json_reply(400, error="authorization_pending"),
    ]
    wait_for_consent(settings, prompt, clock=clock, pause=clock.pause)
    assert clock.pauses == [5, 5, 10, 15, 15]


@pytest.mark.parametrize("code", ["access_denied", "expired_token"])
def test_it_stops_when_the_person_declines_or_is_too_late(provider, settings, code):
    clock = Patience()
    prompt = start_device_login(settings, NOON)
    provider.replies = [json_reply(400, error=code)]
    with pytest.raises(LoginRefused):
        wait_for_consent(settings, prompt, clock=clock, pause=clock.pause)


def test_it_stops_by_itself_when_the_code_has_run_out(provider, settings):
    provider.consented = False
    clock = Patience()
    prompt = replace(start_device_login(settings, NOON), expires_at=NOON + timedelta(seconds=20))
    with pytest.raises(LoginRefused):
        wait_for_consent(settings, prompt, clock=clock, pause=clock.pause)
    assert clock.pauses == [5, 5, 5, 5]
    assert len(provider.requests) == 4


def test_no_secret_shows_in_logs_or_reprs(settings, store, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = AccessTokens(settings, PRIVACY, store)
    given = tokens.token(NOON + HOUR)
    prompt = start_device_login(settings, NOON)
    shown = caplog.text + repr(tokens) + repr(settings) + repr(prompt) + repr(store.tokens)
    for secret in (given, CLIENT_SECRET, "first-refresh-token", "device-code"):
        assert secret not in shown


# Settings


def test_google_and_microsoft_need_no_addresses():
    google = OAuthSettings(provider="google", client_id="x")
    microsoft = OAuthSettings(provider="microsoft", client_id="x", tenant="autocloz.example")
    assert google.token_url == "https://oauth2.googleapis.com/token"
    assert microsoft.token_url.startswith("https://login.microsoftonline.com/autocloz.example/")
    assert "offline_access" in microsoft.scope


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"token_url": "http://provider.example/token"},
        {"token_url": "https://provider.example/token", "surplus": 1},
        {"provider": "unheard-of"},
    ],
)
def test_settings_without_a_safe_token_endpoint_are_refused(changes):
    with pytest.raises(ValidationError):
        OAuthSettings(**{"client_id": "x", **changes})


def test_a_provider_without_device_flow_says_what_is_missing(settings):
    without = settings.model_copy(update={"device_authorization_url": None})
    with pytest.raises(LoginRefused) as refused:
        start_device_login(without, NOON)
    assert "device_authorization_url" in str(refused.value)


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (json_reply(400, error="invalid_scope"), LoginRefused),
        (json_reply(200, device_code="d"), MailboxTrouble),
    ],
)
def test_a_device_login_that_cannot_begin_says_so(provider, settings, reply, trouble):
    provider.replies = [reply]
    with pytest.raises(trouble):
        start_device_login(settings, NOON)
