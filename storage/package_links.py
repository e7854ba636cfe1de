"""Links to packages, the codes that open them, what was done with them, and answers that go without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update

from privacy.packages import ReceiptKind
from storage.datakeys import load_keys
from storage.package_rows import DOWNLOAD_CODE, DOWNLOAD_RECEIPT, PACKAGE_LINK, PACKAGE_WAIVER
from storage.readable import readable
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

REASON = "package_waiver.sealed_reason"


@dataclass(frozen=True, kw_only=True)
class PackageLink:
    """The address in one letter. `token_key` is the keyed hash of its secret part; `digest` that of the package then."""

    link_id: UUID
    package_id: UUID
    case_id: UUID
    token_key: bytes = field(repr=False)
    draft_id: UUID
    message_id_key: bytes = field(repr=False)
    digest: str
    expires_on: date
    expires_at: datetime
    made_at: datetime
    made_by: str = field(repr=False)
    wrong: int = 0
    fetches: int = 0
    locked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DownloadCode:
    """A one-time code by its keyed hash."""

    code_key: bytes = field(repr=False)
    link_id: UUID
    case_id: UUID
    asked_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was done with a link; `sent` in bytes, of a file `file_id`."""

    receipt_id: UUID
    package_id: UUID
    link_id: UUID
    case_id: UUID
    kind: ReceiptKind
    at: datetime
    file_id: UUID | None = None
    sent: int = 0
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Why an answer that grants data goes without a package, and who said so."""

    draft_id: UUID
    item_id: UUID
    case_id: UUID
    reason: str = field(repr=False)
    said_at: datetime
    said_by: str = field(repr=False)


def add_link(transaction: Transaction, link: PackageLink) -> None:
    """Store the address that a letter names."""
    transaction.insert(PACKAGE_LINK, [_row(link)])


def find_link(reading: Reading, token_key: bytes) -> PackageLink | None:
    """Return the link with this secret, None where there is none."""
    found = _links(reading, PACKAGE_LINK.c.token_key == token_key)
    return found[0] if found else None


def links_of(reading: Reading, package_ids: Iterable[UUID]) -> dict[UUID, list[PackageLink]]:
    """Return the links to each package, the oldest first."""
    found: dict[UUID, list[PackageLink]] = {}
    for chunk in in_chunks(package_ids):
        for link in _links(reading, PACKAGE_LINK.c.package_id.in_(chunk)):
            found.setdefault(link.package_id, []).append(link)
    return found


def links_in_draft(reading: Reading, draft_id: UUID) -> list[PackageLink]:
    """Return the links that a draft names."""
    return _links(reading, PACKAGE_LINK.c.draft_id == draft_id)


def links_in_letter(reading: Reading, message_id_key: bytes) -> list[PackageLink]:
    """Return the links that the letter with this Message-ID names."""
    return _links(reading, PACKAGE_LINK.c.message_id_key == message_id_key)


def count_wrong_code(transaction: Transaction, link_id: UUID, *, limit: int, now: datetime) -> bool:
    """Count a wrong code against a link; True when that was the last one, and the link is locked.

    However many come at once, the link is locked once.
    """
    link = PACKAGE_LINK.c
    one = and_(link.link_id == link_id, link.locked_at.is_(None))
    transaction.change(update(PACKAGE_LINK).where(one).values(wrong=link.wrong + 1))
    full = update(PACKAGE_LINK).where(one, link.wrong >= limit)
    return transaction.change(full.values(locked_at=now)) == 1


def count_fetch(transaction: Transaction, link_id: UUID, *, limit: int) -> bool:
    """Count a fetch by a link; False, and not counted, when it had all of them. One statement, as above."""
    link = PACKAGE_LINK.c
    free = update(PACKAGE_LINK).where(link.link_id == link_id, link.fetches < limit)
    return transaction.change(free.values(fetches=link.fetches + 1)) == 1


def add_code(transaction: Transaction, code: DownloadCode) -> None:
    """Store a code that is on its way."""
    transaction.insert(DOWNLOAD_CODE, [_row(code)])


def known_codes(reading: Reading, code_keys: Iterable[bytes]) -> set[bytes]:
    """Return those of the keyed hashes that are codes of downloads, whatever became of them."""
    found: set[bytes] = set()
    for chunk in in_chunks(code_keys):
        question = select(DOWNLOAD_CODE.c.code_key).where(DOWNLOAD_CODE.c.code_key.in_(chunk))
        found.update(bytes(key) for key in reading.fetch(question).scalars())
    return found


def use_code(transaction: Transaction, code_key: bytes, link_id: UUID, *, now: datetime) -> bool:
    """Take the one use of a code of this link; False when it was used, is over or is none, or another was quicker."""
    code = DOWNLOAD_CODE.c
    alive = and_(
        code.code_key == code_key,
        code.link_id == link_id,
        code.used_at.is_(None),
        code.expires_at > now,
    )
    return transaction.change(update(DOWNLOAD_CODE).where(alive).values(used_at=now)) == 1


def add_receipt(transaction: Transaction, receipt: Receipt) -> None:
    """Store what was done."""
    transaction.insert(DOWNLOAD_RECEIPT, [_row(receipt)])


def end_receipt(transaction: Transaction, receipt_id: UUID, *, sent: int, whole: bool) -> None:
    """Record how much of a file was handed over."""
    one = update(DOWNLOAD_RECEIPT).where(DOWNLOAD_RECEIPT.c.receipt_id == receipt_id)
    transaction.change(one.values(sent=sent, whole=whole))


def receipts_of(reading: Reading, package_ids: Iterable[UUID]) -> dict[UUID, list[Receipt]]:
    """Return what was done with the links to each package, the oldest first."""
    found: dict[UUID, list[Receipt]] = {}
    receipt = DOWNLOAD_RECEIPT.c
    for chunk in in_chunks(package_ids):
        question = select(DOWNLOAD_RECEIPT).where(receipt.package_id.in_(chunk))
        for row in reading.fetch(question.order_by(receipt.at, receipt.receipt_id)):
            values = {name: getattr(row, name) for name in Receipt.__dataclass_fields__}
            found.setdefault(row.package_id, []).append(Receipt(**values))
    return found


def add_waiver(transaction: Transaction, waiver: Waiver) -> None:
    """Store why an answer goes without a package."""
    load_keys(transaction, [waiver.case_id])
    row = {name: value for name, value in _row(waiver).items() if name != "reason"}
    sealed = transaction.vault.seal_text(waiver.case_id, REASON, waiver.reason)
    transaction.insert(PACKAGE_WAIVER, [row | {"sealed_reason": sealed}])


def is_waived(reading: Reading, draft_id: UUID, item_id: UUID) -> bool:
    """Say whether somebody stated that this answer goes without a package."""
    waiver = PACKAGE_WAIVER.c
    question = select(waiver.draft_id).where(waiver.draft_id == draft_id, waiver.item_id == item_id)
    return reading.fetch(question).first() is not None


def waivers_of(reading: Reading, case_id: UUID) -> list[Waiver]:
    """Return why answers of a case went without a package, the oldest first."""
    question = select(PACKAGE_WAIVER).where(PACKAGE_WAIVER.c.case_id == case_id)
    rows = reading.fetch(question.order_by(PACKAGE_WAIVER.c.said_at)).all()
    load_keys(reading, [case_id])
    names = [name for name in Waiver.__dataclass_fields__ if name != "reason"]
    return [
        Waiver(
            **{name: getattr(row, name) for name in names},
            reason=readable(reading, case_id, REASON, row.sealed_reason),
        )
        for row in rows
    ]


def _row(value: PackageLink | DownloadCode | Receipt | Waiver) -> dict[str, object]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def _links(reading: Reading, condition: ColumnElement[bool]) -> list[PackageLink]:
    link = PACKAGE_LINK.c
    question = select(PACKAGE_LINK).where(condition).order_by(link.made_at, link.link_id)
    return [_link(row) for row in reading.fetch(question)]


def _link(row: AnyRow) -> PackageLink:
    values = {name: getattr(row, name) for name in PackageLink.__dataclass_fields__}
    keys = {name: bytes(values[name]) for name in ("token_key", "message_id_key")}
    return PackageLink(**values | keys)
