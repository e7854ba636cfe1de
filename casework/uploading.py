"""Takes the file that a system uploads for a right that it was asked to work on, once under its id."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from casework.actors import Actor
from casework.callbacks import Caller, Taken
from casework.named_cases import case_named
from casework.packing import Content, OfferedData, add_to_package
from privacy.callbacks import Field
from privacy.errors import Permanent
from privacy.packages import LONGEST_NAME, PACKAGED
from privacy.rights import Right
from storage.calls import remember_callback, was_called_back
from storage.database import Database, Reading, Transaction
from storage.work import plans_of

KIND = "package.upload"
ACTOR = "callback"
SHA256_DIGITS = 64
UPLOADS: Mapping[str, tuple[Field, ...]] = {
    KIND: (
        Field(name="case", longest=40),
        Field(name="right", longest=20, is_code=True),
        Field(name="name", longest=LONGEST_NAME),
        Field(name="sha256", longest=SHA256_DIGITS, is_code=True),
    )
}


class _Before(Permanent):
    """The same file came a second time while the first one was on its way, and was whole first."""


class _Checked:
    """Content that ends well only where it is what the system signed."""

    def __init__(self, content: Content, sha256: str) -> None:
        self._content = content
        self._wanted = sha256
        self._seen = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next octets. Raises Permanent at the end of a content that is another one."""
        piece = self._content.read(size)
        self._seen.update(piece)
        if not piece and not hmac.compare_digest(self._seen.hexdigest(), self._wanted):
            raise Permanent("upload: the content is not what was signed")
        return piece


def take_upload(
    database: Database, caller: Caller, name: str, said: Mapping[str, str], *, content: Content
) -> Taken:
    """Seal the content into the package of the right, as `cases package add` does for staff.

    The id is remembered with the last octet: a file that broke off leaves nothing, and can be sent again under its id.
    Raises Permanent for a right that this system was not asked to work on, another content than was signed, and all
    that staff could not add either; Retryable; OSError of the content.
    """
    with database.reading() as reading:
        if was_called_back(reading, caller.system, name):
            return Taken.BEFORE
        _require_asked(reading, caller, said)

    def remember(transaction: Transaction) -> None:
        if not remember_callback(transaction, caller.system, name, kind=KIND, now=caller.now):
            raise _Before("upload: is here already")

    data = OfferedData(
        reference=said["case"].upper(),
        right=Right(said["right"]),
        name=said["name"],
        content=_Checked(content, said["sha256"]),
        when_whole=remember,
    )
    by = Actor(address=caller.name, os_user=ACTOR)
    try:
        add_to_package(database, caller.desk, data, actor=by, now=caller.now)
    except _Before:
        return Taken.BEFORE
    return Taken.NOW


def _require_asked(reading: Reading, caller: Caller, said: Mapping[str, str]) -> None:
    """A system adds to what it was asked for: a task of its own for this right, open or done."""
    if said["right"] not in PACKAGED:
        raise Permanent(f"upload: only {' and '.join(sorted(PACKAGED))} have a package")
    case = case_named(reading, said["case"].upper())
    items = [item.item_id for item in case.items if item.right == said["right"]]
    tasks = [task for plan in plans_of(reading, items).values() for task in plan]
    if not any(task.system == caller.system and task.opened_at is not None for task in tasks):
        raise Permanent("upload: this system has no task for this right")
