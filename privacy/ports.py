"""What the edges must fulfil: Protocols and the small values that cross them, wired together by the daemon."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from privacy.directory import SourceLine
from privacy.first_reading import FirstReading, MailToRead
from privacy.instants import require_utc
from privacy.messages import OutboundMessage, ParsedMessage, RawMessage
from privacy.rights import Classification


class Clock(Protocol):
    """The time of day; only the rim has one."""

    def __call__(self) -> datetime:
        """Return the present instant, aware and in UTC."""


class Classifier(Protocol):
    """Which right: reads a message, touches nothing."""

    def classify(self, message: ParsedMessage) -> Classification:
        """Return what the message asks for; never raises on any text."""


class NotRead(StrEnum):
    """Why a message was not read. The values are stored as reasons, so they never change their meaning."""

    TIME_LIMIT = "not-parsed-time-limit"
    MEMORY_LIMIT = "not-parsed-memory-limit"
    WORKER_DIED = "worker-died"
    STOPPED = "reading-stopped"  # nothing is wrong with the message: the desk was told to stop


class MailReader(Protocol):
    """Reads raw messages, each within bounds of time and memory."""

    def read(self, mails: Iterable[MailToRead]) -> Generator[FirstReading | NotRead]:
        """Yield what became of each message, in order; close it when it is not read to its end.

        Raises Retryable when nothing can be read at present.
        """

    def interrupt(self) -> None:
        """Have what is being read, now and later, end as NotRead.STOPPED; may be called from any thread."""

    def close(self) -> None:
        """Let go of processes."""


@dataclass(frozen=True, kw_only=True)
class SendReceipt:
    """What the other side said when it accepted a mail: its own id and its answer, cut to one line."""

    provider_id: str | None
    answer: str = field(repr=False)  # servers like to repeat the recipient's address


class Transport(Protocol):
    """A way out for mail."""

    name: str

    def send(self, message: OutboundMessage) -> SendReceipt:
        """Hand one mail over. Raises Permanent, Retryable or OutcomeUnknown."""

    def check(self) -> str:
        """Say in one line that mail could leave now. Raises Permanent or Retryable."""

    def close(self) -> None:
        """Let go of connections; a later send opens them again."""


class Handover(StrEnum):
    """What is known of one mail of a batch when the other side has answered, or has not.

    UNKNOWN may have been accepted: a repeat could be a second copy, so events are waited for, then a person decides.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one mail of a batch, under its Message-ID.

    `answer` is the server's answer, or the reason in a code, in one line without anybody's address. `after` is how
    long a server that deferred asked us to wait. `lane` says that the trouble is the way's and not the mail's: no
    other mail would fare better now, and a person looks at the way out.
    """

    message_id: str = field(repr=False)
    state: Handover
    answer: str
    provider_id: str | None = None
    after: timedelta | None = None
    lane: bool = False


class BatchTransport(Protocol):
    """A way out for many mails at once; `most` is how many one call takes best.

    `tells_delivery`: acceptance is the provider's and not yet the mailbox's, and events tell of that; what may have
    left is never repeated there.
    """

    name: str
    most: int
    tells_delivery: bool

    def send_many(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Hand the mails over; returns an outcome for each, in their order, and raises nothing about one of them.

        Mails of one equal `letter` share its bytes; what differs between them is in `values`. Nothing is ever sent
        again inside: DEFERRED surely did not leave, UNKNOWN may have. May be called from one thread at a time.
        """

    def check(self) -> str:
        """Say in one line that mail could leave now. Raises Permanent or Retryable."""

    def close(self) -> None:
        """Let go of connections; a later call opens them again."""


class SentLookup(Protocol):
    """A place where a trace of a sent mail can be found: Sent folder, built-in mailbox, event webhook."""

    def was_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those of our own Message-IDs of which there is a trace. Raises Retryable."""


@dataclass(frozen=True, kw_only=True)
class FolderCursor:
    """How far one folder of one mailbox has been read.

    `answer_from` divides history from work: older mail is kept and never answered.
    `first_uidnext` is the UIDNEXT of the first contact, while its UIDVALIDITY lasts and the operator named no
    `answer_from`; else None. `renumbered_at` holds the instants of recent UIDVALIDITY changes, newest last.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    last_uid: int
    answer_from: datetime
    first_uidnext: int | None = None
    renumbered_at: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        require_utc(answer_from=self.answer_from)
        for moment in self.renumbered_at:
            require_utc(renumbered_at=moment)


class Ledger(Protocol):
    """Where a door puts the mail that it takes in. Nothing is acknowledged to the other side before."""

    def cursor(self, mailbox: str, folder: str) -> FolderCursor | None:
        """Return how far the folder has been read, None before the first contact."""

    def keep(self, batch: Sequence[RawMessage], cursor: FolderCursor | None = None) -> None:
        """Commit the batch and the cursor together; what is known already collapses.

        Raises Retryable when the database is out of reach, Permanent when a message of the batch cannot be kept.
        """

    def unknown_uids(
        self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
    ) -> list[int]:
        """Return those UIDs of which the ledger holds nothing, in the given order."""


class MailboxState(Protocol):
    """Told by a door how it is; health and alarms read it."""

    def mailbox_ok(self, mailbox: str, folder: str, at: datetime) -> None:
        """The folder was read to its end at this instant."""

    def mailbox_trouble(self, mailbox: str, folder: str, at: datetime, reason: str) -> None:
        """The folder could not be read; `reason` is a stable code such as `auth` or `connection`."""


@dataclass(frozen=True, kw_only=True)
class OAuthTokens:
    """Tokens of one mailbox (RFC 6749 section 1.5)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime

    def __post_init__(self) -> None:
        require_utc(expires_at=self.expires_at)


class TokenStore(Protocol):
    """Keeps rotated tokens; a refresh token that was answered is stored before it is used."""

    def load(self, mailbox: str) -> OAuthTokens | None:
        """Return the tokens of the mailbox, None before the first login."""

    def save(self, mailbox: str, tokens: OAuthTokens) -> None:
        """Replace the tokens of the mailbox, durably."""


class OnFile(StrEnum):
    """Whether the product lists an address as that of somebody. UNKNOWN: nobody could say; nothing is guessed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class AddressOnFile(Protocol):
    """Who is who, as far as a proof of identity needs it."""

    def look_up(self, address: str) -> OnFile:
        """Return whether this exact address is on file; asked only after a challenge to it was answered.

        Never raises: what is out of reach is UNKNOWN.
        """


class NobodyOnFile:
    """Stands in where there is no directory: nobody can say who is who, and staff decide."""

    def look_up(self, address: str) -> OnFile:  # noqa: ARG002 - nothing is known of any
        """Return UNKNOWN."""
        return OnFile.UNKNOWN


class RecordKind(StrEnum):
    """The kinds of DNS records that are ever asked for (RFC 1035 section 3.2.2, RFC 3596)."""

    TXT = "TXT"
    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    PTR = "PTR"


class NameService(Protocol):
    """The DNS, as far as a check of the sender needs it."""

    def look_up(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """Return the records of a name, the preferred exchanger first; none when there is no name or no such record.

        Raises Retryable when nobody answered in time: then nothing is known.
        """

    def look_ahead(self, questions: Sequence[tuple[str, RecordKind]]) -> None:
        """Ask several questions at the same time, so that `look_up` knows the answers; never raises."""


@dataclass(frozen=True, kw_only=True)
class SourceReading:
    """What a source of the directory lists, line by line; workspaces come before their people and leads.

    `version` names this state of the source, None where it names none.
    """

    lines: Iterator[SourceLine]
    version: str | None = None


class DirectorySource(Protocol):
    """Where the product says who is who."""

    name: str

    def read(self, known_version: str | None) -> SourceReading | None:
        """Return what the source lists, None when it is still of the known version.

        Raises Permanent or Retryable, here and while the lines are taken.
        """


@dataclass(frozen=True, kw_only=True)
class CallReceipt:
    """What shows that a system did what it was asked to; None: it took the order, and calls back."""

    evidence: str | None = field(default=None, repr=False)


class SystemDoor(Protocol):
    """A system that can be asked to carry out a right."""

    def send(self, name: str, body: str) -> CallReceipt:
        """Hand the message over under its id, the same at every attempt.

        Raises Retryable, also where nobody knows what became of it, and Permanent.
        """
