"""What a clock waits for stands in the records; every law and state gives a clock, and a slip is told with its line."""

import pytest

from privacy.clocks import Effect
from privacy.errors import Permanent
from privacy.rights import Right
from regimes import laws, list_regimes
from regimes.clock_rules import Question, load_clock_rules
from regimes.laws import states

EVERY_LAW = [*(summary.code for summary in list_regimes()), *states()]


@pytest.mark.parametrize("law", EVERY_LAW)
def test_every_law_gives_a_clock_for_every_right(law: str) -> None:
    for right in (*Right, "complaint"):
        rules = load_clock_rules(Question(law=law, right=str(right)))
        assert rules.period.amount > 0
        assert rules.acknowledge


def test_each_state_has_its_own_periods() -> None:
    iowa = load_clock_rules(Question(law="us_ia"))
    assert (iowa.period.amount, iowa.extension and iowa.extension.amount) == (90, 135)
    consent = load_clock_rules(Question(law="us_ri", right="withdraw_consent"))
    assert (consent.period.amount, consent.extension) == (15, None)
    assert load_clock_rules(Question(law="us_va", right="appeal")).period.amount == 60


def test_only_the_united_kingdom_and_the_union_wait_for_identity_and_the_house_with_them() -> None:
    waiting = {
        law
        for law in EVERY_LAW
        if load_clock_rules(Question(law=law)).waits.identity is not Effect.RUNS
    }
    assert waiting == {"gdpr", "uk_gdpr", "house"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('identity = "suspend"', r"gdpr.toml:\d+: unknown effect 'suspend', did you mean"),
        ('identitty = "runs"', r"gdpr.toml:\d+: a clock has no 'identitty'"),
        ('clarification_rights = ["acces"]', r"unknown right 'acces', did you mean 'access'"),
    ],
)
def test_a_slip_in_what_a_law_waits_for_is_told_with_its_line(
    wrong: str, told: str, tmp_path, monkeypatch
) -> None:
    for name in ("gdpr", "house"):
        text = (laws.RECORDS / f"{name}.toml").read_text(encoding="utf-8")
        if name == "gdpr":
            text = text.replace('identity = "suspends"', wrong)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(laws, "_files", lambda: {p.stem: p for p in tmp_path.glob("*.toml")})
    laws.states.cache_clear()
    try:
        with pytest.raises(Permanent, match=told):
            load_clock_rules(Question(law="gdpr"))
    finally:
        monkeypatch.undo()
        laws.states.cache_clear()
