"""Alarms to a person, on ways of their own: an HTTP POST, or a mail over another server than the letters'."""

from __future__ import annotations

import html
import secrets

import httpx2

from notifier.settings import MailAlarmSettings, WebhookAlarmSettings
from notifier.smtp import SmtpTransport
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.ports import Clock

BUSY = frozenset((408, 425, 429))
ID_BYTES = 12


class WebhookAlarm:
    """Calls by posting JSON with `subject` and `text`, as chat programs take it."""

    def __init__(self, settings: WebhookAlarmSettings) -> None:
        self._settings = settings

    def send(self, subject: str, text: str) -> None:
        """Post one alarm; raises Retryable when nobody answered well, Permanent when the address refused it.

        Redirects are not followed and no proxy is asked: the alarm goes where the settings say, or nowhere.
        """
        body = {"subject": subject, "text": f"{subject}\n{text}"}
        settings = self._settings
        try:
            with httpx2.Client(timeout=settings.timeout_seconds, trust_env=False) as client:
                status = client.post(settings.url.get_secret_value(), json=body).status_code
        except (httpx2.HTTPError, OSError) as error:
            # The cause could name the address, which is a secret: it is not kept.
            raise Retryable(f"alarm: webhook out of reach, {type(error).__name__}") from None
        if status // 100 == 2:  # noqa: PLR2004 - RFC 9110 section 15.3
            return
        reason = f"alarm: webhook answered {status}"
        raise Retryable(reason) if status in BUSY or status // 100 == 5 else Permanent(reason)  # noqa: PLR2004


class MailAlarm:
    """Calls by mail; each alarm opens a connection of its own, so that none is found dead when it is needed."""

    def __init__(self, settings: MailAlarmSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def send(self, subject: str, text: str) -> None:
        """Mail one alarm; raises Permanent or Retryable. A doubtful outcome counts as a failure: better twice."""
        transport = SmtpTransport(self._settings.smtp)
        try:
            transport.send(self._make_message(subject, text))
        except OutcomeUnknown as error:
            raise Retryable("alarm: nobody knows whether the mail left") from error
        finally:
            transport.close()

    def _make_message(self, subject: str, text: str) -> OutboundMessage:
        sender = self._settings.sender
        page = f"<!doctype html><title>Alarm</title><pre>{html.escape(text)}</pre>\n"
        return OutboundMessage(
            message_id=f"<alarm.{secrets.token_hex(ID_BYTES)}@{sender.rpartition('@')[2]}>",
            sender=sender,
            sender_name="rightsdesk",
            recipient=self._settings.recipient,
            envelope_from=sender,
            letter=Letter(kind="alarm", language="en", subject=subject, text=text, html=page),
            automation=Automation.GENERATED,
            date=self._clock(),
        )
