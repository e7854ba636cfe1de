"""Checks an exported trail with Python's own library alone: python3 trail.zip PUBLIC_KEY_IN_HEX [HASH ...].

It travels inside the file. It says whether the owner of the key signed exactly this list of files, whether each chain of
events is whole and ends where it should, and whether each segment is signed, is the next one, and still finds the ends
that it wrote down. A HASH is that of a segment which somebody kept elsewhere; it must be there. Ends with 0 when all holds.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from casework.verify_notice import changed_files, is_signed
from privacy.audit import GENESIS
from privacy.audit_checks import ChainCheck, ChainLink, check_segment, unknown_anchors
from privacy.audit_segments import Anchor, Segment, segment_hash, segment_text


def main(words: list[str]) -> int:
    """Check the file and say what was found; returns 0 when all of it holds, 2 for wrong words."""
    if len(words) < 2:  # noqa: PLR2004 - the file and a key
        _say("usage: python3 trail.zip PUBLIC_KEY_IN_HEX [HASH ...]")
        return 2
    try:
        with zipfile.ZipFile(words[0]) as archive:
            problems = list(problems_of(archive, bytes.fromhex(words[1]), words[2:]))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        _say(f"cannot be checked: {type(error).__name__}")
        return 1
    for problem in problems:
        _say(f"WRONG: {problem}")
    if not problems:
        _say("Checked: signature, files, every chain and every segment hold.")
    return 1 if problems else 0


def problems_of(
    archive: zipfile.ZipFile, public_key: bytes, kept_elsewhere: list[str]
) -> Iterator[str]:
    """Yield what is wrong with an exported trail."""
    manifest = archive.read("MANIFEST")
    if not is_signed(public_key, bytes.fromhex(archive.read("SIGNATURE").decode()), manifest):
        yield "the owner of this key has not signed this file"
    yield from changed_files(archive, manifest)
    anchors = _anchors(archive)
    yield from _segment_problems(archive, public_key, anchors, kept_elsewhere)
    yield from _chain_problems(archive, anchors)


def _segment_problems(
    archive: zipfile.ZipFile,
    public_key: bytes,
    anchors: dict[int, list[Anchor]],
    kept_elsewhere: list[str],
) -> Iterator[str]:
    previous: Segment | None = None
    hashes = set()
    for form in _lines(archive, "segments.jsonl"):
        segment = Segment(
            number=form["number"],
            at=datetime.fromisoformat(form["at"]),
            chains=form["chains"],
            digest=form["digest"],
            previous=form["previous"],
        )
        signed = is_signed(public_key, bytes.fromhex(form["signature"]), segment_text(segment))
        written = anchors.get(segment.number, [])
        for one in check_segment(segment, written, previous, is_signed=signed):
            yield f"{one.where}: {one.fault.value}"
        hashes.add(segment_hash(segment))
        previous = segment
    for one in unknown_anchors(kept_elsewhere, frozenset(hashes)):
        yield f"no segment has the hash {one.where}"


def _chain_problems(archive: zipfile.ZipFile, anchors: dict[int, list[Anchor]]) -> Iterator[str]:
    written: dict[str, deque[Anchor]] = {}
    for number in sorted(anchors):
        for anchor in anchors[number]:
            written.setdefault(str(anchor.chain), deque()).append(anchor)
    ends = {one["chain"]: (one["length"], one["head"]) for one in _lines(archive, "ends.jsonl")}
    seen = set()
    for chain, links in groupby(_lines(archive, "events.jsonl"), key=lambda one: one["chain"]):
        check = ChainCheck(chain=chain, anchors=written.get(chain, deque()))
        for form in links:
            check.take(ChainLink(**{name: form[name] for name in form if name != "chain"}))
        seen.add(chain)
        for one in check.end(*ends.get(chain, (0, GENESIS))):
            yield f"chain {one.where}, event {one.place}: {one.fault.value}"
    for chain in sorted({*ends, *written} - seen):
        yield f"chain {chain}: gone"


def _anchors(archive: zipfile.ZipFile) -> dict[int, list[Anchor]]:
    found: dict[int, list[Anchor]] = {}
    for form in _lines(archive, "anchors.jsonl"):
        anchor = Anchor(chain=UUID(form["chain"]), length=form["length"], head=form["head"])
        found.setdefault(form["segment"], []).append(anchor)
    return found


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(name) as file:
        yield from map(json.loads, file)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
