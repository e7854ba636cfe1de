from datetime import UTC, datetime, timedelta

import pytest

from privacy.totp import (
    code_at,
    matching_step,
    read_secret,
    spelled,
    step_at,
)

SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STEP = step_at(NOON)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds, code):
    assert code_at(SECRET, step_at(datetime.fromtimestamp(seconds, tz=UTC))) == code


@pytest.mark.parametrize(
    ("late", "step"), [(0, STEP), (30, STEP), (-30, STEP), (60, None), (-60, None)]
)
def test_a_code_holds_for_a_step_before_and_after(late, step):
    at = NOON + timedelta(seconds=late)
    assert matching_step(SECRET, code_at(SECRET, STEP), at=at, after=None) == step


def test_a_code_is_taken_once():
    code = code_at(SECRET, STEP)
    assert matching_step(SECRET, code, at=NOON, after=STEP - 1) == STEP
    assert matching_step(SECRET, code, at=NOON, after=STEP) is None
    assert matching_step(SECRET, code_at(SECRET, STEP - 1), at=NOON, after=STEP) is None


@pytest.mark.parametrize("code", ["", "0", "ünü", "1" * 500])
def test_what_is_no_code_is_none(code):
    assert matching_step(SECRET, code, at=NOON, after=None) is None


def test_a_code_may_be_typed_with_spaces():
    code = code_at(SECRET, STEP)
    assert matching_step(SECRET, f"{code[:3]} {code[3:]}", at=NOON, after=None) == STEP


@pytest.mark.parametrize("text", ["", "a", "ü", "MFRGG===", "0" * 32])
def test_what_spells_no_secret_is_none(text):
    assert read_secret(text) is None


def test_a_secret_can_be_typed():
    assert read_secret(spelled(SECRET).lower()) == SECRET
