"""Packages and their files: content in chunks, each sealed by the key of the case for its own place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, literal, select, update

from privacy.packages import PackedFile
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.package_rows import PACKAGE, PACKAGE_CHUNK, PACKAGE_FILE
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

ABOUT = "package_file.sealed_about"
CONTENT = "package_chunk.sealed_content"
FIRST = 1


@dataclass(frozen=True, kw_only=True)
class Package:
    """The data that one right is answered with. `ended_at` None: it can be fetched, once its letter left."""

    package_id: UUID
    case_id: UUID
    item_id: UUID
    created_at: datetime
    created_by: str = field(repr=False)
    due_at: datetime | None
    ended_at: datetime | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file of a package. `packed` None: it is not whole yet, is erased, or its key is."""

    file_id: UUID
    package_id: UUID
    case_id: UUID
    position: int
    size: int
    chunks: int
    packed: PackedFile | None
    added_at: datetime
    added_by: str = field(repr=False)


def add_package(transaction: Transaction, package: Package) -> None:
    """Store a new package; the database refuses a second open one for the same right."""
    row = {name: getattr(package, name) for name in Package.__dataclass_fields__}
    transaction.insert(PACKAGE, [row])


def open_package(reading: Reading, item_id: UUID) -> Package | None:
    """Return the package of a right that was neither withdrawn nor erased, None where there is none."""
    package = PACKAGE.c
    question = select(PACKAGE).where(package.item_id == item_id, package.ended_at.is_(None))
    row = reading.fetch(question).one_or_none()
    return None if row is None else _package(row)


def packages_of(reading: Reading, case_id: UUID) -> list[Package]:
    """Return all packages of a case, the oldest first."""
    question = select(PACKAGE).where(PACKAGE.c.case_id == case_id)
    rows = reading.fetch(question.order_by(PACKAGE.c.created_at, PACKAGE.c.package_id))
    return [_package(row) for row in rows]


def get_package(reading: Reading, package_id: UUID) -> Package:
    """Return a package that is there."""
    return _package(reading.fetch(select(PACKAGE).where(PACKAGE.c.package_id == package_id)).one())


def due_packages(reading: Reading, *, now: datetime, limit: int) -> list[Package]:
    """Return the packages that are to be looked at now, the longest due first."""
    due = select(PACKAGE).where(PACKAGE.c.due_at <= now).order_by(PACKAGE.c.due_at).limit(limit)
    return [_package(row) for row in reading.fetch(due)]


def look_at_package_at(transaction: Transaction, package_id: UUID, *, at: datetime | None) -> None:
    """Set when the package is looked at again."""
    wanted = update(PACKAGE).where(PACKAGE.c.package_id == package_id)
    transaction.change(wanted.values(due_at=at))


def end_package(transaction: Transaction, package_id: UUID, *, at: datetime) -> bool:
    """Let nobody fetch the package any more, and have its content erased; False when it had ended before."""
    package = PACKAGE.c
    lasting = update(PACKAGE).where(package.package_id == package_id, package.ended_at.is_(None))
    return transaction.change(lasting.values(ended_at=at, due_at=at)) == 1


def erase_package(transaction: Transaction, package_id: UUID, *, at: datetime) -> bool:
    """Destroy the content and the names of a package; False when another was quicker."""
    package = PACKAGE.c
    there = update(PACKAGE).where(package.package_id == package_id, package.erased_at.is_(None))
    ended = func.coalesce(package.ended_at, literal(at, package.ended_at.type))
    if not transaction.change(there.values(erased_at=at, due_at=None, ended_at=ended)):
        return False
    files = select(PACKAGE_FILE.c.file_id).where(PACKAGE_FILE.c.package_id == package_id)
    transaction.change(delete(PACKAGE_CHUNK).where(PACKAGE_CHUNK.c.file_id.in_(files)))
    nameless = update(PACKAGE_FILE).where(PACKAGE_FILE.c.package_id == package_id)
    transaction.change(nameless.values(sealed_about=None))
    return True


def begin_file(transaction: Transaction, file: StoredFile) -> None:
    """Store a file that is not whole yet; its position is behind the others of its package."""
    last = select(func.coalesce(func.max(PACKAGE_FILE.c.position), FIRST - 1)).where(
        PACKAGE_FILE.c.package_id == file.package_id
    )
    row = {name: getattr(file, name) for name in _FILE} | {"sealed_about": None}
    row["position"] = transaction.fetch(last).scalar_one() + 1
    transaction.insert(PACKAGE_FILE, [row])


def add_chunks(
    transaction: Transaction, file: StoredFile, first: int, contents: Sequence[bytes]
) -> None:
    """Store the pieces of a file from this place on."""
    load_keys(transaction, [file.case_id])
    seal = transaction.vault.seal
    rows = [
        {
            "file_id": file.file_id,
            "position": place,
            "sealed_content": seal(file.case_id, _place(file.file_id, place), content),
        }
        for place, content in enumerate(contents, first)
    ]
    transaction.insert(PACKAGE_CHUNK, rows)


def complete_file(
    transaction: Transaction, file: StoredFile, packed: PackedFile, *, chunks: int
) -> bool:
    """Record that the file is whole; False where its package is over by now."""
    load_keys(transaction, [file.case_id])
    about = json.dumps({"name": packed.name, "sha256": packed.sha256})
    sealed = transaction.vault.seal_text(file.case_id, ABOUT, about)
    lasting = select(PACKAGE.c.package_id).where(PACKAGE.c.ended_at.is_(None))
    there = and_(PACKAGE_FILE.c.file_id == file.file_id, PACKAGE_FILE.c.package_id.in_(lasting))
    whole = update(PACKAGE_FILE).where(there)
    values = {"sealed_about": sealed, "size": packed.size, "chunks": chunks}
    return transaction.change(whole.values(**values)) == 1


def drop_file(transaction: Transaction, file_id: UUID) -> None:
    """Forget a file that did not become whole."""
    unfinished = and_(PACKAGE_FILE.c.file_id == file_id, PACKAGE_FILE.c.sealed_about.is_(None))
    if transaction.change(delete(PACKAGE_FILE).where(unfinished)):
        transaction.change(delete(PACKAGE_CHUNK).where(PACKAGE_CHUNK.c.file_id == file_id))


def drop_unfinished(transaction: Transaction, package_id: UUID, *, before: datetime) -> None:
    """Forget the files of a package that nobody went on adding since then."""
    file = PACKAGE_FILE.c
    left = select(file.file_id).where(
        file.package_id == package_id, file.sealed_about.is_(None), file.added_at < before
    )
    for file_id in transaction.fetch(left).scalars().all():
        drop_file(transaction, file_id)


def files_of(reading: Reading, package_ids: Iterable[UUID]) -> dict[UUID, list[StoredFile]]:
    """Return the files of each package in their order, those that are not whole included."""
    found: dict[UUID, list[StoredFile]] = {}
    for chunk in in_chunks(package_ids):
        question = select(PACKAGE_FILE).where(PACKAGE_FILE.c.package_id.in_(chunk))
        rows = reading.fetch(question.order_by(PACKAGE_FILE.c.position)).all()
        load_keys(reading, [row.case_id for row in rows])
        for row in rows:
            found.setdefault(row.package_id, []).append(_file(reading, row))
    return found


def whole_files(reading: Reading, package_id: UUID) -> list[StoredFile]:
    """Return the files of a package that are whole and can be read."""
    return [
        one for one in files_of(reading, [package_id]).get(package_id, []) if one.packed is not None
    ]


def chunk_of(reading: Reading, file: StoredFile, position: int) -> bytes:
    """Return one piece of a file. Raises CannotUnseal where it, or its key, is gone or was changed."""
    chunk = PACKAGE_CHUNK.c
    question = select(chunk.sealed_content).where(
        chunk.file_id == file.file_id, chunk.position == position
    )
    sealed = reading.fetch(question).scalar_one_or_none()
    if sealed is None:
        raise CannotUnseal("a piece of a file is erased")
    load_keys(reading, [file.case_id])
    return reading.vault.unseal(file.case_id, _place(file.file_id, position), bytes(sealed))


_FILE = [name for name in StoredFile.__dataclass_fields__ if name != "packed"]


def _place(file_id: UUID, position: int) -> str:
    """A piece opens at its own place only: none can be left out, doubled or put into another file."""
    return f"{CONTENT}|{file_id}|{position}"


def _package(row: AnyRow) -> Package:
    return Package(**{name: getattr(row, name) for name in Package.__dataclass_fields__})


def _file(reading: Reading, row: AnyRow) -> StoredFile:
    values = {name: getattr(row, name) for name in _FILE}
    return StoredFile(**values, packed=_packed(reading, row))


def _packed(reading: Reading, row: AnyRow) -> PackedFile | None:
    if row.sealed_about is None:
        return None
    try:
        told = reading.vault.unseal_text(row.case_id, ABOUT, bytes(row.sealed_about))
    except CannotUnseal:
        return None
    about = json.loads(told)
    return PackedFile(name=about["name"], size=row.size, sha256=about["sha256"])
