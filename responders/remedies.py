"""What a person can do against a decision, as letters name it."""

from __future__ import annotations

from privacy.remedies import WaysOut
from templates.fields.kinds import NamedAuthority, Remedies, Url


def named_remedies(ways: WaysOut) -> Remedies:
    """Return the field of a letter that names these ways."""
    return Remedies(
        authorities=tuple(
            NamedAuthority(name=one.name, url=Url(one.url)) for one in ways.authorities
        ),
        court=ways.court,
        complain_to_us=ways.complain_to_us,
        appeal_by=ways.appeal_by,
        grievance_by=ways.grievance_by,
        attorneys_general=tuple(map(Url, ways.attorneys_general)),
        recourse_until=ways.recourse_until,
        kept_until=ways.kept_until,
        offer_help=ways.offer_help,
    )
