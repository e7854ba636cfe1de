"""Letters that wait for a decision."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
