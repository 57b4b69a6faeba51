"""The design under construction: what synthesis modules add facts to, with addresses from one plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.policy import RedundancyLevel, SecurityPosture
from netdesign.catalog.selection import Catalog
from netdesign.errors import ConflictError
from netdesign.model.addressing import Interface, Pool, Subnet, VirtualGateway
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, SubnetPurpose, VlanPurpose
from netdesign.synthesis.draft.address_plan import SITE_LENGTH, AddressPlan, SitePlan, format_v4, format_v6, host_length
from netdesign.synthesis.draft.interface_names import (
    loopback_name,
    subinterface_name,
    svi_name,
    vtep_name,
)
from netdesign.synthesis.draft.net import Net
from netdesign.synthesis.draft.placement import Floor
from netdesign.synthesis.draft.standing import NOTHING, Standing
from netdesign.synthesis.draft.wiring import Wiring

if TYPE_CHECKING:
    from netdesign.synthesis.draft.gate_plan import GatePlan

UNDERLAY = "default"
MANAGEMENT = "management"
FIRST_OWN = 10
"""The first host number of a subnet that a device takes for its own address; gateways come before it."""
POOL_PURPOSES = {
    "loopback": SubnetPurpose.LOOPBACK,
    "vtep": SubnetPurpose.VTEP,
    "point_to_point": SubnetPurpose.POINT_TO_POINT,
}
IPV4_POOLS = frozenset({"vtep"})
"""Pools whose addresses are IPv4 alone where none stand: tunnels need one family, and routes of another cost room."""


@dataclass(slots=True)
class CloudSide:
    """What the premises know of the networks at a provider while a design is built."""

    prefixes: tuple[str, ...]
    doors: tuple[str, ...] = ()
    """The provider's ends of dedicated ports."""


class Blueprint(Wiring):
    """The one mutable thing of synthesis: requirements and catalogue in, facts out."""

    def __init__(
        self,
        requirements: ResolvedRequirements,
        catalog: Catalog,
        parameters: Parameters,
        standing: Standing = NOTHING,
    ) -> None:
        super().__init__(requirements, Floor(parameters.fabric), standing)
        self.catalog = catalog
        self.parameters = parameters
        self.addresses = AddressPlan(
            requirements.project_name,
            requirements.supernets,
            reserved=(p for p in requirements.reserved_prefixes if ":" not in p),
            ipv6=requirements.ipv6,
            ipv6_supernet=requirements.ipv6_supernet,
            standing=standing,
        )
        self.cloud_side: CloudSide | None = None
        """What the premises know of networks at a provider, once those are planned."""
        self._nets: dict[str, Net] = {}
        self._next_host: dict[str, int] = {}
        self.spokes: frozenset[str] = frozenset()
        """Sites that use the servers and services of others."""
        self.heads: dict[str, int] = {}
        """Tunnels that each firewall of a site ends."""
        self.tunnels: dict[str, int] = {}
        """Tunnels and lines to number from the point-to-point addresses of a site, beside its own links."""
        self.gates: dict[str, GatePlan] = {}
        """Routers toward other sites that each site has."""
        self.carriers: set[str] = set()
        """Devices (by id) of a provider that joins sites, and leads nowhere else."""
        self.add(Vrf(id=UNDERLAY, name=UNDERLAY))

    @property
    def redundancy(self) -> RedundancyLevel:
        """What the redundancy level asks for."""
        return self.parameters.redundancy[self.requirements.redundancy]

    @property
    def posture(self) -> SecurityPosture:
        """What the security level asks for."""
        return self.parameters.security[self.requirements.security_level]

    @property
    def growth(self) -> float:
        """What demand grows by over the horizon (g)."""
        return self.requirements.growth_multiplier

    # --- address plan

    def plan_site(self, site: str, hosts: Mapping[str, Iterable[int]], *, links: int, devices: int) -> SitePlan:
        """Reserve addresses for a site: `hosts` gives, per zone, the hosts of each of its subnets today.

        Call it once per site before any address there is used. `links` counts routed point-to-point links.
        A zone `management` for `devices` is reserved when `hosts` names none.
        """
        links += self.tunnels.get(site, 0)
        counted = {MANAGEMENT: [devices]} | {zone: list(counts) for zone, counts in hosts.items()}
        demands = {zone: [host_length(n, self.growth) for n in counts] for zone, counts in counted.items()}
        plan = self.addresses.plan_site(site, demands, links=links, devices=devices)
        self.add(Pool(id=f"{site}-block", prefix=plan.block.prefix, purpose="site", site=site, summary=True))
        if plan.v6 is not None:
            six = f"{format_v6(plan.v6)}/{SITE_LENGTH}"
            self.add(Pool(id=f"{site}-block-v6", prefix=six, purpose="site", site=site, summary=True))
        self.decide(
            f"How large is the address block of {site}?",
            plan.block.prefix,
            formula="subnet = 2^ceil(log2(hosts * g / 0.8 + 3)); zone >= 2 * its subnets; block >= zones and pools",
            inputs={
                "hosts": sum(map(sum, counted.values())),
                "links": links,
                "devices": devices,
                "g": round(self.growth, 3),
            },
            result=f"/{plan.block.length}",
            fields=("supernets", "servers", "users", "expected_growth_rate"),
            source="RFC 1918, RFC 3021, RFC 4193, RFC 6164",
        )
        for zone, block in plan.zones.items():
            self._pool(plan, zone, block.prefix, plan.zone_v6(zone) if plan.v6 is not None else None, 52)
        for name, block in plan.pools.items():
            self._pool(plan, name, block.prefix, plan.pool_v6(name) if plan.v6 is not None else None, 64)
        return plan

    def _pool(self, plan: SitePlan, name: str, prefix: str, v6: int | None, length: int) -> None:
        inside = name in plan.zones
        vrf = zone_vrf(name) if inside else UNDERLAY
        fields: dict[str, Any] = {"purpose": name, "site": plan.site, "vrf": vrf, "summary": inside}
        self.add(Pool(id=f"{plan.site}-{name.replace('_', '-')}", prefix=prefix, **fields))
        if v6 is not None:
            six = f"{format_v6(v6)}/{length}"
            self.add(Pool(id=f"{plan.site}-{name.replace('_', '-')}-v6", prefix=six, **fields))

    def settle_pools(self) -> None:
        """A zone that got no VRF of its own, as on a firewall that routes for all, has its pool in the underlay."""
        for pool in self.all(Pool):
            if pool.vrf is not None and not self.has(Vrf, pool.vrf):
                self.change(pool, vrf=UNDERLAY if self.has(Vrf, UNDERLAY) else None)

    def summaries(self, site: str, zone: str) -> tuple[str, ...]:
        """The prefixes, IPv4 and IPv6, that cover a zone at a site."""
        ids = (f"{site}-{zone}", f"{site}-{zone}-v6")
        return tuple(self.get(Pool, identity).prefix for identity in ids if self.has(Pool, identity))

    # --- routing tables, VLANs, subnets

    def vrf(self, zone: str) -> Vrf:
        """The VRF of a zone, made on first use; `management` has the VRF of that name."""
        identity = zone_vrf(zone)
        if self.has(Vrf, identity):
            return self.get(Vrf, identity)
        return self.add(Vrf(id=identity, name=identity, zone=zone))

    def vlan(
        self, site: str, number: int, name: str, purpose: VlanPurpose, zone: str, *devices: str, **fields: Any
    ) -> Vlan:
        """A VLAN `<site>-<name>` of a zone and its VRF, defined on `devices` (more with `define_vlan`)."""
        vrf = self.vrf(zone).id
        values = {"vrf": vrf, "zone": zone, **fields}
        known = self.standing.find(Vlan, f"{site}-{name}")
        number = number if known is None else known.number
        vlan = self.add(Vlan(id=f"{site}-{name}", number=number, name=name, purpose=purpose, site=site, **values))
        self.define_vlan(vlan, *devices)
        return vlan

    def host_subnet(self, vlan: Vlan, hosts: int, *, function: str | None = None, **fields: Any) -> tuple[Net, ...]:
        """Subnets of a VLAN for `hosts` of today: IPv4 by the 80 % rule, and an IPv6 /64 where it is used."""
        length = host_length(hosts, self.growth)
        return self.subnet(vlan, length, SubnetPurpose.HOSTS, planned_hosts=hosts, function=function, **fields)

    def subnet(
        self, vlan: Vlan, length: int, purpose: SubnetPurpose, *, function: str | None = None, **fields: Any
    ) -> tuple[Net, ...]:
        """Subnets of a VLAN, the IPv4 one of this length, from the block of its zone (or of `function`)."""
        plan = self.addresses.sites[vlan.site]
        zone = function or vlan.zone or ""
        base, length = plan.known(self.standing, vlan.id, length) or (plan.zones[zone].cut(length), length)
        if base is None:
            raise ConflictError(f"the block {plan.zones[zone].prefix} of {zone} at {vlan.site} has no /{length} left")
        values = {"vrf": vlan.vrf, "zone": vlan.zone, "vlan": vlan.id, "site": vlan.site, "purpose": purpose}
        nets = [self._net(vlan.id, base, length, six=False, fields=values | fields)]
        if plan.v6 is not None:
            six = plan.known(self.standing, f"{vlan.id}-v6", 64)
            first = six[0] if six else plan.next_lan(zone)
            nets.append(self._net(f"{vlan.id}-v6", first, 64, six=True, fields=values | fields))
        return tuple(nets)

    def nets(self, vlan: Vlan | str) -> tuple[Net, ...]:
        """Subnets of a VLAN, IPv4 first."""
        identity = vlan if isinstance(vlan, str) else vlan.id
        return tuple(self._nets[key] for key in (identity, f"{identity}-v6") if key in self._nets)

    def next_addresses(self, nets: Iterable[Net], *, of: str = "", first: int = FIRST_OWN) -> tuple[str, ...]:
        """Unused host addresses with prefix length, one of each subnet, counted from `first`; an interface `of` that
        stands keeps its own."""
        nets, known = tuple(nets), self.standing.find(Interface, of)
        if known is not None and [net.holds(own) for net, own in zip(nets, known.addresses, strict=False)] == [
            True for _ in nets
        ]:
            return known.addresses
        found = []
        for net in nets:
            least = max(first - 1, self.standing.last_host(net.subnet.id))
            at = self._next_host[net.subnet.id] = self._next_host.get(net.subnet.id, least) + 1
            found.append(net.host(at))
        return tuple(found)

    def _net(self, identity: str, base: int, length: int, *, six: bool, fields: dict[str, Any]) -> Net:
        text = format_v6(base) if six else format_v4(base)
        subnet = self.add(Subnet(id=identity, prefix=f"{text}/{length}", **fields))
        net = self._nets[identity] = Net(subnet, base, length, six)
        return net

    # --- interfaces

    def svi(
        self,
        device: Device,
        vlan: Vlan,
        *,
        gateway: VirtualGateway = VirtualGateway.NONE,
        host: int | None = None,
        priority: int | None = None,
        **fields: Any,
    ) -> Interface:
        """The routed interface of a VLAN: a virtual gateway at the first address, its own address at `host`.

        An anycast gateway needs no own address; VRRP peers take `host` 2 and 3 and different priorities.
        """
        nets = self.nets(vlan)
        own = tuple(net.host(host) for net in nets) if host is not None else ()
        virtual = () if gateway is VirtualGateway.NONE else tuple(net.address(1) for net in nets)
        name = svi_name(self.kind(device), vlan.number)
        self.define_vlan(vlan, device.id)
        values: dict[str, Any] = {"vrf": vlan.vrf} | fields
        if gateway is VirtualGateway.VRRP:
            values = {"virtual_group": vlan.number % 255 + 1, "virtual_priority": priority or 100} | values
        return self.add(
            Interface(
                id=f"{device.id}:{name}",
                device=device.id,
                name=name,
                kind=InterfaceKind.SVI,
                mode=PortMode.ROUTED,
                vlan=vlan.id,
                addresses=own,
                virtual_gateway=gateway,
                virtual_addresses=virtual,
                **values,
            )
        )

    def loopback(self, device: Device, number: int = 0, *, vrf: str = UNDERLAY) -> Interface:
        """A loopback with the next address of the site's pool."""
        name = loopback_name(self.kind(device), number)
        return self._single(device, name, InterfaceKind.LOOPBACK, "loopback", vrf)

    def vtep(self, device: Device) -> Interface:
        """The VXLAN tunnel endpoint of a device with the next address of the site's pool: tunnels run over IPv4."""
        return self._single(device, vtep_name(self.kind(device), 1), InterfaceKind.VTEP, "vtep", UNDERLAY)

    def _single(self, device: Device, name: str, kind: InterfaceKind, pool: str, vrf: str) -> Interface:
        addresses = self._infra(device.site, pool, f"{device.id}-{name.lower()}", 1, vrf)
        return self.add(
            Interface(
                id=f"{device.id}:{name}",
                device=device.id,
                name=name,
                kind=kind,
                mode=PortMode.ROUTED,
                vrf=vrf,
                addresses=tuple(pair[0] for pair in addresses),
            )
        )

    def link_addresses(self, site: str, identity: str, vrf: str = UNDERLAY, **fields: Any) -> list[tuple[str, ...]]:
        """The two addresses of a point-to-point subnet of a site, per family; `fields` go to the subnets."""
        return self._infra(site, "point_to_point", identity, 2, vrf, **fields)

    def connect_routed(
        self, a: Device, b: Device, speed_bps: int, purpose: LinkPurpose, *, vrf: str = UNDERLAY, **more: Any
    ) -> tuple[Link, ...]:
        """Routed links, addressed as point to point when they are made; `more` is as for `connect`."""

        def addresses(link: str) -> tuple[tuple[str, ...], ...]:
            return tuple(zip(*self._infra(a.site, "point_to_point", link, 2, vrf), strict=True))

        more = {"mode": PortMode.ROUTED, "vrf": vrf} | more
        return self.connect(a, b, speed_bps, purpose, addresses=addresses, **more)

    def point_to_point(self, link: Link, vrf: str = UNDERLAY, **fields: Any) -> None:
        """Address the two ends of a routed link: IPv4 /31 and IPv6 /127; `fields` change the interfaces."""
        ends = self._infra(self.get(Device, link.a.device).site, "point_to_point", link.id, 2, vrf)
        for at, end in enumerate((link.a, link.b)):
            interface = self.interface(end.device, end.port)
            addresses = tuple(pair[at] for pair in ends)
            self.change(interface, mode=PortMode.ROUTED, vrf=vrf, addresses=addresses, **fields)

    def subinterfaces(self, link: Link, tag: int, vrf: str, **fields: Any) -> tuple[Interface, Interface]:
        """A routed sub-interface tagged `tag` at both ends of a link, addressed in `vrf`."""
        ends = self._infra(self.get(Device, link.a.device).site, "point_to_point", f"{link.id}-{tag}", 2, vrf)
        made = []
        for at, end in enumerate((link.a, link.b)):
            name = subinterface_name(self.kind(end.device), end.port, tag)
            parent = self.interface(end.device, end.port)
            values = {"mtu_bytes": parent.mtu_bytes, "speed_bps": parent.speed_bps} | fields
            made.append(
                self.add(
                    Interface(
                        id=f"{end.device}:{name}",
                        device=end.device,
                        name=name,
                        kind=InterfaceKind.SUBINTERFACE,
                        mode=PortMode.ROUTED,
                        vrf=vrf,
                        addresses=tuple(pair[at] for pair in ends),
                        parent=end.port,
                        **values,
                    )
                )
            )
        return made[0], made[1]

    def _infra(self, site: str, pool: str, identity: str, size: int, vrf: str, **fields: Any) -> list[tuple[str, ...]]:
        """The next `size` addresses of an infrastructure pool as a subnet of their own, per family."""
        plan = self.addresses.sites[site]
        purpose, short = POOL_PURPOSES[pool], 32 - (size - 1).bit_length()
        known = plan.known(self.standing, identity, short)
        six = plan.known(self.standing, f"{identity}-v6", short + 96)
        at = 0 if known else plan.next_of(pool, size)
        bases = [(known[0] if known else plan.pools[pool].base + at, short, identity, format_v4)]
        if plan.v6 is not None and (six is not None or pool not in IPV4_POOLS):
            bases.append((six[0] if six else plan.pool_v6(pool) + at, short + 96, f"{identity}-v6", format_v6))
        found = []
        for base, length, name, text in bases:
            own = [f"{text(base + n)}/{length}" for n in range(size)]
            self.add(Subnet(id=name, prefix=own[0], vrf=vrf, purpose=purpose, site=site, **fields))
            found.append(tuple(own))
        return found


def zone_vrf(zone: str) -> str:
    """Id of the VRF of a zone."""
    return MANAGEMENT if zone == MANAGEMENT else f"vrf-{zone}"
