"""`rightsdesk laws`: a lawyer reads on the screen what the records say."""

import json

import pytest

from daemon.cli import main


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_law_is_listed_with_its_period_and_its_rights(capsys) -> None:
    assert main(["laws", "list", "--json"]) == 0
    rows = {str(row["law"]): row for row in lines(capsys)}
    assert rows["gdpr"]["answer"] == "1 months (MONTH)"
    assert rows["us_ia"]["answer"] == "90 days (DAYS(90))"
    assert "portability" not in rows["dpdp"]["rights"]


def test_one_law_is_shown_with_its_authority_and_its_ends(capsys) -> None:
    assert main(["laws", "show", "pipeda", "--json"]) == 0
    (facts,) = lines(capsys)
    assert (facts["recourse_months"], facts["keep_until_recourse"]) == (6, True)
    assert "priv.gc.ca" in str(facts["authority"])


def test_people_read_it_as_a_table_without_what_the_law_does_not_know(capsys) -> None:
    assert main(["laws", "show", "us_va"]) == 0
    told = capsys.readouterr().out
    assert "oag.state.va.us" in told
    assert "recourse_days" not in told


def test_a_law_without_a_record_is_one_clear_line(capsys) -> None:
    assert main(["laws", "show", "gdrp"]) == 1
    assert "did you mean gdpr" in capsys.readouterr().err.replace("`", "").replace("'", "")
