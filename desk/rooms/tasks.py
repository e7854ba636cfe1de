"""What people have to do."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
