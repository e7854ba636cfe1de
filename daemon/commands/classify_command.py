"""`rightsdesk classify`: JSON lines in, classifications out; no database and no network unless a model is asked."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from casework.first_reading import classify_written
from daemon.commands.session import settings_of
from daemon.json_forms import classification_form
from daemon.output import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `classify` understands."""
    parser.add_argument(
        "--jsonl", action="store_true", required=True, help="read and write JSON lines"
    )
    parser.add_argument(
        "--model",
        action="store_true",
        help="hear the model of the settings as well; each call is in the ledger of the database",
    )


def run(options: argparse.Namespace) -> int:
    """Write one line for each line read, in the same order; a bad line gets a line with `error`."""
    for answer in _with_model(options) if options.model else _with_rules(options):
        print(as_json(answer), flush=True)
    return 0


def _with_rules(options: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    threshold = settings_of(options).classifier.threshold
    for given in _given():
        if "error" in given:
            yield given
            continue
        subject, text = str(given.get("subject") or ""), str(given.get("text") or "")
        found = classify_written(subject, text, threshold)
        yield {"id": given.get("id"), **classification_form(found)}


def _with_model(options: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """As many lines at once as calls may be made at once."""
    from daemon.commands.session import open_desk_of
    from daemon.model_lines import hear_lines, witness_of

    with open_desk_of(options) as desk:
        witness = witness_of(desk)
        given = _given()
        while lines := list(islice(given, witness.settings.at_once)):
            good = [line for line in lines if "error" not in line]
            heard = iter(hear_lines(witness, desk, good))
            for line in lines:
                if "error" in line:
                    yield line
                else:
                    yield {"id": line.get("id"), **classification_form(next(heard))}


def _given() -> Iterator[Mapping[str, object]]:
    """Yield the objects of the lines; for a line that holds none, an object with `error`."""
    return _read(enumerate(sys.stdin.buffer, start=1))


def _read(lines: Iterable[tuple[int, bytes]]) -> Iterator[Mapping[str, object]]:
    for number, raw in lines:
        line = raw.decode("utf-8", "replace")  # bytes that are no text cost one line, not the rest
        if line.strip():
            yield _object_in(line, number)


def _object_in(line: str, number: int) -> Mapping[str, object]:
    try:
        given = json.loads(line, parse_float=_finite, parse_constant=_finite)
    except OverflowError:
        return {"id": None, "error": f"line {number} has a number that is not finite"}
    except (ValueError, RecursionError):
        return {"id": None, "error": f"line {number} is not JSON"}
    if not isinstance(given, Mapping):
        return {"id": None, "error": f"line {number} is not an object"}
    return {name: value for name, value in given.items() if name != "error"}


def _finite(number: str) -> float:
    """Infinity could not be echoed: JSON has no such number (RFC 8259 section 6)."""
    value = float(number)
    if not math.isfinite(value):
        raise OverflowError
    return value
