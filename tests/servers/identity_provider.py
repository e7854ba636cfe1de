"""An OpenID Connect provider on loopback that signs people in, and plays what goes wrong with one."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from servers.loopback_http import LoopbackServer

CLIENT_ID, CLIENT_SECRET = "rightsdesk-desk", "client secret of the desk"


class IdentityProvider(LoopbackServer):
    """Signs `address` in; `claims` change what its token says, `trouble` is what it plays instead.

    Troubles: `denied`, `token_error`, `wrong_key`, `no_token`, `other_issuer`, `away`, `slow`. `complaints` is what was wrong with requests.
    """

    def __init__(self, address: str = "sam@autocloz.example") -> None:
        self.address = address
        self.claims: dict[str, Any] = {}
        self.trouble = ""
        self.complaints: list[str] = []
        self.token_requests = 0
        self.key = _new_key("first")
        self._asked: dict[str, str] = {}
        super().__init__(_handler_for(self))

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self.key = _new_key("second")

    def discovery(self) -> dict[str, Any]:
        issuer = "https://other.example" if self.trouble == "other_issuer" else self.url
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def keys(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(KeySet([self.key]).as_dict(private=False))
        return found

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        self._asked = asked
        if asked.get("code_challenge_method") != "S256" or asked.get("client_id") != CLIENT_ID:
            self.complaints.append("authorize")
        answer = {"state": asked.get("state", "")}
        answer |= {"error": "access_denied"} if self.trouble == "denied" else {"code": "the-code"}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Return the answer to a request for a token."""
        self.token_requests += 1
        if self.trouble == "slow":
            time.sleep(3)  # longer than the desk waits
        if self.trouble == "token_error":
            return 500, {"error": "server_error"}
        if not self._is_right(form, authorization):
            self.complaints.append("token")
            return 400, {"error": "invalid_grant"}
        answer = {"access_token": "x", "token_type": "Bearer", "expires_in": 60}
        return 200, answer if self.trouble == "no_token" else answer | {
            "id_token": self._id_token()
        }

    def _is_right(self, form: dict[str, str], authorization: str) -> bool:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = f"Basic {base64.b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
        return (
            form.get("code") == "the-code"
            and challenge == self._asked.get("code_challenge")
            and form.get("redirect_uri") == self._asked.get("redirect_uri")
            and authorization == known
        )

    def _id_token(self) -> str:
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": self._asked.get("nonce"),
            "email": self.address,
            "email_verified": True,
        } | self.claims
        key = _new_key(str(self.key.kid)) if self.trouble == "wrong_key" else self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, said, key)


def _new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


def _handler_for(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
                return
            offered = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.keys,
            }
            self._json(503 if provider.trouble == "away" else 200, offered[parts.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(*provider.token(form, self.headers.get("Authorization", "")))

        def _json(self, status: int, values: dict[str, Any]) -> None:
            body = json.dumps(values).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler
