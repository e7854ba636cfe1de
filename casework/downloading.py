"""What somebody with a link can do: ask for a code, open the package with it, and fetch its files; all of it counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from casework.case_letters import Addressee, compose
from casework.enclosing import still_as_written, token_key
from casework.identity_letters import draw_code
from casework.packing import DROPPED, trail
from casework.profile import DeskProfile
from casework.task_kinds import DOWNLOAD_LOCKED, DOWNLOAD_NOT_FETCHED
from casework.work_facts import identity_suffices
from privacy.audit import AuditKind
from privacy.cases import Case, RequestItem
from privacy.challenges import ChallengeState
from privacy.identity import EvidenceKind
from privacy.identity_codes import core_of
from privacy.outgoing import OutgoingState
from privacy.packages import LinkFacts, ReceiptKind, against_link
from privacy.ports import Clock
from responders.downloads import CODE, draft_download_code
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.failures import CannotUnseal
from storage.identity import challenges_of, count_attempt, evidence_of
from storage.ids import new_id
from storage.item_answers import letter_states
from storage.outbox import QueuedLetter, enqueue
from storage.package_links import (
    DownloadCode,
    PackageLink,
    Receipt,
    add_code,
    add_receipt,
    count_fetch,
    count_wrong_code,
    end_receipt,
    find_link,
    known_codes,
    use_code,
)
from storage.packages import StoredFile, chunk_of, get_package, whole_files
from storage.page_sessions import read_session, seal_session
from storage.tasks import Task, add_tasks, finish_kind_of_case

ACTOR = "download"
LONGEST = 200  # characters of a link, a code or a session: more is none of ours
LEFT = frozenset({OutgoingState.LEASED, OutgoingState.UNCERTAIN, OutgoingState.SENT})


@dataclass(frozen=True, kw_only=True)
class OfferedFile:
    """A file as the page lists it; `number` counts from 1."""

    number: int
    name: str = field(repr=False)
    size: int


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A link that is good at this moment, with all that it leads to."""

    link: PackageLink
    case: Case
    item: RequestItem
    files: Sequence[StoredFile]


class Fetch:
    """A file on its way to somebody, a piece at a time; no transaction is open between two of them."""

    def __init__(
        self, database: Database, file: StoredFile, receipt: Receipt, *, name: str, clock: Clock
    ) -> None:
        self.name = name
        self.size = file.size
        self.pieces = file.chunks
        self._database = database
        self._file = file
        self._receipt = receipt
        self._clock = clock

    def piece(self, number: int) -> bytes:
        """Return the piece with this number, from 0. Raises CannotUnseal where the package was erased meanwhile."""
        with self._database.reading() as reading:
            return chunk_of(reading, self._file, number)

    def ended(self, sent: int) -> None:
        """Record how many bytes were handed over."""
        receipt, whole = self._receipt, sent == self.size
        with self._database.transaction() as transaction:
            end_receipt(transaction, receipt.receipt_id, sent=sent, whole=whole)
            case = get_case(transaction, receipt.case_id)
            payload = {"what": "handed_over", "link": receipt.link_id, "file": receipt.file_id}
            payload |= {"bytes": sent, "whole": whole}
            now = self._clock()
            trail(transaction, case, AuditKind.DOWNLOAD, ACTOR, payload, now)
            if whole:
                kind = DOWNLOAD_NOT_FETCHED
                finish_kind_of_case(transaction, case.case_id, kind=kind, actor=ACTOR, at=now)


class Downloads:
    """The errands of the page. What is refused is told from nothing else: neither the answer nor its words say why."""

    def __init__(self, database: Database, desk: DeskProfile, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    def ask(self, token: str) -> None:
        """Mail a code to the address that is proved, if the link is good and the day's codes are not used up."""
        now = self._clock()
        with self._database.transaction() as transaction:
            found = self._found(transaction, token, now)
            address = _proved_address(transaction, found.case) if found else None
            if found is None or address is None or not self._may_mail(transaction, found.case, now):
                return
            code = self._queue_code(transaction, found, address, now)
            add_code(transaction, code)
            self._note(transaction, found, ReceiptKind.CODE_ASKED, now)

    def open(self, token: str, code: str) -> str | None:
        """Return the session that a right code begins, None for everything else. A code is good for one."""
        now = self._clock()
        with self._database.transaction() as transaction:
            found = self._found(transaction, token, now)
            if found is None:
                return None
            key = _code_key(transaction, code[:LONGEST])
            if not use_code(transaction, key, found.link.link_id, now=now):
                self._refuse(transaction, found, now)
                return None
            self._note(transaction, found, ReceiptKind.OPENED, now)
            until = now + self._desk.downloads.session
            return seal_session(transaction, found.case.case_id, found.link.link_id, until=until)

    def files(self, token: str, session: str) -> tuple[OfferedFile, ...] | None:
        """Return what can be fetched in this session, None where it is over or was never one."""
        with self._database.reading() as reading:
            found = self._opened(reading, token, session, self._clock())
        if found is None:
            return None
        named = [one for one in found.files if one.packed is not None]
        return tuple(
            OfferedFile(number=number, name=one.packed.name if one.packed else "", size=one.size)
            for number, one in enumerate(named, 1)
        )

    def fetch(self, token: str, session: str, number: int) -> Fetch | None:
        """Return the file on its way, counted; None where there is none or this link gave all that it may."""
        now = self._clock()
        with self._database.transaction() as transaction:
            found = self._opened(transaction, token, session, now)
            if found is None or not 1 <= number <= len(found.files):
                return None
            most = self._desk.downloads.fetches
            if not count_fetch(transaction, found.link.link_id, limit=most):
                return None
            file = found.files[number - 1]
            receipt = self._note(transaction, found, ReceiptKind.FETCHED, now, file_id=file.file_id)
        name = file.packed.name if file.packed else ""
        return Fetch(self._database, file, receipt, name=name, clock=self._clock)

    def _found(self, reading: Reading, token: str, now: datetime) -> _Found | None:
        link = find_link(reading, token_key(reading, token[:LONGEST]))
        if link is None:
            return None
        case = get_case(reading, link.case_id)
        package = get_package(reading, link.package_id)
        item = next((one for one in case.items if one.item_id == package.item_id), None)
        if item is None:
            return None
        # Read once more now that the case is locked: another may have been quicker.
        link = find_link(reading, link.token_key) or link
        facts = LinkFacts(
            letter_left=letter_states(reading, [link.message_id_key]).get(link.message_id_key)
            in LEFT,
            unchanged=all(still_as_written(reading, [link])),
            identity_suffices=identity_suffices(reading, item, case, self._desk),
            expires_at=link.expires_at,
            locked=link.locked_at is not None,
            taken_back=item.state in DROPPED,
        )
        if against_link(facts, now) is not None:
            return None
        files = whole_files(reading, link.package_id)
        return _Found(link=link, case=case, item=item, files=files)

    def _opened(self, reading: Reading, token: str, session: str, now: datetime) -> _Found | None:
        found = self._found(reading, token, now)
        if found is None:
            return None
        case_id, link_id = found.case.case_id, found.link.link_id
        try:
            until = read_session(reading, case_id, link_id, session[: 2 * LONGEST])
        except CannotUnseal:
            return None
        return found if now < until else None

    def _may_mail(self, transaction: Transaction, case: Case, now: datetime) -> bool:
        key = transaction.ring.lookup_key("download-codes", case.case_id.bytes)
        most = self._desk.downloads.codes_a_day
        return count_attempt(transaction, key, day=now.astimezone(UTC).date(), limit=most)

    def _queue_code(
        self, transaction: Transaction, found: _Found, address: str, now: datetime
    ) -> DownloadCode:
        case, desk, letter_id = found.case, self._desk, new_id()
        code, expires_at = draw_code(), now + desk.downloads.code_life
        letter = draft_download_code(
            case, code, desk.identity, expires_at=expires_at, book=desk.book
        )
        to = Addressee(about=letter_id, address=address)
        queued = QueuedLetter(
            letter_id=letter_id,
            case_id=case.case_id,
            inbound_id=None,
            kind=CODE,
            dedupe_key=f"{CODE}|{letter_id}",
            message=compose(case, letter, to, desk=desk, date=now),
            queued_at=now,
            automatic=False,  # counted on its own: it takes no place of an acknowledgement
            text_key=None,
        )
        enqueue(transaction, [queued])
        return DownloadCode(
            code_key=_code_key(transaction, code),
            link_id=found.link.link_id,
            case_id=case.case_id,
            asked_at=now,
            expires_at=expires_at,
        )

    def _refuse(self, transaction: Transaction, found: _Found, now: datetime) -> None:
        self._note(transaction, found, ReceiptKind.CODE_REFUSED, now)
        most = self._desk.downloads.wrong_codes
        if count_wrong_code(transaction, found.link.link_id, limit=most, now=now):
            self._note(transaction, found, ReceiptKind.LOCKED, now)
            add_tasks(transaction, [_locked_task(found, now)])

    def _note(
        self,
        transaction: Transaction,
        found: _Found,
        kind: ReceiptKind,
        now: datetime,
        *,
        file_id: UUID | None = None,
    ) -> Receipt:
        receipt = Receipt(
            receipt_id=new_id(),
            package_id=found.link.package_id,
            link_id=found.link.link_id,
            case_id=found.case.case_id,
            kind=kind,
            at=now,
            file_id=file_id,
        )
        add_receipt(transaction, receipt)
        payload: dict[str, object] = {"what": kind, "link": receipt.link_id}
        payload |= {"file": file_id} if file_id else {}
        trail(transaction, found.case, AuditKind.DOWNLOAD, ACTOR, payload, now)
        return receipt


def codes_of_downloads(reading: Reading, codes: Sequence[str]) -> set[str]:
    """Return those of the codes that open, or opened, a package."""
    keys = {code: _code_key(reading, code) for code in codes}
    known = known_codes(reading, keys.values())
    return {code for code, key in keys.items() if key in known}


def _code_key(reading: Reading, code: str) -> bytes:
    """A code of another errand opens nothing here, however well it is formed."""
    return reading.ring.lookup_key("download-code", core_of(code) or code)


def _proved_address(reading: Reading, case: Case) -> str | None:
    """Return the mailbox on file that answered our question; where staff decided, the one that the answer went to."""
    told = [one.evidence for one in evidence_of(reading, case.case_id)]
    on_file = {one.about for one in told if one.kind is EvidenceKind.ADDRESS_ON_FILE}
    asked = challenges_of(reading, [case.case_id]).get(case.case_id, [])
    answered = [one for one in asked if one.state is ChallengeState.USED]
    proved = [one.address for one in answered if one.address_key in on_file]
    return proved[-1] if proved else case.requester


def _locked_task(found: _Found, now: datetime) -> Task:
    return Task(
        case_id=found.case.case_id,
        kind=DOWNLOAD_LOCKED,
        reason=f"wrong-codes:{found.item.right}",
        due_on=now.astimezone(UTC).date(),
        urgent=True,
        created_at=now,
    )
