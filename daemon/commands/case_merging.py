"""`rightsdesk cases merge`, `split` and `relate`: two cases as one, one as two, labels between them."""

from __future__ import annotations

import argparse
from uuid import UUID

from casework.merging import merge_cases, relate_cases, split_case, undo_merge
from daemon.clock import utc_now
from daemon.commands.asked_words import asked
from daemon.commands.session import actor_of, add_actor, add_reference, open_desk_of
from privacy.cases import Case
from privacy.relations import RelationKind
from privacy.rights import right_name
from storage.cases import get_cases
from storage.database import Reading
from storage.merges import merges_of, relations_of


def add_merging(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what these three understand."""
    merging = actions.add_parser("merge", help="work the second case as part of the first")
    add_reference(merging)
    merging.add_argument("other", metavar="SECOND", help="the case that becomes part of it")
    add_actor(merging)
    splitting = actions.add_parser(
        "split", help="put rights into a case of their own, or undo the merge of a case"
    )
    add_reference(splitting)
    splitting.add_argument(
        "--item",
        type=asked,
        action="append",
        metavar="RIGHT",
        help="a right that goes into a new case; may be repeated (default: undo the merge)",
    )
    add_actor(splitting)
    relating = actions.add_parser(
        "relate", help="add a label between two cases, which changes neither"
    )
    add_reference(relating)
    relating.add_argument(
        "kind",
        choices=[str(one) for one in RelationKind],
        metavar="KIND",
        help=", ".join(RelationKind),
    )
    relating.add_argument("other", metavar="OTHER", help="the other case")
    relating.add_argument("--remove", action="store_true", help="take the label away")
    add_actor(relating)


def merge(options: argparse.Namespace) -> int:
    """Merge, and say what is owed by when now."""
    with open_desk_of(options) as desk:
        by = (actor_of(options, desk), utc_now())
        names = options.reference.upper(), options.other.upper()
        print(_line(merge_cases(desk.database, *names, by=by)))
    return 0


def split(options: argparse.Namespace) -> int:
    """Split, and say which case stands beside the old one now."""
    with open_desk_of(options) as desk:
        by = (actor_of(options, desk), utc_now())
        reference = options.reference.upper()
        if options.item:
            case = split_case(desk.database, reference, options.item, by=by)
        else:
            case = undo_merge(desk.database, reference, by=by)
    print(_line(case))
    return 0


def relate(options: argparse.Namespace) -> int:
    """Add or remove the label."""
    with open_desk_of(options) as desk:
        relate_cases(
            desk.database,
            options.reference.upper(),
            RelationKind(options.kind),
            options.other.upper(),
            remove=options.remove,
            by=(actor_of(options, desk), utc_now()),
        )
    print("removed" if options.remove else "related")
    return 0


def relations_form(reading: Reading, case_id: UUID) -> dict[str, object]:
    """Return how a case stands to others, as `cases show` has it."""
    merges = merges_of(reading, [case_id])
    into = [one.into_id for one in merges if one.case_id == case_id]
    parts = [one.case_id for one in merges if one.into_id == case_id]
    named = {one.case_id: one.reference for one in get_cases(reading, [*into, *parts])}
    return {
        "part_of": named[into[0]] if into else None,
        "parts": [named[one] for one in parts],
        "relations": [
            {"case": one.case, "kind": one.kind, "other": one.other, "at": one.at, "by": one.author}
            for one in relations_of(reading, case_id)
        ],
    }


def _line(case: Case) -> str:
    owed = [right_name(item.key) for item in case.items if item.is_open]
    due = case.due.on.isoformat() if case.due else "-"
    return f"{case.reference}: {', '.join(owed) or 'no right'}, answer by {due}"
