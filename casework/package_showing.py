"""What colleagues see of the packages of a case: files, links, and what was done with them, never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from privacy.cases import Case
from privacy.rights import Right
from storage.database import Reading
from storage.package_links import PackageLink, Receipt, links_of, receipts_of
from storage.packages import Package, StoredFile, files_of, packages_of

ERASED_NAME = "(erased)"


@dataclass(frozen=True, kw_only=True)
class ShownPackage:
    """A package with everything that happened to it, the oldest first."""

    right: Right | None
    package: Package
    files: tuple[StoredFile, ...] = field(repr=False)
    links: tuple[PackageLink, ...] = field(repr=False)
    receipts: tuple[Receipt, ...]

    @property
    def state(self) -> str:
        """One word for lists."""
        if self.package.erased_at is not None:
            return "erased"
        return "ready" if self.package.ended_at is None else "withdrawn"

    @property
    def waits_until(self) -> date | None:
        """The last day that a letter names, None where none was written."""
        return max((one.expires_on for one in self.links), default=None)

    @property
    def fetched_at(self) -> datetime | None:
        """When somebody first got all of a file."""
        return next((one.at for one in self.receipts if one.whole), None)

    def name_of(self, receipt: Receipt) -> str:
        """Return the name of the file of a receipt, empty where it is about none."""
        return next((name_of(one) for one in self.files if one.file_id == receipt.file_id), "")


def name_of(file: StoredFile) -> str:
    """Return the name of a file as far as it is still known."""
    return file.packed.name if file.packed else ERASED_NAME


def shown_packages(reading: Reading, case: Case) -> tuple[ShownPackage, ...]:
    """Return the packages of a case, the oldest first."""
    packages = packages_of(reading, case.case_id)
    ids = [one.package_id for one in packages]
    files, links = files_of(reading, ids), links_of(reading, ids)
    receipts = receipts_of(reading, ids)
    rights = {item.item_id: item.right for item in case.items}
    return tuple(
        ShownPackage(
            right=rights.get(one.item_id),
            package=one,
            files=tuple(files.get(one.package_id, ())),
            links=tuple(links.get(one.package_id, ())),
            receipts=tuple(receipts.get(one.package_id, ())),
        )
        for one in packages
    )


def packages_form(reading: Reading, case: Case) -> list[dict[str, object]]:
    """Return the packages of a case as lists and files have them."""
    return [_form(one) for one in shown_packages(reading, case)]


def _form(shown: ShownPackage) -> dict[str, object]:
    return {
        "id": shown.package.package_id,
        "right": shown.right,
        "state": shown.state,
        "created_at": shown.package.created_at,
        "created_by": shown.package.created_by,
        "waits_until": shown.waits_until,
        "fetched_at": shown.fetched_at,
        "ended_at": shown.package.ended_at,
        "erased_at": shown.package.erased_at,
        "files": [_file(one) for one in shown.files],
        "links": [_link(one) for one in shown.links],
        "receipts": [
            {
                "at": one.at,
                "what": one.kind,
                "file": shown.name_of(one) or None,
                "bytes": one.sent,
                "whole": one.whole,
            }
            for one in shown.receipts
        ],
    }


def _file(file: StoredFile) -> dict[str, object]:
    return {
        "id": file.file_id,
        "name": name_of(file),
        "size": file.size,
        "sha256": file.packed.sha256 if file.packed else None,
        "added_at": file.added_at,
        "added_by": file.added_by,
    }


def _link(link: PackageLink) -> dict[str, object]:
    return {
        "made_at": link.made_at,
        "made_by": link.made_by,
        "expires_on": link.expires_on,
        "fetches": link.fetches,
        "wrong_codes": link.wrong,
        "locked_at": link.locked_at,
    }
