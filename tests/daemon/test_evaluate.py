"""`rightsdesk evaluate` scores labelled texts and says which line is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from casework.first_reading import classify_written

ASKS = {"id": "1", "lang": "en", "subject": "", "text": "Please delete all personal data about me."}
QUOTED = "> Please delete all personal data about me and send me a copy of it.\n"


def write(folder: Path, *lines: dict[str, Any] | str) -> str:
    file = folder / "labelled.jsonl"
    said = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(said) + "\n")
    return str(file)


def test_it_scores_by_right_and_by_language(run, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        ASKS | {"labels": ["erasure"], "lane": "rights"},
        ASKS | {"id": "2", "labels": ["access"]},
        {"id": "3", "lang": "de", "text": "Vielen Dank!", "labels": []},
    )
    (row,) = run("evaluate", file, "--json", "--misses").rows
    assert (row["texts"], row["misses"]) == (3, ["2"])
    assert row["labels"]["erasure"] == {
        "precision": 0.5, "recall": 1.0, "f1": 0.6667, "expected": 1, "found": 2,
    }  # fmt: skip
    assert (row["languages"]["de"]["texts"], row["languages"]["de"]["exact"]) == (1, 1.0)
    assert {"expected": "access", "found": "erasure", "texts": 1} in row["confusion"]
    assert row["lanes"] == [{"expected": "rights", "found": "rights", "texts": 1}]


def test_people_get_tables(run, tmp_path: Path) -> None:
    done = run("evaluate", write(tmp_path, ASKS | {"labels": ["access"]}), "--misses")
    assert done.code == 0
    assert {"erasure", "en", "missed  1"} <= {line.strip() for line in done.out.splitlines()} | {
        line.split()[0] for line in done.out.splitlines() if line.strip()
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", ":1: is not a JSON object"),
        ("[]", ":1: is not a JSON object"),
        ("[" * 100_000, ":1: is not a JSON object"),
        ('{"id": "1"}', ":1: labels: must be a list of names"),
        ('{"labels": [3]}', ":1: labels: must be a list of names"),
        ("", ": holds no labelled text"),
    ],
)
def test_a_line_that_is_not_as_it_must_be_is_named(run, tmp_path, line: str, said: str) -> None:
    file = write(tmp_path, line)
    done = run("evaluate", file)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip().endswith(f"{file}{said}")


def test_a_file_that_is_not_there_is_one_line(run, tmp_path: Path) -> None:
    done = run("evaluate", str(tmp_path / "none.jsonl"))
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_quoted_mail_in_a_bare_text_does_not_vote_and_quotes_stand_where_they_stood() -> None:
    text = f"Thanks, all clear.\n\nOn Monday Autocloz wrote:\n{QUOTED}"
    assert classify_written("", text, 0.8).rights == ()
    wish = "Please correct my surname, it is Müller."
    answered = f"{QUOTED}\n{wish}\n"
    (claim,) = classify_written("", answered, 0.8).rights
    assert (claim.right, answered[claim.start : claim.end]) == ("rectification", claim.quote)


def test_a_text_with_a_separator_of_its_own_stays_one_line(run, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    mail = ASKS | {"text": "Please delete all\u2028personal data about me.", "labels": ["erasure"]}
    file.write_text(json.dumps(mail, ensure_ascii=False) + "\n", encoding="utf-8")
    (row,) = run("evaluate", str(file), "--json").rows
    assert (row["texts"], row["exact"]) == (1, 1.0)


def test_classify_decides_alone_from_the_confidence_that_the_operator_set(run, tmp_path) -> None:
    example = Path(__file__).parents[2] / "daemon" / "example.toml"
    config = tmp_path / "strict.toml"
    config.write_text(example.read_text() + "\n[classifier]\nthreshold = 1.0\n")
    line = json.dumps(ASKS).encode()
    (usual,) = run("classify", "--jsonl", stdin=line).rows
    (strict,) = run("classify", "--jsonl", "--config", str(config), stdin=line).rows
    assert (usual["needs_human"], strict["needs_human"]) == (False, True)
