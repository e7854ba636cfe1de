"""The tables of the work on rights are read whole, or refused with the file that is wrong."""

from typing import Any

import pytest

from privacy.errors import Permanent
from privacy.rights import Right
from regimes.work import (
    approver_table,
    load_approvers,
    load_plan,
    load_retention,
    plan_table,
    retention_table,
)

ROW: dict[str, Any] = {
    "category": "accounts",
    "law": "a law",
    "purpose": "tax",
    "access": "our accountants",
    "years": 6,
    "source": "a gazette",
    "mark": "M",
}
APPROVERS: dict[str, Any] = {
    "letters": {},
    "grants": {"access": 2},
    "lanes": {},
    "opinions": {"letters": []},
}


def test_letters_that_refuse_or_disclose_or_erase_need_two() -> None:
    table = load_approvers()
    assert [table.letters[kind] for kind in ("extension", "partial_refusal", "refusal")] == [2] * 3
    assert [table.grants[right] for right in (Right.ACCESS, Right.PORTABILITY, Right.ERASURE)] == [
        2,
        2,
        2,
    ]


def test_every_right_has_systems_and_backups_are_among_those_of_an_erasure() -> None:
    plan = load_plan()
    assert {row.right for row in plan} == set(Right)
    assert "backups" in {row.system for row in plan if row.right is Right.ERASURE}


def test_what_stays_everywhere_is_told_after_what_a_country_keeps() -> None:
    rules = load_retention()
    assert [rule.country for rule in rules][-1] == "*"
    assert {rule.mark for rule in rules} <= {"V1", "V2", "M", "H"}
    assert {rule.code for rule in rules if rule.always} == {"suppression", "case_file"}


@pytest.mark.parametrize(
    ("table", "single", "said"),
    [
        ({"letters": {}, "grants": {}}, (), "approvers.toml: lanes is missing"),
        (APPROVERS | {"letters": {"refusal": 3}}, (), "approvers.toml: a letter is approved by"),
        (APPROVERS | {"letters": {"refusal": "two"}}, (), "approvers.toml: "),
        (APPROVERS | {"grants": {"acces": 2}}, (), "unknown right 'acces'"),
        (APPROVERS, ("postcards",), "approvers.toml: .* no row postcards"),
    ],
)
def test_a_wrong_table_of_approvers_is_refused(
    table: dict[str, Any], single: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Permanent, match=said):
        approver_table(table, frozenset(single))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"right": "access", "system": "product"}], "work_plan.toml: owner is missing"),
        ([{"right": "access", "system": "a", "owner": "b"}], "nothing to do for|no system has"),
        (
            [{"right": "objection", "scope": "post", "system": "a", "owner": "b"}],
            "unknown scope 'post'",
        ),
    ],
)
def test_a_wrong_plan_is_refused(rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(Permanent, match=said):
        plan_table({"task": rows})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"years": None}, "retention.toml: accounts: either years or a criterion"),
        ({"counts_from": "monday"}, "unknown start of a period 'monday'"),
        ({"colour": "blue"}, "retention.toml: .*colour"),
    ],
)
def test_a_wrong_row_of_retention_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Permanent, match=said):
        retention_table({"IE": {"accounts": ROW | changes}})
