"""The proof that every Owner was told, in one signed file: the same bytes as long as nothing happens to the notice.

A million lines pass through a page at a time; nothing of the proof is held in memory but its counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from casework.actors import Actor
from casework.notice_campaign import status_of
from casework.notice_drafting import notice_named
from casework.signed_zip import Packing, signed_zip
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.notice_gate import LateChoice, Told, local_day
from privacy.notice_proof import (
    CSV_COLUMNS,
    ProofAttempt,
    ProofBanner,
    ProofOwner,
    Role,
    csv_line,
    csv_values,
    json_line,
    paper_row,
    summary_of,
    summary_rows,
    title_of,
)
from privacy.notices import OwnerState
from privacy.policy_versions import PolicyVersion
from storage.audit import append, chain_head, chain_links
from storage.database import Database, Reading
from storage.notice_lists import ShownOwner, owners_in
from storage.notice_roster import FIRST
from storage.notices import Choice, Notice, choices_of, letters_of, notice_approvals, policy_version
from storage.sealing import KeyRing
from storage.signing import public_key_of
from templates.notice_paper import Paper, write_paper

EXPORT_CHAIN = UUID("0d1c7000-0000-4000-8000-000000000003")
VERIFIER = Path(__file__).with_name("verify_notice.py")
AT_ONCE = 1 << 20
VERDICTS = {
    True: "Every Owner was told in time, or a person decided about them: publication is free.",
    False: "Publication is held: an Owner was told late or not at all, and nobody has decided about them.",
}
NOTES = (
    "The lines that follow are cut where a column ends; owners.jsonl and owners.csv of the signed proof have them whole.",
    "A character that the font of this page has not is written as its number in Unicode, such as {0905}.",
    "HOLDS: told late or not at all, and holds publication.  -: nothing was owed, or a person decided.",
    "To check: python3 verify.py proof.zip PUBLIC_KEY, with the key as the company published it; its SHA-256 is below.",
)
Progress = Callable[[int], None]


@dataclass(kw_only=True)
class Proved:
    """How many Owners are in a proof, how many in time, and how many hold publication; billing contacts apart."""

    owners: int = 0
    contacts: int = 0
    in_time: int = 0
    holds: int = 0


def export_proof(
    database: Database,
    version: str,
    file: BinaryIO,
    *,
    by: tuple[Actor, datetime],
    progress: Progress = lambda _: None,
    paper: BinaryIO | None = None,
) -> Proved:
    """Write the signed proof of a notice into a file that can be sought in, and record that it was taken out.

    With `paper` it is laid out for print as well: into that file, and the same bytes into the proof. Raises Permanent for a
    notice of which nothing was sent, and for more Owners than paper can hold.
    """
    with database.reading() as reading:
        notice = notice_named(reading, version)
        if notice.started_at is None:
            raise Permanent("nothing was sent of this notice")
        with signed_zip(file, database.keys) as packing:
            proved = _pack(reading, notice, packing, paper, progress)
    actor, now = by
    event = AuditEvent(
        chain=EXPORT_CHAIN,
        kind=AuditKind.NOTICE_EXPORTED,
        at=now,
        actor=str(actor),
        payload={"notice": notice.notice_id, "owners": proved.owners},
    )
    with database.transaction() as transaction:
        append(transaction, [event])
    return proved


def _pack(
    reading: Reading,
    notice: Notice,
    packing: Packing,
    paper: BinaryIO | None,
    progress: Progress,
) -> Proved:
    proved = Proved()
    policies = _policies(reading, notice)
    choices = choices_of(reading, notice.notice_id)
    policy = policies[-1]

    def lines() -> Iterator[ProofOwner]:
        return _owners(reading, notice, choices, policy.digest)

    packing.add("owners.jsonl", _json_lines(lines(), proved, progress))
    packing.add("owners.csv", _csv_lines(lines()))
    packing.add("notice.json", iter([_notice_json(reading, notice, choices, policies, proved)]))
    summary = _summary(reading, notice, policy)
    packing.add("summary.txt", iter([summary.text.encode()]))
    if paper is not None:
        _lay_out(packing, paper, reading.ring, summary, (proved, lines()))
    for one in letters_of(reading, notice.notice_id):
        packing.add(f"letters/{one.reader}.txt", iter([one.letter.text.encode()]))
        packing.add(f"letters/{one.reader}.html", iter([one.letter.html.encode()]))
    for each in policies:
        for language, text in sorted(each.texts.items()):
            packing.add(f"policy/{each.version}.{language}.md", iter([text.encode()]))
    packing.add("verify.py", iter([VERIFIER.read_bytes()]))
    return proved


def _lay_out(
    packing: Packing,
    file: BinaryIO,
    ring: KeyRing,
    summary: _Summary,
    listed: tuple[Proved, Iterator[ProofOwner]],
) -> None:
    """Put the paper into its own file, and into the proof, whose signature then covers it."""
    digests, (proved, owners) = packing.digests, listed
    fingerprint = hashlib.sha256(public_key_of(ring)).hexdigest()
    paper = Paper(
        title=summary.title,
        verdict=summary.verdict,
        summary=summary.rows,
        notes=NOTES,
        seals=[
            f"SHA-256 of notice.json {digests['notice.json']}",
            f"SHA-256 of owners.jsonl {digests['owners.jsonl']}",
            f"Fingerprint of the public key (SHA-256) {fingerprint}",
        ],
        rows=proved.owners + proved.contacts,
    )
    write_paper(file, paper, (paper_row(one.form()) for one in owners))
    file.seek(0)
    packing.add("proof.pdf", iter(partial(file.read, AT_ONCE), b""))


def _owners(
    reading: Reading, notice: Notice, choices: list[Choice], version_hash: str
) -> Iterator[ProofOwner]:
    after = FIRST
    while page := owners_in(reading, notice.notice_id, after=after):
        after = page[-1].person_id
        for one in page:
            yield _proof_owner(one, notice, choices, version_hash)


def _proof_owner(
    one: ShownOwner, notice: Notice, choices: list[Choice], version_hash: str
) -> ProofOwner:
    told = Told(
        on=None if one.told_at is None else local_day(one.told_at, notice.zone),
        effective_on=one.effective_on or _effective_on(notice),
        joined=one.state is OwnerState.JOINED,
        decided=one.decided,
    )
    return ProofOwner(
        owner=one.person_id,
        role=Role.BILLING_CONTACT if one.is_contact else Role.OWNER,
        person=one.person,
        workspaces=one.workspaces,
        state=one.state,
        language=one.language,
        version_hash=version_hash,
        told_at=one.told_at,
        told=told,
        through=one.stand_in,
        decided_by=_decided_by(one, told, notice, choices),
        complained_at=one.complained_at,
        attempts=tuple(ProofAttempt(**asdict(attempt)) for attempt in one.attempts),
        banner=None if one.banner is None else ProofBanner(**asdict(one.banner)),
    )


def _decided_by(one: ShownOwner, told: Told, notice: Notice, choices: list[Choice]) -> str | None:
    """Who decided about an Owner who was told late or not at all, None where nobody had to."""
    moved = _is_late_as_announced(told, notice) and told.in_time
    for choice in reversed(choices):
        if choice.choice is LateChoice.OTHERWISE_TOLD:
            decided = one.decided and choice.person_id == one.person_id
        elif choice.choice is LateChoice.MOVE_WORKSPACE:
            decided = moved and choice.workspace_id in one.workspace_ids
        else:
            decided = moved
        if decided:
            return choice.actor
    return None


def _is_late_as_announced(told: Told, notice: Notice) -> bool:
    announced = notice.announced_on or _effective_on(notice)
    return not Told(on=told.on, effective_on=announced, joined=told.joined).in_time


def _json_lines(
    owners: Iterator[ProofOwner], proved: Proved, progress: Progress
) -> Iterator[bytes]:
    for one in owners:
        form = one.form()
        proved.owners += one.role is Role.OWNER
        proved.contacts += one.role is Role.BILLING_CONTACT
        proved.in_time += bool(form["in_time"])
        proved.holds += bool(form["holds"])
        progress(proved.owners + proved.contacts)
        yield json_line(form)


def _csv_lines(owners: Iterator[ProofOwner]) -> Iterator[bytes]:
    yield csv_line(CSV_COLUMNS)
    for one in owners:
        yield csv_line(csv_values(one.form()))


def _notice_json(
    reading: Reading,
    notice: Notice,
    choices: list[Choice],
    policies: list[PolicyVersion],
    proved: Proved,
) -> bytes:
    form = {
        **{name: getattr(notice, name) for name in _FACTS},
        "policies": [{"version": one.version, "digest": one.digest} for one in policies],
        "approvals": [asdict(one) for one in notice_approvals(reading, notice.notice_id)],
        "choices": [asdict(one) for one in choices],
        "counts": asdict(proved),
        "trail": [asdict(link) for link in chain_links(reading, notice.notice_id)],
        "trail_head": chain_head(reading, notice.notice_id),
    }
    text = json.dumps(form, sort_keys=True, indent=1, ensure_ascii=False, default=str)
    return text.encode() + b"\n"


_FACTS = (
    "notice_id", "version", "replaces", "material", "reason", "author", "proposals", "announced_on", "effective_on",
    "zone", "sender", "digest", "state", "per_hour", "drafted_at", "started_at", "ended_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Summary:
    """The page that is read in a minute, as text and in its rows."""

    title: str
    verdict: str
    rows: list[tuple[str, str]]
    text: str


def _summary(reading: Reading, notice: Notice, policy: PolicyVersion) -> _Summary:
    """What is told does not depend on the moment, or the same proof would have other bytes."""
    status = status_of(reading, notice, notice.ended_at or _started_at(notice))
    approvals = notice_approvals(reading, notice.notice_id)
    facts = {name: getattr(notice, name) for name in _FACTS} | {
        "version_hash": policy.digest,
        "approved_by": ", ".join(one.actor for one in approvals),
        "ended_at": notice.ended_at or "(not ended)",
        "complained": status.progress.complained,
        "contacts": sum(status.progress.contacts.values()),
    }
    states = {str(state): number for state, number in status.progress.owners.items()}
    rows = summary_rows(facts, status.standing, status.progress.copies, states)
    return _Summary(
        title=title_of(facts),
        verdict=VERDICTS[status.standing.may_publish],
        rows=rows,
        text=summary_of(rows, facts),
    )


def _policies(reading: Reading, notice: Notice) -> list[PolicyVersion]:
    found = [policy_version(reading, name) for name in (notice.replaces, notice.version)]
    return [one for one in found if one is not None]


def _effective_on(notice: Notice) -> date:
    if notice.effective_on is None:
        raise Permanent("nothing was sent of this notice")
    return notice.effective_on


def _started_at(notice: Notice) -> datetime:
    if notice.started_at is None:
        raise Permanent("nothing was sent of this notice")
    return notice.started_at
