"""Notices of policy changes, from draft to proof."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
