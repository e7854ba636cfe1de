"""What all SMTP connections share: the settings, the way into the ledger, and the memory they may use."""

from __future__ import annotations

import asyncio
import errno
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from aiosmtpd.smtp import Envelope, Session

from intake.listener_settings import MIB, ListenerSettings
from intake.smtp_data import Intake, MemoryBudget
from intake.smtp_recipients import OurMailboxes
from privacy.messages import ArrivalBasis, RawMessage, Route, SmtpClient
from privacy.ports import Clock

COME_BACK = "451 4.3.0 Temporary failure, please try again later"
DISK_FULL = "452 4.3.1 No room to store mail, please try again later"
STORED = "250 2.0.0 Stored"
LARGE_MESSAGES_AT_ONCE = 2
MAX_HELO = 255  # characters (RFC 5321 section 4.5.3.1.2)
SQLITE_FULL = 13  # result code of "database or disk is full"

Keep = Callable[[RawMessage], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Reception:
    """Turns an envelope and its content into a stored message and an answer."""

    settings: ListenerSettings
    keep: Keep
    clock: Clock
    tls_context: ssl.SSLContext | None
    ours: OurMailboxes = field(init=False)
    budget: MemoryBudget = field(init=False)
    pending: set[asyncio.Future[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ours = OurMailboxes(self.settings.mailboxes)
        self.budget = MemoryBudget(LARGE_MESSAGES_AT_ONCE * (self.settings.max_message_bytes + MIB))

    @property
    def too_large(self) -> str:
        """The refusal of a message over the limit; a person's request must not bounce without a way."""
        limit = self.settings.max_message_bytes / MIB
        return f"552 5.3.4 Larger than {limit:g} MiB; please {self.settings.other_channel}"

    def make_raw_message(
        self, envelope: Envelope, content: bytes, session: Session | None
    ) -> RawMessage:
        """Return the message with its instant of receipt: now, at the end of its data."""
        sender = envelope.mail_from or ""
        return RawMessage(
            raw=content,
            mailbox=self.ours.belongs_to(envelope.rcpt_tos),
            route=Route.SMTP,
            received_at=self.clock(),
            arrival_basis=ArrivalBasis.LISTENER,
            envelope_from="" if sender == "<>" else storable(sender),
            envelope_to=tuple(dict.fromkeys(storable(address) for address in envelope.rcpt_tos)),
            client=self._client_of(session),
        )

    def _client_of(self, session: Session | None) -> SmtpClient | None:
        """Who brought the mail, where it came to us first; behind another server that would be the server."""
        if session is None or not session.peer or not self.settings.is_boundary:
            return None
        return SmtpClient(
            address=str(session.peer[0]), helo=storable(session.host_name or "")[:MAX_HELO]
        )

    async def store(self, raw: RawMessage, intake: Intake) -> str:
        """Commit the message and return the answer, within `answer_seconds`.

        A commit that takes longer goes on by itself: the client comes back, and the ledger knows the copy.
        """
        task = asyncio.ensure_future(self.keep(raw))
        self.pending.add(task)
        task.add_done_callback(partial(self._finish, intake))
        await asyncio.wait({task}, timeout=self.settings.answer_seconds)
        if not task.done() or task.cancelled():
            return COME_BACK
        error = task.exception()
        return STORED if error is None else DISK_FULL if means_disk_full(error) else COME_BACK

    def _finish(self, intake: Intake, task: asyncio.Future[None]) -> None:
        self.pending.discard(task)
        intake.release()
        log_failure(task)


def storable(address: str) -> str:
    """Return an envelope address as text that every database takes: no control character, no lone surrogate."""
    if address.isascii() and address.isprintable():
        return address
    text = address.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character for character in text if character.isprintable())


def means_disk_full(error: BaseException) -> bool:
    """Say whether an error, or one that it was raised from, tells of a full disk."""
    return any(
        getattr(cause, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        or getattr(cause, "sqlite_errorcode", None) == SQLITE_FULL
        for cause in causes(error)
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and everything it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def log_failure(task: asyncio.Future[None]) -> None:
    """Log that a message could not be stored, by the kind of error alone."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("message not stored, the sender was asked to come back: %s", type(error).__name__)
