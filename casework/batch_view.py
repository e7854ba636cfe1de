"""What is known while a batch of messages is worked: from the database first, then kept true by the batch itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.acknowledging import AnswerKeys, AnswerTally
from casework.reading import Reading
from privacy.addresses import without_plus
from privacy.answering import counted_text, is_short
from privacy.by_hand import Channel
from privacy.cases import Case, CaseIdentifiers
from privacy.deciding import arrived_as_copies
from privacy.messages import ParsedMessage
from privacy.ports import OnFile
from privacy.references import references_of_others
from privacy.threads import Carriers, KnownCase
from storage.address_changes import AddressChange
from storage.delivered import SentLetter
from storage.erasure_notices import ErasureNotice
from storage.identity import Challenge, Standing
from storage.messages import ClaimedMessage, SameMail


@dataclass(frozen=True, kw_only=True)
class OfferedCode:
    """A code of identity that a mail carries. `challenge` None: it is none of ours; `on_file`: whether the directory
    lists the address that was asked, looked up only once the code was genuine. `notice`: the code stops an erasure.
    `change`: it says that the new address of a change is read by whoever asks.
    """

    challenge: Challenge | None = None
    on_file: OnFile = OnFile.UNKNOWN
    only_forwarded: bool = False
    notice: ErasureNotice | None = None
    change: AddressChange | None = None


@dataclass(frozen=True, kw_only=True)
class MessageAtWork:
    """A claimed message with its reading, or a request that staff entered.

    `offered` is the code of identity that it carries, None where it carries none. `channel` is that of a request that
    staff entered; None for mail.
    """

    claimed: ClaimedMessage
    reading: Reading
    offered: OfferedCode | None = None
    channel: Channel | None = None

    @property
    def inbound_id(self) -> UUID:
        """Id of the inbound message."""
        return self.claimed.inbound_id


@dataclass(frozen=True, kw_only=True)
class MailKeys:
    """Keyed hashes of one mail: what makes it the same mail, and what it is counted and found under.

    `names` are what another system calls its case in this subject; a name is its domain's.
    """

    message: bytes
    message_id: bytes | None
    answer: AnswerKeys | None
    names: tuple[bytes, ...] = ()


@dataclass
class BatchView:
    """What is known while a batch is worked: from the database first, then kept true by the batch itself."""

    lookup: Callable[[str, str], bytes]
    now: datetime
    known: Sequence[KnownCase] = ()
    cases: dict[UUID, Case] = field(default_factory=dict)
    carriers: dict[UUID, Carriers] = field(default_factory=dict)
    letters: dict[bytes, SentLetter] = field(default_factory=dict)
    letters_of: dict[UUID, list[SentLetter]] = field(default_factory=dict)
    same_mail: dict[bytes, SameMail] = field(default_factory=dict)
    tally: AnswerTally = field(default_factory=AnswerTally)
    names: dict[UUID, CaseIdentifiers] = field(default_factory=dict)
    standings: dict[UUID, Standing] = field(default_factory=dict)
    never_asked: set[UUID] = field(default_factory=set)
    named: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    cases_by_name: dict[bytes, UUID] = field(default_factory=dict)
    shared_domains: frozenset[str] = frozenset()
    _keys: dict[UUID, MailKeys] = field(default_factory=dict)

    def keys_of(self, message: MessageAtWork) -> MailKeys:
        """Return the keyed hashes of a mail, computed once."""
        keys = self._keys.get(message.inbound_id)
        if keys is None:
            keys = self._keys[message.inbound_id] = self._compute_keys(message)
        return keys

    def account_keys(self, address: str) -> AnswerKeys:
        """Return the keyed hashes under which letters to an address are counted that a mail names as an account's."""
        return AnswerKeys(
            sender=self.lookup("address", without_plus(address)),
            domain=self.lookup("domain", address.rpartition("@")[2]),
            text=self.lookup("text", ""),
            short_text=True,
        )

    def mail_key(self, message: MessageAtWork) -> bytes:
        """Return the key that this mail shares with its copies, and with no earlier or later request.

        Behind a worked mail that is the same, but came at another time, stands a key that bears the id of that mail:
        so the key stays unique, and of two workers only one can make something of a request.
        """
        key = self.keys_of(message).message
        while (same := self.same_mail.get(key)) is not None and not _is_one_with(message, same):
            key = self.lookup("mail", f"{key.hex()}|{same.inbound_id}")
        return key

    def original_of(self, message: MessageAtWork) -> SameMail | None:
        """Return the worked mail that this one is a copy of, if any."""
        same = self.same_mail.get(self.mail_key(message))
        return None if same is None or same.inbound_id == message.inbound_id else same

    def _compute_keys(self, message: MessageAtWork) -> MailKeys:
        parsed = message.reading.message
        sender = parsed.sender.address
        answer = None
        if sender is not None:
            domain = sender.rpartition("@")[2]
            text = counted_text(parsed.new_text, parsed.subject)
            answer = AnswerKeys(
                sender=self.lookup("address", without_plus(sender)),
                domain=self.lookup("domain", domain),
                text=self.lookup("text", text),
                short_text=is_short(text),
            )
        return MailKeys(
            message=self.lookup("mail", mail_identity(message.reading)),
            message_id=self.lookup("message-id", parsed.message_id) if parsed.message_id else None,
            answer=answer,
            names=self._names_by_others(parsed),
        )

    def _names_by_others(self, parsed: ParsedMessage) -> tuple[bytes, ...]:
        sender = parsed.sender
        if sender.address is None:
            return ()
        whose = sender.address.lower() if sender.domain in self.shared_domains else sender.domain
        names = references_of_others(parsed.subject)
        return tuple(self.lookup("other-reference", f"{whose}|{name}") for name in names)


def _is_one_with(message: MessageAtWork, same: SameMail) -> bool:
    return same.inbound_id == message.inbound_id or arrived_as_copies(
        same.received_at, message.claimed.received_at
    )


def mail_identity(reading: Reading) -> str:
    """What makes two deliveries the same mail: Message-ID and content together (mail.md E041, E042).

    Neither alone is enough: a stranger can reuse an id to have somebody's mail swallowed. Without an id the
    sender's own Date and Subject stand in for it; trace headers of the way never count. The time of arrival says
    whether it is the same request (see BatchView.mail_key).
    """
    message = reading.message
    name = message.message_id or f"{message.header('date')}|{message.subject}"
    return f"{name}|{message.body_digest}"
