"""What each law offers: every record says which rights it gives, from which age and in which languages."""

import pytest

from privacy.errors import Permanent
from privacy.rights import Right
from regimes import laws as module
from regimes import list_regimes
from regimes.laws import states
from regimes.offers import load_offer

CODES = sorted({*(one.code for one in list_regimes()), *states()})
RECORD = """
code = "land"
name = "Law of the land"
version = "1"
valid_from = 2026-01-01
zone = "UTC"
calendar = "NONE"
{rows}
[default_period]
amount = 30
unit = "days"
rule = "DAYS(30)"
"""
GIVEN = 'rights = ["access"]\nrights_source = "s. 1"\n'


@pytest.mark.parametrize("code", CODES)
def test_every_law_says_which_rights_it_gives_and_where(code: str) -> None:
    offer = load_offer(code)
    assert Right.ACCESS in offer.rights
    assert offer.source
    assert 10 < offer.child_under <= 18


def test_what_our_policy_gives_is_given_to_everybody() -> None:
    wanted = "access rectification erasure portability objection withdraw_consent"
    assert {str(one) for one in load_offer("house").rights} == set(wanted.split())


def test_india_gives_no_portability_and_iowa_no_correction() -> None:
    assert Right.PORTABILITY not in load_offer("dpdp").rights
    assert Right.RECTIFICATION not in load_offer("us_ia").rights
    assert Right.RECTIFICATION in load_offer("us_va").rights


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("child_under = 16", "names the rights that its law gives"),
        ('rights = ["acess"]\nrights_source = "s. 1"\nchild_under = 16', "unknown right 'acess'"),
        (f"{GIVEN}child_under = 99", "the age below which a parent acts"),
        (GIVEN, "the age below which a parent acts"),
        (f'{GIVEN}child_under = 16\nlanguages = ["f r"]', "languages are codes such as fr"),
    ],
)
def test_a_wrong_record_is_refused_with_its_file(tmp_path, monkeypatch, rows, why) -> None:
    file = tmp_path / "land.toml"
    file.write_text(RECORD.format(rows=rows))
    monkeypatch.setattr(module, "_files", lambda: {"land": file})
    with pytest.raises(Permanent, match=why) as told:
        load_offer.__wrapped__("land")
    assert "land.toml" in str(told.value)
