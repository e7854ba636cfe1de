"""SendGrid and Mailgun on loopback: takes only requests that fit, shows each mail as its reader gets it, plays every trouble.

What Mailgun takes is written down here from its documentation of POST /v3/{domain}/messages, read in November 2026.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

MOST = 1_000
MAILGUN_KEYS = {
    "from", "to", "subject", "text", "html", "recipient-variables", "v:rightsdesk_id", "o:tracking",
    "o:tracking-clicks", "o:tracking-opens", "o:testmode", "h:Reply-To", "h:Auto-Submitted",
    "h:X-Auto-Response-Suppress", "h:X-RightsDesk-Loop", "h:In-Reply-To", "h:References",
    "h:Content-Language", "h:List-Unsubscribe", "h:List-Unsubscribe-Post",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Play:
    """What happens to one call: an answer, or silence (`hang`), or an end without a word (`cut`)."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: bool = False
    cut: bool = False
    keep: bool = False  # the mails of the call leave, whatever the caller hears


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One mail as its reader gets it."""

    to: str
    our_id: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


@cache
def sendgrid_schema() -> dict[str, Any]:
    """What SendGrid takes of us; unknown keys are refused."""
    return dict(json.loads(Path(__file__).with_name("sendgrid_request.json").read_text()))


class MailProvider:
    """A running provider: `delivered` holds the mails, `faults` what did not fit, `plays` what happens next."""

    def __init__(self, *, check: bool = True) -> None:
        self.check = check
        self.delivered: list[Delivered] = []
        self.faults: list[str] = []
        self.calls: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.plays: deque[Play] = deque()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.provider = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take_sendgrid(self, body: bytes) -> Play:
        """Look at a call of SendGrid's form; returns the usual answer."""
        call = json.loads(body)
        self.calls.append(call)
        faults = sendgrid_faults(call) if self.check else []
        if faults:
            self.faults += faults
            return Play(status=400, body=json.dumps({"errors": [{"field": "x"}]}).encode())
        sandbox = call["mail_settings"]["sandbox_mode"]["enable"]
        return Play(
            status=200 if sandbox else 202,
            headers={"X-Message-Id": f"sg{len(self.calls)}"},
            keep=not sandbox,
        )

    def take_mailgun(self, body: bytes) -> Play:
        """Look at a call of Mailgun's form; returns the usual answer."""
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        call: dict[str, Any] = {"to": [value for name, value in fields if name == "to"]}
        call |= {name: value for name, value in fields if name != "to"}
        self.calls.append(call)
        faults = mailgun_faults(call, fields)
        if faults:
            self.faults += faults
            return Play(status=400, body=b'{"message": "it does not fit"}')
        answer = {"id": f"<mg{len(self.calls)}@mg.example>", "message": "Queued. Thank you."}
        return Play(
            status=200, body=json.dumps(answer).encode(), keep=call.get("o:testmode") != "yes"
        )

    def deliver(self, path: str) -> None:
        """Let the mails of the last call arrive."""
        call = self.calls[-1]
        self.delivered += _by_sendgrid(call) if path == "/v3/mail/send" else _by_mailgun(call)


def sendgrid_faults(call: dict[str, Any]) -> list[str]:
    """Return what does not fit; an address may come once in a call."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(sendgrid_schema())
    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(call)]
    addresses = [one["to"][0]["email"] for one in call.get("personalizations", []) if "to" in one]
    if len(set(addresses)) != len(addresses):
        faults.append("an address comes twice")
    return faults


def mailgun_faults(call: dict[str, Any], fields: list[tuple[str, str]]) -> list[str]:
    """Return what does not fit."""
    faults = [f"unknown key {name}" for name in call.keys() - MAILGUN_KEYS]
    names = [name for name, _ in fields if name != "to"]
    faults += ["a key comes twice"] if len(set(names)) != len(names) else []
    variables = json.loads(call.get("recipient-variables", "{}"))
    if not 0 < len(call["to"]) <= MOST or set(variables) != set(call["to"]):
        faults.append("everybody needs variables, or they would see each other")
    if call.get("v:rightsdesk_id") != "%recipient.our-id%":
        faults.append("no id of our own")
    return faults


def _by_sendgrid(call: dict[str, Any]) -> list[Delivered]:
    found = []
    for one in call["personalizations"]:
        marks = one.get("substitutions", {})
        plain, page = (_filled(part["value"], marks) for part in call["content"])
        found.append(
            Delivered(
                to=one["to"][0]["email"],
                our_id=one["custom_args"]["rightsdesk_id"],
                subject=_filled(call["subject"], marks),
                text=plain,
                html=page,
                headers=dict(one.get("headers", {})),
            )
        )
    return found


def _by_mailgun(call: dict[str, Any]) -> list[Delivered]:
    found = []
    for address, variables in json.loads(call["recipient-variables"]).items():
        marks = {f"%recipient.{name}%": value for name, value in variables.items()}
        headers = {name[2:]: value for name, value in call.items() if name.startswith("h:")}
        found.append(
            Delivered(
                to=address,
                our_id=_filled(call["v:rightsdesk_id"], marks),
                subject=_filled(call["subject"], marks),
                text=_filled(call["text"], marks),
                html=_filled(call["html"], marks),
                headers={name: _filled(value, marks) for name, value in headers.items()},
            )
        )
    return found


def _filled(text: str, marks: dict[str, str]) -> str:
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        provider: MailProvider = self.server.provider  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        provider.authorizations.append(self.headers.get("Authorization", ""))
        is_sendgrid = self.path == "/v3/mail/send"
        usual = provider.take_sendgrid(body) if is_sendgrid else provider.take_mailgun(body)
        play = provider.plays.popleft() if provider.plays and usual.status < 300 else usual
        if play.keep:
            provider.deliver(self.path)
        if play.hang:
            provider.closing.wait(self.timeout)
        if play.hang or play.cut:
            self.close_connection = True
            return
        self.send_response(play.status)
        for name, value in play.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(play.body)))
        self.end_headers()
        self.wfile.write(play.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
