"""Who is suppressed: by a letter at once, by staff, by a file."""

from datetime import UTC, datetime

import pytest

from privacy.directory_lines import WrongLine
from privacy.rights import Right, RightClaim, Scope
from privacy.suppression import (
    Suppression,
    SuppressionLine,
    SuppressionList,
    SuppressionReason,
    read_suppression,
    surely_ends_marketing,
)
from privacy.witness import MODEL_RULE

MARKETING = SuppressionList.MARKETING


def claim(**changes):
    values = {
        "right": Right.OBJECTION,
        "scope": Scope.MARKETING,
        "confidence": 0.97,
        "part": "text",
        "quote": "no more newsletters",
        "start": 0,
        "end": 19,
        "reason": "en.objection.unsubscribe",
    }
    return RightClaim(**(values | changes))


def test_an_objection_to_marketing_that_the_rules_are_sure_of_counts():
    access = claim(right=Right.ACCESS, scope=None)
    assert surely_ends_marketing([access, claim()], threshold=0.9)
    assert surely_ends_marketing([claim(part="subject")], threshold=0.97)


@pytest.mark.parametrize(
    "doubtful",
    [
        claim(confidence=0.6),
        claim(scope=Scope.ANALYTICS),
        claim(scope=None),
        claim(part="forwarded:1"),
        claim(reason=MODEL_RULE),
    ],
    ids=["unsure", "analytics", "general", "somebody-elses-words", "the-model-alone"],
)
def test_nothing_less_does(doubtful):
    assert not surely_ends_marketing([doubtful], threshold=0.9)
    assert not surely_ends_marketing([], threshold=0.9)


def test_a_line_of_a_file_names_its_list_or_goes_to_the_default():
    fields = {"address": " anne@person.example ", "list": "Erasure", "reason": "erasure"}
    assert read_suppression(4, fields, MARKETING) == SuppressionLine(
        place=4,
        address="anne@person.example",
        on=SuppressionList.ERASURE,
        reason=SuppressionReason.ERASURE,
    )
    plain = read_suppression(5, {"address": "anne@person.example"}, MARKETING)
    assert (plain.on, plain.reason) == (MARKETING, SuppressionReason.IMPORTED)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "address: is missing"),
        ({"address": "anne"}, "address: is not an address"),
        ({"address": "anne@person.example", "list": "spam"}, "list: is none of marketing"),
        ({"address": "anne@person.example"}, "list: is none of"),
        (
            {"address": "anne@person.example", "list": "analytics", "reason": "bored"},
            "reason: is none of objection",
        ),
    ],
)
def test_a_bad_line_has_one_reason(fields, wrong):
    with pytest.raises(WrongLine, match=wrong):
        read_suppression(1, fields, None)


def test_an_entry_has_an_instant_and_shows_no_address():
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    values = {
        "address": "anne@person.example",
        "on": MARKETING,
        "reason": SuppressionReason.BY_HAND,
        "added_by": "sam@autocloz.example",
    }
    assert "anne" not in repr(Suppression(**values, added_at=now))
    with pytest.raises(ValueError, match="added_at"):
        Suppression(**values, added_at=now.replace(tzinfo=None))
