"""`rightsdesk evaluate`: scores the classifier on labelled texts; no database and no network."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from casework.first_reading import classify_written
from classifier.scoring import Evaluation, LabelScore, Scored, evaluate
from daemon.commands.session import settings_of
from daemon.output import as_json, as_table
from daemon.settings import SettingsError
from privacy.rights import Right

RIGHTS = frozenset(map(str, Right))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `evaluate` understands."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help='JSON lines: {"id", "lang", "subject", "text", "labels": [...]}, "lane" where it is known',
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--misses", action="store_true", help="name the texts that were not recognised exactly"
    )


def run(options: argparse.Namespace) -> int:
    """Score every line. Raises SettingsError for a file that cannot be read or a line that is not as it must be."""
    threshold = settings_of(options).classifier.threshold
    scored = list(_scored(options.file, threshold))
    if not scored:
        raise SettingsError([f"{options.file}: holds no labelled text"])
    by_language = {
        language: evaluate([one for _, one in scored if one.language == language])
        for language in sorted({one.language for _, one in scored})
    }
    whole = evaluate([one for _, one in scored])
    misses = [name for name, one in scored if not one.is_exact] if options.misses else None
    if options.json:
        print(as_json(_form(whole, by_language, misses)))
    else:
        print(_for_people(whole, by_language))
        print(*(f"missed  {name}" for name in misses or ()), sep="\n", end="\n" if misses else "")
    return 0


def _scored(file: Path, threshold: float) -> Iterator[tuple[str, Scored]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise SettingsError([f"{file}: {reason}"]) from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _score_line(line, f"{file}:{number}", threshold)


def _score_line(line: str, place: str, threshold: float) -> tuple[str, Scored]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, Mapping):
        raise SettingsError([f"{place}: is not a JSON object"])
    labels = given.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise SettingsError([f"{place}: labels: must be a list of names"])
    subject, text = str(given.get("subject") or ""), str(given.get("text") or "")
    lane = given.get("lane")
    return str(given.get("id", place)), Scored(
        language=str(given.get("lang") or "und"),
        expected=tuple(dict.fromkeys(Right(label) for label in labels if label in RIGHTS)),
        found=classify_written(subject, text, threshold),
        lane=str(lane) if lane else None,
    )


def _form(
    whole: Evaluation, by_language: Mapping[str, Evaluation], misses: list[str] | None
) -> dict[str, object]:
    form = _figures(whole) | {
        "confusion": [
            {"expected": wanted, "found": said, "texts": count}
            for (wanted, said), count in sorted(whole.confusion.items())
        ],
        "lanes": [
            {"expected": wanted, "found": said, "texts": count}
            for (wanted, said), count in sorted(whole.lanes.items())
        ],
        "languages": {code: _figures(one) for code, one in by_language.items()},
    }
    return form if misses is None else form | {"misses": misses}


def _figures(one: Evaluation) -> dict[str, object]:
    return {
        "texts": one.texts,
        "exact": _share(one.exact, one.texts),
        "macro_f1": round(one.macro_f1, 4),
        "primary_macro_f1": round(one.primary_macro_f1, 4),
        "labels": {name: _label(score) for name, score in one.rights.items()},
        "primary": {name: _label(score) for name, score in one.primary.items()},
        "decided_without_human": _share(one.decided, one.texts),
        "of_those_right": _share(one.decided_right, one.decided),
        "asks_nothing": one.asks_nothing,
        "taken_for_request": _share(one.taken_for_request, one.asks_nothing),
    }


def _label(score: LabelScore) -> dict[str, float]:
    return {
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
        "expected": score.expected,
        "found": score.found,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _for_people(whole: Evaluation, by_language: Mapping[str, Evaluation]) -> str:
    figures = _figures(whole)
    columns = ("texts", "exact", "macro_f1", "primary_macro_f1", "decided_without_human", "of_those_right", "taken_for_request")  # fmt: skip
    languages = [
        {"language": code} | {name: _figures(one)[name] for name in columns}
        for code, one in (*by_language.items(), ("all", whole))
    ]
    labels = [{"right": name} | _label(score) for name, score in whole.rights.items()]
    found = sorted({said for _, said in whole.confusion})
    confusion = [
        {"first right": wanted} | {said: whole.confusion[wanted, said] for said in found}
        for wanted in sorted({wanted for wanted, _ in whole.confusion})
    ]
    return "\n\n".join(
        (
            f"{figures['texts']} texts",
            as_table(labels, ("right", "precision", "recall", "f1", "expected", "found")),
            as_table(languages, ("language", *columns)),
            as_table(confusion, ("first right", *found)),
        )
    )
