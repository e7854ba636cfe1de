"""Two versions are compared by section; rules propose what is material, and nothing but a person decides."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.policy_changes import (
    ChangeKind,
    MaterialDecision,
    MaterialRule,
    Sign,
    compare,
    proposals,
)
from privacy.policy_versions import PolicyVersion

OLD = """# Privacy

We collect little.

## Processors

- Hosting: Amazon
- Mail: Mailgun

## Retention

Recordings are kept for 90 days. Logs are kept 2 years.

## Your rights

You can object to marketing at any time. Write to us.

## Cookies

Two of them.
"""


def policy(text, version="1"):
    return PolicyVersion(
        version=version, updated_on=date(2027, 1, 1), leading="en", texts={"en": text}
    )


def changes_to(text):
    return compare(policy(OLD), policy(text, "2"))


def rule(sign, *words, headings=()):
    return MaterialRule(code="r", why="Because.", sign=sign, words=words, headings=headings)


def proposed(text, one):
    return [(found.heading, found.seen) for found in proposals(changes_to(text), [one], OLD)]


def test_the_same_text_differs_nowhere_however_its_lines_are_broken():
    assert changes_to(OLD.replace("for 90 days. Logs", "for 90\ndays.  Logs")) == ()


def test_each_section_says_what_went_and_what_came():
    text = OLD.replace("90 days", "180 days").replace(
        "## Cookies\n\nTwo of them.", "## Models\n\nNone."
    )
    changed, added, removed = changes_to(text)
    assert (changed.heading, changed.kind) == ("Retention", ChangeKind.CHANGED)
    assert changed.gone == ("Recordings are kept for 90 days.",)
    assert changed.new == ("Recordings are kept for 180 days.",)
    assert changed.before.startswith("Recordings are kept for 90")
    assert (added.heading, added.kind, added.new) == ("Models", ChangeKind.ADDED, ("None.",))
    assert (removed.heading, removed.kind) == ("Cookies", ChangeKind.REMOVED)
    assert list(changed.lines()) == [
        "changed: Retention",
        "- Recordings are kept for 90 days.",
        "+ Recordings are kept for 180 days.",
    ]


def test_items_of_a_list_are_compared_one_by_one():
    text = OLD.replace("- Mail: Mailgun", "- Mail: Mailgun\n- Errors: Sentry")
    assert changes_to(text)[0].new == ("- Errors: Sentry",)


def test_a_sentence_at_another_place_is_shown_as_moved():
    text = OLD.replace(
        "You can object to marketing at any time. Write to us.",
        "Write to us. You can object to marketing at any time.",
    )
    assert list(changes_to(text)[0].lines()) == [
        "changed: Your rights",
        "= the same sentences in another order",
    ]


def test_text_before_the_first_heading_has_a_name_of_its_own():
    change = compare(policy("a"), policy("b", "2"))[0]
    assert next(change.lines()) == "changed: (before the first heading)"


def test_a_word_that_came_is_seen_and_one_that_was_there_is_not():
    text = OLD.replace("We collect little.", "We collect little, for our own aims and AI.")
    assert proposed(text, rule(Sign.WORDS_ADDED, "ai ")) == [("Privacy", "ai")]
    assert proposed(text.replace(" and AI", ""), rule(Sign.WORDS_ADDED, "ai ")) == []
    assert proposed(text, rule(Sign.WORDS_ADDED, "collect")) == []


def test_a_word_that_went_is_seen():
    text = OLD.replace(" to marketing at any time", "")
    assert proposed(text, rule(Sign.WORDS_GONE, "object to", "at any time")) == [
        ("Your rights", "object to")
    ]
    assert proposed(text, rule(Sign.WORDS_GONE, "write")) == []


def test_somebody_whom_the_old_policy_never_named_is_seen_in_the_sections_of_the_rule():
    text = OLD.replace("- Mail: Mailgun", "- Mail: Mailgun, Amazon, Sendhub").replace(
        "Two of them", "Two of Cookiebar"
    )
    assert proposed(text, rule(Sign.NAMES_ADDED, headings=("processor",))) == [
        ("Processors", "Sendhub")
    ]


@pytest.mark.parametrize(
    ("after", "seen"),
    [
        ("for 91 days", [("Retention", "90 days -> 91 days")]),
        ("for 4 months", [("Retention", "90 days -> 4 months")]),
        ("for 80 days", []),
        ("for 2 months", []),
    ],
)
def test_a_longer_period_is_seen(after, seen):
    assert proposed(OLD.replace("for 90 days", after), rule(Sign.LONGER)) == seen


def test_a_period_where_none_stood_is_not_longer():
    assert proposed(OLD.replace("Two of them.", "Kept 9 years."), rule(Sign.LONGER)) == []


def decision(**more):
    made = {
        "material": False,
        "reason": "A typing error.",
        "author": "sam@autocloz.example",
        "decided_at": datetime(2027, 1, 4, 9, tzinfo=UTC),
    }
    return MaterialDecision(**(made | more))


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"reason": "x" * 2001}, {"author": ""}])
def test_nothing_is_decided_without_reason_and_author(wrong):
    assert decision().material is False
    with pytest.raises(ValueError):
        decision(**wrong)


@given(st.text(alphabet="#-ab. \n", max_size=200), st.text(alphabet="#-ab. \n", max_size=200))
def test_what_went_and_what_came_never_share_a_sentence_too_often(old, new):
    if not old.strip() or not new.strip():
        return
    for change in compare(policy(old), policy(new, "2")):
        assert not set(change.gone) & set(change.new)
        assert change.heading is not None
