"""What stands already: the facts of an existing design, by which new ones are laid so that nothing of it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar, cast

from netdesign.graph.prefixes import Prefix, parse_interface, parse_prefix
from netdesign.model.addressing import Interface, Pool, Subnet
from netdesign.model.cabling import Lag, Link, Mlag
from netdesign.model.design import Design
from netdesign.model.inventory import Attachment, Device, EndpointGroup, Homing
from netdesign.model.overlay import Vni
from netdesign.model.patch import collection_of, collections
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import Role

T = TypeVar("T")


class Standing:
    """The facts of an existing design by type and id; without a design there are none."""

    def __init__(self, design: Design | None = None) -> None:
        self.design = design
        self._facts: dict[type, dict[str, object]] = {kind: {} for _, kind in collections().values()}
        if design is not None:
            for name, (_, kind) in collections().items():
                self._facts[kind] = {fact.id: fact for fact in collection_of(design, name)}

    def find(self, kind: type[T], identity: str) -> T | None:
        """The fact of a type and id; None where nothing like it stands."""
        return cast("T | None", self._facts[kind].get(identity))

    def all(self, kind: type[T]) -> tuple[T, ...]:
        """All facts of a type, in order of ids."""
        return cast("tuple[T, ...]", tuple(self._facts[kind].values()))

    def link(self, identity: str, a: str, b: str, speed_bps: int) -> Link | None:
        """The link of that id where it joins these two devices at that speed."""
        known = self.find(Link, identity)
        if known is None or (known.a.device, known.b.device, known.speed_bps) != (a, b, speed_bps):
            return None
        return known

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All attachments of endpoints."""
        return self.all(Attachment)

    @property
    def mlags(self) -> tuple[Mlag, ...]:
        """All pairs that bundle as one."""
        return self.all(Mlag)

    def links_of(self, device: str) -> tuple[Link, ...]:
        """The links that end on a device."""
        return tuple(self._links.get(device, ()))

    def ports(self, device: str) -> dict[str, int]:
        """The ports of a device that cables of links and attachments are plugged into, each with its speed."""
        return self._ports.get(device, {})

    def bundle(self, device: str, ports: Iterable[str]) -> Lag | None:
        """The bundle of a device that any of these ports is a member of."""
        return next((lag for port in ports if (lag := self._lags.get((device, port))) is not None), None)

    def mounted(self, rack: str) -> tuple[Device, ...]:
        """What stands in a rack."""
        return tuple(self._mounted.get(rack, ()))

    def names(self, device: str) -> frozenset[str]:
        """Names of the interfaces of a device."""
        return frozenset(self._names.get(device, ()))

    def prefixes(self, pool: str) -> tuple[Prefix, ...]:
        """The subnets and smaller pools inside a pool, by its id."""
        known = self.find(Pool, pool)
        if known is None:
            return ()
        block = parse_prefix(known.prefix)
        return tuple(prefix for prefix in self._prefixes if block.covers(prefix) and prefix != block)

    def vlan_numbers(self, site: str) -> frozenset[int]:
        """The VLAN numbers of a site."""
        return self._vlan_numbers.get(site, frozenset())

    def last_host(self, subnet: str) -> int:
        """The highest number of an address that an interface has in a subnet; 0 where none has."""
        return self._last_hosts.get(subnet, 0)

    @cached_property
    def _links(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.all(Link):
            found[link.a.device].append(link)
            found[link.b.device].append(link)
        return found

    @cached_property
    def _ports(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for link in self.all(Link):
            for end in (link.a, link.b):
                found[end.device][end.port] = link.speed_bps
        groups = {group.id: group for group in self.all(EndpointGroup) if group.homing is not Homing.WIRELESS}
        for one in self.all(Attachment):
            if one.group in groups:
                found[one.device] |= dict.fromkeys(one.ports, groups[one.group].nic_speed_bps)
        return found

    @cached_property
    def _lags(self) -> dict[tuple[str, str], Lag]:
        return {(lag.device, port): lag for lag in self.all(Lag) for port in lag.members}

    @cached_property
    def vni_numbers(self) -> frozenset[int]:
        """Numbers of VXLAN segments."""
        return frozenset(vni.number for vni in self.all(Vni))

    @cached_property
    def segments(self) -> frozenset[str | None]:
        """Ethernet segments of bundles."""
        return frozenset(lag.esi for lag in self.all(Lag))

    @cached_property
    def bundle_numbers(self) -> dict[str | None, frozenset[int | None]]:
        """Numbers of bundles by the pair that they are of."""
        found: dict[str | None, set[int | None]] = defaultdict(set)
        for lag in self.all(Lag):
            found[lag.mlag].add(lag.mlag_number)
        return {pair: frozenset(numbers) for pair, numbers in found.items()}

    @cached_property
    def _mounted(self) -> dict[str, list[Device]]:
        found: dict[str, list[Device]] = defaultdict(list)
        for device in self.all(Device):
            if device.rack is not None:
                found[device.rack].append(device)
        return found

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for interface in self.all(Interface):
            found[interface.device].add(interface.name)
        return found

    @cached_property
    def _prefixes(self) -> tuple[Prefix, ...]:
        cut = [*(subnet.prefix for subnet in self.all(Subnet)), *(pool.prefix for pool in self.all(Pool))]
        return tuple(sorted(map(parse_prefix, cut)))

    @cached_property
    def _vlan_numbers(self) -> dict[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for vlan in self.all(Vlan):
            found[vlan.site].add(vlan.number)
        return {site: frozenset(numbers) for site, numbers in found.items()}

    @cached_property
    def _last_hosts(self) -> dict[str, int]:
        """By subnet; an address lies in the subnet of its own length."""
        subnets = {parse_prefix(subnet.prefix): subnet.id for subnet in self.all(Subnet)}
        found: dict[str, int] = {}
        for interface in self.all(Interface):
            for own in map(parse_interface, interface.addresses):
                subnet = subnets.get(own.prefix)
                if subnet is not None:
                    found[subnet] = max(found.get(subnet, 0), own.address - own.prefix.network)
        return found


NOTHING = Standing()
"""Where nothing stands yet."""


def in_order(standing: Standing, role: Role, site: str) -> tuple[Device, ...]:
    """Devices of a role at a site in the order in which they were numbered."""
    found = (device for device in standing.all(Device) if device.role is role and device.site == site)
    return tuple(sorted(found, key=lambda device: (len(device.id), device.id)))
