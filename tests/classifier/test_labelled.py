"""The rules keep what they reach on labelled mails: a change that costs quality is seen when it is made."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from casework.first_reading import classify_written
from classifier.scoring import Evaluation, Scored, evaluate
from privacy.rights import SURE_ENOUGH, Lane, Right, Scope

SETS = Path(__file__).parents[1] / "labelled"
WORKED_WITH, KEPT_ASIDE = SETS / "worked_with.jsonl", SETS / "kept_aside.jsonl"


def mails_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


MAILS = [mail for file in (WORKED_WITH, KEPT_ASIDE) for mail in mails_of(file)]


@cache
def scored(file: Path) -> Evaluation:
    return evaluate(
        [
            Scored(
                language=mail["lang"],
                expected=tuple(map(Right, mail["labels"])),
                found=classify_written(mail["subject"], mail["text"], SURE_ENOUGH),
                lane=mail["lane"],
            )
            for mail in mails_of(file)
        ]
    )


def test_every_mail_is_labelled_with_words_of_the_contract_and_named_once() -> None:
    assert len({mail["id"] for mail in MAILS}) == len(MAILS) >= 600
    assert len({mail["lang"] for mail in MAILS}) >= 20
    for mail in MAILS:
        assert set(mail["labels"]) <= set(Right), mail["id"]
        assert mail["lane"] in set(Lane), mail["id"]
        assert set(mail.get("scope", ())) <= set(Scope), mail["id"]


def test_no_text_stands_in_both_sets() -> None:
    assert len({mail["text"] for mail in MAILS}) == len(MAILS)


@pytest.mark.parametrize(
    ("file", "macro_f1", "taken"), [(WORKED_WITH, 0.80, 0.05), (KEPT_ASIDE, 0.75, 0.03)]
)
def test_the_rules_find_the_rights_of_whole_mails(
    file: Path, macro_f1: float, taken: float
) -> None:
    result = scored(file)
    assert result.macro_f1 >= macro_f1
    assert result.taken_for_request <= taken * result.asks_nothing
