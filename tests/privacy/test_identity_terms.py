"""How much proof a request needs: never less for more harm, and none for an end of marketing."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import LAWS, asking
from core_values import case as case_of
from privacy.cases import ItemState, Role
from privacy.identity import Level
from privacy.identity_terms import (
    ANY_LAW,
    NEVER_PROVED,
    ProofTerms,
    needed_for,
    required_level,
    unproved,
)
from privacy.rights import Right, Scope

L0, L1, L2, L3 = Level
HARM = dict.fromkeys(((right, None) for right in Right), 2) | {
    (Right.OBJECTION, None): 1,
    (Right.OBJECTION, Scope.MARKETING): 0,
    (Right.WITHDRAW_CONSENT, Scope.MARKETING): 0,
}
ROLES = {Role.CONTROLLER: (L0, L1, L2), Role.PROCESSOR: (L0, L0, L1), Role.UNKNOWN: (L0, L1, L2)}
TERMS = ProofTerms(harm=HARM, levels={ANY_LAW: ROLES})


def under(law: str, steps: Mapping[Role, tuple[Level, ...]]) -> ProofTerms:
    return ProofTerms(harm=HARM, levels={ANY_LAW: ROLES, law: steps})


def need(right: Right, scope: Scope | None = None, role: Role = Role.CONTROLLER) -> Level:
    return required_level(right, scope, role=role, laws=("gdpr",), terms=TERMS)


def test_more_harm_needs_more_proof() -> None:
    assert need(Right.OBJECTION) is L1
    assert need(Right.ERASURE) is L2


def test_a_scope_without_harm_of_its_own_has_that_of_its_right() -> None:
    assert need(Right.OBJECTION, Scope.ANALYTICS) is L1


@pytest.mark.parametrize(("right", "scope"), NEVER_PROVED)
@pytest.mark.parametrize("role", list(Role))
def test_an_end_of_marketing_needs_no_proof(right: Right, scope: Scope, role: Role) -> None:
    assert need(right, scope, role) is L0


def test_who_only_passes_it_on_needs_less() -> None:
    assert need(Right.ERASURE, role=Role.PROCESSOR) is L1


def test_while_the_law_is_not_known_the_highest_level_counts() -> None:
    lower = under("ccpa", dict.fromkeys(Role, (L0, L0, L1)))
    wanted = {"role": Role.CONTROLLER, "terms": lower}
    assert required_level(Right.ERASURE, None, laws=("ccpa",), **wanted) is L1
    assert required_level(Right.ERASURE, None, laws=("ccpa", "gdpr"), **wanted) is L2
    assert required_level(Right.ERASURE, None, laws=(), **wanted) is L2


def test_a_promise_asks_for_the_floor_alone() -> None:
    lower = under("ccpa", dict.fromkeys(Role, (L0, L0, L0)))
    wanted = {"role": Role.CONTROLLER, "laws": ("house", "ccpa")}
    promised = replace(lower, promises=frozenset({"house"}))
    floor = replace(promised, floor=dict.fromkeys(Role, (L0, L0, L1)))
    assert required_level(Right.ERASURE, None, **wanted, terms=lower) is L2
    assert required_level(Right.ERASURE, None, **wanted, terms=promised) is L0
    assert required_level(Right.ERASURE, None, **wanted, terms=floor) is L1


def test_a_case_needs_what_its_open_rights_need() -> None:
    case = case_of(asking(Right.ERASURE, Right.OBJECTION))
    wanted = {"role": case.role, "laws": [law.code for law in LAWS], "terms": TERMS}
    assert needed_for(case.items, **wanted) is L2
    assert [item.right for item in unproved(case.items, L1, **wanted)] == [Right.ERASURE]
    withdrawn = [replace(item, state=ItemState.WITHDRAWN) for item in case.items]
    assert needed_for(withdrawn, **wanted) is L0
    assert unproved(withdrawn, L0, **wanted) == ()


WRONG = {
    "every right has its harm": {"harm": {(Right.ACCESS, None): 1}},
    "an end of marketing needs no proof": {"harm": HARM | {NEVER_PROVED[0]: 1}},
    "levels for a law that has none": {"levels": {"gdpr": ROLES}},
    "every role has its levels": {"levels": {ANY_LAW: {Role.CONTROLLER: (L0, L1, L2)}}},
    "one level for each harm": {"levels": {ANY_LAW: ROLES | {Role.CONTROLLER: (L0, L1)}}},
    "begin with L0": {"levels": {ANY_LAW: ROLES | {Role.UNKNOWN: (L1, L1, L2)}}},
    "never fall": {"levels": {ANY_LAW: ROLES | {Role.UNKNOWN: (L0, L3, L2)}}},
    "the floor, .*: one level": {"floor": dict.fromkeys(Role, (L0,))},
    "a promise is no law": {"promises": frozenset({ANY_LAW})},
    "an unknown role needs as much": {"levels": {ANY_LAW: ROLES | {Role.CONTROLLER: (L0, L1, L3)}}},
}


@pytest.mark.parametrize("message", WRONG)
def test_a_table_that_would_let_somebody_in_is_refused(message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(TERMS, **WRONG[message])


STEPS = st.lists(st.sampled_from(Level), min_size=2, max_size=2).map(lambda two: (L0, *sorted(two)))


def table(controller: tuple[Level, ...], processor: tuple[Level, ...]) -> Mapping[Role, object]:
    unknown = tuple(map(max, controller, processor))
    return {Role.CONTROLLER: controller, Role.PROCESSOR: processor, Role.UNKNOWN: unknown}


TABLES = st.builds(table, STEPS, STEPS)
ASKED = st.tuples(st.sampled_from(Right), st.sampled_from([None, *Scope]))


@given(
    tables=st.dictionaries(st.sampled_from([ANY_LAW, "gdpr", "ccpa"]), TABLES),
    one=ASKED,
    other=ASKED,
    role=st.sampled_from(Role),
    laws=st.lists(st.sampled_from(["gdpr", "ccpa", "house"])),
    floor=st.one_of(st.just({}), TABLES),
)
def test_of_two_requests_the_more_harmful_never_needs_less(
    tables, one, other, role, laws, floor
) -> None:
    """Whatever table is accepted: proof is monotone in harm."""
    levels = {ANY_LAW: ROLES} | tables
    terms = ProofTerms(harm=HARM, levels=levels, floor=floor, promises=frozenset({"house"}))
    less, more = sorted((one, other), key=lambda asked: terms.harm_of(*asked))
    wanted = {"role": role, "laws": laws, "terms": terms}
    assert required_level(*less, **wanted) <= required_level(*more, **wanted)
