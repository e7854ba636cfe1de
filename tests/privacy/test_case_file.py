"""A manifest names every file with its hash; whatever differs from it is found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.case_file import differences, read_manifest, write_manifest

FILES = {"case.json": b"{}", "messages/001.eml": b"From: anne@person.example\r\n\r\nx"}
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def manifest(files: dict[str, bytes]) -> bytes:
    return write_manifest(files, case="PR-2026-482915-K7", redacted=True, public_key="00ff")


def test_it_says_which_case_it_is_of_and_by_which_key_it_can_be_checked() -> None:
    read = read_manifest(manifest(FILES))
    assert (read.case, read.redacted, read.public_key) == ("PR-2026-482915-K7", True, "00ff")
    assert list(read.hashes) == sorted(FILES)


@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=8))
def test_the_same_files_in_any_order_are_the_same_bytes_and_hold(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(files.items()))
    assert manifest(files) == manifest(backwards)
    assert differences(read_manifest(manifest(files)), files) == []


def test_what_is_missing_changed_or_strange_is_named() -> None:
    read = read_manifest(manifest(FILES))
    others = {"case.json": b"{ }", "extra.txt": b""}
    assert differences(read, others) == [
        "changed: case.json",
        "does not belong: extra.txt",
        "missing: messages/001.eml",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"format": "another/1"}',
        b'{"format": "rightsdesk-case-file/1"}',
        b'{"format": "rightsdesk-case-file/1", "sha256": {"a": 1}}',
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        read_manifest(content)


def test_only_true_means_redacted() -> None:
    said = json.loads(manifest(FILES)) | {"redacted": "yes"}
    assert not read_manifest(json.dumps(said).encode()).redacted
