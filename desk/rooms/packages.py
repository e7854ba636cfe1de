"""The files that answer a right of a case."""

from fastapi import APIRouter

router = APIRouter()
