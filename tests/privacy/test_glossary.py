"""The closed lists of the core are in the glossary, in the very words that code, logs and pages use."""

from enum import StrEnum

import pytest

from privacy.answering import Permission
from privacy.by_hand import Channel
from privacy.cases import CaseState, ItemState, Role
from privacy.deciding import Outcome
from privacy.deliveries import BounceReason, Delivery, Fate
from privacy.directory import Standing
from privacy.messages import AuthenticityLevel
from privacy.outgoing import OutgoingState
from privacy.packages import Enclosure, ReceiptKind
from privacy.ports import Handover
from privacy.relations import RelationKind
from privacy.retention import CountsFrom
from privacy.rights import Lane, Right, Scope
from privacy.roles import FoundRole
from privacy.screening import Kind
from privacy.suppression import SuppressionList
from privacy.threads import Match
from privacy.work import Decision, LetterFate, Step
from privacy.work_status import CloseReason, WorkStatus
from source import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
LISTS = [
    AuthenticityLevel, BounceReason, CaseState, Channel, CloseReason, CountsFrom, Decision, Delivery, Enclosure, Fate, FoundRole, Handover, ItemState, Kind, Lane, LetterFate, Match, Outcome,
    OutgoingState, Permission, ReceiptKind, RelationKind, Right, Scope, Standing, Step, SuppressionList, WorkStatus,
]  # fmt: skip


@pytest.mark.parametrize("closed_list", LISTS, ids=lambda closed_list: closed_list.__name__)
def test_every_word_of_a_closed_list_is_explained(closed_list: type[StrEnum]) -> None:
    line = next(
        (line for line in GLOSSARY.splitlines() if all(f"`{w}`" in line for w in closed_list)), None
    )
    assert line, closed_list.__name__


def test_the_roles_are_explained() -> None:
    assert all(str(role) in GLOSSARY for role in Role)


def test_no_word_is_explained_twice() -> None:
    rows = [
        line for line in GLOSSARY.splitlines() if line.startswith("| ") and "| word |" not in line
    ]
    words = [word.strip() for row in rows for word in row.split("|")[1].split(",")]
    assert len(words) == len(set(words))
