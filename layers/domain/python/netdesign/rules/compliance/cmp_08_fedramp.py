"""CMP-08: the controls of FedRAMP at its impact level that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.encryption import crypto_endpoints, protects
from netdesign.analysis.security.modules import crypto_devices, uncertified_gaps
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Patch
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import judge_pack
from netdesign.rules.frameworks import asking, broken_evidence, requested, without_scope
from netdesign.rules.posture import posture


def _applies(case: Case) -> bool:
    return requested(case, Framework.FEDRAMP)


@rule(
    code="CMP-08",
    name="fedramp-controls",
    title="FedRAMP Compliance",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for FedRAMP",
    applicable=_applies,
    flags="A control of FedRAMP for which a rule that gives evidence fails; the finding weighs as much as that"
    " rule, and never more than this one. Controls that need people, or rules that are not written yet, are listed"
    " and never passed. Also no zone with the data that it is about, and a"
    " device that encrypts links or tunnels below the floor of the level (SC-13). A type of device that encrypts links,"
    " tunnels, remote access or its management without a known FIPS 140 certificate leaves the rule undecided.",
    passes="No control that rules can answer fails, and each module that encrypts has a known certificate.",
    remedy="Mend what the failing rules of evidence name; encrypt with modules that FIPS 140 validated.",
    references=("FedRAMP Rev. 5 baselines", "FIPS 140-3", "OMB M-21-07"),
)
def fedramp(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from without_scope(case, Framework.FEDRAMP)
    yield from judge_pack(case, PACKS[Framework.FEDRAMP], Severity.CRITICAL)
    yield from _modules(case)


def _modules(case: Case) -> Iterator[Said]:
    """The suites that devices encrypt links and tunnels by, and the certificates of all modules that encrypt."""
    bits = posture(case).crypto_bits
    for device, names in crypto_endpoints(case.network).items():
        weak = [name for name in names if not protects(case.network, name, bits)]
        if weak:
            yield Finding(
                message=f"{device} encrypts by {', '.join(weak)}, which falls short of {bits} bits (SC-13)",
                elements=(device, *weak),
                witness={"device": device, "profiles": [*weak]},
            )
    yield from uncertified_gaps(case.network)
    yield Measure(name="crypto_endpoints", value=len(crypto_devices(case.network)))


@fedramp.mutant("break a control")
def break_evidence(case: Case) -> Patch | None:
    """Of encryption, separation or audit."""
    return broken_evidence(case, PACKS[Framework.FEDRAMP], "CMP-08", "SEC-05", "SEC-01", "CMP-10")


@fedramp.mutant("build a tunnel with a broken cipher")
def tunnel_with_broken_cipher(case: Case) -> Patch | None:
    """Between the first two managed devices."""
    _, patch = asking(case, Framework.FEDRAMP)
    ends = sorted(device.id for device in case.network.devices if device.managed)[:2]
    if len(ends) < 2:
        return None
    profile = CryptoProfile(id="broken-cipher", kind=CryptoKind.IPSEC, cipher="des", key_bits=56, integrity="md5")
    tunnel = Tunnel(
        id="broken-cipher", a=ends[0], b=ends[1], kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto=profile.id
    )
    return (*patch, Add("crypto_profiles", profile), Add("tunnels", tunnel))
