"""Settings, and how the desk is."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
