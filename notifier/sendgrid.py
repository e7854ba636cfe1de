"""SendGrid's v3 interface: one call for up to 1,000 people, each in a personalization of their own.

The body is a plain dict: the provider's own objects cost three times as much. The words of a language go once, what differs
for an Owner goes as substitutions; these reach text and page alike, so the page has marks of its own with escaped values.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence

from notifier.addresses import wire_address
from notifier.header_values import one_line
from notifier.headers import mail_headers
from notifier.provider import Reply, Taken
from notifier.transport_settings import SendGridSettings
from privacy.errors import Permanent
from privacy.marks import Mould
from privacy.messages import OutboundMessage

HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
PATH = "/v3/mail/send"
OUR_ID = "rightsdesk_id"  # comes back with every event of the mail
MOST_SUBSTITUTED = 10_000  # octets of the substitutions of one person
BLAMED = re.compile(r"personalizations\.(\d{1,4})(?:\.|$)")
OFF = {"enable": False}


class SendGrid:
    """How SendGrid wants to be spoken to, see `Dialect`."""

    name = "sendgrid"

    def __init__(self, settings: SendGridSettings) -> None:
        self.url = f"{settings.stand_in or HOSTS[settings.region]}{PATH}"
        self.headers: Mapping[str, str] = {
            "authorization": f"Bearer {settings.api_key.get_secret_value()}",
            "content-type": "application/json",
        }
        self._sandbox = settings.sandbox

    def look_at(self, message: OutboundMessage, mould: Mould) -> None:
        """Raise Permanent for an address that is not ASCII, or a value that could be taken for a mark."""
        if not wire_address(message.recipient).isascii():
            raise Permanent("sendgrid: the address is not in ASCII")
        if any("%[" in value for _, value in message.values):
            raise Permanent("sendgrid: a value could be taken for a mark")
        one_line("Subject", message.letter.subject)
        size = sum(len(name) + 4 * len(value) for name, value in message.values)
        if mould.names and size > MOST_SUBSTITUTED and _size(message) > MOST_SUBSTITUTED:
            raise Permanent("sendgrid: the values of this mail are too long")

    def body(self, group: Sequence[OutboundMessage], mould: Mould) -> bytes:
        """Return the call as JSON."""
        first = group[0]
        letter = first.letter
        call: dict[str, object] = {
            "personalizations": [_personalization(one, mould) for one in group],
            "from": {"email": wire_address(first.sender), "name": first.sender_name},
            "subject": letter.subject,
            "content": [
                {"type": "text/plain", "value": letter.text},
                {"type": "text/html", "value": _page(mould)},
            ],
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": OFF,
                "subscription_tracking": OFF,
            },
            "mail_settings": self._mail_settings(letter.kind),
        }
        if first.reply_to is not None:
            call["reply_to"] = {"email": wire_address(first.reply_to)}
        return json.dumps(call, ensure_ascii=False, separators=(",", ":")).encode()

    def _mail_settings(self, kind: str) -> dict[str, object]:
        """Only the list of product updates may stop product updates: nothing else is held back by it."""
        settings: dict[str, object] = {"sandbox_mode": {"enable": self._sandbox}}
        if kind != "update":
            settings["bypass_unsubscribe_management"] = {"enable": True}
        return settings

    def taken(self, reply: Reply) -> Taken | None:
        """202 is acceptance; 200 is what the sandbox answers."""
        if reply.status == 200 and self._sandbox:  # noqa: PLR2004
            return Taken(provider_id=None, pretended=True)
        if reply.status != 202:  # noqa: PLR2004
            return None
        return Taken(provider_id=reply.headers.get("x-message-id", "")[:100] or None)

    def at_fault(self, reply: Reply) -> frozenset[int]:
        """Return the personalizations that the errors name, none where one names anything else."""
        try:
            errors = json.loads(reply.body)["errors"]
            fields = [str(error["field"]) for error in errors]
        except (ValueError, KeyError, TypeError, RecursionError):
            return frozenset()
        named = [BLAMED.match(field) for field in fields]
        if not all(named):
            return frozenset()
        return frozenset(int(match[1]) for match in named if match is not None)


def _personalization(message: OutboundMessage, mould: Mould) -> dict[str, object]:
    one: dict[str, object] = {
        "to": [{"email": wire_address(message.recipient)}],
        "headers": {"Message-ID": message.message_id, **mail_headers(message)},
        "custom_args": {OUR_ID: message.message_id},
    }
    if mould.names:
        one["substitutions"] = _substitutions(message)
    return one


def _substitutions(message: OutboundMessage) -> dict[str, str]:
    found = {f"%[{name}]": value for name, value in message.values}
    found.update({f"%[{name}.html]": html.escape(value) for name, value in message.values})
    return found


def _size(message: OutboundMessage) -> int:
    return len(json.dumps(_substitutions(message), ensure_ascii=False).encode())


def _page(mould: Mould) -> str:
    """Return the page with the marks whose values are escaped."""
    pieces = list(mould.html)
    pieces[1::2] = [f"%[{name}.html]" for name in mould.html[1::2]]
    return "".join(pieces)
