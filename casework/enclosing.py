"""What goes along with a letter: the link to a package exactly as it stands, and whether it still stands so."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from casework.profile import DeskProfile
from privacy.cases import RequestItem
from privacy.deadlines import end_of_day
from privacy.errors import Permanent
from privacy.packages import LOOK_AGAIN, Enclosure, format_of, package_digest
from responders.downloads import Enclosed
from storage.database import Reading, Transaction
from storage.ids import new_id
from storage.package_links import PackageLink, add_link, is_waived, links_in_draft
from storage.packages import (
    Package,
    StoredFile,
    get_package,
    look_at_package_at,
    whole_files,
)

TOKEN_BYTES = 20  # 160 bits
GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class DrawnLink:
    """A link that a letter is to name; its secret is kept nowhere but in the letter."""

    package: Package
    token: str = field(repr=False)
    digest: str
    expires_on: date
    expires_at: datetime
    formats: str
    page: str

    @property
    def enclosed(self) -> Enclosed:
        """The link as a letter names it."""
        return Enclosed(
            page=self.page, token=self.token, expires_on=self.expires_on, formats=self.formats
        )


def draw_link(
    reading: Reading, package: Package, item: RequestItem, desk: DeskProfile, now: datetime
) -> DrawnLink | None:
    """Return a link to the package as it stands, None while no file in it is whole.

    Raises Permanent where no page is served from which it could be fetched.
    """
    files = whole_files(reading, package.package_id)
    if not files:
        return None
    page = desk.challenges.page if desk.challenges else ""
    if not page:
        raise Permanent("identity.page_url is not set: no letter can say where a package waits")
    expires_on = (now + desk.downloads.life).date()
    return DrawnLink(
        package=package,
        token=b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower(),
        digest=_digest(files),
        expires_on=expires_on,
        expires_at=end_of_day(expires_on, item.due.zone),
        formats=", ".join(dict.fromkeys(format_of(one.packed.name) for one in files if one.packed)),
        page=page,
    )


def store_link(
    transaction: Transaction,
    drawn: DrawnLink,
    letter: tuple[UUID, str],
    *,
    made_by: str,
    now: datetime,
) -> None:
    """Store the link that a draft names; `letter` is the draft's id and its Message-ID."""
    draft_id, message_id = letter
    link = PackageLink(
        link_id=new_id(),
        package_id=drawn.package.package_id,
        case_id=drawn.package.case_id,
        token_key=token_key(transaction, drawn.token),
        draft_id=draft_id,
        message_id_key=transaction.ring.lookup_key("message-id", message_id),
        digest=drawn.digest,
        expires_on=drawn.expires_on,
        expires_at=drawn.expires_at,
        made_at=now,
        made_by=made_by,
    )
    add_link(transaction, link)
    look_at_package_at(transaction, drawn.package.package_id, at=now + LOOK_AGAIN)


def token_key(reading: Reading, token: str) -> bytes:
    """Return the keyed hash under which the secret of a link is kept and looked for."""
    return reading.ring.lookup_key("download-link", token)


def digest_now(reading: Reading, package: Package) -> str:
    """Return the digest of the package as it stands, a word of its own for one that ended."""
    if package.ended_at is not None:
        return GONE
    return _digest(whole_files(reading, package.package_id))


def enclosed_digest(reading: Reading, draft_id: UUID) -> str:
    """Return the digest, as it stands now, of the package that a draft names; empty where it names none."""
    for link in links_in_draft(reading, draft_id):
        return digest_now(reading, get_package(reading, link.package_id))
    return ""


def enclosure_of(reading: Reading, draft_id: UUID, item_id: UUID) -> Enclosure:
    """Return what goes along with the answer of a draft to a right."""
    links = links_in_draft(reading, draft_id)
    if not links:
        return Enclosure.GIVEN if is_waived(reading, draft_id, item_id) else Enclosure.MISSING
    return Enclosure.GIVEN if all(still_as_written(reading, links)) else Enclosure.CHANGED


def still_as_written(reading: Reading, links: Sequence[PackageLink]) -> list[bool]:
    """Return for each link whether its package is exactly what it was when its letter was written."""
    return [
        digest_now(reading, get_package(reading, link.package_id)) == link.digest for link in links
    ]


def _digest(files: Sequence[StoredFile]) -> str:
    return package_digest([one.packed for one in files if one.packed is not None])
