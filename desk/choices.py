"""What the filters of the queue offer: closed lists of ours, and the laws of this desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casework.profile import DeskProfile
from privacy.rights import Lane, Right, Scope, right_name
from privacy.work_status import WorkStatus
from templates.vocabulary import languages

RIGHTS = (
    *(str(right) for right in Right),
    *(right_name((Right.OBJECTION, scope)) for scope in Scope),
)


def queue_choices(profile: DeskProfile) -> Mapping[str, Sequence[str]]:
    """Return the words of each filter, by its name in the address."""
    return {
        "acts": [str(one) for one in WorkStatus if one is not WorkStatus.DONE],
        "right": RIGHTS,
        "language": sorted(languages()),
        "regime": [law.code for law in profile.regimes],
        "lane": [str(lane) for lane in Lane],
    }
