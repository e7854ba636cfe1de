import pytest

from privacy.desk_roles import Action, Role
from privacy.errors import Permanent
from regimes.desk_roles import load_role_table, role_table

ALL = {str(role): ["own"] for role in Role}


def test_everybody_may_look_after_their_own_account_and_see():
    for role in Role:
        assert load_role_table().granted[role] >= {Action.OWN, Action.SEE}


def test_only_an_administrator_changes_accounts_and_no_administrator_decides_cases_by_that():
    table = load_role_table()
    assert {role for role in Role if Action.USERS in table.granted[role]} == {Role.ADMINISTRATOR}
    assert not table.granted[Role.ADMINISTRATOR] & {Action.APPROVE, Action.OPINION, Action.DRAFT}


def test_only_the_officer_records_an_opinion():
    table = load_role_table()
    assert {role for role in Role if Action.OPINION in table.granted[role]} == {Role.DPO}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (ALL | {"janitor": ["own"]}, "janitor"),
        (ALL | {"viewer": ["fly"]}, "fly"),
        (ALL | {"viewer": 3}, "desk_roles.toml"),
        ({name: ALL[name] for name in list(ALL)[1:]}, "viewer"),
    ],
)
def test_a_slip_in_the_table_is_named(table, told):
    with pytest.raises(Permanent, match=told):
        role_table(table)
