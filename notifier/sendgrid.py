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
from notifier.header_values import message_ids
from notifier.headers import mail_headers
from notifier.provider import Part, Reply, Taken
from notifier.transport_settings import SendGridSettings
from privacy.errors import Permanent
from privacy.marks import Mould, Values
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

    def part(self, message: OutboundMessage, mould: Mould) -> Part:
        """Return one personalization. Raises Permanent for an address that is not ASCII, or values that do not fit."""
        address = wire_address(message.recipient)
        if not address.isascii():
            raise Permanent("sendgrid: the address is not in ASCII")
        ours = message_ids("Message-ID", (message.message_id,))
        one: Part = {
            "to": [{"email": address}],
            "headers": {"Message-ID": ours, **mail_headers(message)},
            "custom_args": {OUR_ID: ours},
        }
        if mould.names:
            one["substitutions"] = _substitutions(message.values)
        return one

    def body(self, first: OutboundMessage, parts: Sequence[Part], mould: Mould) -> bytes:
        """Return the call as JSON."""
        letter = first.letter
        call: dict[str, object] = {
            "personalizations": parts,
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


def _substitutions(values: Values) -> dict[str, str]:
    """Return the values by mark, plain and escaped. Raises Permanent for what is a mark, or too long."""
    found: dict[str, str] = {}
    for name, value in values:
        if "%[" in value:
            raise Permanent("sendgrid: a value could be taken for a mark")
        found[f"%[{name}]"] = value
        found[f"%[{name}.html]"] = html.escape(value)
    size = sum(map(len, found)) + sum(len(value.encode()) for value in found.values())
    if size > MOST_SUBSTITUTED:
        raise Permanent("sendgrid: the values of this mail are too long")
    return found


def _page(mould: Mould) -> str:
    """Return the page with the marks whose values are escaped."""
    pieces = list(mould.html)
    pieces[1::2] = [f"%[{name}.html]" for name in mould.html[1::2]]
    return "".join(pieces)
