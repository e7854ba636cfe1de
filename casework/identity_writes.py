"""What asking and answering who somebody is changes, collected first and written down with the rest of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from privacy.challenges import ChallengeState
from privacy.identity_codes import core_of
from storage.address_changes import AddressChange, add_change
from storage.database import Transaction
from storage.identity import (
    Challenge,
    Standing,
    StoredEvidence,
    add_challenges,
    add_evidence,
    put_standings,
)
from storage.identity_papers import SetAside, add_papers
from storage.tasks import Task, add_tasks

Lookup = Callable[[str, str], bytes]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Where a case stands from now on, with the question that says so; None: nothing new is asked."""

    standing: Standing
    challenge: Challenge | None


@dataclass
class IdentityWrites:
    """Values that wait for the transaction of their batch."""

    asked: list[Asked] = field(default_factory=list)
    evidence: list[StoredEvidence] = field(default_factory=list)
    papers: list[SetAside] = field(default_factory=list)
    changes: list[tuple[AddressChange, Task]] = field(default_factory=list)  # the task: not now


def write_down_identity(transaction: Transaction, writes: IdentityWrites, now: datetime) -> None:
    """Store the questions and what speaks for whoever is asked; their cases are stored already."""
    put_standings(transaction, [one.standing for one in writes.asked], now=now)
    add_challenges(
        transaction, [one.challenge for one in writes.asked if one.challenge is not None]
    )
    add_evidence(transaction, writes.evidence)
    add_papers(transaction, writes.papers)
    for change, instead in writes.changes:
        if not add_change(transaction, change):
            add_tasks(transaction, [instead])


def wanted(challenges: Sequence[Challenge]) -> Challenge | None:
    """Return the question that waits for its letter, None when none does."""
    return next((one for one in challenges if one.state is ChallengeState.WANTED), None)


def code_key(code: str, lookup: Lookup) -> bytes:
    """Return the keyed hash under which a code is kept and looked for, however it is spelled."""
    return lookup("identity-code", core_of(code) or code)
