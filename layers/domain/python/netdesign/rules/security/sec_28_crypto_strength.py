"""SEC-28: every cipher suite is as strong as the level asks, and its keys do not live too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netdesign.analysis.policy.suites import Limits, weaknesses
from netdesign.analysis.security.logins import managed_devices, profile_of
from netdesign.analysis.security.modules import uncertified_gaps
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import posture
from netdesign.rules.security.sec_16_management_protocols import OLDEST_TLS, OVER_TLS, tls_version

WEAK = "weak-suite"


def limits(case: Case) -> Limits:
    """What the level and the parameters hold suites to."""
    policy = case.parameters.compliance
    return Limits(
        bits=posture(case).crypto_bits,
        certificate_days=policy.certificate_max_days,
        rekey_s=policy.rekey_max_s,
        psk_characters=policy.psk_min_characters,
    )


def _applies(case: Case) -> bool:
    security = case.design.security
    return bool(security.crypto_profiles or security.management_profiles or _unknown(case))


@rule(
    code="SEC-28",
    name="crypto-strength",
    title="Crypto strength",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="designs with cipher suites or encrypted management",
    applicable=_applies,
    flags="A suite with DES, 3DES, RC4, MD5 or SHA-1, or with fewer bits than the level asks for; IKE version 1, TLS"
    " older than 1.2; a Diffie-Hellman group below 2048 bits, or weaker than the cipher by the level's floor; no"
    " forward secrecy; RSA keys below 2048 bits; MACsec without GCM; a short shared secret; keys or certificates"
    " that live longer than the parameters allow; a link, tunnel or remote access that names no known suite. Where"
    " the level has modules validated, a device type without a known certificate leaves the rule undecided.",
    passes="Every suite reaches the floor of the level, and its keys are renewed in time.",
    remedy="Take AES-256-GCM with IKEv2 and group 20, or TLS 1.2 and later; certificates in place of shared secrets.",
    references=(
        "RFC 8221, RFC 8247, RFC 9325, RFC 8446",
        "NIST SP 800-77r1, 800-52r2, 800-131Ar2",
        "IEEE 802.1AE-2018",
    ),
    reading="SHA-1 is refused altogether, not in signatures alone; a shared secret is held to its length wherever it is"
    " used. The group is asked to be as strong as the floor, up to 192 bits, as CNSA has it.",
)
def crypto_strength(case: Case) -> Iterator[Said]:
    """Suites are judged whether or not anything uses them: what is configured can be negotiated."""
    wrong = 0
    for profile in case.design.security.crypto_profiles:
        said = list(_judged(case, profile))
        wrong += any(isinstance(item, Finding) for item in said)
        yield from said
    for collection, name, crypto in _unknown(case):
        yield Finding(
            message=f"{name} names the suite {crypto}, which is not there",
            elements=(name,),
            witness={"collection": collection, "suite": crypto},
        )
    yield from _management(case)
    if posture(case).fips_module:
        yield from uncertified_gaps(case.network)
    yield Measure(name="weak_suites", value=wrong, threshold=0)
    yield Measure(name="suites", value=len(case.design.security.crypto_profiles))
    yield Measure(name="floor_bits", value=posture(case).crypto_bits)


def _judged(case: Case, profile: CryptoProfile) -> Iterator[Finding | Gap]:
    for weakness in weaknesses(profile, limits(case)):
        if weakness.unknown:
            yield Gap(message=f"{profile.id}: {weakness.words}", elements=(profile.id,))
        else:
            yield Finding(
                message=f"{profile.id}: {weakness.words}",
                elements=(profile.id,),
                witness={"suite": profile.id, "field": weakness.field, "value": weakness.value},
            )


def _unknown(case: Case) -> list[tuple[str, str, str]]:
    """(collection, id, suite) of whatever names a suite that is not there."""
    known = case.network.by_id("crypto_profiles")
    users: list[tuple[str, Any]] = [("links", one) for one in case.network.links if one.crypto]
    users += [("tunnels", one) for one in case.design.overlay.tunnels if one.crypto]
    users += [("remote_accesses", one) for one in case.design.security.remote_accesses if one.crypto]
    return [(collection, one.id, one.crypto) for collection, one in users if one.crypto not in known]


def _management(case: Case) -> Iterator[Finding]:
    """Management over TLS older than 1.2; a version that nobody states is left to SEC-16."""
    used = {profile.id: profile for at in managed_devices(case.network) if (profile := profile_of(case.network, at))}
    for profile in used.values():
        version = tls_version(profile.tls_version)
        if profile.tls_version and (version or (0, 0)) < OLDEST_TLS and not OVER_TLS.isdisjoint(profile.protocols):
            yield Finding(
                message=f"{profile.id}: management by TLS {profile.tls_version}",
                elements=(profile.id,),
                witness={"profile": profile.id, "value": profile.tls_version},
            )


# --- mutants and repairs


def _sound(kind: CryptoKind) -> dict[str, Any]:
    exchange = {
        CryptoKind.IPSEC: ("ikev2", "group20"),
        CryptoKind.TLS: ("tls1.2", "ecdhe"),
        CryptoKind.MACSEC: ("mka", None),
    }
    version, group = exchange.get(kind, (None, None))
    return {
        "cipher": "aes-256-gcm",
        "key_bits": 256,
        "integrity": "sha-384",
        "forward_secrecy": True,
        "rekey_s": 3_600,
        "key_exchange": group,
        "protocol_version": version,
    }


def _tunnel(case: Case, **weak: Any) -> Patch | None:
    """A suite for tunnels that is sound but for some fields."""
    if WEAK in case.network.by_id("crypto_profiles"):
        return None
    fields = _sound(CryptoKind.IPSEC) | {"certificate_days": 1, "certificate_key": "ecdsa-p384"} | weak
    return (Add("crypto_profiles", CryptoProfile(id=WEAK, kind=CryptoKind.IPSEC, **fields)),)


@crypto_strength.mutant("a suite with 3DES")
def use_3des(case: Case) -> Patch | None:
    """Beside those that are there."""
    return _tunnel(case, cipher="3des-cbc", key_bits=168)


@crypto_strength.mutant("a suite with IKE version 1")
def use_ikev1(case: Case) -> Patch | None:
    """Beside those that are there."""
    return _tunnel(case, protocol_version="ikev1")


@crypto_strength.mutant("a suite with a Diffie-Hellman group of 1024 bits")
def use_group_2(case: Case) -> Patch | None:
    """Beside those that are there."""
    return _tunnel(case, key_exchange="group2")


@crypto_strength.mutant("a suite without forward secrecy")
def drop_forward_secrecy(case: Case) -> Patch | None:
    """Beside those that are there."""
    return _tunnel(case, forward_secrecy=False)


@crypto_strength.mutant("a short shared secret")
def shorten_secret(case: Case) -> Patch | None:
    """One character below the least."""
    return _tunnel(case, authentication="psk", psk_length=case.parameters.compliance.psk_min_characters - 1)


@crypto_strength.mutant("certificates that live too long")
def keep_certificates(case: Case) -> Patch | None:
    """One day more than allowed."""
    return _tunnel(case, certificate_days=case.parameters.compliance.certificate_max_days + 1)


@crypto_strength.mutant("integrity by MD5")
def use_md5(case: Case) -> Patch | None:
    """Beside what is there."""
    return _tunnel(case, integrity="hmac-md5")


@crypto_strength.mutant("a cipher below the floor")
def weaken_cipher(case: Case) -> Patch | None:
    """The first suite loses half the bits that the level asks for."""
    profiles = case.design.security.crypto_profiles
    if not profiles:
        return _tunnel(case, cipher="aes-64", key_bits=64)
    return (Set("crypto_profiles", profiles[0].id, {"key_bits": posture(case).crypto_bits // 2}),)


@crypto_strength.mutant("a link names a suite that is not there")
def lose_suite(case: Case) -> Patch | None:
    """On the first link."""
    return (Set("links", case.network.links[0].id, {"crypto": WEAK}),) if case.network.links else None


@crypto_strength.fix("replace the suite")
def replace_suite(case: Case, finding: Finding) -> Patch | None:
    """AES-256-GCM with forward secrecy, certificates of today's length, keys renewed every hour."""
    profile = case.network.by_id("crypto_profiles").get(str(finding.witness.get("suite")))
    if profile is None or "collection" in finding.witness:
        return None
    policy = case.parameters.compliance
    days = min(profile.certificate_days or policy.certificate_max_days, policy.certificate_max_days)
    changes = _sound(profile.kind) | {"authentication": "certificate", "psk_length": None, "certificate_days": days}
    return (Set("crypto_profiles", profile.id, {**changes, "certificate_key": "ecdsa-p384"}),)


@crypto_strength.fix("take a suite that is not used away")
def drop_suite(case: Case, finding: Finding) -> Patch | None:
    """Where nothing names it."""
    name = finding.witness.get("suite")
    users = {one.crypto for one in case.network.links} | {one.crypto for one in case.design.overlay.tunnels}
    users |= {one.crypto for one in case.design.security.remote_accesses}
    if name in users or name not in case.network.by_id("crypto_profiles"):
        return None
    return (Remove("crypto_profiles", str(name)),)


@crypto_strength.fix("name a suite that is there")
def name_suite(case: Case, finding: Finding) -> Patch | None:
    """A sound one of those known; what never had to be encrypted goes without."""
    if finding.witness.get("collection") != "links":
        return None
    ours = [p for p in case.design.security.crypto_profiles if p.kind is CryptoKind.MACSEC]
    sound = sorted(p.id for p in ours if not weaknesses(p, limits(case)))
    return (Set("links", finding.elements[0], {"crypto": sound[0] if sound else None}),)


@crypto_strength.fix("accept TLS from 1.2 on")
def renew_tls(case: Case, finding: Finding) -> Patch | None:
    """In the management profile."""
    name = finding.witness.get("profile")
    known = case.network.by_id("management_profiles")
    return (Set("management_profiles", str(name), {"tls_version": "1.2"}),) if name in known else None
