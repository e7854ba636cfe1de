"""Mailgun's messages interface: one call for up to 1,000 people, who see their own address alone.

Recipient variables keep people apart and carry what differs for each; the id of our own travels as a custom variable and
comes back with every event. Mailgun gives the mails Message-IDs of its own.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from notifier.addresses import wire_address
from notifier.header_values import FOLD, named_address
from notifier.headers import mail_headers
from notifier.provider import Part, Reply, Taken
from notifier.transport_settings import MailgunSettings
from privacy.errors import Permanent
from privacy.marks import Mould
from privacy.messages import OutboundMessage

HOSTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
OUR_ID = "rightsdesk_id"
FOREIGN_MARK = "%recipient"


class Mailgun:
    """How Mailgun wants to be spoken to, see `Dialect`."""

    name = "mailgun"

    def __init__(self, settings: MailgunSettings) -> None:
        host = settings.stand_in or HOSTS[settings.region]
        self.url = f"{host}/v3/{quote(settings.domain, safe='')}/messages"
        secret = f"api:{settings.api_key.get_secret_value()}".encode()
        self.headers: Mapping[str, str] = {
            "authorization": f"Basic {base64.b64encode(secret).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }
        self._pretend = settings.test_mode

    def part(self, message: OutboundMessage, mould: Mould) -> Part:
        """Return one person's variables. Raises Permanent for an address that is not ASCII, or words that are marks."""
        address = wire_address(message.recipient)
        if not address.isascii():
            raise Permanent("mailgun: the address is not in ASCII")
        letter = mould.letter
        words = (letter.subject, letter.text, letter.html, *(value for _, value in message.values))
        if any(FOREIGN_MARK in text for text in words):
            raise Permanent("mailgun: words could be taken for a mark")
        mail_headers(message)
        return {address: _variables_of(message)}

    def body(self, first: OutboundMessage, parts: Sequence[Part], mould: Mould) -> bytes:
        """Return the call as a form."""
        variables = {address: of for part in parts for address, of in part.items()}
        sender = named_address("From", first.sender_name, first.sender).replace(FOLD, " ")
        fields: list[tuple[str, str]] = [("from", sender)]
        fields += [("to", address) for address in variables]
        fields += [
            ("subject", _marked(mould.subject, "")),
            ("text", _marked(mould.text, "")),
            ("html", _marked(mould.html, "-html")),
            (f"v:{OUR_ID}", "%recipient.our-id%"),
            ("o:tracking", "no"),
            ("o:tracking-clicks", "no"),
            ("o:tracking-opens", "no"),
            (
                "recipient-variables",
                json.dumps(variables, ensure_ascii=False, separators=(",", ":")),
            ),
        ]
        fields += [(f"h:{name}", value) for name, value in _headers(first).items()]
        if self._pretend:
            fields.append(("o:testmode", "yes"))
        return urlencode(fields).encode()

    def taken(self, reply: Reply) -> Taken | None:
        """200 with an id is acceptance; anything else may be another server's page."""
        try:
            answer = json.loads(reply.body)
            provider_id = answer["id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        if reply.status != 200 or not isinstance(provider_id, str):  # noqa: PLR2004
            return None
        return Taken(provider_id=provider_id[:200], pretended=self._pretend)

    def at_fault(self, reply: Reply) -> frozenset[int]:  # noqa: ARG002 - the reply names nobody
        """Return nobody: the provider refuses a whole call and does not say for whose sake."""
        return frozenset()


def _headers(first: OutboundMessage) -> dict[str, str]:
    """Return the fields of the call; what differs for each person stands there as a mark."""
    found = mail_headers(first)
    if "List-Unsubscribe" in found:
        found["List-Unsubscribe"] = "<%recipient.our-unsubscribe%>"
    if "X-RightsDesk-Loop" in found:
        found["X-RightsDesk-Loop"] = "%recipient.our-loop%"
    if first.reply_to is not None:
        found["Reply-To"] = wire_address(first.reply_to)
    return found


def _variables_of(message: OutboundMessage) -> dict[str, str]:
    found = {"our-id": message.message_id}  # no mark of a letter has a hyphen in its name
    for name, value in message.values:
        found[name] = value
        found[f"{name}-html"] = html.escape(value)
    if message.unsubscribe_url is not None:
        found["our-unsubscribe"] = message.unsubscribe_url
    if message.loop_mark is not None:
        found["our-loop"] = message.loop_mark
    return found


def _marked(parts: Sequence[str], suffix: str) -> str:
    """Return text with the provider's marks in place of ours."""
    pieces = list(parts)
    pieces[1::2] = [f"%recipient.{name}{suffix}%" for name in parts[1::2]]
    return "".join(pieces)
