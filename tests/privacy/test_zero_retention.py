"""A model is asked only where it is proved that nothing is kept: everything else is a no."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.zero_retention import (
    ATTESTED_FOR,
    PROVED_FOR,
    Assurance,
    Attestation,
    Endpoint,
    RetentionProof,
    needs_retention,
    region_fits,
    standing,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CONTRACT = Endpoint(
    host="api.example", region="us", model="claude-haiku-5-5", assurance=Assurance.ATTESTED
)
BEDROCK = replace(CONTRACT, region="eu-west-1", assurance=Assurance.BEDROCK_VERIFIED)
LOCAL = replace(CONTRACT, host="127.0.0.1:8080", region="local", assurance=Assurance.LOCAL)
ATTESTED = Attestation(
    endpoint="api.example",
    contract="ZDR-7",
    contract_date=date(2026, 11, 1),
    attested_by="sam@autocloz.example",
    attested_at=NOW - timedelta(days=3),
)
PROOF = RetentionProof(mode="none", read_at=NOW - timedelta(hours=1))


def test_a_contract_that_somebody_attested_counts_and_is_named():
    found = standing(CONTRACT, ATTESTED, NOW, fits=True)
    assert found.usable
    for word in ("claude-haiku-5-5", "api.example", "us", "ZDR-7", "2026-11-01", "sam@autocloz"):
        assert word in found.says


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        PROOF,
        replace(ATTESTED, endpoint="other.example"),
        replace(ATTESTED, attested_at=NOW - ATTESTED_FOR - SECOND),
        replace(ATTESTED, attested_at=NOW + SECOND),
    ],
)
def test_without_a_fresh_attestation_for_this_endpoint_the_model_stays_off(evidence):
    found = standing(CONTRACT, evidence, NOW, fits=True)
    assert not found.usable
    assert found.says.startswith("the model stays off: ")


def test_an_account_that_says_that_it_keeps_nothing_counts_for_a_day():
    assert standing(BEDROCK, PROOF, NOW, fits=True).usable
    assert standing(BEDROCK, replace(PROOF, read_at=NOW - PROVED_FOR), NOW, fits=True).usable


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        ATTESTED,
        replace(PROOF, read_at=NOW - PROVED_FOR - SECOND),
        replace(PROOF, read_at=NOW + SECOND),
        *(
            replace(PROOF, mode=mode)
            for mode in ("default", "inherit", "aws_review", "provider_data_share", "unknown", "")
        ),
    ],
)
def test_an_account_that_says_anything_else_or_nothing_lately_keeps_it_off(evidence):
    assert not standing(BEDROCK, evidence, NOW, fits=True).usable


def test_a_model_in_the_house_needs_no_paper():
    assert standing(LOCAL, None, NOW, fits=True).usable


@pytest.mark.parametrize("model", ["claude-fable-5-2", "anthropic.claude-MYTHOS-5-1", "fable"])
@pytest.mark.parametrize("where", [(CONTRACT, ATTESTED), (BEDROCK, PROOF), (LOCAL, None)])
def test_a_model_that_is_only_offered_with_retention_is_refused_everywhere(model, where):
    endpoint, evidence = where
    assert needs_retention(model)
    assert not standing(replace(endpoint, model=model), evidence, NOW, fits=True).usable


def test_words_of_one_region_do_not_go_to_a_model_of_another():
    assert not standing(BEDROCK, PROOF, NOW, fits=False).usable
    assert region_fits("eu-west-1", "eu-west-1", ())
    assert region_fits("local", "ap-south-1", ())
    assert region_fits("us", "default", ("default",))
    assert not region_fits("us", "default", ())


@given(
    st.sampled_from(["us", "eu-west-1", "ap-south-1"]), st.sampled_from(["eu-west-1", "ap-south-1"])
)
def test_without_being_told_so_no_region_serves_another(endpoint, case):
    assert region_fits(endpoint, case, ()) == (endpoint == case)


def test_instants_have_a_zone():
    with pytest.raises(ValueError):
        replace(PROOF, read_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError):
        replace(ATTESTED, attested_at=datetime(2026, 1, 1))  # noqa: DTZ001
