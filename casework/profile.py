"""What casework knows about the desk that it works for: addresses, keys, laws and limits, fixed at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from casework.challenge_terms import ChallengeTerms
from casework.download_terms import DownloadTerms
from casework.work_terms import WorkTerms
from privacy.addresses import without_plus
from privacy.answering import AnswerLimits
from privacy.deadlines import Regime
from privacy.first_reading import MailToRead, ReadingTerms
from privacy.forwarding import ForwardTerms
from privacy.lanes import LaneTable
from privacy.remedies import LawRemedies, WaysOut, ways_out
from privacy.staffing import StaffMember
from privacy.tokens import TokenKey
from regimes import load_regimes
from regimes.forwarding import load_forwarding
from regimes.lanes import load_lanes
from regimes.remedies import load_remedies
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book


@dataclass(frozen=True, kw_only=True)
class MailboxProfile:
    """One mailbox of ours, and which carriers of a token survive its provider (`rightsdesk check --carriers`)."""

    address: str
    plus_address: bool = False
    envelope_sender: bool = False
    authserv_id: str | None = None
    boundary: str | None = None
    verify: bool = False

    @property
    def domain(self) -> str:
        """Domain of the address."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class DirectoryTerms:
    """Whether a source of the directory is to be read on a schedule, and how long a reading may be relied on."""

    expected: bool = False
    stale_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class NoticePace:
    """How fast notices of a policy change leave, and how long the data of a cancelled workspace is kept.

    `silent_for`: how long a provider's word is waited for before a person sees to an Owner. `banner_system` is asked to
    show it to whom no mail reaches, empty for none; `page` is where anybody can ask about a version, below its hash.
    """

    per_hour: int = 3600
    cancelled_kept_for: timedelta = timedelta(days=30)
    silent_for: timedelta = timedelta(days=4)
    banner_system: str = ""
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class DeskProfile:
    """The desk as its settings describe it. The order of `mailboxes` is the order of preference for answers.

    `threshold` is the confidence from which a right is worked without a person. `challenges` None: this desk
    knows nothing of proof. `incident_laws` are the codes whose clocks run for mail about a security incident, whoever
    writes it. `staff` are the people who are reminded by mail; without any, the ways of alarms are told. `machine_status`: letters say for programs too where a case stands.
    """

    identity: DeskIdentity
    region: str
    mailboxes: tuple[MailboxProfile, ...]
    regimes: tuple[Regime, ...]
    token_keys: Mapping[str, TokenKey] = field(repr=False)
    current_token_key: str
    threshold: float
    book: Book = OUR_BOOK
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    shared_domains: frozenset[str] = frozenset()
    own_addresses: frozenset[str] = frozenset()
    challenges: ChallengeTerms | None = None
    work: WorkTerms = field(default_factory=WorkTerms)
    downloads: DownloadTerms = field(default_factory=DownloadTerms)
    directory: DirectoryTerms = field(default_factory=DirectoryTerms)
    forwarding: ForwardTerms = field(default_factory=load_forwarding)
    notices: NoticePace = field(default_factory=NoticePace)
    incident_laws: tuple[str, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    lanes: LaneTable = field(default_factory=load_lanes)
    remedies: Mapping[str, LawRemedies] = field(default_factory=load_remedies)
    machine_status: bool = True

    def laws_named(self, codes: Sequence[str]) -> tuple[Regime, ...]:
        """Return the laws with these codes, the house where it stands here; without any the operator's candidates.

        Raises Permanent for a code that no record bears.
        """
        known = {regime.code: regime for regime in self.regimes}
        missing = load_regimes([code for code in codes if code not in known])
        known |= {regime.code: regime for regime in missing}
        return tuple(known[code] for code in codes) or self.regimes

    def ways_out(self, codes: Sequence[str], decided_on: date) -> WaysOut:
        """Return what can be done against a decision of this day in a case under the laws with these codes."""
        laws = [law.code for law in self.laws_named(codes)]
        return ways_out([self.remedies[law] for law in laws if law in self.remedies], decided_on)

    @property
    def token_key(self) -> TokenKey:
        """The key that new tokens are made with."""
        return self.token_keys[self.current_token_key]

    @property
    def first_countable(self) -> datetime:
        """The first instant from which every calendar can count; mail that claims to be older is due since then."""
        first_year = max(regime.calendar.years[0] for regime in self.regimes)
        return datetime(
            first_year, 1, 2, tzinfo=UTC
        )  # the second: no zone is still in the year before

    def to_read(
        self, raw: bytes, *, envelope_from: str | None = None, suspected_spam: bool = False
    ) -> MailToRead:
        """Return the bytes with all that a reader must know of this desk and of the door."""
        terms = ReadingTerms(
            own_addresses=self.sorted_addresses,
            threshold=self.threshold,
            envelope_from=envelope_from,
            suspected_spam=suspected_spam,
        )
        return MailToRead(raw=raw, terms=terms)

    @cached_property
    def sorted_addresses(self) -> tuple[str, ...]:
        """All that we read or send from, in a fixed order."""
        return tuple(sorted(self.own_addresses))

    def is_ours(self, address: str) -> bool:
        """Say whether the address, with or without a plus part, is one that we read or send from."""
        return without_plus(address) in self.own_addresses

    def mailbox_profile(self, address: str) -> MailboxProfile:
        """Return the profile of a mailbox; the first one stands in for an address that was taken off the settings."""
        wanted = without_plus(address)
        return next((box for box in self.mailboxes if box.address == wanted), self.mailboxes[0])

    def answering_mailbox(
        self, named: Iterable[str], delivered_to: Iterable[str]
    ) -> MailboxProfile:
        """Return the mailbox that answers: one named in the mail's own recipients, else one it was delivered to.

        The order of the settings decides between several, so that the copy for privacy@ and the copy for dpo@
        of one mail are answered from the same place.
        """
        for addresses in (named, delivered_to):
            ours = {without_plus(address) for address in addresses}
            for box in self.mailboxes:
                if box.address in ours:
                    return box
        return self.mailboxes[0]
