"""The dates and limits of the way to customers are read whole, or refused with the file that is wrong."""

from typing import Any

import pytest

from privacy.errors import Permanent
from privacy.forwarding import FOR_US_TO_DO
from regimes.forwarding import forward_terms, load_forwarding

TASKS = [
    {"instruction": str(one), "system": "product", "owner": "support"}
    for one in sorted(FOR_US_TO_DO)
]
TABLE: dict[str, Any] = {
    "within": 1,
    "carry_out_within": 5,
    "remind_after": [5],
    "silent_after": 10,
    "link_days": 30,
    "most_recipients": 1,
    "per_recipient_per_day": 1,
    "per_person_per_day": 1,
    "customers_per_look": 1,
    "task": TASKS,
}


def test_ours_passes_on_within_one_business_day_and_erases_backups_too() -> None:
    terms = load_forwarding()
    assert terms.within == 1
    assert {task.system for task in terms.tasks if task.instruction == "delete"} == {
        "product",
        "backups",
    }
    assert forward_terms(TABLE).remind_after == (5,)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "forwarding.toml: task is missing"),
        (TABLE | {"within": "one"}, "forwarding.toml: "),
        (TABLE | {"silent_after": 3}, "forwarding.toml: each reminder"),
        (TABLE | {"remind": 3}, "forwarding.toml: .*remind"),
        (TABLE | {"task": [TASKS[0] | {"instruction": "deleet"}]}, "unknown instruction 'deleet'"),
        (TABLE | {"task": [{"system": "crm"}]}, "forwarding.toml: instruction is missing"),
        (TABLE | {"task": 3}, "forwarding.toml: "),
    ],
)
def test_a_table_that_is_not_well_formed_is_refused(table, said) -> None:
    with pytest.raises(Permanent, match=said):
        forward_terms(table)
