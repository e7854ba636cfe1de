"""Addresses that get no mail."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
