"""What mails ask for in the languages that have a file of own sentences in `asking/`."""

import tomllib
from pathlib import Path

import pytest

from classifier.rules import classify_text
from privacy.rights import Classification

FILES = sorted(Path(__file__).with_name("asking").glob("*.toml"))


def wishes(result: Classification) -> str:
    found = (str(c.right) if c.scope is None else f"{c.right}/{c.scope}" for c in result.rights)
    return " ".join(sorted(found)) or "nothing"


SENTENCES = [
    pytest.param(text, wanted, id=f"{file.stem}: {text}")
    for file in FILES
    for wanted, texts in tomllib.loads(file.read_text(encoding="utf-8")).items()
    for text in texts
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES)
def test_it_finds_every_right_that_is_asked_for_and_no_other(text, wanted):
    assert wishes(classify_text("", text)) == wanted


EVERYDAY = tomllib.loads(Path(__file__).with_name("everyday.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "wanted", "text"), EVERYDAY["sentences"])
def test_it_finds_every_right_in_everyday_words(language, wanted, text):
    found = sorted(str(claim.right) for claim in classify_text("", text).rights)
    assert found == wanted.split(), language
