"""A token endpoint on loopback that checks each request and plays what providers do."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from urllib.parse import parse_qs

from servers.loopback_http import LoopbackServer

CLIENT_ID, CLIENT_SECRET = "rightsdesk-test", "client-secret-of-this-test"
SCOPE = "mail.read offline"
FORM = "application/x-www-form-urlencoded"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
Form = dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What goes back. `drip` sends the body octet by octet, a tenth of a second apart."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False


def json_reply(status: int, **values: object) -> Reply:
    return Reply(status, json.dumps(values).encode())


class OAuthProvider(LoopbackServer):
    """Gives out tokens for the refresh and the device grant (RFC 6749, RFC 8628).

    `replies` holds answers to play instead, first come first served; `requests` every form that
    came in, `complaints` what was wrong with them. With `rotates` each refresh token works once.
    """

    def __init__(self, issue: Callable[[], str] = lambda: secrets.token_urlsafe(16)) -> None:
        self.issue = issue
        self.requests: list[Form] = []
        self.complaints: list[str] = []
        self.replies: list[Reply] = []
        self.refresh_tokens = {"first-refresh-token"}
        self.rotates = False
        self.expires_in: object = 3600
        self.consented = True
        super().__init__(_handler_for(self))

    def answer(self, path: str, content_type: str, form: Form) -> Reply:
        """Return what this request deserves."""
        self.requests.append(form)
        if content_type != FORM or form.get("client_id") != CLIENT_ID:
            self.complaints.append(f"{path}: {content_type}, client {form.get('client_id')}")
            return json_reply(401, error="invalid_client")
        if self.replies:
            return self.replies.pop(0)
        return self._device_code(form) if path == "/device" else self._token(form)

    def _token(self, form: Form) -> Reply:
        if form.get("client_secret") != CLIENT_SECRET:
            return json_reply(401, error="invalid_client")
        device = form.get("grant_type") == DEVICE_GRANT
        return self._device_token(form) if device else self._refreshed(form)

    def _device_code(self, form: Form) -> Reply:
        if form.get("scope") != SCOPE:
            return json_reply(400, error="invalid_scope")
        return json_reply(
            200,
            device_code="device-code",
            user_code="WDJB-MJHT",
            verification_uri="https://provider.example/device",
            expires_in=900,
            interval=5,
        )

    def _device_token(self, form: Form) -> Reply:
        if form.get("device_code") != "device-code":
            return json_reply(400, error="invalid_grant")
        if not self.consented:
            return json_reply(400, error="authorization_pending")
        return self._tokens(self._new_refresh_token())

    def _refreshed(self, form: Form) -> Reply:
        if form.get("grant_type") != "refresh_token" or form.get("scope") != SCOPE:
            self.complaints.append(f"grant {form.get('grant_type')}, scope {form.get('scope')}")
            return json_reply(400, error="invalid_request")
        used = form.get("refresh_token", "")
        if used not in self.refresh_tokens:
            return json_reply(400, error="invalid_grant")
        if not self.rotates:
            return self._tokens(None)
        self.refresh_tokens.discard(used)
        return self._tokens(self._new_refresh_token())

    def _new_refresh_token(self) -> str:
        token = secrets.token_urlsafe(16)
        self.refresh_tokens.add(token)
        return token

    def _tokens(self, refresh_token: str | None) -> Reply:
        given = {} if refresh_token is None else {"refresh_token": refresh_token}
        return json_reply(
            200,
            access_token=self.issue(),
            token_type="Bearer",
            expires_in=self.expires_in,
            **given,
        )


def _handler_for(provider: OAuthProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            fields = parse_qs(self.rfile.read(length).decode("ascii"), strict_parsing=True)
            form = {name: values[0] for name, values in fields.items()}
            self._send(provider.answer(self.path, self.headers.get("Content-Type", ""), form))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = not send_body(self.wfile, reply)

        def log_message(self, *_: object) -> None:
            """Stay silent: the standard handler writes each request to stderr."""

    return Handler


def send_body(stream: BufferedIOBase, reply: Reply) -> bool:
    """Send it as the reply wants; return whether the client took it all."""
    octets = [bytes([octet]) for octet in reply.body]
    pieces = octets if reply.drip else [reply.body]
    try:
        for piece in pieces:
            stream.write(piece)
            time.sleep(0.1 if reply.drip else 0)
    except OSError:
        return False
    return True
