"""The demonstration ends well only where each of its letters came out as stated."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_sample_comes_out_as_stated(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "daemon.demo", "--exit", "--home", str(tmp_path / "home")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    assert (done.returncode, wrong) == (0, []), done.stdout + done.stderr
    assert "samples came out as stated." in done.stdout
