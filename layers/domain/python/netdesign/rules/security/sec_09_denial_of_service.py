"""SEC-09: a flood from the Internet is stopped upstream or absorbed, and never reaches a control plane."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.zones import policies_of
from netdesign.analysis.traffic.exits import Exit, exits, inward_peak_bps
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import government


def _applies(case: Case) -> bool:
    return bool(exits(case.network))


def _public(case: Case) -> bool:
    return bool(case.design.security.published_services or case.requirements.internet_facing)


def _severity(case: Case) -> Severity:
    """An error where services are public or the level is government and above, else a warning."""
    return Severity.ERROR if _public(case) or government(case) else Severity.WARNING


@rule(
    code="SEC-09",
    name="denial-of-service",
    title="Anti-DDoS",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="exits to the Internet",
    applicable=_applies,
    flags="Exits that no upstream mitigation covers while all exits together take less than ten times the normal"
    " peak; an edge device without control-plane policing or infrastructure filter; a firewall as first hop of"
    " public services without three times the sessions of the normal peak. An error where services are public or"
    " the level is government and above, else a warning.",
    passes="Every exit is covered upstream or wide enough, and every edge device protects its control plane.",
    remedy="Buy scrubbing or agree on a blackhole community with each provider, and police the control plane.",
    references=("NIST SP 800-53 SC-5, SC-5(1), SC-5(2)", "NIST SP 800-189", "RFC 5635, RFC 8955, RFC 4732"),
)
def denial_of_service(case: Case) -> Iterator[Said]:
    """The peak is the sum of what flows bring in from providers."""
    peak, headroom = inward_peak_bps(case.network), case.parameters.capacity.ddos_headroom
    room = sum(one.inward_bps for one in exits(case.network))
    bare = [one for one in exits(case.network) if one.provider not in _mitigated(case)]
    if bare and room < headroom * peak:
        yield _unmitigated(case, bare, room, peak)
    yield from _control_planes(case)
    yield from _first_hops(case)
    yield Measure(name="exits_without_mitigation", value=len(bare), threshold=0)
    yield Measure(name="exit_bandwidth_over_peak", value=round(room / peak, 2) if peak else None, threshold=headroom)


def _mitigated(case: Case) -> frozenset[str]:
    """The provider devices that some mitigation covers."""
    return frozenset(name for one in case.design.security.ddos_mitigations for name in one.providers)


def _unmitigated(case: Case, bare: list[Exit], room: int, peak: int) -> Finding:
    names = tuple(dict.fromkeys(one.provider for one in bare))
    return Finding(
        message=f"nothing upstream mitigates floods from {', '.join(names)}, and the exits take"
        f" {room / 1e9:.2f} Gbit/s against a peak of {peak / 1e9:.2f} Gbit/s",
        elements=(*names, *(one.link for one in bare)),
        witness={"exit_bps": room, "peak_bps": peak, "providers": [*names]},
        severity=_severity(case),
    )


def _control_planes(case: Case) -> Iterator[Finding]:
    devices, profiles = case.network.by_id("devices"), case.network.by_id("management_profiles")
    for name in dict.fromkeys(one.device for one in exits(case.network)):
        profile = profiles.get(devices[name].management_profile)
        lacking = [
            what
            for what, there in (
                ("control-plane policing", profile is not None and profile.control_plane_policing),
                ("an infrastructure filter", profile is not None and profile.infrastructure_acl),
            )
            if not there
        ]
        if lacking:
            yield Finding(
                message=f"{name} meets the Internet without {' and '.join(lacking)}",
                elements=(name,),
                witness={"device": name, "lacking": [*lacking]},
                severity=_severity(case),
            )


def _first_hops(case: Case) -> Iterator[Said]:
    """Firewalls that hold a public circuit themselves while services are public."""
    holders = {case.network.device_index[one.device] for one in exits(case.network)} if _public(case) else set()
    capacity, wanted = case.parameters.capacity, case.requirements
    usual = wanted.users * capacity.sessions_per_user + wanted.servers.count * capacity.sessions_per_server
    for place in sorted(holders & set(policies_of(case.network))):
        name, kind = case.network.devices[place].id, case.network.device_types[place]
        sessions = kind.firewall.sessions if kind is not None and kind.firewall is not None else None
        if sessions is None:
            yield Gap(message=f"how many sessions {name} holds is not known", elements=(name,))
        elif sessions < capacity.public_session_headroom * usual:
            yield Finding(
                message=f"{name} is the first hop of public services with {sessions} sessions;"
                f" {capacity.public_session_headroom:g} times the usual {usual} are needed",
                elements=(name,),
                witness={"sessions": sessions, "usual": usual},
                severity=_severity(case),
            )


@denial_of_service.mutant("remove mitigation, and let the peak fill the exits")
def remove_mitigation(case: Case) -> Patch | None:
    """Without the peak, wide exits would do."""
    providers = {one.provider for one in exits(case.network)}
    room = sum(one.inward_bps for one in exits(case.network))
    gone = tuple(Remove("ddos_mitigations", one.id) for one in case.design.security.ddos_mitigations)
    for flow in case.design.traffic.flows:
        if providers.intersection(flow.sources):
            return (*gone, Set("flows", flow.id, {"up_bps": max(room, 1)}))
        if providers.intersection(flow.targets):
            return (*gone, Set("flows", flow.id, {"down_bps": max(room, 1)}))
    return None


@denial_of_service.mutant("leave the control plane of an edge device open")
def open_control_plane(case: Case) -> Patch | None:
    """The profile of the first exit's device stops policing."""
    devices, profiles = case.network.by_id("devices"), case.network.by_id("management_profiles")
    for one in exits(case.network):
        profile = profiles.get(devices[one.device].management_profile)
        if profile is not None:
            return (Set("management_profiles", profile.id, {"control_plane_policing": False}),)
    return None
