"""The mail with a sign-in link: it belongs to no case, is kept nowhere, and says the link once."""

from __future__ import annotations

import secrets

from casework.profile import DeskProfile
from casework.signing_in import MadeLink
from privacy.messages import Automation, OutboundMessage
from responders.sign_in import write_sign_in


def sign_in_mail(made: MadeLink, desk: DeskProfile, *, page_url: str) -> OutboundMessage:
    """Return the mail; `page_url` is the address of the desk, without a slash at its end."""
    mailbox = desk.mailboxes[0]
    url = f"{page_url}/sign-in/link/{made.token}"
    letter = write_sign_in(
        desk.identity,
        url,
        language=made.account.language,
        expires_at=made.expires_at,
        book=desk.book,
    )
    domain = mailbox.address.rpartition("@")[2]
    return OutboundMessage(
        message_id=f"<signin.{secrets.token_hex(16)}@{domain}>",
        sender=mailbox.address,
        sender_name=desk.identity.name,
        recipient=made.account.address,
        envelope_from=mailbox.address,
        letter=letter,
        automation=Automation.GENERATED,
        date=made.made_at,
    )
