"""A version of the policy can be known again by its hash, and is read by its headings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.policy_versions import LONGEST_POLICY, PolicyVersion, sections_of, text_digest


def version(text="# Privacy\n\nWe keep little.", **more):
    made = {"version": "2", "updated_on": date(2027, 3, 1), "leading": "en", "texts": {"en": text}}
    return PolicyVersion(**(made | more))


def test_the_hash_is_the_same_for_a_copy_from_another_system():
    assert text_digest("a\r\nb\rc\n") == text_digest("a\nb\nc\n")
    assert version("# A\r\nb").digest == version("# A\nb").digest


@pytest.mark.parametrize(
    "other",
    [
        version("# Privacy\n\nWe keep little!"),
        version(version="3"),
        version(updated_on=date(2027, 3, 2)),
        version(texts={"en": "# Privacy\n\nWe keep little.", "de": "# Datenschutz"}),
    ],
)
def test_the_hash_changes_with_every_letter_stamp_and_language(other):
    assert other.digest != version().digest


@pytest.mark.parametrize(
    "texts", [{"de": "# Datenschutz"}, {"en": " \n"}, {"en": "a" * (LONGEST_POLICY + 1)}]
)
def test_a_policy_without_its_leading_text_is_none(texts):
    with pytest.raises(ValueError):
        version(texts=texts)


def test_sections_end_at_the_next_heading_whatever_its_level():
    text = "Before.\n\n# One #\nbody\n\n## Two\n\nmore\n#none\n####### none\n"
    found = [(one.heading, one.level, one.body) for one in sections_of(text)]
    assert found == [
        ("", 0, "Before."),
        ("One", 1, "body"),
        ("Two", 2, "more\n#none\n####### none"),
    ]


def test_a_heading_in_a_code_block_is_text():
    found = sections_of("# One\n```\n# not a heading\n```\n# Two")
    assert [one.heading for one in found] == ["One", "Two"]
    assert "# not a heading" in found[0].body


def test_a_heading_that_comes_again_gets_its_number():
    names = [one.heading for one in sections_of("# A\nx\n# B\n# A\ny\n# ##")]
    assert names == ["A", "B", "A (2)", "##"]


@given(st.text(alphabet="# `~ab\r\n\t", max_size=300))
def test_any_text_has_sections_of_different_names(text):
    names = [one.heading for one in sections_of(text)]
    assert len(set(names)) == len(names)
