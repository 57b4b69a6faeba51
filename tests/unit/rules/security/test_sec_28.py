from typing import Any

import pytest

from netdesign.analysis.policy.suites import Limits, group_bits, weaknesses
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Set, SetRequirement, apply
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import SecurityLevel
from netdesign.rules.security.sec_28_crypto_strength import (
    WEAK,
    crypto_strength,
    drop_suite,
    name_suite,
    renew_tls,
    replace_suite,
)
from tests.support.built import built, found, said, unmended
from tests.support.patches import first_change
from tests.support.sketch import case, design

LIMITS = Limits(bits=128, certificate_days=398, rekey_s=86_400, psk_characters=20)
SOUND: dict[str, Any] = {
    "id": "s", "kind": CryptoKind.IPSEC, "cipher": "aes-256-gcm", "key_bits": 256, "integrity": "sha-384",
    "rekey_s": 3_600, "key_exchange": "group20", "protocol_version": "ikev2", "certificate_days": 365,
    "certificate_key": "ecdsa-p384",
}  # fmt: skip


def suite(**changes):
    return CryptoProfile(**(SOUND | changes))


@pytest.mark.parametrize("shape", ["campus", "centre"])
def test_every_mutant_is_seen_and_mended(shape):
    assert unmended(crypto_strength, built(shape)) == []


def test_a_sound_suite_has_no_weakness_at_any_level():
    assert weaknesses(suite(), LIMITS) == ()
    assert weaknesses(suite(), LIMITS._replace(bits=256)) == ()
    assert weaknesses(suite(authentication="psk", psk_length=20), LIMITS) == ()
    assert weaknesses(suite(kind=CryptoKind.TLS, protocol_version="tls1.3", key_exchange="ecdhe"), LIMITS) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cipher": "3DES-CBC", "key_bits": 168}, "cipher"),
        ({"cipher": "des"}, "cipher"),
        ({"cipher": "rc4"}, "cipher"),
        ({"cipher": "null"}, "cipher"),
        ({"cipher": "aes-64", "key_bits": 64}, "key_bits"),
        ({"integrity": "hmac-md5"}, "integrity"),
        ({"integrity": "hmac-sha-1"}, "integrity"),
        ({"forward_secrecy": False}, "forward_secrecy"),
        ({"protocol_version": "IKEv1"}, "protocol_version"),
        ({"kind": CryptoKind.TLS, "protocol_version": "TLSv1.1"}, "protocol_version"),
        ({"kind": CryptoKind.MACSEC, "cipher": "aes-256-cbc"}, "cipher"),
        ({"key_exchange": "group2"}, "key_exchange"),
        ({"key_exchange": "dh14"}, "key_exchange"),
        ({"rekey_s": 86_401}, "rekey_s"),
        ({"certificate_days": 399}, "certificate_days"),
        ({"certificate_key": "rsa-1024"}, "certificate_key"),
        ({"authentication": "psk", "psk_length": 19}, "psk_length"),
    ],
)
def test_one_fault_one_weakness(changes, field):
    (weakness,) = weaknesses(suite(**changes), LIMITS)

    assert (weakness.field, weakness.unknown) == (field, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rekey_s": None}, "rekey_s"),
        ({"protocol_version": None}, "protocol_version"),
        ({"key_exchange": None}, "key_exchange"),
        ({"key_exchange": "group99"}, "key_exchange"),
        ({"certificate_days": None}, "certificate_days"),
        ({"authentication": "psk"}, "psk_length"),
    ],
)
def test_what_is_not_known_is_a_gap(changes, field):
    (weakness,) = weaknesses(suite(**changes), LIMITS)
    verdict = said(crypto_strength, design(suite(**changes)))

    assert (weakness.field, weakness.unknown) == (field, True)
    assert verdict.status is Status.UNKNOWN


def test_group_14_does_at_112_bits_and_curves_of_25519_anywhere():
    assert weaknesses(suite(key_exchange="group14"), LIMITS._replace(bits=112)) == ()
    assert weaknesses(suite(certificate_key="ed25519"), LIMITS) == ()
    assert (group_bits("group31"), group_bits("ecdhe"), group_bits(None)) == (128, None, None)


def test_tunnels_and_links_name_suites_that_are_there():
    tunnel = Tunnel(id="t", a="a", b="b", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="gone")

    assert found(crypto_strength, design(tunnel)) == ["t names the suite gone, which is not there"]
    assert found(crypto_strength, design(tunnel, suite(id="gone"))) == []


def test_management_by_old_tls():
    (message,) = found(crypto_strength, built("campus"), Set("management_profiles", "managed", {"tls_version": "1.1"}))

    assert message == "managed: management by TLS 1.1"


def test_validated_modules_are_the_catalogues_word():
    verdict = said(crypto_strength, built("campus"), SetRequirement({"security_level": SecurityLevel.GOVERNMENT}))

    assert verdict.status is Status.UNKNOWN
    assert any("certificate" in gap.message for gap in verdict.gaps)


def test_a_suite_in_use_is_replaced_not_taken_away():
    made = apply(built("campus"), (Add("crypto_profiles", suite(id=WEAK, cipher="des")),))
    link = made.cabling.links[0].id
    used = apply(made, (Set("links", link, {"crypto": WEAK}),))
    finding = said(crypto_strength, used).findings[0]

    assert drop_suite(case(used), finding) is None
    assert drop_suite(case(made), finding) is not None
    assert first_change(replace_suite(case(used), finding))["cipher"] == "aes-256-gcm"
    assert all(mutant.mutate(case(made)) is None for mutant in crypto_strength.mutants[:3])


def test_no_crypto_no_rule_and_nothing_to_mend():
    bare, nothing = case(design()), Finding(message="")

    assert said(crypto_strength, design()).status is Status.NOT_APPLICABLE
    assert [fix(bare, nothing) for fix in (replace_suite, drop_suite, name_suite, renew_tls)] == [None] * 4
