"""The rules that propose what is material: they are well formed, and see the changes that they were made for."""

from datetime import date

import pytest

from privacy.errors import Permanent
from privacy.policy_changes import compare, proposals
from privacy.policy_versions import PolicyVersion
from regimes.policy_rules import load_material_rules, material_rules

POLICY = """# Privacy

We use data to run the service. It is never used to train models.

## Processors

Hosting: Amazon. Mail: Mailgun.

## Retention

Recordings are kept for 90 days.

## Your rights

You can object to marketing with one click. You can delete your data. We answer within 5 days.
"""


def codes_for(before, after):
    old, new = (
        PolicyVersion(version=v, updated_on=date(2027, 1, 1), leading="en", texts={"en": text})
        for v, text in (("1", POLICY), ("2", POLICY.replace(before, after)))
    )
    return {one.code for one in proposals(compare(old, new), load_material_rules(), POLICY)}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("to run the service", "to run the service and for marketing", "new-purpose"),
        ("Mail: Mailgun.", "Mail: Mailgun. Telephone: Ringhub.", "new-recipient"),
        ("Hosting: Amazon.", "Hosting: Amazon. Data is shared with resellers.", "new-sharing"),
        ("90 days", "13 months", "longer-retention"),
        ("90 days", "as long as we need them", "retention-without-end"),
        ("to run the service", "to run the service with AI", "wider-ai"),
        (" It is never used to train models.", "", "weaker-ai-promise"),
        ("You can delete your data. ", "", "fewer-rights"),
        ("within 5 days", "within 20 days", "slower-answers"),
    ],
)
def test_each_promise_that_is_weakened_is_proposed_as_material(before, after, code):
    assert code in codes_for(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("with one click", "with a single click"),
        ("kept for 90 days", "kept for 60 days"),
        ("run the service", "run our service"),
        ("We answer", "We will answer"),
    ],
)
def test_a_clarification_is_proposed_as_nothing(before, after):
    assert codes_for(before, after) == set()


@pytest.mark.parametrize(
    "row",
    [
        {"code": "a", "why": "b"},
        {"code": "a", "why": "b", "sign": "longr"},
        {"code": "a", "why": "b", "sign": "words_added"},
        {"code": "a", "why": "b", "sign": "longer", "headings": ["Rights"]},
        {"code": "a", "why": "b", "sign": "longer", "colour": "red"},
    ],
)
def test_a_wrong_row_is_refused_by_the_name_of_its_file(row):
    with pytest.raises(Permanent, match=r"policy_changes\.toml|sign"):
        material_rules({"rule": [row]})


def test_two_rules_of_one_code_are_refused():
    row = {"code": "a", "why": "b", "sign": "longer"}
    with pytest.raises(Permanent, match="same code"):
        material_rules({"rule": [row, row]})
