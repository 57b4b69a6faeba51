"""SEC-16: devices are managed by encrypted and authenticated protocols alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.security.logins import managed_devices, profile_of
from netdesign.model.patch import Patch, Set
from netdesign.model.security import ManagementProfile
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SECURE = frozenset(
    {"ssh", "sshv2", "sftp", "scp", "https", "snmpv3", "netconf", "restconf", "gnmi", "gnmi-tls", "grpc-tls"}
)
"""What may be switched on: netconf runs over SSH (RFC 6242), restconf over HTTPS, gNMI over TLS, snmpv3 as authPriv."""
OVER_TLS = frozenset({"https", "restconf", "gnmi", "gnmi-tls", "grpc-tls"})
OLDEST_TLS = (1, 2)
SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(managed_devices(case.network))


@rule(
    code="SEC-16",
    name="management-protocols",
    title="Secure management protocols",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="managed devices",
    applicable=_applies,
    flags="A management profile with telnet, HTTP, FTP, TFTP, rlogin, SNMP below version 3 or without privacy, SSH"
    " version 1, or anything else that is not known to be encrypted; time taken without authentication; TLS older"
    " than 1.2; a managed device whose profile is missing or switches no protocol on.",
    passes="Every managed device offers encrypted, authenticated protocols alone.",
    remedy="Switch to SSH, HTTPS, SNMPv3 with authentication and privacy, or gNMI over TLS; authenticate NTP.",
    references=(
        "PCI DSS 2.2.7, 1.2.6",
        "CIS Controls 12.3, 12.6",
        "RFC 3414, RFC 3826, RFC 9325",
        "NIST SP 800-53 SC-8, CM-7",
    ),
    reading="A protocol counts as secure only where it is known to be: one that is not listed is refused like telnet.",
)
def management_protocols(case: Case) -> Iterator[Said]:
    """Devices with the same profile are judged once."""
    users: dict[str, list[str]] = defaultdict(list)
    alone: list[str] = []
    for at in managed_devices(case.network):
        profile = profile_of(case.network, at)
        (alone if profile is None or not profile.protocols else users[profile.id]).append(case.network.devices[at].id)
    if alone:
        yield Finding(
            message=f"{len(alone)} managed devices have no protocol to be managed by, {min(alone)} among them",
            elements=tuple(sorted(alone)[:SHOWN]),
            witness={"devices": len(alone), "example": min(alone)},
        )
    profiles = case.network.by_id("management_profiles")
    for name, devices in users.items():
        yield from _judged(profiles[name], len(devices))
    wrong = {word for name in users for word in insecure(profiles[name])}
    yield Measure(name="insecure_protocols", value=len(wrong), threshold=0)
    yield Measure(name="devices_without_protocols", value=len(alone), threshold=0)


def insecure(profile: ManagementProfile) -> tuple[str, ...]:
    """The protocols of a profile that are not known to be encrypted, ascending."""
    return tuple(sorted({word for word in profile.protocols if word.strip().lower() not in SECURE}))


def _judged(profile: ManagementProfile, devices: int) -> Iterator[Finding | Gap]:
    for word in insecure(profile):
        yield Finding(
            message=f"{devices} devices are managed by {word}, which is not known to be encrypted and authenticated",
            elements=(profile.id,),
            witness={"protocol": word, "devices": devices},
        )
    if not profile.ntp_authenticated:
        yield Finding(
            message=f"{devices} devices take the time from whoever answers: NTP is not authenticated",
            elements=(profile.id,),
            witness={"protocol": "ntp", "devices": devices},
        )
    if not OVER_TLS.isdisjoint(word.strip().lower() for word in profile.protocols):
        yield from _old_tls(profile, devices)


def _old_tls(profile: ManagementProfile, devices: int) -> Iterator[Finding | Gap]:
    version = tls_version(profile.tls_version)
    if profile.tls_version is None:
        yield Gap(message=f"no one says which TLS version {profile.id} accepts", elements=(profile.id,))
    elif version is None or version < OLDEST_TLS:
        yield Finding(
            message=f"{devices} devices accept TLS {profile.tls_version}; 1.2 is the oldest that is sound",
            elements=(profile.id,),
            witness={"tls": profile.tls_version, "devices": devices},
        )


def tls_version(text: str | None) -> tuple[int, int] | None:
    """(1, 2) of `1.2` or `tls1.2`; None for what is no TLS version."""
    digits = (text or "").strip().lower().removeprefix("tls").removeprefix("v").strip().split(".")
    if len(digits) != 2 or not all(part.isdecimal() for part in digits):
        return None
    return int(digits[0]), int(digits[1])


def _used(case: Case) -> ManagementProfile | None:
    """The first profile, by id, that a managed device uses."""
    found = (profile_of(case.network, at) for at in managed_devices(case.network))
    return min((one for one in found if one is not None), key=lambda one: one.id, default=None)


def _with(case: Case, protocol: str) -> Patch | None:
    profile = _used(case)
    return (Set("management_profiles", profile.id, {"protocols": (*profile.protocols, protocol)}),) if profile else None


@management_protocols.mutant("telnet is enabled")
def enable_telnet(case: Case) -> Patch | None:
    """Beside what is there."""
    return _with(case, "telnet")


@management_protocols.mutant("SNMPv2c is enabled")
def enable_old_snmp(case: Case) -> Patch | None:
    """Community strings in the clear."""
    return _with(case, "snmpv2c")


@management_protocols.mutant("SNMPv3 runs without privacy")
def take_privacy(case: Case) -> Patch | None:
    """authNoPriv in place of authPriv."""
    profile = _used(case)
    if profile is None:
        return None
    words = (*(word for word in profile.protocols if word != "snmpv3"), "snmpv3-authnopriv")
    return (Set("management_profiles", profile.id, {"protocols": words}),)


@management_protocols.mutant("TLS 1.0 is accepted")
def accept_old_tls(case: Case) -> Patch | None:
    """On every profile with a protocol over TLS."""
    profile = _used(case)
    if profile is None or OVER_TLS.isdisjoint(profile.protocols):
        return None
    return (Set("management_profiles", profile.id, {"tls_version": "1.0"}),)


@management_protocols.mutant("the time is not authenticated")
def believe_any_clock(case: Case) -> Patch | None:
    """NTP from whoever answers."""
    profile = _used(case)
    return (Set("management_profiles", profile.id, {"ntp_authenticated": False}),) if profile else None


@management_protocols.mutant("a device loses its management profile")
def forget_profile(case: Case) -> Patch | None:
    """Nobody says how it is managed."""
    chosen = managed_devices(case.network)
    return (Set("devices", case.network.devices[chosen[0]].id, {"management_profile": None}),) if chosen else None


@management_protocols.fix("switch to encrypted protocols")
def encrypt(case: Case, finding: Finding) -> Patch | None:
    """Secure protocols alone, TLS from 1.2 on and authenticated time, in the profile that is at fault."""
    profile = case.network.by_id("management_profiles").get(finding.elements[0] if finding.elements else "")
    if profile is None:
        return _lend_profile(case, finding)
    kept = tuple(word for word in profile.protocols if word not in insecure(profile))
    wanted = tuple(dict.fromkeys((*kept, "ssh", "snmpv3"))) if insecure(profile) else kept
    version = tls_version(profile.tls_version)
    changes = {"protocols": wanted, "ntp_authenticated": True}
    if version is None or version < OLDEST_TLS:
        changes["tls_version"] = "1.2"
    return (Set("management_profiles", profile.id, changes),)


def _lend_profile(case: Case, finding: Finding) -> Patch | None:
    """Devices without a profile get that of the others."""
    profile = _used(case)
    if profile is None or not profile.protocols:
        return None
    devices = case.network.by_id("devices")
    bare = [name for name in finding.elements if name in devices]
    return tuple(Set("devices", name, {"management_profile": profile.id}) for name in bare) or None
