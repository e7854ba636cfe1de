"""Sign-in by a provider (OpenID Connect Core 1.0, authorization code with PKCE, RFC 7636): who somebody is, proved."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from desk.settings import LOOPBACK, OidcSettings
from privacy.ports import Clock

SECONDS = 10.0
LEEWAY = timedelta(seconds=60)  # clocks differ
KEPT = timedelta(hours=1)  # what the provider offers is read anew after that
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never none, never one with our own secret
SECRET_BYTES = 32
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class SignInRefused(Exception):
    """Nobody is signed in; `reason` is a code for the log, and holds nothing of the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What the answer of the provider has to fit to; the browser keeps it meanwhile."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def as_cookie(self) -> str:
        """Return it as a cookie holds it."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


def read_errand(cookie: str) -> Errand:
    """Return what a cookie holds. Raises SignInRefused for another one."""
    parts = cookie.split(".")
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - as as_cookie writes it
        raise SignInRefused("no_errand")
    return Errand(state=parts[0], nonce=parts[1], verifier=parts[2])


class OidcProvider:
    """One provider; every function may wait for it, and raises SignInRefused when it does not do its part."""

    def __init__(
        self, settings: OidcSettings, *, redirect_url: str, clock: Clock, seconds: float = SECONDS
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._redirect_url = redirect_url
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._offered: tuple[datetime, Mapping[str, str]] | None = None
        self._keys: KeySet | None = None

    def begin(self) -> tuple[str, Errand]:
        """Return the address to send the browser to, and what its answer has to fit to."""
        errand = Errand(
            state=secrets.token_urlsafe(SECRET_BYTES),
            nonce=secrets.token_urlsafe(SECRET_BYTES),
            verifier=secrets.token_urlsafe(SECRET_BYTES + 16),
        )
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._offer()["authorization_endpoint"],
                state=errand.state,
                nonce=errand.nonce,
                code_verifier=errand.verifier,
            )
        return str(url), errand

    def finish(self, answer: Mapping[str, str], errand: Errand) -> str:
        """Return the address that the provider proved."""
        if not hmac.compare_digest(answer.get("state", "").encode(), errand.state.encode()):
            raise SignInRefused("wrong_state")
        if "error" in answer:
            raise SignInRefused("refused_there")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:  # RFC 9207
            raise SignInRefused("wrong_issuer")
        token = self._fetch_token(answer.get("code", ""), errand)
        return _address_in(self._claims(token, errand.nonce))

    def _fetch_token(self, code: str, errand: Errand) -> str:
        endpoint = self._offer()["token_endpoint"]
        try:
            with self._client() as client:
                answer = client.fetch_token(endpoint, code=code, code_verifier=errand.verifier)
        except (OAuthError, httpx2.HTTPError, ValueError):
            raise SignInRefused("no_token") from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("no_id_token")
        return token

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What the token says, once its signature holds; a key that is not known may be a new one."""
        for keys in (self._key_set(anew=False), None):
            try:
                found = jwt.decode(token, keys or self._key_set(anew=True), algorithms=ALGORITHMS)
                break
            except (JoseError, ValueError):
                continue
        else:
            raise SignInRefused("wrong_signature")
        self._require(found.claims, nonce)
        return found.claims

    def _require(self, claims: Mapping[str, Any], nonce: str) -> None:
        """OpenID Connect Core section 3.1.3.7."""
        ours, audience = self._settings.client_id, claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._settings.issuer:
            raise SignInRefused("wrong_issuer")
        if ours not in audiences or claims.get("azp", ours) != ours:
            raise SignInRefused("wrong_audience")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise SignInRefused("wrong_nonce")
        _require_time(claims, self._clock().timestamp())

    def _offer(self) -> Mapping[str, str]:
        with self._lock:
            if self._offered is None or self._clock() - self._offered[0] >= KEPT:
                self._offered = (self._clock(), self._read_offer())
            return self._offered[1]

    def _read_offer(self) -> Mapping[str, str]:
        """OpenID Connect Discovery 1.0 section 4: the issuer has to name itself as we do."""
        found = self._get(self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self._settings.issuer:
            raise SignInRefused("wrong_issuer")
        for name in ENDPOINTS:
            if not _is_safe(found.get(name)):
                raise SignInRefused("no_endpoint")
        return {name: str(found[name]) for name in ENDPOINTS}

    def _key_set(self, *, anew: bool) -> KeySet:
        address = self._offer()["jwks_uri"]
        with self._lock:
            if self._keys is None or anew:
                try:
                    self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError):
                    raise SignInRefused("no_keys") from None
            return self._keys

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = httpx2.get(url, timeout=self._seconds, follow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError):
            raise SignInRefused("out_of_reach") from None
        if not isinstance(found, dict):
            raise SignInRefused("out_of_reach")
        return found

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret.get_secret_value(),
            scope=" ".join(self._settings.scopes),
            redirect_uri=self._redirect_url,
            code_challenge_method="S256",
            timeout=self._seconds,
        )


def _require_time(claims: Mapping[str, Any], now: float) -> None:
    ends, begins = claims.get("exp"), claims.get("iat")
    if not isinstance(ends, int | float) or not isinstance(begins, int | float):
        raise SignInRefused("no_time")
    if now > ends + LEEWAY.total_seconds() or now < begins - LEEWAY.total_seconds():
        raise SignInRefused("expired")


def _address_in(claims: Mapping[str, Any]) -> str:
    """An address that the provider did not verify is anybody's."""
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str):
        raise SignInRefused("not_verified")
    return address


def _is_safe(url: object) -> bool:
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
