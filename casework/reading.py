"""Reads one parsed message as far as it goes without the database: authenticity, kind, language, rights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from casework.profile import DeskProfile, MailboxProfile
from classifier.data import UNKNOWN
from classifier.kinds import read_signals
from classifier.language import detect_language
from intake.authenticity import read_results
from intake.bounces import read_report
from intake.defects import Defect
from intake.verification import SenderCheck
from privacy.authenticity import combine
from privacy.deliveries import DeliveryReport
from privacy.messages import Authenticity, AuthenticityLevel, ParsedMessage
from privacy.ports import Classifier
from privacy.rights import Classification
from privacy.screening import Kind, Screening, screen

DISAGREEMENTS = frozenset((Defect.SECOND_VIEW_SUBJECT, Defect.SECOND_VIEW_PARTS))
FEEDBACK_REPORT = "message/feedback-report"  # RFC 5965
ONE_CLICK = "list-unsubscribe=one-click"


@dataclass(frozen=True, kw_only=True)
class Door:
    """The bytes of a message as the door took them, and what only the door knew about it."""

    mailbox: str
    raw: bytes = field(repr=False)
    envelope_from: str | None = None
    suspected_spam: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything that a message says about itself, and what was made of it."""

    message: ParsedMessage
    language: str
    authenticity: Authenticity
    screening: Screening
    classification: Classification
    report: DeliveryReport | None = None

    @property
    def parser_failed(self) -> bool:
        """Whether the parser itself broke on the bytes; encrypted or empty mail is not meant."""
        return Defect.UNREADABLE in self.message.defects

    @property
    def feedback_report(self) -> bool:
        """Whether somebody pressed "spam" on a mail of ours (ARF, RFC 5965)."""
        return FEEDBACK_REPORT in self.message.part_types

    @property
    def one_click(self) -> bool:
        """Whether a mail program unsubscribed for its owner (RFC 8058): the whole text is that one line."""
        message = self.message
        return ONE_CLICK in {message.text.strip().lower(), message.subject.strip().lower()}


def read_message(
    message: ParsedMessage,
    door: Door,
    desk: DeskProfile,
    classifier: Classifier,
    *,
    own_check: SenderCheck | None = None,
) -> Reading:
    """Return what can be made of what a reader read from the bytes; broken mail is data and never raises.

    Without a check of our own nothing but the bytes is looked at: no question leaves this machine.
    """
    classification = classifier.classify(message)
    signals = read_signals(
        message,
        our_addresses=desk.own_addresses,
        envelope_from=door.envelope_from,
        suspected_spam=door.suspected_spam,
        classification=classification,
    )
    screening = screen(signals)
    return Reading(
        message=message,
        language=language_of(message),
        authenticity=judge_sender(message, desk.mailbox_profile(door.mailbox), own_check),
        screening=screening,
        classification=classification,
        report=read_report(door.raw, message) if screening.kind is Kind.BOUNCE else None,
    )


def judge_sender(
    message: ParsedMessage, mailbox: MailboxProfile, own_check: SenderCheck | None
) -> Authenticity:
    """Return what our boundary says of the sender and, with a check of our own, both as one result."""
    said = read_results(message, authserv_id=mailbox.authserv_id, boundary=mailbox.boundary)
    proved = said if own_check is None else combine(said, own_check(message.sender))
    return doubted(proved, message)


def language_of(message: ParsedMessage) -> str:
    """Return the language of the new words; where they do not tell it, that of the attached texts."""
    found = detect_language(message.new_text or message.subject)
    if found != UNKNOWN:
        return found
    attached = "\n".join(file.text for file in message.attachments if file.text)
    return detect_language(attached) if attached else found


def doubted(authenticity: Authenticity, message: ParsedMessage) -> Authenticity:
    """Return the authenticity, no better than weak where two readers saw different subjects or texts."""
    doubts = tuple(defect for defect in message.defects if defect in DISAGREEMENTS)
    if not doubts or authenticity.level is not AuthenticityLevel.ALIGNED:
        return authenticity
    reasons = (*authenticity.reasons, *doubts)
    return replace(authenticity, level=AuthenticityLevel.WEAK, reasons=reasons)
