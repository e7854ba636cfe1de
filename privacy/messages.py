"""Mail as values: what arrived, what was read from it, and what goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from privacy.instants import require_utc
from privacy.stands import CaseStand


class Route(StrEnum):
    """The door through which a message came."""

    IMAP = "imap"
    SMTP = "smtp"
    FILE = "file"


class ArrivalBasis(StrEnum):
    """What the receipt instant rests on (GDPR Art. 12(3), "receipt": never the Date header, never the poll)."""

    LISTENER = "listener"
    INTERNALDATE = "internaldate"
    RECEIVED = "received"
    FILE_TIME = "file_time"
    GIVEN = "given"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class ImapPlace:
    """Where an IMAP server keeps a message: folder, UIDVALIDITY and UID (RFC 3501 section 2.3.1.1)."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, kw_only=True)
class SmtpClient:
    """The other side of an SMTP session: its address, and the name that it gave itself (RFC 5321 section 4.1.1.1)."""

    address: str = field(repr=False)
    helo: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RawMessage:
    """Bytes as they arrived, with all that only the door knows about them.

    `mailbox` is the address of the mailbox of ours that it came to. `history` marks mail from before
    `answer_from`: it is kept and searchable, and never answered. `suspected_spam` marks a junk folder.
    `quiet_reason` is set when the message is worked but its letter must wait for a person.
    `client` is who brought it, where our listener is the boundary: only then SPF can be asked (RFC 7208).
    """

    raw: bytes = field(repr=False)
    mailbox: str
    route: Route
    received_at: datetime
    arrival_basis: ArrivalBasis
    envelope_from: str | None = field(default=None, repr=False)
    envelope_to: tuple[str, ...] = field(default=(), repr=False)
    client: SmtpClient | None = None
    imap: ImapPlace | None = None
    history: bool = False
    suspected_spam: bool = False
    truncated: bool = False
    quiet_reason: str | None = None

    def __post_init__(self) -> None:
        require_utc(received_at=self.received_at)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The one trustworthy sender of a message, or why there is none.

    `address` is the bare addr-spec in its normal form (domain in lower case), None when the From header
    cannot be believed; then `reasons` says why, and no letter goes out by itself. `named_by_list` is whom a mailing
    list that put itself into From names as the author, None where it names nobody: a claim that nothing proves.
    """

    address: str | None = field(default=None, repr=False)
    display_name: str = field(default="", repr=False)
    reasons: tuple[str, ...] = ()
    named_by_list: str | None = field(default=None, repr=False)

    @property
    def domain(self) -> str | None:
        """Domain of the address in lower case, None without an address."""
        return None if self.address is None else self.address.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A part that is kept as a file: safe display name, sniffed type, size in bytes, hash of the content.

    `declared_type` is what the sender called it. `text` holds the words of a small text file or calendar entry,
    None where a file is not read; what is asked for in it is classified with source `attachment:N`.
    """

    name: str = field(repr=False)
    content_type: str
    size: int
    sha256: str
    declared_type: str = ""
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class ForwardedMessage:
    """A message inside the message: never the sender's own words, classified with source `forwarded:N`."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    sender: Sender


@dataclass(frozen=True, kw_only=True)
class FoldedRange:
    """A range [start:end) of `ParsedMessage.text` that is not the writer's new words."""

    start: int
    end: int
    # quote, forwarded, signature, separator, own_letter, disclaimer, other_version
    kind: str


class AuthenticityLevel(StrEnum):
    """What is proved about the sender's domain; never about the person."""

    NONE = "none"
    WEAK = "weak"
    ALIGNED = "aligned"


@dataclass(frozen=True, kw_only=True)
class Authenticity:
    """Results of SPF, DKIM and DMARC, as our own boundary wrote them (RFC 8601) or as we found them ourselves.

    `checked` is False where neither is configured: then nothing is known, in either direction.
    """

    checked: bool = False
    level: AuthenticityLevel = AuthenticityLevel.NONE
    dkim: str = "none"
    spf: str = "none"
    dmarc: str = "none"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ParsedMessage:
    """What could be read from the raw bytes. Broken mail is data: `defects` has stable names.

    `text` is all readable text in reading order, `new_text` the same without quoted history and signature,
    `folded` the offsets that were left out. `headers` holds the names (lower case) and values needed by
    screening, every duplicate kept, decoded, on one line, without control characters.
    `message_id` and `references` are ids with brackets that pass our own strict pattern, else None / left out.
    `body_digest` is a sha-256 over the canonical body (trace headers cannot change it).
    `date` is what the Date header claims, in UTC: shown to people, never used for a clock.
    """

    sender: Sender
    subject: str = field(default="", repr=False)
    message_id: str | None = field(default=None, repr=False)
    in_reply_to: tuple[str, ...] = field(default=(), repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    recipients: tuple[str, ...] = field(default=(), repr=False)
    date: datetime | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    new_text: str = field(default="", repr=False)
    folded: tuple[FoldedRange, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[ForwardedMessage, ...] = ()
    content_type: str = "text/plain"
    part_types: tuple[str, ...] = ()
    charsets: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    hidden_characters: int = 0
    body_digest: str = ""
    unreadable_reason: str | None = None

    @cached_property
    def _values_by_name(self) -> Mapping[str, Sequence[str]]:
        """The values in order under each name: many readers ask for many headers."""
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name, []).append(value)
        return found

    def header_values(self, name: str) -> tuple[str, ...]:
        """All values of the header `name` (lower case), in order."""
        return tuple(self._values_by_name.get(name, ()))

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (lower case), None when it is missing."""
        values = self._values_by_name.get(name)
        return values[0] if values else None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A rendered letter: the words of one mail in one language, without any header."""

    kind: str
    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


class Automation(StrEnum):
    """How a letter came about, for the Auto-Submitted header (RFC 3834 section 5)."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"
    APPROVED = "no"


@dataclass(frozen=True, kw_only=True)
class OutboundMessage:
    """One mail to one recipient, ready to be composed and sent.

    `message_id` is fixed for life, with brackets; `envelope_from` is the bounce address; `reply_to` leads back
    to the case: all three carry the token, so no repr shows them. `in_reply_to` and `references` are ids with brackets from the person's mail, checked by our pattern.
    `values` fill the marks of a letter that many people get (privacy.marks); `unsubscribe_url` is for a mail of the
    kind `update` alone.
    `stand` is what the letter says about the rights of the case, for programs; None where it says nothing of them.
    """

    message_id: str = field(repr=False)
    sender: str
    sender_name: str
    recipient: str = field(repr=False)
    envelope_from: str = field(repr=False)
    letter: Letter
    automation: Automation
    date: datetime
    reply_to: str | None = field(default=None, repr=False)
    in_reply_to: str | None = field(default=None, repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    case_reference: str | None = None
    loop_mark: str | None = field(default=None, repr=False)
    values: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    unsubscribe_url: str | None = field(default=None, repr=False)
    stand: CaseStand | None = None

    def __post_init__(self) -> None:
        require_utc(date=self.date)
