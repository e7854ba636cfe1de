"""The whole trail in one signed file that checks itself: `python3 trail.zip PUBLIC_KEY_IN_HEX`, with Python's own library alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from casework.actors import Actor
from casework.signed_zip import signed_zip
from privacy.audit import AuditEvent, AuditKind
from privacy.notice_proof import json_line
from storage.anchors import anchors_of_segment, chains_after, segments_in_order
from storage.audit import append
from storage.database import Database, Reading
from storage.trail_pages import ends_of_chains, links_of_chains

EXPORT_CHAIN = UUID(int=2)  # of the exports themselves
ROOT = Path(__file__).parent.parent
CARRIED = (  # what the check needs; none of it knows more than Python's own library
    "casework/__init__.py",
    "casework/verify_audit.py",
    "casework/verify_notice.py",
    "privacy/__init__.py",
    "privacy/audit.py",
    "privacy/audit_checks.py",
    "privacy/audit_segments.py",
    "privacy/instants.py",
)
MAIN = b"""import sys

from casework.verify_audit import main

raise SystemExit(main([sys.argv[0], *sys.argv[1:]]))
"""


@dataclass(kw_only=True)
class Exported:
    """How much was written."""

    chains: int = 0
    events: int = 0
    segments: int = 0


def export_trail(database: Database, file: BinaryIO, *, by: tuple[Actor, datetime]) -> Exported:
    """Write the signed file into one that can be sought in, and record that it was taken out."""
    exported = Exported()
    with database.reading() as reading, signed_zip(file, database.keys) as packing:
        packing.add("events.jsonl", _events(reading, exported))
        packing.add("ends.jsonl", _ends(reading))
        packing.add("segments.jsonl", _segments(reading, exported))
        packing.add("anchors.jsonl", _anchors(reading))
        for name in CARRIED:
            packing.add(name, [(ROOT / name).read_bytes()])
        packing.add("__main__.py", [MAIN])
    _record(database, exported, by)
    return exported


def _record(database: Database, exported: Exported, by: tuple[Actor, datetime]) -> None:
    actor, now = by
    event = AuditEvent(
        chain=EXPORT_CHAIN,
        kind=AuditKind.TRAIL_EXPORTED,
        at=now,
        actor=str(actor),
        payload=asdict(exported),
    )
    with database.transaction() as transaction:
        append(transaction, [event])


def _events(reading: Reading, exported: Exported) -> Iterator[bytes]:
    for chains in _pages(reading):
        exported.chains += len(chains)
        for chain, link in links_of_chains(reading, chains):
            exported.events += 1
            yield json_line({"chain": str(chain), **asdict(link)})


def _ends(reading: Reading) -> Iterator[bytes]:
    for chains in _pages(reading):
        for chain, (length, head) in sorted(ends_of_chains(reading, chains).items()):
            yield json_line({"chain": str(chain), "length": length, "head": head})


def _segments(reading: Reading, exported: Exported) -> Iterator[bytes]:
    for signed in segments_in_order(reading):
        exported.segments += 1
        form: Mapping[str, object] = asdict(signed.segment)
        at = {"at": signed.segment.at.isoformat(), "signature": signed.signature.hex()}
        yield json_line({**form, **at})


def _anchors(reading: Reading) -> Iterator[bytes]:
    for signed in segments_in_order(reading):
        number = signed.segment.number
        for anchor in sorted(anchors_of_segment(reading, number), key=lambda one: one.chain):
            form = {"chain": str(anchor.chain), "length": anchor.length, "head": anchor.head}
            yield json_line({"segment": number, **form})


def _pages(reading: Reading) -> Iterable[list[UUID]]:
    last: UUID | None = None
    while chains := chains_after(reading, last):
        yield chains
        last = chains[-1]
