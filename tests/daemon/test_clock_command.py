"""`rightsdesk clock` answers the date tables of the domain, and says in one line what is wrong with a question."""

import json
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).parents[1] / "regimes" / "clock_vectors.jsonl"
VECTORS = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
ASK = {"id": "1", "law": "gdpr", "received": "2027-03-05"}


def asked(run: Any, *questions: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in questions]
    done = run("clock", "--jsonl", stdin="\n".join(lines).encode())
    assert done.code == 0
    rows: list[dict[str, Any]] = done.rows
    return rows


def test_it_answers_the_tables_of_months_zones_pauses_extensions_and_days(run) -> None:
    answers = asked(run, *(vector["ask"] for vector in VECTORS))
    found = [
        {name: answer[name] for name in vector["answer"]}
        for answer, vector in zip(answers, VECTORS, strict=True)
    ]
    assert found == [vector["answer"] for vector in VECTORS]
    assert [answer["id"] for answer in answers] == [vector["ask"]["id"] for vector in VECTORS]
    assert all(answer["trace"] for answer in answers)


def test_before_proof_no_period_runs_in_the_united_kingdom(run) -> None:
    events = [{"kind": "identity_asked", "on": "2027-01-05"}]
    (answer,) = asked(run, {"law": "uk_gdpr", "received": "2027-01-04", "events": events})
    assert (answer["due"], answer["closing_by"]) == (None, "2027-02-04")
    assert answer["acknowledge_by"] == "2027-01-11"


def test_marketing_is_stopped_within_hours_of_the_instant(run) -> None:
    (answer,) = asked(
        run,
        {"law": "house", "right": "objection", "scope": "marketing", "received_at": "2027-01-02T22:00:00Z"},
    )  # fmt: skip
    assert (answer["expires_at"], answer["rule"]) == ("2027-01-04T22:00:00Z", "HOURS(48)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"law": "gdrp"}, "did you mean 'gdpr'"),
        ({"law": "us_xx"}, "unknown regime 'us_xx'"),
        ({"right": "erase"}, "unknown right 'erase'"),
        ({"right": "appeal"}, "knows no appeal"),
        ({"law": "us_ut", "right": "appeal"}, "knows no appeal"),
        ({"scope": "mail"}, "unknown scope 'mail'"),
        ({"zone": "Mars/Olympus"}, "unknown time zone"),
        ({"calendar": "ZZ"}, "unknown calendar"),
        ({"received": "soon"}, "received: a date"),
        ({"received": None}, "one of them is needed"),
        ({"received_at": "2027-03-05T10:00:00Z"}, "one of them is needed"),
        ({"received": None, "received_at": "2027-03-05T10:00:00"}, "an instant with its zone"),
        ({"received": "2300-01-01"}, "no holidays for 2300"),
        ({"received": "9999-12-31", "calendar": "NONE"}, ""),
        ({"events": {}}, ""),
        ({"events": 3}, "must be a list"),
        ({"events": [3]}, "events[0]: kind: one of identity_asked"),
        ({"events": [{"kind": "fee_paid"}]}, "events[0]: on: a date"),
        ({"much_data": "yes"}, "much_data: true or false"),
        ({"law": 3}, "law: must be a text"),
        ({"recieved": "2027-01-01"}, "unknown field 'recieved'"),
    ],
)
def test_a_wrong_question_is_answered_in_one_line(run, change, said: str) -> None:
    wrong, right = asked(run, ASK | change, ASK)
    if said:
        assert said in wrong["error"]
        assert wrong["id"] == "1"
    assert right["due"] == "2027-04-05"


@pytest.mark.parametrize("line", ["{", "[]", "3", "[" * 100_000])
def test_a_line_that_is_no_object_costs_one_line(run, line: str) -> None:
    wrong, right = asked(run, line, ASK)
    assert wrong == {"id": None, "error": "line 1 is not a JSON object"}
    assert right["due"] == "2027-04-05"
