"""Requests to a token endpoint: strictly bounded in time and size, no redirect, no proxy."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from intake.imap_limits import Lifeline
from intake.imap_trouble import MailboxTrouble, Reason
from intake.settings import OAuthSettings

TOTAL_SECONDS = 20.0
TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
MOST_OCTETS = 64 * 1024
LONGEST_AFTER = timedelta(minutes=30)
SERVER_ERROR = 500
TOO_MANY = 429


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A JSON object that a token endpoint answered; its contents are secret."""

    ok: bool
    values: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return no more than whether it was a success."""
        return f"Answer(ok={self.ok})"

    def text(self, name: str) -> str | None:
        """Return a value when it is a non-empty text of printable ASCII."""
        value = self.values.get(name)
        usable = isinstance(value, str) and value and value.isascii() and value.isprintable()
        return value if usable else None

    def seconds(self, name: str, *, default: int, most: int) -> int:
        """Return a number of seconds within sane bounds; some providers send it as a text."""
        try:
            value = int(self.values.get(name, default))
        except (TypeError, ValueError, OverflowError):
            return default
        return min(max(value, 1), most)


def post_form(url: str, form: Mapping[str, str], settings: OAuthSettings) -> Answer:
    """Send a form and return the JSON object of the answer.

    Raises MailboxTrouble (Retryable) when the endpoint is out of reach, slow, busy or answers
    with something else than JSON.
    """
    lifeline = Lifeline()
    try:
        with lifeline.limit(seconds=TOTAL_SECONDS, octets=MOST_OCTETS):
            return _exchange(url, form, settings, lifeline)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, RecursionError):
        trouble = MailboxTrouble(Reason.TOKEN)
    finally:
        lifeline.release()
    raise trouble  # outside of the handler: the vendor's error quotes the answer


def _exchange(
    url: str, form: Mapping[str, str], settings: OAuthSettings, lifeline: Lifeline
) -> Answer:
    verify = ssl.create_default_context(cafile=settings.ca_file)
    with (
        httpx2.Client(verify=verify, timeout=TIMEOUT, trust_env=False) as client,
        client.stream(
            "POST",
            url,
            data=dict(form),
            headers={"Accept": "application/json"},
            extensions={"trace": _attach_to(lifeline)},
        ) as response,
    ):
        if response.status_code == TOO_MANY or response.status_code >= SERVER_ERROR:
            raise MailboxTrouble(Reason.TOKEN, after=_asked_pause(response))
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if not lifeline.spend(len(piece)):
                raise MailboxTrouble(Reason.TOKEN)
        return Answer(ok=response.is_success, values=_object(bytes(body)))


def _attach_to(lifeline: Lifeline) -> Any:  # noqa: ANN401 - the vendor's hook
    """Return a hook that gets hold of the socket: timeouts alone count from byte to byte."""

    def hook(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            lifeline.attach(info["return_value"].get_extra_info("socket"))

    return hook


def _object(body: bytes) -> dict[str, Any]:
    values = json.loads(body)
    if not isinstance(values, dict):
        raise MailboxTrouble(Reason.TOKEN)
    return values


def _asked_pause(response: httpx2.Response) -> timedelta | None:
    asked = response.headers.get("Retry-After", "")
    if not asked.isascii() or not asked.isdigit():
        return None
    return min(timedelta(seconds=min(int(asked[:6]), 10**6)), LONGEST_AFTER)
