"""Documents and code say the same."""

import re
from pathlib import Path

import pytest

from daemon import command_docs, letter_docs, settings_docs
from daemon.cli import COMMANDS, build_parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def test_the_page_of_settings_is_what_the_settings_say() -> None:
    """Make it anew with `python -m daemon.settings_docs > docs/configuration.md`."""
    assert (ROOT / "docs" / "configuration.md").read_text() == settings_docs.render()


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    """Make it anew with `python -m daemon.command_docs > docs/command-line.md`."""
    assert (ROOT / "docs" / "command-line.md").read_text() == command_docs.render()


def test_the_page_of_letters_is_what_their_declarations_say() -> None:
    """Make it anew with `python -m daemon.letter_docs > docs/letters.md`."""
    assert (ROOT / "docs" / "letters.md").read_text() == letter_docs.render()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_that_it_understands(name: str) -> None:
    what, example = COMMANDS[name]
    text = build_parser(name).format_help()
    assert f"example: {example}" in text
    assert example.startswith(f"rightsdesk {name}")
    assert what


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_in_a_document_leads_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []
