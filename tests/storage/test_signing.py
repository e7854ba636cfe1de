"""The signature of the desk follows from its key ring, and holds for exactly what was signed."""

from storage.sealing import KeyRing
from storage.signing import is_signed, public_key_of, sign

RING = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
OTHER = KeyRing({"k1": b"k" * 32}, "k1", b"m" * 32)


def test_the_same_ring_signs_the_same_with_the_same_key():
    again = KeyRing({"k2": b"x" * 32}, "k2", b"l" * 32)
    assert public_key_of(RING) == public_key_of(again)
    assert sign(RING, b"a case") == sign(again, b"a case")
    assert public_key_of(RING) != public_key_of(OTHER)


def test_a_signature_holds_for_its_content_and_its_key_alone():
    key, signature = public_key_of(RING), sign(RING, b"a case")
    assert is_signed(key, signature, b"a case")
    assert not is_signed(key, signature, b"a cas")
    assert not is_signed(public_key_of(OTHER), signature, b"a case")
    assert not is_signed(key, signature[:-1], b"a case")
    assert not is_signed(b"", b"", b"a case")


def test_the_seed_is_no_look_up_key():
    assert RING.signing_seed() != RING.lookup_key("", b"rightsdesk: seed of the signing key")
