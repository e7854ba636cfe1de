"""What every letter has in common: its language, who we are, which case it is about."""

from __future__ import annotations

from privacy.cases import Case
from privacy.errors import Permanent
from responders.settings import DeskIdentity
from templates import available, fallback_line

ENGLISH = "en"


def language_of(case: Case, kind: str) -> tuple[str, tuple[str, str]]:
    """The language to write in, and (language, line) in the writer's own tongue where that is another one."""
    primary = case.language.partition("-")[0].lower()
    if primary in available(kind):
        return primary, ("", "")
    return ENGLISH, fallback_line(primary) or ("", "")


def frame_of(case: Case, desk: DeskIdentity, fallback: tuple[str, str]) -> dict[str, object]:
    """Return the values of the frame. Raises Permanent while the desk does not say who it is."""
    if desk.missing:
        raise Permanent(f"no letter can say who we are: desk.{desk.missing[0]} is not set")
    return {
        "reference": case.reference,
        "role": case.role.value,
        "legal_name": desk.legal_name,
        "postal_address": desk.postal_address,
        "dpo_name_or_function": desk.dpo_name_or_function,
        "dpo_contact": desk.dpo_contact,
        "policy_url": desk.policy_url,
        "fallback_language": fallback[0],
        "fallback_line": fallback[1],
    }
