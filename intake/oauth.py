"""Access tokens for a mailbox: kept fresh, rotated without ever losing the only good one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from intake.imap_trouble import LoginRefused, MailboxTrouble, Reason
from intake.oauth_http import Answer, post_form
from intake.settings import OAuthSettings
from privacy.errors import PrivacyError
from privacy.ports import OAuthTokens, TokenStore

USUAL_LIFE_SECONDS = 3600  # assumed where the answer does not say (RFC 6749 section 5.1)
LONGEST_LIFE_SECONDS = 24 * 3600
REFRESH_AT = 0.8  # of the life: the rest is for troubles of the endpoint
PASSING_ERRORS = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class AccessTokens:
    """Gives the access token of one mailbox. For any number of threads."""

    def __init__(self, settings: OAuthSettings, mailbox: str, store: TokenStore) -> None:
        self._settings, self._mailbox, self._store = settings, mailbox, store
        self._lock = threading.Lock()
        self._refused_token: str | None = None
        self._given: str | None = None
        self._life = timedelta(seconds=USUAL_LIFE_SECONDS)

    def __repr__(self) -> str:
        """Return no token and no address."""
        return "AccessTokens()"

    def token(self, now: datetime) -> str:
        """Return a token that is good at this instant, renewed at 80 % of its life.

        Raises LoginRefused (Permanent) when the consent is gone, MailboxTrouble (Retryable) when
        the endpoint is out of reach. While the old token works its trouble is only raised by
        `renew_if_due`.
        """
        with self._lock:
            try:
                tokens = self._current(now)
            except PrivacyError:
                old = self._store.load(self._mailbox)
                if old is None or not self._is_usable(old, now):
                    raise
                tokens = old
            self._given = tokens.access_token
            return tokens.access_token

    def renew_if_due(self, now: datetime) -> None:
        """Renew the token when it is time. Raises like `token`, also while the old one works."""
        with self._lock:
            self._current(now)

    def refused(self) -> None:
        """Take note that the mail server did not accept the token given last."""
        with self._lock:
            self._refused_token = self._given

    def _current(self, now: datetime) -> OAuthTokens:
        tokens = self._store.load(self._mailbox)
        if tokens is not None and self._is_fresh(tokens, now):
            return tokens
        return self._refresh(tokens, now)

    def _is_fresh(self, tokens: OAuthTokens, now: datetime) -> bool:
        return self._is_usable(tokens, now + self._life * (1 - REFRESH_AT))

    def _is_usable(self, tokens: OAuthTokens, now: datetime) -> bool:
        return tokens.access_token != self._refused_token and now < tokens.expires_at

    def _refresh(self, tokens: OAuthTokens | None, now: datetime) -> OAuthTokens:
        refresh_token = self._refresh_token(tokens)
        answer = post_form(
            self._settings.token_url,
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                **client_identity(self._settings),
                **({"scope": self._settings.scope} if self._settings.scope else {}),
            },
            self._settings,
        )
        renewed = tokens_from(answer, refresh_token=refresh_token, now=now)
        self._store.save(self._mailbox, renewed)  # before its use: it may be the only good one
        self._life = renewed.expires_at - now
        return renewed

    def _refresh_token(self, tokens: OAuthTokens | None) -> str:
        if tokens is not None:
            return tokens.refresh_token
        if self._settings.refresh_token is None:
            raise LoginRefused("no token yet: run `rightsdesk mailbox login`")
        return self._settings.refresh_token.get_secret_value()


def client_identity(settings: OAuthSettings) -> dict[str, str]:
    """Return who asks, as form fields (RFC 6749 section 2.3.1)."""
    secret = settings.client_secret
    known = {} if secret is None else {"client_secret": secret.get_secret_value()}
    return {"client_id": settings.client_id, **known}


def tokens_from(answer: Answer, *, refresh_token: str | None, now: datetime) -> OAuthTokens:
    """Return the tokens of an answer; where it brings no new refresh token the old one stays.

    Raises LoginRefused when the provider says no for good, else MailboxTrouble.
    """
    if not answer.ok:
        raise refusal(answer)
    access, kind = answer.text("access_token"), answer.text("token_type") or ""
    keep = answer.text("refresh_token") or refresh_token
    if access is None or keep is None or kind.lower() != "bearer":
        raise MailboxTrouble(Reason.TOKEN)
    seconds = answer.seconds("expires_in", default=USUAL_LIFE_SECONDS, most=LONGEST_LIFE_SECONDS)
    return OAuthTokens(
        access_token=access, refresh_token=keep, expires_at=now + timedelta(seconds=seconds)
    )


def refusal(answer: Answer) -> PrivacyError:
    """Return the error for an answer that is none: passing, or for a person to settle.

    The code is taken over only when it is a known one (RFC 6749 section 5.2).
    """
    code = answer.text("error")
    if code is None or code in PASSING_ERRORS:
        return MailboxTrouble(Reason.TOKEN)
    return LoginRefused(MEANING.get(code, "the provider gives out no token"))


MEANING: Mapping[str, str] = {
    "invalid_grant": "consent was revoked or has expired: run `rightsdesk mailbox login`",
    "invalid_client": "the provider does not know client_id with this client_secret",
    "unauthorized_client": "the application may not use this kind of grant",
    "invalid_scope": "the provider does not know the scope",
    "interaction_required": "the provider wants a new login: run `rightsdesk mailbox login`",
    "access_denied": "the login was declined",
    "expired_token": "the code was not entered in time",
}
