"""What a model says can add and call a person; no value of it takes away, closes, refuses or sends."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from privacy import witness
from privacy.rights import Classification, Engine, Lane, Right, RightClaim, Scope, right_name
from privacy.witness import Statement, WitnessClaim, without_witness
from regimes.lanes import load_lanes

AT_ONCE = load_lanes().at_once
combine = partial(witness.combine, at_once=AT_ONCE)
differences = partial(witness.differences, at_once=AT_ONCE)


def found(right=Right.ERASURE, scope=None, **changes):
    values = {"confidence": 0.9, "part": "text", "quote": "x", "start": 0, "end": 1}
    return RightClaim(right=right, scope=scope, reason="en.rule", **(values | changes))


def seen(right=Right.ERASURE, scope=None):
    return WitnessClaim(right=right, scope=scope, part="text", quote="y", start=2, end=3)


def rules(*claims, **changes):
    return Classification(**({"lane": Lane.RIGHTS, "rights": claims, "reasons": ("r",)} | changes))


scopes = st.none() | st.sampled_from(Scope)
claims = st.builds(
    WitnessClaim,
    right=st.sampled_from(Right),
    scope=scopes,
    part=st.sampled_from(["text", "subject"]),
    quote=st.text(min_size=1, max_size=9),
    start=st.integers(0, 9),
    end=st.integers(10, 19),
)
statements = st.builds(
    Statement,
    claims=st.lists(claims, max_size=9).map(tuple),
    lane=st.sampled_from(Lane),
    unsure=st.booleans(),
)
classifications = st.builds(
    Classification,
    lane=st.sampled_from(Lane),
    rights=st.lists(
        st.builds(found, st.sampled_from(Right), scopes), max_size=6, unique_by=lambda c: c.key
    ).map(tuple),
    needs_human=st.booleans(),
    reasons=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


@given(classifications, statements)
def test_nothing_that_the_rules_found_is_ever_taken_away(before, statement):
    after = combine(before, statement)
    assert after.rights[: len(before.rights)] == before.rights
    assert after.reasons[: len(before.reasons)] == before.reasons
    assert after.needs_human >= before.needs_human
    assert not before.rights or after.primary == before.primary
    assert len({claim.key for claim in after.rights}) == len(after.rights)


@given(classifications, statements)
def test_whatever_the_model_changes_is_seen_by_a_person(before, statement):
    after = combine(before, statement)
    changed = after.rights != before.rights or after.lane is not before.lane
    assert not changed or after.needs_human
    assert bool(differences(before, statement)) == (len(after.reasons) > len(before.reasons))
    assert after.engine is not Engine.RULES


@given(classifications, statements)
def test_an_urgent_lane_stays_and_a_lane_moves_only_to_the_rights(before, statement):
    after = combine(before, statement)
    assert after.lane in {before.lane, Lane.RIGHTS}
    assert before.lane not in AT_ONCE | {Lane.UNSUBSCRIBE} or after.lane is before.lane


def test_a_model_that_agrees_changes_the_engine_and_nothing_else():
    before = rules(found())
    after = combine(before, Statement(claims=(seen(),), lane=Lane.RIGHTS))
    assert after == rules(found(), engine=Engine.BOTH)
    assert differences(before, Statement(claims=(seen(),), lane=Lane.RIGHTS)) == ()


def test_a_right_that_only_the_model_sees_comes_last_and_calls_a_person():
    after = combine(
        rules(found()), Statement(claims=(seen(Right.ACCESS), seen(Right.ACCESS), seen()))
    )
    assert [claim.right for claim in after.rights] == [Right.ERASURE, Right.ACCESS]
    assert after.rights[1].reason == "model"
    assert after.rights[1].quote == "y"
    assert after.engine is Engine.BOTH
    assert after.needs_human
    assert after.reasons == ("r", "the model adds access")


def test_where_the_rules_found_nothing_the_answer_is_the_models():
    after = combine(rules(lane=Lane.SUPPORT), Statement(claims=(seen(),)))
    assert (after.engine, after.lane, after.needs_human) == (Engine.MODEL, Lane.RIGHTS, True)


def test_a_model_that_sees_less_calls_a_person_and_takes_nothing_away():
    after = combine(rules(found(), found(Right.ACCESS)), Statement(claims=(seen(),)))
    assert len(after.rights) == 2
    assert after.needs_human
    assert after.reasons[-1] == "the model does not see access"


def test_a_general_objection_and_one_with_an_aim_are_one_wish():
    aimed = rules(found(Right.OBJECTION, Scope.MARKETING))
    general = Statement(claims=(seen(Right.OBJECTION),))
    assert differences(aimed, general) == ()
    other = Statement(claims=(seen(Right.OBJECTION, Scope.ANALYTICS),))
    assert differences(aimed, other) == ("+objection:analytics", "-objection:marketing")


def test_a_lane_that_a_person_must_see_is_a_reason_and_an_unsure_model_too():
    statement = Statement(lane=Lane.CHILDREN, unsure=True)
    after = combine(rules(lane=Lane.SUPPORT), statement)
    assert differences(rules(lane=Lane.SUPPORT), statement) == ("lane:children", "unsure")
    assert after.lane is Lane.SUPPORT
    assert after.reasons[-2:] == ("the model sees lane children", "the model is unsure")


def test_a_lane_without_urgency_says_nothing():
    assert differences(rules(found()), Statement(claims=(seen(),), lane=Lane.VENDOR)) == ()


def test_rules_alone_say_why_no_model_was_heard():
    after = without_witness(rules(found()), "timeout")
    assert after == rules(found(), reasons=("r", "model not heard: timeout"))


def test_names_show_the_aim_of_an_objection():
    assert right_name(found(Right.OBJECTION, Scope.MARKETING).key) == "objection:marketing"
    assert "y" not in repr(seen())
