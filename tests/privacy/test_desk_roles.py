from privacy.desk_roles import Action, Role, RoleTable

TABLE = RoleTable(
    granted={role: frozenset() for role in Role}
    | {Role.VIEWER: frozenset({Action.SEE}), Role.DPO: frozenset({Action.SEE, Action.OPINION})}
)


def test_the_first_role_that_lets_somebody_is_the_reason():
    decision = TABLE.may({Role.DPO, Role.VIEWER}, Action.SEE)
    assert (decision.allowed, decision.reason) == (True, "role:viewer")
    assert TABLE.may({Role.DPO}, Action.OPINION).reason == "role:dpo"


def test_what_no_role_lets_somebody_do_is_refused_with_the_action():
    decision = TABLE.may({Role.VIEWER}, Action.OPINION)
    assert (decision.allowed, decision.reason) == (False, "not_for:opinion")


def test_nobody_without_a_role_may_do_anything():
    assert {TABLE.may(set(), action).reason for action in Action} == {"no_role"}
