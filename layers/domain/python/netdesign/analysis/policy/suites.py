"""What is wrong with a cipher suite: broken parts, keys that are too short, and keys that live too long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.encryption import strength_bits
from netdesign.model.security import CryptoKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.security import CryptoProfile

GROUP_BITS = {
    1: 70, 2: 80, 5: 90, 14: 112, 15: 128, 16: 152, 17: 176, 18: 192, 19: 128, 20: 192, 21: 256, 22: 80, 23: 112,
    24: 112, 25: 80, 26: 112, 27: 112, 28: 128, 29: 192, 30: 256, 31: 128, 32: 224,
}  # fmt: skip
"""Strength of the groups of IKE, after SP 800-57 and RFC 8247."""
LEAST_GROUP_BITS = 112
LONGEST_GROUP_BITS = 192
"""What CNSA asks with 256-bit ciphers: the curve P-384."""
BROKEN = ("des", "rc4", "rc2", "wep", "null", "none", "tkip", "blowfish", "md5", "md4", "seed", "idea")
WEAK_DIGESTS = ("md5", "md4", "sha1", "none", "null", "crc")
OLD_VERSIONS = frozenset(
    {"ikev1", "isakmp", "ssl2", "ssl3", "sslv2", "sslv3", "tls1.0", "tls1.1", "tlsv1.0", "tlsv1.1", "tls1", "tlsv1"}
    | {"ssh1", "sshv1", "wep", "wpa"}
)
RSA_BITS = 2048
CURVE_BITS = 224
_NUMBER = re.compile(r"\d+")


class Limits(NamedTuple):
    """What suites are held to."""

    bits: int
    certificate_days: int
    rekey_s: int
    psk_characters: int


class Weakness(NamedTuple):
    """A fault of a suite in words, with the field and its value; an unknown one is a fact that is missing."""

    field: str
    value: str | int | bool | None
    words: str
    unknown: bool = False


def weaknesses(profile: CryptoProfile, limits: Limits) -> tuple[Weakness, ...]:
    """Everything that is wrong with a suite, or cannot be told of it."""
    return (*_cipher(profile, limits), *_exchange(profile, limits), *_authentication(profile, limits))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", text.lower())


def _cipher(profile: CryptoProfile, limits: Limits) -> Iterator[Weakness]:
    cipher, integrity = _plain(profile.cipher), _plain(profile.integrity)
    bits = strength_bits(profile)
    broken = next((word for word in BROKEN if word in cipher), None)
    if broken is not None:
        yield Weakness("cipher", profile.cipher, f"{profile.cipher} is broken")
    elif bits < limits.bits:
        yield Weakness("key_bits", profile.key_bits, f"{bits} bits of strength; the level asks for {limits.bits}")
    if any(word in integrity for word in WEAK_DIGESTS):
        yield Weakness("integrity", profile.integrity, f"{profile.integrity} does not protect integrity")
    if profile.kind is CryptoKind.MACSEC and "gcm" not in cipher and broken is None:
        yield Weakness("cipher", profile.cipher, "MACsec without GCM")
    if profile.rekey_s is not None and profile.rekey_s > limits.rekey_s:
        yield Weakness("rekey_s", profile.rekey_s, f"keys live {profile.rekey_s} s; {limits.rekey_s} s at most")
    elif profile.rekey_s is None and profile.kind in (CryptoKind.IPSEC, CryptoKind.MACSEC):
        yield Weakness("rekey_s", None, "no one says how long keys live", unknown=True)


def _exchange(profile: CryptoProfile, limits: Limits) -> Iterator[Weakness]:
    if not profile.forward_secrecy:
        yield Weakness("forward_secrecy", False, "no forward secrecy")
    version = _plain(profile.protocol_version or "")
    if version in OLD_VERSIONS:
        yield Weakness("protocol_version", profile.protocol_version, f"{profile.protocol_version} is outdated")
    elif not version and profile.kind in (CryptoKind.IPSEC, CryptoKind.TLS):
        yield Weakness("protocol_version", None, "no one says which version is spoken", unknown=True)
    bits = group_bits(profile.key_exchange)
    wanted = max(LEAST_GROUP_BITS, min(limits.bits, LONGEST_GROUP_BITS))
    if bits is not None and bits < wanted:
        words = f"{profile.key_exchange} has {bits} bits of strength; {wanted} are asked for"
        yield Weakness("key_exchange", profile.key_exchange, words)
    elif bits is None and profile.kind is CryptoKind.IPSEC:
        yield Weakness("key_exchange", profile.key_exchange, "the key exchange is not known", unknown=True)


def group_bits(name: str | None) -> int | None:
    """The strength of a Diffie-Hellman group such as `group20` or `dh14`; None where it is not known."""
    found = _NUMBER.search(name or "")
    return GROUP_BITS.get(int(found.group())) if found else None


def _authentication(profile: CryptoProfile, limits: Limits) -> Iterator[Weakness]:
    if profile.authentication.lower() == "psk":
        if profile.psk_length is None:
            yield Weakness("psk_length", None, "the length of the shared secret is not known", unknown=True)
        elif profile.psk_length < limits.psk_characters:
            words = f"a shared secret of {profile.psk_length} characters; {limits.psk_characters} are asked for"
            yield Weakness("psk_length", profile.psk_length, words)
        return
    key, size = _plain(profile.certificate_key or ""), _NUMBER.search(profile.certificate_key or "")
    least = RSA_BITS if "rsa" in key else CURVE_BITS
    if size is not None and int(size.group()) < least and not key.startswith(("ed", "x")):
        words = f"certificates with {profile.certificate_key} keys; {least} bits are asked for"
        yield Weakness("certificate_key", profile.certificate_key, words)
    if profile.certificate_days is None:
        yield Weakness("certificate_days", None, "no one says how long certificates live", unknown=True)
    elif profile.certificate_days > limits.certificate_days:
        words = f"certificates live {profile.certificate_days} days; {limits.certificate_days} at most"
        yield Weakness("certificate_days", profile.certificate_days, words)
