"""Staff or a system put files into the package of a right; staff take the package back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Protocol
from uuid import UUID

from casework.actors import Actor
from casework.named_cases import case_named
from casework.profile import DeskProfile
from casework.work_facts import identity_suffices
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState, RequestItem
from privacy.errors import Permanent, PrivacyError
from privacy.packages import (
    LOOK_AGAIN,
    MOST_FILES,
    PACKAGED,
    PackedFile,
    against_content,
    safe_name,
)
from privacy.rights import Right
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.ids import new_id
from storage.packages import (
    Package,
    StoredFile,
    add_chunks,
    add_package,
    begin_file,
    complete_file,
    drop_file,
    end_package,
    files_of,
    open_package,
)

CHUNK = 1024**2  # bytes of one sealed piece
AT_ONCE = 4  # pieces in one transaction: mail goes on coming in meanwhile
# Before the proof nothing is collected; while a letter is approved and leaves, nothing changes under it.
PACKING = frozenset(
    {
        ItemState.EXECUTING,
        ItemState.EXECUTED,
        ItemState.AWAITING_APPROVAL,
        ItemState.FULFILLED,
        ItemState.PARTLY,
    }
)
DROPPED = frozenset({ItemState.WITHDRAWN, ItemState.NOT_A_REQUEST})


class Content(Protocol):
    """What is read piece by piece, each as long as was asked for but for the last."""

    def read(self, size: int, /) -> bytes:
        """Return the next octets, none at the end. Raises OSError or PrivacyError where there will be no more."""


def _nothing_more(_transaction: Transaction) -> None:
    """Staff say by hand what they say: nothing is remembered but the file."""


@dataclass(frozen=True, kw_only=True)
class OfferedData:
    """A file that somebody brings for a right of a case.

    `when_whole` runs in the transaction that makes the file a part of the package; what it raises leaves none of it.
    """

    reference: str
    right: Right
    name: str = field(repr=False)
    content: Content = field(repr=False)
    when_whole: Callable[[Transaction], None] = field(default=_nothing_more, repr=False)


@dataclass(frozen=True, kw_only=True)
class _Adding:
    """A file on its way into the database."""

    database: Database
    file: StoredFile
    item_id: UUID
    most_bytes: int
    when_whole: Callable[[Transaction], None] = field(repr=False)


def add_to_package(
    database: Database, desk: DeskProfile, data: OfferedData, *, actor: Actor, now: datetime
) -> PackedFile:
    """Store the file piece by piece and return what was stored; letters that named the package before are void.

    Raises Permanent for an empty, too large or misnamed file, and while the right is not being worked on or is not proved.
    """
    name = safe_name(data.name)
    first = data.content.read(CHUNK)
    if not first:
        raise Permanent("the file is empty")
    against = against_content(name, first)
    if against is not None:
        raise Permanent(f"the file cannot be handed out: {against}")
    with database.transaction() as transaction:
        adding = _begin(database, transaction, desk, data, (actor, now))
    try:
        return _store(adding, name, chain([first], _pieces(data.content)), actor, now)
    except (PrivacyError, OSError):
        with suppress(PrivacyError), database.transaction() as transaction:
            drop_file(transaction, adding.file.file_id)
        raise


def withdraw_package(
    database: Database, reference: str, right: Right, *, actor: Actor, now: datetime
) -> None:
    """Let nobody fetch the package from now on; its content is erased within the hour, or when a legal hold ends.

    Raises Permanent where there is none.
    """
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        item = item_with_package(transaction, case, right)
        package = open_package(transaction, item.item_id)
        if package is None or not end_package(transaction, package.package_id, at=now):
            raise Permanent(f"there is no package for {right}")
        payload = {"package": package.package_id, "right": item.right}
        trail(transaction, case, AuditKind.PACKAGE_WITHDRAWN, str(actor), payload, now)


def item_with_package(reading: Reading, case: Case, right: Right) -> RequestItem:
    """Return the right of the case whose package is meant: the last asked that has one. Raises Permanent."""
    found = _asked(case, right)
    packed = [item for item in found if open_package(reading, item.item_id) is not None]
    return (packed or found)[-1]


def _item_to_pack(case: Case, right: Right) -> RequestItem:
    """What is still owed goes first; what was answered can be added to."""
    found = _asked(case, right)
    return next((item for item in found if item.is_open), found[-1])


def _asked(case: Case, right: Right) -> list[RequestItem]:
    if right not in PACKAGED:
        raise Permanent(f"only {' and '.join(sorted(PACKAGED))} are answered with a package")
    found = [item for item in case.items if item.right is right and item.state not in DROPPED]
    if not found:
        raise Permanent(f"the case asks for no {right}, or not any more")
    return found


def trail(
    transaction: Transaction,
    case: Case,
    kind: AuditKind,
    actor: str,
    payload: dict[str, object],
    now: datetime,
) -> None:
    """Write down what happened to a package, by ids alone."""
    event = AuditEvent(chain=case.case_id, kind=kind, at=now, actor=actor, payload=payload)
    append(transaction, [event])


def _begin(
    database: Database,
    transaction: Transaction,
    desk: DeskProfile,
    data: OfferedData,
    by: tuple[Actor, datetime],
) -> _Adding:
    actor, now = by
    case = case_named(transaction, data.reference)
    item = _item_to_pack(case, data.right)
    _require_packing(item)
    if not identity_suffices(transaction, item, case, desk):
        raise Permanent("who asks is not proved at the level of this right: nothing is packed")
    package_id = _package_of(transaction, case, item, actor, now)
    if len(files_of(transaction, [package_id]).get(package_id, [])) >= MOST_FILES:
        raise Permanent(f"a package has at most {MOST_FILES} files: put them into a zip file")
    file = StoredFile(
        file_id=new_id(),
        package_id=package_id,
        case_id=case.case_id,
        position=0,
        size=0,
        chunks=0,
        packed=None,
        added_at=now,
        added_by=actor.address,
    )
    begin_file(transaction, file)
    return _Adding(
        database=database,
        file=file,
        item_id=item.item_id,
        most_bytes=desk.downloads.most_bytes,
        when_whole=data.when_whole,
    )


def _require_packing(item: RequestItem) -> None:
    if item.state not in PACKING:
        raise Permanent(
            f"{item.right} is {item.state.replace('_', ' ')}: nothing can be packed for it now"
        )


def _package_of(
    transaction: Transaction, case: Case, item: RequestItem, actor: Actor, now: datetime
) -> UUID:
    there = open_package(transaction, item.item_id)
    if there is not None:
        return there.package_id
    package = Package(
        package_id=new_id(),
        case_id=case.case_id,
        item_id=item.item_id,
        created_at=now,
        created_by=actor.address,
        due_at=now + LOOK_AGAIN,
    )
    add_package(transaction, package)
    return package.package_id


def _pieces(content: Content) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece


def _store(
    adding: _Adding, name: str, pieces: Iterator[bytes], actor: Actor, now: datetime
) -> PackedFile:
    seen, size, place = hashlib.sha256(), 0, 0
    while batch := list(islice(pieces, AT_ONCE)):
        for piece in batch:
            seen.update(piece)
            size += len(piece)
        if size > adding.most_bytes:
            raise Permanent(f"the file is larger than {adding.most_bytes} bytes")
        with adding.database.transaction() as transaction:
            add_chunks(transaction, adding.file, place, batch)
        place += len(batch)
    packed = PackedFile(name=name, size=size, sha256=seen.hexdigest())
    _complete(adding, packed, place, actor, now)
    return packed


def _complete(
    adding: _Adding, packed: PackedFile, chunks: int, actor: Actor, now: datetime
) -> None:
    """The case is locked, and looked at again: a letter may have been approved while the file came in."""
    file = adding.file
    with adding.database.transaction() as transaction:
        adding.when_whole(transaction)
        case = get_case(transaction, file.case_id)
        _require_packing(next(one for one in case.items if one.item_id == adding.item_id))
        if not complete_file(transaction, file, packed, chunks=chunks):
            raise Permanent("the package was withdrawn meanwhile")
        payload = {"package": file.package_id, "file": file.file_id, "size": packed.size}
        trail(transaction, case, AuditKind.PACKAGE_ADDED, str(actor), payload, now)
