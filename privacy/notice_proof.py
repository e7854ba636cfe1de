"""What proves that an Owner was told: a line for each, a summary that is read in a minute, and the list that is signed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from privacy.notice_gate import Standing, Told
from privacy.notices import APART, AttemptOutcome, OwnerState

MANIFEST, SIGNATURE = "MANIFEST", "SIGNATURE"
CSV_COLUMNS = (
    "owner", "role", "person", "workspaces", "state", "channel", "language", "version_hash", "told_at", "told_on", "effective_on",
    "days_before", "in_time", "through", "decided_by", "attempts", "last_address", "last_outcome", "last_answer",
    "shown_at", "shown_evidence", "complained_at",
)  # fmt: skip


CHANNELS = {
    OwnerState.ACCEPTED: "mail",
    OwnerState.SHOWN: "banner",
    OwnerState.JOINED: "joining",
    OwnerState.STOOD_IN: "another",
}


class Role(StrEnum):
    """Who a line is about."""

    OWNER = "owner"
    BILLING_CONTACT = "billing_contact"


@dataclass(frozen=True, kw_only=True)
class ProofAttempt:
    """One attempt with what the other side said."""

    number: int
    at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome
    address: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ProofBanner:
    """What the product was asked to show an Owner, and what it said when it had."""

    system: str
    ordered_at: datetime
    state: str
    shown_at: datetime | None
    reason: str | None
    evidence: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ProofOwner:
    """One Owner, or the billing contact of a workspace in which none was reached, with all that happened.

    `through` is the Owner or contact who was told instead, `decided_by` who decided about them.
    """

    owner: UUID
    role: Role
    person: str = field(repr=False)
    workspaces: tuple[str, ...]
    state: OwnerState
    language: str | None
    version_hash: str
    told_at: datetime | None
    told: Told
    through: UUID | None
    decided_by: str | None
    attempts: tuple[ProofAttempt, ...]
    banner: ProofBanner | None = None
    complained_at: datetime | None = None

    @property
    def is_owed(self) -> bool:
        """Whether they were to be told at all: that is owed to Owners alone."""
        return self.role is Role.OWNER and self.state not in APART

    def form(self) -> dict[str, object]:
        """Return the line as JSON knows it."""
        return {
            "owner": str(self.owner),
            "role": str(self.role),
            "channel": CHANNELS.get(self.state),
            "person": self.person,
            "workspaces": list(self.workspaces),
            "state": str(self.state),
            "language": self.language,
            "version_hash": self.version_hash,
            "told_at": _instant(self.told_at),
            "told_on": _day(self.told.on),
            "effective_on": _day(self.told.effective_on),
            "days_before": self.told.days_before,
            "in_time": self.is_owed and self.told.in_time,
            "holds": self.is_owed and self.told.holds,
            "through": None if self.through is None else str(self.through),
            "decided_by": self.decided_by,
            "complained_at": _instant(self.complained_at),
            "attempts": [_attempt_form(one) for one in self.attempts],
            "banner": None if self.banner is None else _banner_form(self.banner),
        }


def json_line(form: Mapping[str, object]) -> bytes:
    """Return the form as one line, the same bytes for the same form."""
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode() + b"\n"


def csv_line(values: Sequence[object]) -> bytes:
    """Return the cells as one line; none of them can command a spreadsheet."""
    writer = csv.writer(_Line, lineterminator="\r\n")
    line: str = writer.writerow([_cell(value) for value in values])
    return line.encode()


def csv_values(form: Mapping[str, object]) -> list[object]:
    """Return the cells of an Owner's line under CSV_COLUMNS; of the attempts their number and the last one."""
    attempts = form["attempts"]
    made = attempts if isinstance(attempts, list) else []
    last = made[-1] if made else {}
    workspaces, shown = form["workspaces"], form["banner"]
    banner = shown if isinstance(shown, dict) else {}
    values = dict(form) | {
        "attempts": len(made),
        "last_address": last.get("address", ""),
        "last_outcome": last.get("outcome", ""),
        "last_answer": last.get("answer", ""),
        "workspaces": " ".join(map(str, workspaces if isinstance(workspaces, list) else ())),
        "shown_at": banner.get("shown_at"),
        "shown_evidence": banner.get("evidence"),
    }
    return [values[name] for name in CSV_COLUMNS]


def summary_of(
    facts: Mapping[str, object], standing: Standing, copies: int, states: Mapping[str, int]
) -> str:
    """Return the page that a lawyer reads in a minute: what, when, how many, who decided, what holds."""
    owed = standing.in_time + standing.joined + standing.late + standing.not_told + standing.decided
    lines = [
        f"Notice of policy version {facts['version']}, which replaces version {facts['replaces']}",
        "",
        f"Hash of the version (SHA-256): {facts['version_hash']}",
        f"Digest that was approved:      {facts['digest']}",
        f"Approved by:                   {facts['approved_by']}",
        f"Decided to be material by:     {facts['author']}",
        f"Effective on:                  {facts['effective_on']}, 00:00 {facts['zone']} (announced: {facts['announced_on']})",
        f"Sent from:                     {facts['started_at']} until {facts['ended_at']}",
        "",
        f"Owners to be told:             {owed}",
        f"  with 30 full days or more:   {standing.in_time}",
        f"  joined after the start:      {standing.joined} (saw the coming text on joining)",
        f"  told late:                   {standing.late}",
        f"  not told:                    {standing.not_told}",
        f"  decided about by a person:   {standing.decided}",
        f"Last one told on:              {_day(standing.last_told_on)}",
        f"Shown in the product:          {states.get('shown', 0)} (no mail reached them; counted above)",
        f"Billing contacts written to:   {facts['contacts']} (of workspaces in which no Owner was reached)",
        f"Called spam by:                {facts['complained']} (delivered all the same)",
        f"Copies that may have left:     {copies} (each under the Message-ID of the first)",
        "",
        "By state: " + ", ".join(f"{name} {number}" for name, number in sorted(states.items())),
        f"Publication:                   {'free' if standing.may_publish else 'held'}",
        "",
        "owners.jsonl and owners.csv have a line for each Owner; notice.json has the decisions and the trail.",
        "To check: python3 verify.py THIS_FILE.zip PUBLIC_KEY, with the key as the company published it.",
    ]
    return "\n".join(lines) + "\n"


def manifest_of(digests: Iterable[tuple[str, str]]) -> bytes:
    """Return the list that is signed: SHA-256 and name of each file, in the order of the names."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests)).encode()


class _Line:
    """What csv writes to: the line comes back from writerow."""

    @staticmethod
    def write(text: str) -> str:
        return text


def _attempt_form(one: ProofAttempt) -> dict[str, object]:
    return {
        "number": one.number,
        "at": _instant(one.at),
        "ended_at": _instant(one.ended_at),
        "outcome": str(one.outcome),
        "address": one.address,
        "answer": one.answer,
    }


def _banner_form(one: ProofBanner) -> dict[str, object]:
    return {
        "system": one.system,
        "ordered_at": _instant(one.ordered_at),
        "state": one.state,
        "shown_at": _instant(one.shown_at),
        "reason": one.reason,
        "evidence": one.evidence,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("-").isdecimal()
