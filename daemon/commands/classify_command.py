"""`rightsdesk classify`: JSON lines in, classifications out; no database and no network."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping

from casework.first_reading import classify_written
from classifier.rules import THRESHOLD
from daemon.json_forms import classification_form
from daemon.output import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `classify` understands."""
    parser.add_argument(
        "--jsonl", action="store_true", required=True, help="read and write JSON lines"
    )


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes its options
    """Write one line for each line read, in the same order; a bad line gets a line with `error`."""
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        line = raw.decode("utf-8", "replace")  # bytes that are no text cost one line, not the rest
        if line.strip():
            print(as_json(_classified(line, number)), flush=True)
    return 0


def _classified(line: str, number: int) -> dict[str, object]:
    try:
        given = json.loads(line, parse_float=_finite, parse_constant=_finite)
    except OverflowError:
        return {"id": None, "error": f"line {number} has a number that is not finite"}
    except (ValueError, RecursionError):
        return {"id": None, "error": f"line {number} is not JSON"}
    if not isinstance(given, Mapping):
        return {"id": None, "error": f"line {number} is not an object"}
    subject, text = str(given.get("subject") or ""), str(given.get("text") or "")
    return {
        "id": given.get("id"),
        **classification_form(classify_written(subject, text, THRESHOLD)),
    }


def _finite(number: str) -> float:
    """Infinity could not be echoed: JSON has no such number (RFC 8259 section 6)."""
    value = float(number)
    if not math.isfinite(value):
        raise OverflowError
    return value
