"""How two cases stand to each other: a closed list of labels, which change neither of them."""

from __future__ import annotations

from enum import StrEnum


class RelationKind(StrEnum):
    """What one case is to another one; never a ground for its identity, its clocks or its work."""

    DUPLICATE_OF = "duplicate_of"
    FOLLOW_UP_OF = "follow_up_of"
    ADMONITION_OF = "admonition_of"
    SUPERSEDED_BY = "superseded_by"
