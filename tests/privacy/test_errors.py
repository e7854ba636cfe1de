"""Errors by what the caller can do."""

from datetime import timedelta

import pytest

from privacy.errors import OutcomeUnknown, Permanent, PrivacyError, Retryable


@pytest.mark.parametrize("error", [Permanent, Retryable, OutcomeUnknown])
def test_every_error_that_crosses_a_seam_can_be_caught_as_one(error: type[PrivacyError]) -> None:
    with pytest.raises(PrivacyError):
        raise error("setting mailbox.password")


def test_a_retryable_error_carries_the_wait_that_the_other_side_asked_for() -> None:
    assert Retryable("busy", after=timedelta(minutes=3)).after == timedelta(minutes=3)


def test_a_retryable_error_without_a_wait_leaves_it_to_the_caller() -> None:
    assert Retryable("busy").after is None


def test_the_three_classes_are_never_mistaken_for_each_other() -> None:
    assert not issubclass(Retryable, Permanent)
    assert not issubclass(OutcomeUnknown, Retryable | Permanent)  # a repeat could be a second copy
