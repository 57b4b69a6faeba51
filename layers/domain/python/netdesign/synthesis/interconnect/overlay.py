"""How data centres exchange routes: one EBGP session over each line that carries the underlay and EVPN.

The tables of zones are the same everywhere, with the same layer-3 segments and route targets. The border switches
are the gateways of their site: what they tell others is one prefix for each zone (type-5 routes) and one for the
tunnel endpoints; no default route, no single subnet and no VLAN leaves its site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Protocol

from netdesign.catalog.ports import PortUse
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm, RoutingProcess
from netdesign.model.vocabulary import LinkPurpose
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.edge.border import discard
from netdesign.synthesis.interconnect.lines import build_lines
from netdesign.synthesis.interconnect.plan import CROSS_BPS, CROSS_LINKS, Plan

TOLD = "to-data-centres"
ENDPOINTS = "vtep"
"""The pool of tunnel endpoints."""


class Sessions(Protocol):
    """Makes both sides of the session over each link; `told` names export policies by device."""

    def __call__(self, links: Iterable[Link], asns: Mapping[str, int], told: Mapping[str, str] | None = None) -> object:
        """Make them."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The border switches of a site with the process of each, its zones, and whether no spine stands above them."""

    site: str
    devices: tuple[Device, ...]
    processes: tuple[RoutingProcess, ...]
    zones: tuple[str, ...]
    bare: bool

    @property
    def alone(self) -> bool:
        """Whether the site has a single switch."""
        return self.bare and len(self.devices) == 1


def join_gateways(
    blueprint: Blueprint, plan: Plan, gateways: Sequence[Gateway], sessions: Sessions
) -> tuple[Link, ...]:
    """The lines of the plan with their sessions; two switches without a spine are joined by routed links as well."""
    lines = build_lines(blueprint, plan, {gateway.site: gateway.devices for gateway in gateways})
    crossed = [link for gateway in gateways for link in _crossed(blueprint, gateway)]
    asns = {process.device: process.asn or 0 for gateway in gateways for process in gateway.processes}
    policy = _told(blueprint, gateways)
    told = {device.id: policy.id for gateway in gateways for device in gateway.devices}
    for gateway in gateways:
        _originate(blueprint, plan, gateway)
    sessions(lines, asns, told)
    sessions(crossed, asns)
    return lines


def _crossed(blueprint: Blueprint, gateway: Gateway) -> tuple[Link, ...]:
    if not gateway.bare or len(gateway.devices) < 2:
        return ()
    one, other = gateway.devices[:2]
    return blueprint.connect_routed(
        one,
        other,
        CROSS_BPS,
        LinkPurpose.FABRIC,
        count=CROSS_LINKS,
        use_a=PortUse.UPLINK,
        use_b=PortUse.UPLINK,
        mtu_bytes=blueprint.parameters.fabric.underlay_mtu_bytes,
    )


def _told(blueprint: Blueprint, gateways: Sequence[Gateway]) -> RoutePolicy:
    """What data centres tell one another: the pool of tunnel endpoints and the summary of each zone of every site.

    What a site heard it tells on, for it may be the only way left. A switch on its own has nobody else to tell of
    itself.
    """
    prefixes: list[str] = []
    for gateway in gateways:
        prefixes += gateway.processes[0].networks if gateway.alone else blueprint.summaries(gateway.site, ENDPOINTS)
        prefixes += [prefix for zone in gateway.zones for prefix in blueprint.summaries(gateway.site, zone)]
    permit = (
        RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=(prefix,), max_length=ip_network(prefix).prefixlen)
        for prefix in prefixes
    )
    return blueprint.add(RoutePolicy(id=TOLD, name=TOLD, terms=(*permit, RoutePolicyTerm(action=PolicyAction.DENY))))


def _originate(blueprint: Blueprint, plan: Plan, gateway: Gateway) -> None:
    """The pool of tunnel endpoints as one route, what nobody has of it discarded; and room for ways over lines."""
    pools = () if gateway.alone else blueprint.summaries(gateway.site, ENDPOINTS)
    most = blueprint.parameters.fabric.max_ecmp_paths
    for process in gateway.processes:
        for pool in pools:
            discard(blueprint, blueprint.get(Device, process.device), UNDERLAY, pool)
        width = process.max_paths + sum(line.offer.links for line in plan.at(gateway.site))
        blueprint.change(process, networks=(*process.networks, *pools), max_paths=min(width, most))
