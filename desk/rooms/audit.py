"""The trail of what happened, and whether its chains hold."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
