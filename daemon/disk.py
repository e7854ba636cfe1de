"""How much room is left where the data lies."""

from __future__ import annotations

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int | None:
    """Return how many bytes are free on the disk of a folder; None when that cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
