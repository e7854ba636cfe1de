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
LABEL = 31  # columns of a label in the summary
CSV_COLUMNS = (
    "owner", "role", "person", "workspaces", "state", "channel", "language", "version_hash", "told_at", "told_on", "effective_on",
    "days_before", "in_time", "holds", "through", "decided_by", "attempts", "last_address", "last_outcome", "last_answer",
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


def summary_of(rows: Iterable[tuple[str, str]], facts: Mapping[str, object]) -> str:
    """Return the page that a lawyer reads in a minute: what, when, how many, who decided, what holds."""
    lines = [
        title_of(facts),
        "",
        *(f"{label + ':':<{LABEL}}{value}" if label else "" for label, value in rows),
        "",
        "owners.jsonl and owners.csv have a line for each Owner; notice.json has the decisions and the trail.",
        "To check: python3 verify.py THIS_FILE.zip PUBLIC_KEY, with the key as the company published it.",
    ]
    return "\n".join(lines) + "\n"


def title_of(facts: Mapping[str, object]) -> str:
    """Return which notice is proved."""
    return (
        f"Notice of policy version {facts['version']}, which replaces version {facts['replaces']}"
    )


def summary_rows(
    facts: Mapping[str, object], standing: Standing, copies: int, states: Mapping[str, int]
) -> list[tuple[str, str]]:
    """Return the facts of the summary with their labels; a row without a label is a gap."""
    owed = standing.in_time + standing.joined + standing.late + standing.not_told + standing.decided
    effective = f"{facts['effective_on']}, 00:00 {facts['zone']}"
    by_state = ", ".join(f"{name} {number}" for name, number in sorted(states.items()))
    return [
        ("Hash of the version (SHA-256)", f"{facts['version_hash']}"),
        ("Digest that was approved", f"{facts['digest']}"),
        ("Approved by", f"{facts['approved_by']}"),
        ("Decided to be material by", f"{facts['author']}"),
        ("Effective on", f"{effective} (announced: {facts['announced_on']})"),
        ("Sent from", f"{facts['started_at']} until {facts['ended_at']}"),
        ("", ""),
        ("Owners to be told", f"{owed}"),
        ("  with 30 full days or more", f"{standing.in_time}"),
        ("  joined after the start", f"{standing.joined} (saw the coming text on joining)"),
        ("  told late", f"{standing.late}"),
        ("  not told", f"{standing.not_told}"),
        ("  decided about by a person", f"{standing.decided}"),
        ("Last one told on", f"{_day(standing.last_told_on)}"),
        ("Shown in the product", f"{states.get('shown', 0)} (no mail reached them; counted above)"),
        (
            "Billing contacts written to",
            f"{facts['contacts']} (no Owner of the workspace was reached)",
        ),
        ("Called spam by", f"{facts['complained']} (delivered all the same)"),
        ("Copies that may have left", f"{copies} (each under the Message-ID of the first)"),
        ("", ""),
        ("By state", by_state),
        ("Publication", "free" if standing.may_publish else "held"),
    ]


def paper_row(form: Mapping[str, object]) -> list[str]:
    """Return the cells of an Owner's line as they stand on paper; the whole line is in the export."""
    cells = dict(zip(CSV_COLUMNS, csv_values(form), strict=True))
    in_time = "HOLDS" if cells["holds"] else "yes" if cells["in_time"] else "-"
    names = (
        "owner",
        "role",
        "person",
        "workspaces",
        "language",
        "state",
        "channel",
        "told_on",
        "days_before",
    )
    told = ["" if cells[name] is None else str(cells[name]) for name in names]
    role = "billing" if cells["role"] == Role.BILLING_CONTACT else "owner"
    answer = cells["shown_evidence"] or cells["last_answer"] or ""
    return [told[0], role, *told[2:], in_time, str(answer)]


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
