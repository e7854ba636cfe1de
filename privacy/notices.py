"""A notice of a policy change as values: its words, how a campaign stands, and how each Owner stands in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from privacy.instants import require_utc
from privacy.messages import Letter

MOST_CHANGES = 40
MESSAGE_KEY_BYTES = 16
_OUR_ID = re.compile(r"<n\.([0-9a-f]{32})@[0-9a-z.-]{1,190}>")


class NoticeState(StrEnum):
    """The life of a notice. `STAMP_ONLY`: the change is not material, nothing is ever sent."""

    STAMP_ONLY = "stamp_only"
    DRAFTED = "drafted"
    APPROVED = "approved"
    GATHERING = "gathering"  # the Owners are being listed
    SENDING = "sending"
    STOPPED = "stopped"
    ENDED = "ended"  # every Owner was told, or a person has to see to them


class OwnerState(StrEnum):
    """How an Owner stands. Each of them has a word: nobody drops out silently."""

    WAITING = "waiting"
    LEASED = "leased"  # a worker has the notice in its hands
    UNCERTAIN = "uncertain"  # it may have been accepted: sent again under its Message-ID when a trace was looked for
    HANDED_OVER = "handed_over"  # a provider has it, or may have it: its events say what became of it, nothing is repeated
    ACCEPTED = "accepted"  # the receiving server has it
    STOOD_IN = "stood_in"  # could not be reached; another Owner was, of each of their workspaces
    UNREACHED = "unreached"  # every address refused it, or no word came of it: a person sees to it
    SHOWN = "shown"  # could not be reached by mail; the product showed it to them, and says so
    JOINED = "joined"  # came after the announcement: saw the coming text on joining
    LEFT = "left"  # was an Owner no longer when the notice would have left
    CANCELLED = "cancelled"  # their workspaces' data is gone before the policy takes effect


class AttemptOutcome(StrEnum):
    """What came of one attempt; REGISTERED until anybody knows.

    ACCEPTED is what the other end of our connection says: the receiving server's word by SMTP, only the provider's
    where one stands between. DELIVERED is the provider's word that the receiving server has it.
    """

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"  # accepted, and came back later
    DELIVERED = "delivered"
    SILENT = "silent"  # a provider had it, or may have had it, and said nothing more in time


AT_WORK = (
    OwnerState.WAITING,
    OwnerState.LEASED,
    OwnerState.UNCERTAIN,
    OwnerState.HANDED_OVER,
)
NOT_TOLD = (*AT_WORK, OwnerState.UNREACHED)
TOLD = (
    OwnerState.ACCEPTED,
    OwnerState.SHOWN,
)  # in person; who shares their workspaces may count as told
APART = (OwnerState.LEFT, OwnerState.CANCELLED)  # nothing is owed to them


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """One change as an Owner reads it (letters.md L13): how it is, how it will be, what that does, what they can do."""

    before: str
    after: str
    effect: str
    action: str


@dataclass(frozen=True, kw_only=True)
class NoticeWords:
    """What the author says in one language."""

    why: str
    changes: tuple[ChangeRow, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.changes) <= MOST_CHANGES:
            raise ValueError(f"a notice tells of 1 to {MOST_CHANGES} changes, one in each row")

    def texts(self) -> Iterator[str]:
        """Yield all that the author says."""
        yield self.why
        for row in self.changes:
            yield from (row.before, row.after, row.effect, row.action)


@dataclass(frozen=True, kw_only=True)
class NoticeTerms:
    """When and where the new policy takes effect, and where Owners can read and act."""

    effective_on: date
    zone: str
    new_url: str
    old_url: str
    choices_url: str
    asks_consent: bool = False


@dataclass(frozen=True, kw_only=True)
class NoticeLetter:
    """The letter that a reader of `reader` gets; it is written in `letter.language`, which can be another one."""

    reader: str
    letter: Letter = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class OwnerOutcome:
    """What came of handing one notice over. `retry_at`: when it is tried again, None where it is not."""

    outcome: AttemptOutcome
    at: datetime
    answer: str = field(default="", repr=False)
    retry_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc(at=self.at, retry_at=self.retry_at)


def notice_digest(
    policy_digest: str, terms: NoticeTerms, letters: Iterable[NoticeLetter], sender: str
) -> str:
    """Return the SHA-256 over all that people approve: the policy, the dates, the sender and every letter, word by word."""
    words = [
        [one.reader, one.letter.language, one.letter.subject, one.letter.text, one.letter.html]
        for one in sorted(letters, key=lambda one: one.reader)
    ]
    about = [terms.effective_on.isoformat(), terms.zone, terms.asks_consent]
    parts = [policy_digest, about, sender, words]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def message_id_of(message_key: bytes, domain: str) -> str:
    """Return the Message-ID, for life, of the notice to one Owner: copies bear the same."""
    return f"<n.{message_key.hex()}@{domain.lower()}>"


def message_key_in(message_id: str) -> bytes | None:
    """Return the key in a Message-ID that has the form of a notice of ours, None for any other."""
    match = _OUR_ID.fullmatch(message_id.strip().lower())
    return bytes.fromhex(match[1]) if match else None


def reader_language(locales: Sequence[str], known: Iterable[str], *, leading: str) -> str:
    """Return the first of these locales' languages in which there is a letter, else the leading one.

    The person's own locale comes first, then those of their workspaces.
    """
    there = frozenset(known)
    languages = (locale.partition("-")[0].lower() for locale in locales)
    return next((language for language in languages if language in there), leading)
