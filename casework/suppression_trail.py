"""The chain of the trail that says of every list when how many addresses came on it, and whose they were to nobody."""

from __future__ import annotations

from uuid import UUID

SUPPRESSION_CHAIN = UUID("0d1c7000-0000-4000-8000-000000000002")
