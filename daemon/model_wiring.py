"""Builds the model's part of the desk from its settings; where it is off nothing of it is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casework.witness import Witness
from classifier.model_settings import ModelSettings, Use
from daemon.clock import utc_now
from privacy.zero_retention import Assurance, RetentionProof


def build_witness(settings: ModelSettings, *, region: str) -> Witness | None:
    """Return the witness for a desk of this region, None where the model is off. Dials nobody yet."""
    if settings.use is Use.OFF:
        return None
    from classifier.model_client import ModelClient

    return Witness(
        settings,
        ModelClient(settings),
        region=region,
        clock=utc_now,
        read_proof=_account_of(settings),
    )


def _account_of(settings: ModelSettings) -> Callable[[datetime], RetentionProof] | None:
    """Return what asks the account about retention; only an account of Bedrock can be asked."""
    key, region = settings.api_key, settings.region
    if settings.assurance is not Assurance.BEDROCK_VERIFIED or key is None or region is None:
        return None
    from classifier.bedrock_account import read_retention

    return lambda now: read_retention(region, key.get_secret_value(), now)
