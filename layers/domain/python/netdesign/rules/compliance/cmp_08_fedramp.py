"""CMP-08: the controls of FedRAMP at its impact level that rules can answer hold."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.encryption import crypto_endpoints
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Patch
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import judge_pack
from netdesign.rules.frameworks import asking, broken_evidence, requested, without_scope


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
    " device that encrypts links or tunnels without a validated module (SC-13).",
    passes="No control that rules can answer fails, and everything that encrypts does so with a validated module.",
    remedy="Mend what the failing rules of evidence name; encrypt with modules that FIPS 140 validated.",
    references=("FedRAMP Rev. 5 baselines", "FIPS 140-3", "OMB M-21-07"),
)
def fedramp(case: Case) -> Iterator[Said]:
    """Each control is as good as the worst of its evidence."""
    yield from without_scope(case, Framework.FEDRAMP)
    yield from judge_pack(case, PACKS[Framework.FEDRAMP], Severity.CRITICAL)
    yield from _modules(case)


def _modules(case: Case) -> Iterator[Said]:
    """The module of each crypto endpoint: validated by the profile that it runs, and certified in the catalogue."""
    profiles, index = case.network.by_id("crypto_profiles"), case.network.device_index
    for device, names in crypto_endpoints(case.network).items():
        bare = [name for name in names if name not in profiles or not profiles[name].fips_validated]
        if bare:
            yield Finding(
                message=f"{device} encrypts by {', '.join(bare)} without a module that FIPS 140 validated (SC-13)",
                elements=(device, *bare),
                witness={"device": device, "profiles": [*bare]},
            )
        kind = case.network.device_types[index[device]] if device in index else None
        if not bare and (kind is None or kind.fips_certificate is None):
            yield Gap(message="the catalogue knows no certificate of the module that encrypts", elements=(device,))
    yield Measure(name="crypto_endpoints", value=len(crypto_endpoints(case.network)))


@fedramp.mutant("break a control")
def break_evidence(case: Case) -> Patch | None:
    """Of encryption, separation or audit."""
    return broken_evidence(case, PACKS[Framework.FEDRAMP], "CMP-08", "SEC-05", "SEC-01", "CMP-10")


@fedramp.mutant("build a tunnel without a validated module")
def tunnel_without_module(case: Case) -> Patch | None:
    """Between the first two managed devices."""
    _, patch = asking(case, Framework.FEDRAMP)
    ends = sorted(device.id for device in case.network.devices if device.managed)[:2]
    if len(ends) < 2:
        return None
    profile = CryptoProfile(id="not-validated", kind=CryptoKind.IPSEC, cipher="aes-gcm", key_bits=256, integrity="aead")
    tunnel = Tunnel(
        id="not-validated", a=ends[0], b=ends[1], kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto=profile.id
    )
    return (*patch, Add("crypto_profiles", profile), Add("tunnels", tunnel))
