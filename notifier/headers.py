"""Header fields of our own that a mail carries on every way out; what a provider writes itself is not among them."""

from __future__ import annotations

from notifier.header_values import FOLD, language, message_ids, one_line, token
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage

UPDATE = "update"  # the one kind of mail that people can unsubscribe from
LONGEST_URL = 900  # one line of a header field (RFC 5322 section 2.1.1)


def mail_headers(message: OutboundMessage) -> dict[str, str]:
    """Return the fields by name. Raises Permanent where one is not of its form."""
    found: dict[str, str] = {}
    if message.automation is not Automation.APPROVED:
        found["Auto-Submitted"] = message.automation.value  # RFC 3834 section 5
        found["X-Auto-Response-Suppress"] = "All"
    if message.loop_mark is not None:
        found["X-RightsDesk-Loop"] = token("X-RightsDesk-Loop", message.loop_mark)
    if message.in_reply_to is not None:
        found["In-Reply-To"] = message_ids("In-Reply-To", (message.in_reply_to,))
    if message.references:
        found["References"] = message_ids("References", message.references).replace(FOLD, " ")
    found["Content-Language"] = language("Content-Language", message.letter.language)
    return found | unsubscribe_headers(message)


def unsubscribe_headers(message: OutboundMessage) -> dict[str, str]:
    """Return the fields of one-click unsubscribing (RFC 8058 section 3.1), for product updates alone.

    Raises Permanent for an update without an address to unsubscribe at, and for any other mail with one: nobody can
    unsubscribe from an answer or a notice. A DKIM signature has to cover both fields; whoever signs for us names them.
    """
    url = message.unsubscribe_url
    if (message.letter.kind == UPDATE) != (url is not None):
        raise Permanent("compose: updates can be unsubscribed from, and no other mail")
    if url is None:
        return {}
    one_line("List-Unsubscribe", url)
    if (
        not (url.isascii() and url.startswith("https://"))
        or len(url) > LONGEST_URL
        or set(url) & set('<> ,"')
    ):
        raise Permanent("compose: List-Unsubscribe is not an https address")
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
