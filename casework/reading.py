"""Reads one message as far as it goes without the database: parse, authenticity, kind, language, rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.profile import DeskProfile
from classifier.kinds import read_signals
from classifier.language import detect_language
from intake.authenticity import read_results
from intake.defects import Defect
from intake.parse import parse_message
from intake.verification import Arrival, SenderVerifier
from privacy.authenticity import combine
from privacy.messages import Authenticity, ParsedMessage, SmtpClient
from privacy.ports import Classifier
from privacy.rights import Classification
from privacy.screening import Screening, screen

FEEDBACK_REPORT = "message/feedback-report"  # RFC 5965


@dataclass(frozen=True, kw_only=True)
class Door:
    """What only the door knew about a message."""

    mailbox: str
    received_at: datetime | None = None
    envelope_from: str | None = None
    client: SmtpClient | None = None
    suspected_spam: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything that a message says about itself, and what was made of it."""

    message: ParsedMessage
    language: str
    authenticity: Authenticity
    screening: Screening
    classification: Classification

    @property
    def parser_failed(self) -> bool:
        """Whether the parser itself broke on the bytes; encrypted or empty mail is not meant."""
        return Defect.UNREADABLE in self.message.defects

    @property
    def feedback_report(self) -> bool:
        """Whether somebody pressed "spam" on a mail of ours (ARF, RFC 5965)."""
        return FEEDBACK_REPORT in self.message.part_types


def read_message(
    raw: bytes,
    door: Door,
    desk: DeskProfile,
    classifier: Classifier,
    *,
    verifier: SenderVerifier | None = None,
) -> Reading:
    """Return what can be read from the bytes; broken mail is data and never raises.

    Without a verifier nothing but the bytes is looked at: no question leaves this machine.
    """
    message = parse_message(raw)
    signals = read_signals(
        message,
        our_addresses=desk.own_addresses,
        envelope_from=door.envelope_from,
        suspected_spam=door.suspected_spam,
    )
    return Reading(
        message=message,
        language=detect_language(message.new_text or message.subject),
        authenticity=check_sender(raw, message, door, desk, verifier),
        screening=screen(signals),
        classification=classifier.classify(message),
    )


def check_sender(
    raw: bytes,
    message: ParsedMessage,
    door: Door,
    desk: DeskProfile,
    verifier: SenderVerifier | None,
) -> Authenticity:
    """Return what our boundary says of the sender and, with a verifier, what we find ourselves, as one result."""
    mailbox = desk.mailbox_profile(door.mailbox)
    said = read_results(message, authserv_id=mailbox.authserv_id, boundary=mailbox.boundary)
    if verifier is None or door.received_at is None:
        return said
    arrival = Arrival(
        received_at=door.received_at, client=door.client, envelope_from=door.envelope_from
    )
    return combine(said, verifier.verify(raw, message.sender, arrival))
