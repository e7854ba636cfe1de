"""Reads the rules that say which changes of the policy look material, which a person can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.policy_changes import MaterialRule, Sign
from regimes.laws import one_of
from regimes.toml_files import read_toml

RULES_FILE = Path(__file__).with_name("policy_changes.toml")


@cache
def load_material_rules() -> tuple[MaterialRule, ...]:
    """Return the rules in their order. Raises Permanent for what is not well formed."""
    return material_rules(read_toml(RULES_FILE))


def material_rules(table: Mapping[str, Any]) -> tuple[MaterialRule, ...]:
    """Return the rules that these values make. Raises Permanent."""
    try:
        rules = tuple(_rule(row) for row in table["rule"])
    except KeyError as error:
        raise Permanent(f"{RULES_FILE.name}: {error.args[0]} is missing") from None
    except TypeError as error:
        raise Permanent(f"{RULES_FILE.name}: {error}") from None
    if len({rule.code for rule in rules}) != len(rules):
        raise Permanent(f"{RULES_FILE.name}: two rules have the same code")
    return rules


def _rule(row: Mapping[str, Any]) -> MaterialRule:
    sign = one_of(Sign, row["sign"], "sign")
    lists = {name: tuple(row.get(name, ())) for name in ("words", "headings")}
    if sign in {Sign.WORDS_ADDED, Sign.WORDS_GONE} and not lists["words"]:
        raise Permanent(f"{RULES_FILE.name}: {row['code']}: {sign} needs words")
    if any(word != word.lower() for words in lists.values() for word in words):
        raise Permanent(f"{RULES_FILE.name}: {row['code']}: words are written in lower case")
    rest = {name: value for name, value in row.items() if name not in lists}
    return MaterialRule(**(rest | lists | {"sign": sign}))
