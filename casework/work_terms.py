"""What the work on rights has settled beforehand: who approves, which systems are asked, what an erasure leaves, how long it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from privacy.annex import RecordOfUse
from privacy.approvers import ApproverTable
from privacy.retention import KeptRule
from privacy.system_calls import SystemWay
from privacy.work_plan import SystemTask
from regimes.work import load_approvers, load_plan, load_retention


@dataclass(frozen=True, kw_only=True)
class WorkTerms:
    """The tables, how long a person can cancel an erasure, and how long backups live.

    `undo`: how long an approved letter waits, so that its approval can be taken back. `country`: where our books are kept. `annex`: what a copy of data is told with, None: staff add it to the package. `ways`: how systems of the plan are asked, by name; one that is not named is
    asked by its people.
    """

    approvers: ApproverTable = field(default_factory=load_approvers)
    systems: tuple[SystemTask, ...] = field(default_factory=load_plan)
    retention: tuple[KeptRule, ...] = field(default_factory=load_retention)
    cool_off: timedelta = timedelta(days=7)
    backups: timedelta = timedelta(days=30)
    undo: timedelta = timedelta(0)
    country: str = "IE"
    annex: RecordOfUse | None = None
    ways: Mapping[str, SystemWay] = field(default_factory=dict)
