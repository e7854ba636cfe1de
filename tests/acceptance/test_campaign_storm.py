"""A campaign whose worker is killed with SIGKILL again and again: nobody is missing, and the proof is whole.

The long form has 100,000 Owners; `STORM_OWNERS=5000 python3 dev.py storm -k campaign` takes fewer.
"""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from campaign_storm import OUT_AT_ONCE, Size, Storm
from casework import verify_notice
from casework.actors import Actor
from casework.notice_proof import export_proof
from casework_values import open_at
from daemon.clock import utc_now
from privacy.notices import OwnerState
from storage.signing import public_key_of

SHORT = Size(owners=300, kills=3)
SHORT_BY_PROVIDER = Size(owners=300, kills=3, per_hour=60 * 50)
LONG = Size(owners=int(os.environ.get("STORM_OWNERS", "100000")), kills=20, changes=2)
STORMS = [
    pytest.param("smtp", SHORT, id="smtp"),
    pytest.param("sendgrid", SHORT_BY_PROVIDER, id="sendgrid"),
    pytest.param("smtp", LONG, id="smtp-long", marks=[pytest.mark.storm, pytest.mark.timeout(7_200)]),
    pytest.param(
        "sendgrid", LONG, id="sendgrid-long", marks=[pytest.mark.storm, pytest.mark.timeout(7_200)]
    ),
]  # fmt: skip


@pytest.mark.parametrize(("way", "size"), STORMS)
def test_after_kills_and_bounces_nobody_is_missing_and_only_mails_in_flight_were_copied(
    way: str, size: Size, tmp_path: Path
) -> None:
    storm = Storm(tmp_path, way, size)
    with closing(open_at(storm.url)) as database:
        campaign = storm.run(database)
        progress, may_publish = campaign.status().progress, campaign.status().may_publish
        with (tmp_path / "proof.zip").open("w+b") as file:
            by = (Actor(address="sam@autocloz.example", os_user="sam"), utc_now())
            proved = export_proof(database, "2", file, by=by)
        key = public_key_of(database.keys)
    taken = storm.taken()
    copies = taken.total() - len(taken)
    assert storm.killed == size.kills
    assert set(progress.owners) <= {
        OwnerState.ACCEPTED, OwnerState.STOOD_IN, OwnerState.JOINED, OwnerState.LEFT,
    }  # fmt: skip
    assert progress.owners[OwnerState.STOOD_IN] > 0
    assert progress.owners[OwnerState.JOINED] > 0
    assert sum(progress.owners.values()) == size.owners + progress.owners[OwnerState.JOINED]
    assert len({one.split()[0] for one in taken}) == len(taken)  # one Message-ID each, copies too
    assert progress.owners[OwnerState.ACCEPTED] <= len(taken)
    assert copies <= progress.copies <= size.kills * OUT_AT_ONCE
    assert storm.copies_out_of_flight() == 0
    if way == "sendgrid":
        assert copies == 0
    assert may_publish
    assert proved.owners == sum(progress.owners.values())
    assert proved.holds == 0
    done = subprocess.run(
        [sys.executable, verify_notice.__file__, str(tmp_path / "proof.zip"), key.hex()],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
