"""What is made once all hosts stand: flows, firewall rules, relays, management of every device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from netdesign.model.addressing import Subnet
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Device, EndpointGroup
from netdesign.model.security import PublishedService, Residency
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import Role, SubnetPurpose
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.flows import Ends, application_flows, service_flows
from netdesign.synthesis.needs.policies import Place, make_policy, rules_from_flows
from netdesign.synthesis.needs.site_demand import at_site
from netdesign.synthesis.needs.zones import CLOUD, INTERNET, KINDS


def add_flows(blueprint: Blueprint, site: str, ends: Ends, services: Sequence[ServiceInstance]) -> tuple[Flow, ...]:
    """All flows of a site, between its groups, services and providers.

    Each of several sites serves its own users, so that nothing needs to pass between them.
    """
    doors = blueprint.cloud_side.doors if blueprint.cloud_side is not None else ()
    providers = tuple(device.id for device in blueprint.devices(Role.PROVIDER, site) if device.id not in doors)
    groups = [group for group in blueprint.all(EndpointGroup) if group.site == site]
    local = at_site(blueprint.requirements, site)
    made = (*application_flows(local, ends), *service_flows(groups, services, providers))
    named = tuple(replace(flow, id=f"{flow.id}-{site}") for flow in made) if len(local.sites) > 1 else made
    blueprint.add_all(named)
    return named


def add_policy(blueprint: Blueprint, policy: str, devices: Sequence[Device], flows: Iterable[Flow]) -> None:
    """The policy of a firewall group: what the flows need, and the final denial."""
    asked, parameters = blueprint.requirements, blueprint.parameters
    blueprint.add(make_policy(policy, (device.id for device in devices)))
    trust = {zone: parameters.zones.trust[kind.trust] for zone, kind in KINDS.items()}
    rules = rules_from_flows(
        policy,
        flows,
        places(blueprint),
        blueprint.posture,
        trust,
        ipv6=asked.ipv6,
        delta=parameters.zones.inspected_trust_delta,
        most_bits=parameters.zones.over_permissive_bits,
    )
    blueprint.add_all(rules)
    blueprint.decide(
        f"What may pass {policy}?",
        f"{len(rules) - 1} permits made from flows, then everything else is refused and logged",
        formula="one rule for each pair of zones and prefixes that a flow crosses, for each address family",
        inputs={"flows": len(tuple(flows)), "zones": len(trust), "inspection": blueprint.posture.ips_coverage},
        result=len(rules),
        fields=("flows", "security_level", "requires_segmentation"),
        source="NIST SP 800-41r1",
    )


def places(blueprint: Blueprint) -> dict[str, Place]:
    """The zone and the prefixes of everything that flows can name."""
    by_vlan: dict[str, list[str]] = {}
    for subnet in blueprint.all(Subnet):
        if subnet.vlan is not None:
            by_vlan.setdefault(subnet.vlan, []).append(subnet.prefix)
    side = blueprint.cloud_side
    found = {device.id: Place(INTERNET) for device in blueprint.devices(Role.PROVIDER)}
    found |= {name: Place(CLOUD, side.prefixes) for name in side.doors} if side is not None else {}
    for group in blueprint.all(EndpointGroup):
        prefixes = tuple(prefix for vlan in group.vlans for prefix in by_vlan.get(vlan, ()))
        found[group.id] = Place(group.zone, prefixes)
    for service in blueprint.all(ServiceInstance):
        found[service.id] = Place(service.zone, service_prefixes(blueprint, service))
    return found


def service_prefixes(blueprint: Blueprint, service: ServiceInstance) -> tuple[str, ...]:
    """The address of an instance as prefixes: IPv4, and the like host of the IPv6 twin of its subnet."""
    subnet = blueprint.get(Subnet, service.subnet)
    nets = blueprint.nets(subnet.vlan or "")
    four = next(net for net in nets if not net.six)
    place = _number(service.address) - four.base
    return tuple(f"{net.address(place)}/{128 if net.six else 32}" for net in nets)


def _number(address: str) -> int:
    a, b, c, d = (int(part) for part in address.split("."))
    return a << 24 | b << 16 | c << 8 | d


def relay(
    blueprint: Blueprint, services: Iterable[ServiceInstance], homes: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Point the relays of every subnet with dynamic addresses to the address servers of its site.

    `homes` names the sites whose servers those sites use that have none.
    """
    servers: dict[str, tuple[str, ...]] = {}
    for service in services:
        if service.kind is ServiceKind.DHCP:
            servers[service.site] = (*servers.get(service.site, ()), service.id)
    for site, others in (homes or {}).items():
        servers[site] = tuple(one for other in others for one in servers.get(other, ()))
    for subnet in blueprint.all(Subnet):
        if subnet.dhcp and subnet.purpose is SubnetPurpose.HOSTS:
            blueprint.change(subnet, dhcp_relays=servers.get(subnet.site, ()))


def publish(blueprint: Blueprint, group: str) -> None:
    """The services that the Internet may use, on the hosts of a group in the DMZ."""
    for at, service in enumerate(blueprint.requirements.internet_facing, start=1):
        blueprint.add(PublishedService(id=f"{group}-service{at}", name=service.name, group=group, service=service))


def residencies(blueprint: Blueprint) -> None:
    """Where data of each sensitive class may be: where the sites are that were stated."""
    asked = blueprint.requirements
    allowed = tuple(sorted({site.jurisdiction for site in asked.sites if site.jurisdiction != "unknown"}))
    if not allowed:
        return
    for data in asked.data_classes:
        if data.sensitive:
            blueprint.add(Residency(id=f"residency-{data.value}", data_class=data, jurisdictions=allowed))
