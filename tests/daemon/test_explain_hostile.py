"""`explain` answers each mail of a hostile folder with one line, in order, whatever is in it."""

import json
from pathlib import Path

from hostile_mails import HOSTILE, mutants

OUR_MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
LARGE = 2_000_000  # larger ones are read in tests/intake/test_reader.py
NO_MAIL = b""  # a file without a byte is no mail


def test_a_hostile_folder_is_explained_to_its_end(run, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    built = [raw for build in HOSTILE.values() if len(raw := build()) < LARGE]
    mails = [*built, *mutants(150, of=[path.read_bytes() for path in OUR_MAILS]), NO_MAIL]
    for number, raw in enumerate(mails):
        (folder / f"{number:04d}.eml").write_bytes(raw)
    done = run("explain", str(folder), "--jsonl")
    assert done.code == 0
    assert [Path(str(row["path"])).name for row in done.rows] == [
        f"{number:04d}.eml" for number in range(len(mails))
    ]
    not_read = [mails[at].strip() for at, row in enumerate(done.rows) if "text" not in row]
    assert set(not_read) == {NO_MAIL}


def test_a_mail_that_breaks_the_limits_gets_its_line_and_the_rest_goes_on(
    run, tmp_path: Path
) -> None:
    config = tmp_path / "rightsdesk.toml"
    example = Path(__file__).parents[2] / "daemon" / "example.toml"
    config.write_text(example.read_text() + "\n[reading]\nmemory_mb = 8\n")
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_bytes(HOSTILE["attachment of 18 MB"]())
    (folder / "2.eml").write_bytes(OUR_MAILS[0].read_bytes())
    large, small = run("explain", str(folder), "--jsonl", "--config", str(config)).rows
    assert (large["kind"], large["kind_reasons"]) == ("unreadable", ["not-parsed-memory-limit"])
    assert small["kind"] == "person"


def test_explain_reads_the_one_message_on_standard_input(run) -> None:
    done = run("explain", "-", "--jsonl", stdin=OUR_MAILS[0].read_bytes())
    assert json.loads(done.out)["path"] == "-"
