"""A whole campaign whose worker is killed again and again: who was told, which copies left, how fast, in how much memory.

    python3 dev.py bench notice_campaign [--way smtp|sendgrid] [--owners 2000] [--kills 3] [--folder DIR]

The full form is `--owners 100000 --kills 20`; `--owners 1000000 --kills 0` shows that memory does not grow. Two Owners in
each workspace, a directory and records as the desk keeps them, on SQLite; 3 % of the addresses bounce, 1 % are put off once,
the directory moves meanwhile. The other side kills the worker (SIGKILL) at the very mail that it just took, and it begins anew;
where nothing is due its clock moves on, so that leases and waits cost no time. Over SendGrid the deliveries come as events.
How fast that is beside the limit of the machine says `notices.py`, without kills.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from campaign_storm import Size, Storm
from campaign_worker import peak_kilobytes
from casework.actors import Actor
from casework.notice_proof import export_proof
from casework_values import open_at
from daemon.clock import utc_now


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--way", choices=["smtp", "sendgrid"], default="smtp")
    parser.add_argument("--owners", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the database stays (default: nowhere)")
    parser.add_argument("--prove", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.prove:
        prove(Path(given.prove))
        return
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        run(Storm(folder, given.way, Size(owners=given.owners, kills=given.kills)))


def run(storm: Storm) -> None:
    begun = time.perf_counter()
    with closing(open_at(storm.url)) as database:
        campaign = storm.run(database)
        status = campaign.status()
    progress, taken = status.progress, storm.taken()
    print(
        f"{storm.size.owners:,} Owners by {storm.way}, {time.perf_counter() - begun:.0f} s in all"
    )
    print(f"states: { {str(one): n for one, n in sorted(progress.owners.items())} }")
    print(f"attempts: { {str(one): n for one, n in sorted(progress.attempts.items())} }")
    print(
        f"{storm.killed} kills, mails taken {taken.total():,}, copies {taken.total() - len(taken)} (may have left as "
        f"copies: {progress.copies}; of mails not in flight: {storm.copies_out_of_flight()}), "
        f"publication {'free' if status.may_publish else 'held'}"
    )
    print(
        f"workers {storm.seconds:.0f} s with their starts, {len(taken) / storm.seconds:,.0f} mails/s; the last one "
        f"took {storm.kilobytes // 1024} MB at most; load {os.getloadavg()[0]:.1f}"
    )
    subprocess.run([sys.executable, __file__, "--prove", str(storm.folder)], check=True)


def prove(folder: Path) -> None:
    """In a process of its own, so that its memory is its own."""
    begun = time.perf_counter()
    by = (Actor(address="sam@autocloz.example", os_user="sam"), utc_now())
    path = folder / "proof.zip"
    url = f"sqlite:///{folder / 'rightsdesk.db'}"
    with closing(open_at(url)) as database, path.open("w+b") as file:
        proved = export_proof(database, "2", file, by=by)
    print(
        f"proof: {proved.owners:,} Owners, {proved.in_time:,} in time, {proved.holds} hold, {path.stat().st_size / 1e6:.1f} MB"
        f" in {time.perf_counter() - begun:.0f} s and {peak_kilobytes() // 1024} MB of memory"
    )


if __name__ == "__main__":
    main()
