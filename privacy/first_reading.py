"""The first reading of a mail: what its bytes and its door alone say, before the database or the DNS is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from privacy.deliveries import DeliveryReport
from privacy.messages import ParsedMessage
from privacy.rights import Classification
from privacy.screening import Screening


@dataclass(frozen=True, kw_only=True)
class ReadingTerms:
    """What a reader must know beside the bytes.

    `own_addresses`: all that we read or send from, in their normal form. `threshold`: confidence from which a right
    is worked without a person. `envelope_from`: the reverse path, "" is the null path, None is not known.
    """

    own_addresses: tuple[str, ...]
    threshold: float
    envelope_from: str | None = field(default=None, repr=False)
    suspected_spam: bool = False


@dataclass(frozen=True, kw_only=True)
class MailToRead:
    """The bytes of one mail, and how they are to be read."""

    raw: bytes = field(repr=False)
    terms: ReadingTerms


@dataclass(frozen=True, kw_only=True)
class FirstReading:
    """What the bytes say: the message, its language (ISO 639-1 or `und`), its kind and what it asks for.

    `if_quick` is what the mail is if it came within seconds of the letter that it answers, None where that changes nothing.
    `report` is there exactly where the mail is a delivery report; `failed` is the class of the error that ended the
    reading of a mail that breaks the rules.
    """

    message: ParsedMessage
    language: str
    screening: Screening
    classification: Classification
    report: DeliveryReport | None = None
    if_quick: Screening | None = None
    failed: str | None = None
