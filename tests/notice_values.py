"""Notices to many Owners, as the tests of the ways out send them."""

from dataclasses import replace
from datetime import UTC, datetime

from privacy.messages import Automation, Letter, OutboundMessage

NOTICE = Letter(
    kind="notice",
    language="en",
    subject="A change for %[workspace]",
    text="Dear %[name],\n\n.the policy for %[workspace] changes.\n..\n.\n",
    html="<p>Dear %[name],</p>\n<p>the policy for %[workspace] changes.</p>\n",
)
HINWEIS = Letter(
    kind="notice",
    language="de",
    subject="Eine Änderung für %[workspace]",
    text="Guten Tag %[name], die Erklärung für %[workspace] ändert sich.\n",
    html="<p>Guten Tag %[name], die Erklärung für %[workspace] ändert sich.</p>\n",
)
ONE = OutboundMessage(
    message_id="<c.0000000000000000000000000a.0000000000000000@autocloz.example>",
    sender="privacy@autocloz.example",
    sender_name="Autocloz Privacy Desk",
    recipient="olivia@kite.example",
    envelope_from="privacy+b.0000000000000000.0000000000000000000000000a@autocloz.example",
    letter=NOTICE,
    automation=Automation.APPROVED,
    date=datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
    values=(("name", "Olivia"), ("workspace", "Kite & <Sons>")),
)


def notice(number: int, **changes: object) -> OutboundMessage:
    """Return the notice to one of many Owners."""
    token = f"{number:026d}"
    return replace(
        ONE,
        message_id=f"<c.{token}.0000000000000000@autocloz.example>",
        recipient=f"olivia{number}@kite.example",
        envelope_from=f"privacy+b.0000000000000000.{token}@autocloz.example",
        values=(("name", f"Olivia {number}"), ("workspace", f"Kite & <{number}>")),
        **changes,  # type: ignore[arg-type]
    )


def notices(count: int) -> list[OutboundMessage]:
    """Return notices to so many Owners, every third one in German."""
    return [notice(n, letter=HINWEIS if n % 3 == 2 else NOTICE) for n in range(count)]
