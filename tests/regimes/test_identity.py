"""The table of proof as it stands in its file, and the faults that it is refused for."""

from itertools import product

import pytest

from privacy.cases import Role
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.identity_terms import ANY_LAW, required_level
from privacy.rights import Right, Scope
from regimes.identity import load_proof_terms, proof_terms

TERMS = load_proof_terms()
LAWS = ("house", "gdpr", "uk_gdpr", "dpdp", "ccpa")
EVERYTHING = list(product(Right, [None, *Scope]))


def need(right: Right, scope: Scope | None = None, *, role: Role = Role.UNKNOWN) -> Level:
    return required_level(right, scope, role=role, laws=LAWS, terms=TERMS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("law", LAWS)
def test_proof_grows_with_harm_under_every_law_and_in_every_role(law: str, role: Role) -> None:
    by_harm = sorted(EVERYTHING, key=lambda asked: TERMS.harm_of(*asked))
    levels = [required_level(*asked, role=role, laws=[law], terms=TERMS) for asked in by_harm]
    assert levels == sorted(levels)


@pytest.mark.parametrize("right", [Right.OBJECTION, Right.WITHDRAW_CONSENT])
def test_an_end_of_marketing_needs_none(right: Right) -> None:
    assert need(right, Scope.MARKETING) is Level.NONE


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PORTABILITY, Right.ERASURE])
def test_what_discloses_or_destroys_needs_the_account(right: Right) -> None:
    assert need(right, role=Role.CONTROLLER) is Level.ACCOUNT


def test_what_costs_little_needs_the_mailbox() -> None:
    assert need(Right.OBJECTION, Scope.ANALYTICS) is Level.MAILBOX
    assert need(Right.WITHDRAW_CONSENT) is Level.MAILBOX


OPT_OUT = (Right.OBJECTION, Scope.SALE_SHARING)
ANALYTICS = (Right.OBJECTION, Scope.ANALYTICS)
RECTIFIED = (Right.RECTIFICATION, None)
COPY = (Right.ACCESS, None)
L0, L1, L2, _ = Level


@pytest.mark.parametrize(
    ("laws", "asked", "level"),
    [
        (("house",), ANALYTICS, L1),
        (("house",), COPY, L2),
        (("house", "gdpr"), ANALYTICS, L1),
        (("house", "gdpr"), RECTIFIED, L2),
        (("house", "ccpa"), ANALYTICS, L0),
        (("house", "ccpa"), OPT_OUT, L0),
        (("house", "ccpa"), RECTIFIED, L2),
        (("house", "ccpa"), COPY, L2),
        (("house", "ccpa", "gdpr"), ANALYTICS, L1),
        (("ccpa", "uk_gdpr"), OPT_OUT, L0),
        ((), ANALYTICS, L1),
    ],
)
def test_the_highest_level_of_the_laws_of_a_case_counts(laws, asked, level) -> None:
    """The promise of the house is no law: it takes nothing from the levels of one, and adds its floor alone."""
    found = required_level(*asked, role=Role.CONTROLLER, laws=laws, terms=TERMS)
    assert found is level


def test_no_law_goes_below_the_floor_of_the_house() -> None:
    mild = {"laws": {"ccpa": {str(role): ["L0", "L0"] for role in Role}}}
    floor = {"floor": {str(role): ["L0", "L1"] for role in Role}}
    wanted = {"role": Role.CONTROLLER, "laws": ["house", "ccpa"]}
    assert required_level(*COPY, **wanted, terms=proof_terms(GOOD | mild)) is L0
    assert required_level(*COPY, **wanted, terms=proof_terms(GOOD | mild | floor)) is L1


GOOD = {
    "harm": {str(right): 1 for right in Right}
    | {"objection:marketing": 0, "withdraw_consent:marketing": 0},
    "levels": {str(role): ["L0", "L1"] for role in Role},
}


def test_a_person_can_write_another_table() -> None:
    terms = proof_terms(GOOD | {"laws": {"gdpr": {str(role): ["L0", "L3"] for role in Role}}})
    assert terms.level_under("gdpr", Role.CONTROLLER, 1) is Level.HIGH
    assert terms.level_under(ANY_LAW, Role.CONTROLLER, 1) is Level.MAILBOX


WRONG = {
    "no 'harms'": {"harms": {}},
    "unknown regime 'gpdr'": {"laws": {"gpdr": {}}},
    "unknown right": {"harm": GOOD["harm"] | {"acess": 1}},
    "unknown scope": {"harm": GOOD["harm"] | {"objection:advertising": 0}},
    "whole number": {"harm": GOOD["harm"] | {"access": "much"}},
    "unknown role": {"levels": GOOD["levels"] | {"owner": ["L0", "L1"]}},
    "are a list": {"levels": GOOD["levels"] | {"controller": "L1"}},
    "one of L0, L1, L2, L3": {"levels": GOOD["levels"] | {"controller": ["L0", "L9"]}},
    "a promise is no law": {"laws": {"house": {str(role): ["L0", "L1"] for role in Role}}},
    "the floor.*one level for each harm": {"floor": {str(role): ["L0"] for role in Role}},
    "never fall with more harm": {"levels": {str(role): ["L0", "L1", "L0"] for role in Role},
                                  "harm": GOOD["harm"] | {"access": 2}},
}  # fmt: skip


@pytest.mark.parametrize("message", WRONG)
def test_a_table_that_is_not_well_formed_is_refused_with_the_place(message: str) -> None:
    with pytest.raises(Permanent, match=rf"identity\.toml.*{message}"):
        proof_terms(GOOD | WRONG[message])
