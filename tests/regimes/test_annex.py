"""The record of use that a lawyer edits: what is wrong in it is said with its file and line."""

from pathlib import Path

import pytest

from privacy.errors import Permanent
from regimes.annex import load_annex

GOOD = """
safeguards = { en = "standard clauses" }
automated = {}

[use.account]
about = ["owner", "member"]
category = { en = "Your account", de = "Ihr Konto" }
purpose = { en = "to let you sign in" }
source = { en = "you" }
recipients = { en = "Hosting Ltd" }
kept = { en = "as long as the account is open" }
"""


def load(tmp_path: Path, text: str):
    file = tmp_path / "annex.toml"
    file.write_text(text, encoding="utf-8")
    return load_annex(file)


def test_a_record_is_read(tmp_path) -> None:
    record = load(tmp_path, GOOD)
    (use,) = record.uses
    assert (use.name, use.about) == ("account", frozenset({"owner", "member"}))
    assert use.texts["category"] == {"en": "Your account", "de": "Ihr Konto"}
    assert (record.safeguards, record.automated) == ({"en": "standard clauses"}, {})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[use.account]", "[uses.account]"), "has use.NAME tables"),
        (('"member"]', '"friend"]'), r"annex.toml:5: about: names some of"),
        (('["owner", "member"]', "[]"), "about: names some of"),
        (('source = { en = "you" }\n', ""), "has exactly about, category"),
        (('{ en = "you" }', '{ de = "Sie" }'), "source: is written by language, at least en"),
        (('{ en = "you" }', '"you"'), "source: is written by language"),
        (('{ en = "you" }', '{ en = " " }'), "source: each text is one line"),
        (('{ en = "you" }', "{ en = 5 }"), "source: each text is one line"),
        (('"standard clauses"', f'"{"x" * 501}"'), "safeguards: each text is one line"),
        (("automated = {}", 'automated = { de = "ja" }'), "automated: is written by language"),
        (("[use.account]", "[use.account"), "annex.toml: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, change, told) -> None:
    with pytest.raises(Permanent, match=told):
        load(tmp_path, GOOD.replace(*change))


def test_a_file_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(Permanent, match=r"annex.toml: "):
        load_annex(tmp_path / "annex.toml")
