"""An identity provider on loopback: it issues access tokens and says which are still good."""

import json
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs

from servers.ports import LOOPBACK


class IdentityProvider:
    """Answers token introspection (RFC 7662) for the tokens it issued."""

    def __init__(self) -> None:
        self._users: dict[str, str] = {}
        self._lock = Lock()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler_for(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def introspection_url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/introspect"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def issue_token(self, user: str) -> str:
        """Return a new access token that is good for this user until it is revoked."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._users[token] = user
        return token

    def revoke(self, token: str) -> None:
        """Make a token worthless from now on, as expiry or an administrator would."""
        with self._lock:
            self._users.pop(token, None)

    def introspect(self, token: str) -> dict[str, object]:
        with self._lock:
            user = self._users.get(token)
        return {"active": False} if user is None else {"active": True, "username": user}


def _handler_for(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            form = parse_qs(self.rfile.read(length).decode("ascii"))
            answer = json.dumps(provider.introspect(form.get("token", [""])[0])).encode("ascii")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Stay silent: the standard handler writes each request to stderr."""

    return Handler
