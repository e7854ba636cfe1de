"""The short form of fuzzing: every seed, what was found before, and a fixed number of mutants (`dev.py fuzz` is long)."""

import pytest

from fuzzing.mutants import mutants_of
from fuzzing.seeds import FINDINGS, seeds_of
from fuzzing.targets import TARGETS

MUTANTS_OF_A_SEED = 12


@pytest.mark.parametrize("name", TARGETS)
def test_it_holds_for_every_seed_and_its_mutants(name):
    seeds = list(seeds_of(name))
    assert seeds
    for seed in seeds:
        for data in (seed, *mutants_of(seed, MUTANTS_OF_A_SEED)):
            TARGETS[name](data)


def test_every_finding_belongs_to_a_target():
    assert {folder.name for folder in FINDINGS.glob("*/")} <= set(TARGETS)


@pytest.mark.parametrize(
    ("name", "reader"),
    [("reading", "read_message"), ("folding", "fold"), ("markup", "html_to_text")],
)
def test_a_target_notices_a_reader_that_raises(monkeypatch, name, reader):
    def broken(*_: object) -> None:
        raise ValueError(name)

    monkeypatch.setattr(f"fuzzing.targets.{reader}", broken)
    with pytest.raises(ValueError, match=name):
        TARGETS[name](b"From: anne@person.example\r\n\r\nhello")
