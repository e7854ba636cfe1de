"""How long the desk keeps what is its own: every class has a row that a person can edit, and a wrong row is refused."""

import pytest

from privacy.errors import Permanent
from privacy.forgetting import DataClass
from regimes.retention_classes import CLASSES_FILE, classes_of, load_retention_classes
from regimes.toml_files import read_toml


def test_every_class_has_a_period_and_a_reason():
    assert {one.name for one in load_retention_classes()} == set(DataClass)


def test_the_periods_of_the_policy_are_those_that_customers_were_told():
    periods = {one.name: (one.months, one.days) for one in load_retention_classes()}
    assert periods[DataClass.AUDIT_PRO] == (12, 0)
    assert periods[DataClass.AUDIT_BUSINESS] == (24, 0)
    assert periods[DataClass.AUDIT_ENTERPRISE] == (84, 0)
    assert periods[DataClass.WORKSPACES] == periods[DataClass.BACKUPS] == (0, 30)


def test_the_register_outlives_the_smallest_plan_and_the_mail():
    periods = {one.name: one.months for one in load_retention_classes()}
    assert periods[DataClass.CASE_REGISTER] >= periods[DataClass.RAW_MAIL] >= 24


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"drafts": None}, "no row for drafts"),
        ({"drafts": {"deed": "burn", "months": 1, "starts": "x", "source": "y"}}, "drafts|deed"),
        ({"drafts": {"deed": "empty", "months": 0, "starts": "x", "source": "y"}}, "how long"),
        ({"drafts": {"deed": "empty", "weeks": 1, "starts": "x", "source": "y"}}, "weeks"),
        ({"secrets": {"deed": "empty", "months": 1, "starts": "x", "source": "y"}}, "secrets"),
    ],
)
def test_a_wrong_row_is_refused(change, says):
    table = {**read_toml(CLASSES_FILE), **change}
    with pytest.raises(Permanent, match=says):
        classes_of({name: row for name, row in table.items() if row is not None})
