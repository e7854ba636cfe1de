"""Asks a system to carry out a right: one message as Standard Webhooks says, signed, under one id for life."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from notifier.posting import SERVER_ERROR, Answer, Posting, post
from notifier.system_settings import SystemSettings
from privacy.errors import Permanent, Retryable
from privacy.ports import CallReceipt, Clock
from privacy.webhook_signing import signed_headers

BUSY = frozenset((408, 409, 425, 429))
_SECONDS = re.compile(r"[0-9]{1,6}")


class SystemWebhook:
    """One system that takes messages; it says only that it took one, and calls back when it is done."""

    def __init__(self, settings: SystemSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def send(self, name: str, body: str) -> CallReceipt:
        """Post the message under this id. Raises Retryable, also when nobody knows the outcome, and Permanent.

        The same id again is the same message: the receiver does nothing twice.
        """
        settings, octets = self._settings, body.encode()
        headers = signed_headers(settings.key, name, octets, self._clock())
        posting = Posting(
            url=settings.url,
            body=octets,
            headers=headers | {"Content-Type": "application/json"},
            seconds=settings.seconds,
            ca_file=settings.ca_file,
        )
        require_taken(post(posting))
        return CallReceipt()


def require_taken(answer: Answer) -> None:
    """Raise Retryable or Permanent unless the other side took it; the text names the status alone."""
    if answer.is_success:
        return
    reason = f"answered-{answer.status}"
    if answer.status in BUSY or answer.status // 100 == SERVER_ERROR:
        raise Retryable(reason, after=asked_wait(answer.headers))
    raise Permanent(reason)


def asked_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the other side asked us to wait, in seconds (RFC 9110 section 10.2.3); a date is not obeyed."""
    for name in ("retry-after", "x-ratelimit-reset"):
        told = headers.get(name, "")
        if _SECONDS.fullmatch(told):
            return timedelta(seconds=int(told))
    return None
