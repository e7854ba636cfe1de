import pytest

from privacy.errors import Permanent
from storage.failures import CannotUnseal, KeyMissing
from storage.ids import new_id
from storage.sealing import KeyRing, Vault


@pytest.fixture
def vault(make):
    return Vault(make.key_ring())


def test_what_is_sealed_opens_as_it_was(vault):
    owner = new_id()
    vault.make_key(owner)
    for text in ("", "Anne \ud800 \x00 ä" * 1000):
        assert vault.unseal_text(owner, "a.b", vault.seal_text(owner, "a.b", text)) == text


def test_a_sealed_value_opens_only_in_its_own_place(vault):
    owner, other = new_id(), new_id()
    vault.make_key(owner)
    vault.make_key(other)
    sealed = vault.seal(owner, "party.sealed_name", b"Anne")
    for place in ((owner, "party.sealed_address"), (other, "party.sealed_name")):
        with pytest.raises(CannotUnseal):
            vault.unseal(*place, sealed)


def test_a_changed_or_cut_value_does_not_open(vault):
    owner = new_id()
    vault.make_key(owner)
    sealed = vault.seal(owner, "a.b", b"Anne")
    flipped = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    for broken in (*flipped, sealed[:-1], sealed[:5], b""):
        with pytest.raises(CannotUnseal):
            vault.unseal(owner, "a.b", broken)


def test_two_seals_of_one_text_do_not_look_alike(vault):
    owner = new_id()
    vault.make_key(owner)
    assert vault.seal(owner, "a.b", b"Anne") != vault.seal(owner, "a.b", b"Anne")


def test_a_wrapped_key_opens_for_its_owner_only(make):
    ring, owner = make.key_ring(), new_id()
    vault = Vault(ring)
    wrapped = vault.make_key(owner)
    sealed = vault.seal(owner, "a.b", b"Anne")
    fresh = Vault(ring)
    fresh.open_key(owner, wrapped)
    assert fresh.unseal(owner, "a.b", sealed) == b"Anne"
    other = new_id()
    fresh.open_key(other, wrapped)
    assert other not in fresh


def test_an_older_key_of_the_ring_still_opens_and_a_missing_one_is_no_erasure(make):
    old, both = make.key_ring(names=("k1",)), make.key_ring(names=("k1", "k2"))
    owner = new_id()
    wrapped = Vault(old).make_key(owner)
    vault = Vault(both)
    vault.open_key(owner, wrapped)
    assert owner in vault
    assert vault.make_key(new_id()).ring_key == "k2"
    newest = vault.make_key(owner)
    with pytest.raises(KeyMissing, match="k2"):
        old.unwrap(owner, newest)
    with pytest.raises(KeyMissing):
        Vault(old).open_key(owner, newest)


def test_a_key_that_came_since_is_found_where_the_ring_is_kept(make):
    kept = [make.key_ring(names=("k1", "k2"))]
    ring = KeyRing({"k1": bytes([1, 0]) * 16}, "k1", bytes([1]) * 32, reread=lambda: kept[0])
    owner = new_id()
    vault = Vault(ring)
    vault.open_key(owner, Vault(kept[0]).make_key(owner))
    assert owner in vault
    assert (ring.current, ring.names) == ("k2", {"k1", "k2"})
    assert Vault(ring).make_key(new_id()).ring_key == "k2"


def test_a_kept_ring_in_which_a_known_key_is_another_one_is_refused(make):
    stranger = make.key_ring(2, names=("k1", "k2"))
    ring = KeyRing({"k1": bytes([1, 0]) * 16}, "k1", bytes([1]) * 32, reread=lambda: stranger)
    owner = new_id()
    with pytest.raises(KeyMissing, match="another one"):
        ring.unwrap(owner, Vault(stranger).make_key(owner))
    assert ring.names == {"k1"}


def test_look_up_keys_depend_on_the_kind_and_on_the_secret(make):
    ring, other = make.key_ring(1), make.key_ring(2)
    key = ring.lookup_key("address", "anne@home.example")
    assert len(key) == 32
    assert key == ring.lookup_key("address", b"anne@home.example")
    assert key == ring.lookup_key("address", " Anne@HOME.example ")
    assert key != ring.lookup_key("domain", "anne@home.example")
    assert key != other.lookup_key("address", "anne@home.example")
    assert ring.lookup_key("body", "A") != ring.lookup_key("body", "a")


@pytest.mark.parametrize(
    ("keys", "current", "secret"),
    [
        ({"k1": b"x" * 32}, "k2", b"x" * 32),
        ({"k1": b"x" * 31}, "k1", b"x" * 32),
        ({"k1": b"x" * 32}, "k1", b""),
    ],
)
def test_a_ring_that_cannot_work_is_refused(keys, current, secret):
    with pytest.raises(Permanent):
        KeyRing(keys, current, secret)


def test_no_repr_shows_a_key(make):
    ring = make.key_ring()
    wrapped = Vault(ring).make_key(new_id())
    assert repr(ring) == "KeyRing(current='k1')"
    assert repr(wrapped) == "WrappedKey(ring_key='k1')"
