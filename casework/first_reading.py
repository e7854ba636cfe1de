"""Reads the bytes of one mail as far as they go alone: message, language, rights, kind; nothing else is asked."""

from __future__ import annotations

from classifier.data import UNKNOWN
from classifier.language import detect_language
from classifier.letter import Letter
from classifier.quick import screen_letter
from classifier.rules import classify_text
from classifier.written import own_text
from intake.bounces import read_report
from intake.folding import fold
from intake.parse import parse_message
from privacy.first_reading import FirstReading, MailToRead
from privacy.messages import ParsedMessage
from privacy.ports import Classifier
from privacy.rights import Classification, Lane
from privacy.screening import Kind, Screening


def read_first(mail: MailToRead, classifier: Classifier) -> FirstReading:
    """Return what the bytes say; broken mail is data. Time is linear in the size.

    Raises nothing but MemoryError: what breaks the rules is told as `failed`, and a person reads that mail.
    """
    return understand(parse_message(mail.raw), mail, classifier)


def understand(message: ParsedMessage, mail: MailToRead, classifier: Classifier) -> FirstReading:
    """Return what the parsed message says, its language, kind and rights."""
    try:
        return _understand(message, mail, classifier)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - one message must not hold up its batch
        return _failed(message, type(error).__name__)


def _understand(message: ParsedMessage, mail: MailToRead, classifier: Classifier) -> FirstReading:
    classification = classifier.classify(message)
    letter = Letter(
        message=message,
        our_addresses=frozenset(mail.terms.own_addresses),
        envelope_from=mail.terms.envelope_from,
        suspected_spam=mail.terms.suspected_spam,
        classification=classification,
    )
    screening, if_quick = screen_letter(letter)
    return FirstReading(
        message=message,
        language=language_of(message),
        screening=screening,
        if_quick=if_quick,
        classification=classification,
        report=read_report(mail.raw, message) if screening.kind is Kind.BOUNCE else None,
    )


def _failed(message: ParsedMessage, error: str) -> FirstReading:
    """Return the reading of a message that broke the rules. The class of the error only: its text may hold words of the mail."""
    return FirstReading(
        message=message,
        language=UNKNOWN,
        screening=Screening(kind=Kind.UNREADABLE, reasons=(f"failed: {error}",)),
        classification=Classification(lane=Lane.UNCLEAR, needs_human=True),
        failed=error,
    )


def classify_written(subject: str, text: str, threshold: float) -> Classification:
    """Return what a bare text asks for; quoted mail and signatures in it do not vote. Positions are those of the text."""
    return classify_text(subject, without_history(subject, text), threshold)


def without_history(subject: str, text: str) -> str:
    """Return a bare text with line breaks in place of quoted mail and signatures, so that positions stay."""
    for one in fold(text, subject=subject).folded:
        text = text[: one.start] + "\n" * (one.end - one.start) + text[one.end :]
    return text


def language_of(message: ParsedMessage) -> str:
    """Return the language of the new words; where they do not tell it, that of the attached texts."""
    found = own_text(message).language if message.new_text else detect_language(message.subject)
    if found != UNKNOWN:
        return found
    attached = "\n".join(file.text for file in message.attachments if file.text)
    return detect_language(attached) if attached else found
