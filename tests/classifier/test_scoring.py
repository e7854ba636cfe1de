"""Scores are what a person would count by hand."""

from hypothesis import given
from hypothesis import strategies as st

from classifier.scoring import Scored, evaluate
from core_values import asking
from privacy.rights import Classification, Lane, Right

NOTHING = Classification(lane=Lane.SUPPORT)
RIGHTS = st.lists(st.sampled_from(Right), unique=True, max_size=3)


def scored(expected: list[Right], found: list[Right], *, needs_human: bool = False) -> Scored:
    said = asking(*found, needs_human=needs_human) if found else NOTHING
    return Scored(language="en", expected=tuple(expected), found=said, lane="rights")


SET = [
    scored([Right.ACCESS], [Right.ACCESS]),
    scored([Right.ACCESS, Right.ERASURE], [Right.ERASURE], needs_human=True),
    scored([], [Right.ERASURE]),
    scored([], [Right.ERASURE], needs_human=True),
    scored([], []),
]


def test_each_right_has_its_precision_recall_and_f1() -> None:
    result = evaluate(SET)
    access, erasure = result.rights["access"], result.rights["erasure"]
    assert (access.precision, access.recall, round(access.f1, 3)) == (1.0, 0.5, 0.667)
    assert (round(erasure.precision, 3), erasure.recall, erasure.f1) == (0.333, 1.0, 0.5)
    assert round(result.macro_f1, 3) == 0.583
    assert list(result.rights) == ["access", "erasure"]


def test_the_first_right_is_confused_with_what_came_out_first() -> None:
    result = evaluate(SET)
    assert result.confusion["access", "erasure"] == 1
    assert result.confusion["none", "erasure"] == 2
    assert result.confusion["none", "none"] == 1


def test_what_is_decided_without_a_person_is_counted_by_itself() -> None:
    result = evaluate(SET)
    assert (result.texts, result.exact) == (5, 2)
    assert (result.decided, result.decided_right) == (3, 2)
    assert (result.asks_nothing, result.taken_for_request) == (3, 1)


def test_an_empty_set_has_no_mistakes() -> None:
    result = evaluate([])
    assert (result.texts, result.macro_f1, result.rights) == (0, 1.0, {})


@given(st.lists(RIGHTS, min_size=1))
def test_a_classifier_that_is_always_right_scores_one(sets: list[list[Right]]) -> None:
    result = evaluate([scored(rights, rights) for rights in sets])
    assert (result.exact, result.macro_f1, result.primary_macro_f1) == (len(sets), 1.0, 1.0)


@given(st.lists(st.tuples(RIGHTS, RIGHTS)))
def test_scores_are_shares(pairs: list[tuple[list[Right], list[Right]]]) -> None:
    result = evaluate([scored(*pair) for pair in pairs])
    for score in (*result.rights.values(), *result.primary.values()):
        assert 0 <= score.f1 <= 1
        assert 0 <= score.precision <= 1
        assert 0 <= score.recall <= 1
