"""Customers who decide about a request of a case."""

from fastapi import APIRouter

router = APIRouter()
