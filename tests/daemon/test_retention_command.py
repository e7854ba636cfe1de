"""`rightsdesk retention`: what an operator types, and what it leaves to show."""

import json
import os
import time

from storage.signing import is_signed

DAY = 86_400


def test_a_dry_run_names_every_class_and_makes_no_run(run):
    done = run("retention", "run", "--dry-run", "--json")
    assert done.code == 0
    assert {"class": "raw_mail", "due": 0, "held": 0} in done.rows
    assert run("retention", "list").out.strip() == "nothing"


def test_a_run_leaves_a_certificate_that_anybody_can_check(run):
    done = run("retention", "run", "--json", "--actor", "sam@autocloz.example")
    (printed,) = done.rows
    assert printed["certificate"]["by"].startswith("sam@autocloz.example")
    (row,) = run("retention", "list", "--json").rows
    shown = json.loads(run("retention", "show", row["run"]).out)
    assert shown == printed
    signature, key = bytes.fromhex(shown["signature"]), bytes.fromhex(shown["public_key"])
    assert is_signed(key, signature, shown["signed"].encode())
    assert json.loads(shown["signed"]) == shown["certificate"]


def test_backups_older_than_their_period_are_named_and_end_with_1(run, tmp_path):
    """Policy clause P11: the desk names them; to delete them is for the operator to do."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, days in (("old.db", 31), ("young.db", 29)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - days * DAY,) * 2)
    done = run("retention", "run", "--backups", str(folder))
    assert done.code == 1
    assert "old.db" in done.out
    assert "young.db" not in done.out
    assert (folder / "old.db").exists()
    assert run("retention", "run", "--backups", str(tmp_path / "none")).code == 2


def test_whom_nobody_knows_can_certify_nothing(run):
    assert run("retention", "run", "--actor", "mallory@elsewhere.example").code == 2
