"""What is installed with the desk: under licences that we can keep, each for a reason, and written down."""

import pytest

from daemon.dependency_docs import (
    ELSEWHERE,
    Dependency,
    dependencies,
    licence_words,
    locked,
    render,
)
from source import ROOT

WORDS = licence_words()
INSTALLED = [one for one in dependencies(WORDS) if one.licence != ELSEWHERE]


@pytest.mark.parametrize("one", INSTALLED, ids=lambda one: one.name)
def test_a_dependency_is_permissive_or_its_exception_has_a_reason(one: Dependency) -> None:
    assert WORDS.is_permissive(one.licence) != (one.name in WORDS.weak_copyleft), one.licence


def test_every_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    names = {name for name, _version in locked()}
    assert set(WORDS.why) == names
    assert all(WORDS.why.values())
    assert set(WORDS.weak_copyleft) | set(WORDS.licences) <= names


@pytest.mark.parametrize(
    ("licence", "fits"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("", False),
    ],
)
def test_of_several_licences_one_choice_has_to_fit_whole(licence: str, fits: bool) -> None:  # noqa: FBT001 - a row
    assert WORDS.is_permissive(licence) is fits


def test_the_page_of_dependencies_is_what_is_installed() -> None:
    """Make it anew with `python -m daemon.dependency_docs > docs/dependencies.md`."""
    assert (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8") == render()
