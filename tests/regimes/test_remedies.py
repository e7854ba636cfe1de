"""The table of remedies: every law has its row, a wrong row is refused with its file and line."""

import pytest

from privacy.errors import Permanent
from privacy.remedies import Authority
from regimes import list_regimes
from regimes import remedies as module
from regimes.laws import states
from regimes.remedies import load_remedies

LEAD = Authority(name="Our authority", url="https://lead.example")


def test_every_law_says_what_can_be_done_against_a_decision() -> None:
    codes = {one.code for one in list_regimes()} | set(states())
    assert codes <= set(load_remedies())


def test_no_row_stands_for_a_law_that_is_not_there() -> None:
    codes = {one.code for one in list_regimes()} | set(states())
    assert set(load_remedies()) <= codes


@pytest.mark.parametrize("law", sorted(load_remedies()))
def test_each_law_names_an_authority_a_court_or_an_attorney_general(law: str) -> None:
    found = load_remedies()[law]
    assert found.authority or found.court or found.attorney_general


def test_the_authority_that_leads_here_takes_the_place_of_the_list() -> None:
    found = load_remedies(LEAD)
    assert found["gdpr"].authority == found["house"].authority == LEAD
    assert found["uk_gdpr"] == load_remedies()["uk_gdpr"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('authority = "A"', "an authority has a name and an url"),
        ('authority = "A"\nurl = "http://a.example"', "url is an https address"),
        ('authority = " "\nurl = "https://a.example"', "authority is one line of words"),
        ("court = 1", "court is true or false"),
        ("appeal_days = 0", "appeal_days is a whole number of at least 1"),
        ("recourse_days = 1\nrecourse_months = 1", "the recourse ends after days or after months"),
        ("fine = true", "a remedy has no 'fine'"),
        ('mark = "X"', "source, and a mark"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(tmp_path, monkeypatch, row: str, why: str) -> None:
    file = tmp_path / "remedies.toml"
    usual = "" if "mark" in row else 'mark = "H"\n'
    file.write_text(f'[gdpr]\nsource = "here"\n{usual}{row}\n')
    monkeypatch.setattr(module, "REMEDIES_FILE", file)
    with pytest.raises(Permanent, match=why) as told:
        load_remedies.__wrapped__()
    assert "remedies.toml" in str(told.value)
