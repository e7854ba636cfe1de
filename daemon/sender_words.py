"""What is said to people about a sender, in the words of `sender_words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("sender_words.toml")


def sender_line(form: object) -> str:
    """Return one line for the authenticity of a message in its JSON form."""
    if not isinstance(form, Mapping):
        return ""
    said = words()
    reasons = [said["reason"].get(code, code) for code in form["reasons"]]
    return f"{form['level']}: {said['level'][form['level']]}; {'; '.join(reasons)}"


@cache
def words() -> dict[str, Any]:
    """Return the words: `level` and `reason`, by code."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
