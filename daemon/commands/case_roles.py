"""How `cases show` tells what the directory says about whose data it is."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.output import Row
from privacy.cases import Case
from privacy.roles import item_role
from storage.findings import StoredFinding


def finding_form(case: Case, found: StoredFinding | None) -> dict[str, object]:
    """Return the finding by the names of the JSON, empty where nothing was looked up."""
    if found is None:
        return {"directory": []}
    finding = found.finding
    roles = [
        {"right": item.right, "scope": item.scope, "role": role.role, "reason": role.reason}
        for item in case.items
        for role in [item_role(finding.role, item.right, item.scope)]
    ]
    told = {
        "role": finding.role,
        "reasons": list(finding.reasons),
        "waits": finding.waits,
        "looked_up_at": found.found_at,
        "rights": roles,
    }
    return {"directory": [told]}


def roles_for_people(form: Row) -> Iterator[str]:
    """Yield the lines of the finding."""
    yield ""
    told = form["directory"]
    if not isinstance(told, list) or not told:
        yield "directory: not looked up, there is none"
        return
    (finding,) = told
    waits = ", waits for the directory" if finding["waits"] else ""
    yield f"directory: {finding['role']} ({', '.join(finding['reasons'])}{waits})"
    for right in finding["rights"]:
        name = f"{right['right']} {right['scope'] or ''}".rstrip()
        yield f"  {name}: {right['role']} ({right['reason']})"
