"""Files of a package come in by a form, sealed as they come, and nothing of them is ever shown."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework_values import TestDesk, open_at
from desk.bodies import BodyBrokenOff
from desk.cookies import SESSION
from desk.forms import csrf_token
from desk.multipart import NotAForm, boundary_in, read_form_with_file
from desk_values import desk_app, send, sign_in
from package_values import answered, begun, packing_profile, shown, zipped
from privacy.desk_roles import Role


@pytest.fixture
def desk(migrated_sqlite):
    database = open_at(migrated_sqlite)
    yield TestDesk(database, packing_profile(most_bytes=3_000_000))
    database.close()


@pytest.fixture
def sam(desk):
    return sign_in(desk_app(desk.services, desk.clock), Role.CASE_WORKER)


def upload(client, path, content, *, name="data.zip", token=None, **fields):
    csrf = csrf_token(client.cookies[SESSION]) if token is None else token
    files = {"file": (name, content, "application/octet-stream")}
    return client.post(path, data={"csrf": csrf, **fields}, files=files)


def test_a_file_is_sealed_and_listed_with_its_hash_and_never_served(desk, sam):
    path = f"/cases/{begun(desk)}/packages"
    assert "No package yet" in sam.get(path).text
    content = zipped(**{"data.json": "x" * 2_500_000})
    answer = upload(sam, path, content, right="access", name='data "of" Anne.zip')
    assert answer.status_code == 303
    page = sam.get(path).text
    assert hashlib.sha256(content).hexdigest() in page
    assert "data _of_ Anne.zip" in page
    assert "by sam@autocloz.example" in page
    assert 'enctype="multipart/form-data"' in page


@pytest.mark.parametrize(
    ("content", "fields", "line"),
    [
        (b"", {"right": "access"}, "the file is empty"),
        (b"MZ\x90", {"right": "access", "name": "data.zip"}, "the content is no zip"),
        (b"PK\x03\x04", {"right": "erasure"}, "are answered with a package"),
        (b"PK\x03\x04", {"right": "everything"}, "Say which right"),
        (b"PK\x03\x04" + b"x" * 3_000_001, {"right": "access"}, "larger than 3000000 bytes"),
    ],
)
def test_what_cannot_be_packed_is_told_on_the_page(desk, sam, content, fields, line):
    path = f"/cases/{begun(desk)}/packages"
    answer = upload(sam, path, content, **fields)
    assert answer.status_code == 422
    assert line in answer.text
    assert "data.zip" not in sam.get(path).text


def test_no_file_is_taken_without_the_token_the_role_or_the_bound(desk, sam):
    path = f"/cases/{begun(desk)}/packages"
    assert upload(sam, path, zipped(), right="access", token="0" * 64).status_code == 403
    viewer = sign_in(sam.app, Role.VIEWER)
    assert upload(viewer, path, zipped(), right="access").status_code == 403
    assert "Bring a file" not in viewer.get(path).text
    elsewhere = {"origin": "https://mallory.example"}
    sam.headers.update(elsewhere)
    assert upload(sam, path, zipped(), right="access").status_code == 403
    del sam.headers["origin"]
    assert upload(sam, path, b"x" * 3_200_000, right="access").status_code == 413
    assert send(sam, path, right="access").status_code == 415
    assert upload(sam, "/cases/PR-2026-000009-00/packages", b"x", right="access").status_code == 404


def test_a_package_is_announced_anew_and_withdrawn(desk, sam):
    reference = begun(desk)
    path = f"/cases/{reference}/packages"
    upload(sam, path, zipped(), right="access")
    answered(desk)
    answer = send(sam, f"{path}/renew", right="access")
    assert answer.status_code == 303
    assert "A letter with a new link waits for approval" in sam.get(path).text
    assert send(sam, f"{path}/renew", right="access").status_code == 409
    assert send(sam, f"{path}/withdraw", right="access").status_code == 303
    assert ">withdrawn<" in sam.get(path).text
    assert shown(desk).state == "withdrawn"
    assert send(sam, f"{path}/withdraw", right="nothing").status_code == 422


def form(boundary, *parts):
    lines = []
    for head, value in parts:
        lines += [b"--" + boundary, b"Content-Disposition: form-data; " + head, b"", value]
    return b"\r\n".join([*lines, b"--" + boundary + b"--", b""])


class Dripping(io.BytesIO):
    """Gives a few bytes at a time, as a slow network does."""

    def read(self, size=-1):
        return super().read(min(size, 3))


@given(content=st.binary(max_size=200), size=st.integers(1, 40), slow=st.booleans())
def test_a_file_comes_out_as_it_went_in_however_it_is_cut(content, size, slow):
    sent = form(b"XX", (b'name="right"', b"access"), (b'name="file"; filename="a"', content))
    if b"\r\n--XX" in content:
        return
    read = read_form_with_file((Dripping if slow else io.BytesIO)(sent), b"XX")
    assert (read.fields, read.name) == ({"right": "access"}, "a")
    pieces = list(iter(lambda: read.content.read(size), b""))
    assert b"".join(pieces) == content
    assert all(len(piece) == size for piece in pieces[:-1])


def read_whole(body):
    read = read_form_with_file(io.BytesIO(body), b"XX")
    while read.content.read(100):
        pass


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_refused(sent):
    for body in (sent, b"--XX\r\n" + sent, form(b"XX", (b'name="file"; filename="a"', sent))[:-9]):
        with pytest.raises((NotAForm, BodyBrokenOff)):
            read_whole(body)


@pytest.mark.parametrize(
    "sent",
    [
        form(b"XX", (b'name="right"', b"access")),
        form(b"XX", (b'filename="a"', b"x")),
        form(b"XX", *[(b'name="x"', b"y")] * 30),
        form(b"XX", (b'name="x"', b"y" * 9_000)),
        b"--XX\r\nX: " + b"y" * 90_000,
    ],
)
def test_what_is_no_form_with_a_file_is_refused(sent):
    with pytest.raises(NotAForm):
        read_form_with_file(io.BytesIO(sent), b"XX")


def test_only_such_a_form_has_a_boundary():
    assert boundary_in('multipart/form-data; boundary="a b"') == b"a b"
    assert boundary_in("multipart/form-data; boundary=----x") == b"----x"
    assert boundary_in("multipart/form-data") is None
    assert boundary_in("text/plain; boundary=x") is None
    assert re.fullmatch(b"-+x", boundary_in("Multipart/Form-Data; charset=utf-8; boundary=----x"))
