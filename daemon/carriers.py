"""Sends a mailbox a tagged mail through the real way out and waits for it: providers differ in what they keep."""

from __future__ import annotations

import secrets
import time
from datetime import datetime

from daemon.clock import utc_now
from daemon.settings import MailboxEntry
from daemon.ways import letter_way
from daemon.wiring import Desk, TokenShelf
from intake.carrier_probe import SurvivingTags, find_tagged_mail
from privacy.errors import Retryable
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.tokens import NUMBER_BITS, make_message_id, make_token, tagged_address

WAIT_SECONDS = 90.0
LOOK_EVERY_SECONDS = 3.0


def check_carriers(entry: MailboxEntry, desk: Desk) -> str:
    """Return in one line which settings the provider supports. Raises Permanent or Retryable."""
    if entry.imap is None:
        return "not read over IMAP, so nothing can be looked for"
    number = secrets.randbits(NUMBER_BITS)
    token = make_token(number, desk.services.desk.token_key)
    message = _probe(entry.address, number, token, desk, utc_now())
    transport = letter_way(desk.settings)
    try:
        transport.send(message)
    finally:
        transport.close()
    tokens = TokenShelf(desk.database).source(entry.imap)
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = find_tagged_mail(entry.imap, tokens, token, utc_now())
        if found is not None:
            return _words(found)
        time.sleep(LOOK_EVERY_SECONDS)
    raise Retryable(
        f"the tagged mail did not arrive in {WAIT_SECONDS:.0f} seconds: keep plus_address = false"
    )


def _probe(address: str, number: int, token: str, desk: Desk, now: datetime) -> OutboundMessage:
    """A mail from us to us: when it comes in, the desk knows its own letter and opens no case."""
    text = "This mail checks which tags the mail provider keeps. It can be deleted.\n"
    return OutboundMessage(
        message_id=make_message_id(
            number, "probe", key=desk.services.desk.token_key, domain=address.rpartition("@")[2]
        ),
        sender=address,
        sender_name=desk.settings.desk.name,
        recipient=tagged_address(address, "c", token),
        envelope_from=tagged_address(address, "b", token),
        letter=Letter(
            kind="probe",
            language="en",
            subject="rightsdesk carrier check",
            text=text,
            html=f"<p>{text}</p>",
        ),
        automation=Automation.GENERATED,
        date=now,
        loop_mark=token,
    )


def _words(found: SurvivingTags) -> str:
    return ", ".join(
        (
            f"plus_address = {str(found.plus_address).lower()}",
            f"envelope_sender = {str(found.envelope_sender).lower()}",
            f"Message-ID {'survives' if found.message_id else 'is rewritten: only the plus-address threads'}",
        )
    )
