"""The compiled network: the facts of a design as integer-indexed arrays, built once and read by all.

A device, link or interface is its position in the design's own tuple. Everything beyond the
basic arrays is computed when first asked for and kept, so that a rule pays only for what no rule
before it asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, update_wrapper
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from netdesign.graph.multigraph import Multigraph
from netdesign.model.patch import collection_of
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netdesign.catalog.selection import Catalog
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Bools, Ints, Longs
    from netdesign.model.addressing import Interface
    from netdesign.model.cabling import Link
    from netdesign.model.design import Design
    from netdesign.model.inventory import Device

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")

ROLES = tuple(Role)
PURPOSES = tuple(LinkPurpose)
KINDS = tuple(InterfaceKind)

FORWARDING_PURPOSES = (
    LinkPurpose.FABRIC,
    LinkPurpose.UPLINK,
    LinkPurpose.PEER,
    LinkPurpose.ATTACHMENT,
    LinkPurpose.CIRCUIT,
)
"""Links that carry what users send; management and heartbeat links never do."""


class Network:
    """A design, compiled. Treat it as frozen: what it has computed is shared."""

    def __init__(self, design: Design, catalog: Catalog) -> None:
        self.design = design
        self.catalog = catalog
        self.devices: tuple[Device, ...] = design.inventory.devices
        self.links: tuple[Link, ...] = design.cabling.links
        self.interfaces: tuple[Interface, ...] = design.addressing.interfaces
        self._memo: dict[Any, Any] = {}

    # Devices -----------------------------------------------------------------------------------

    @cached_property
    def device_index(self) -> dict[str, int]:
        """The position of each device by id; of devices that share an id, the first."""
        index: dict[str, int] = {}
        for position, device in enumerate(self.devices):
            index.setdefault(device.id, position)
        return index

    @cached_property
    def role_codes(self) -> Ints:
        """The role of each device as its position in `ROLES`."""
        code = {role: position for position, role in enumerate(ROLES)}
        return np.fromiter((code[d.role] for d in self.devices), np.int32, len(self.devices))

    @cached_property
    def in_service(self) -> Bools:
        """Which devices are in service."""
        return np.fromiter((d.in_service for d in self.devices), np.bool_, len(self.devices))

    @cached_property
    def ours(self) -> Bools:
        """Which devices are run by whom the network belongs to: all but a provider's ends of circuits."""
        ours: Bools = self.role_codes != ROLES.index(Role.PROVIDER)
        return ours

    @cached_property
    def device_types(self) -> tuple[DeviceType | None, ...]:
        """The catalogue's entry for each device; None for a provider's end and for an unknown SKU."""
        skus = {d.sku for d in self.devices if d.sku}
        known = {sku: self.catalog.device(sku) if sku in self.catalog else None for sku in skus}
        return tuple(known[d.sku] if d.sku else None for d in self.devices)

    def with_role(self, *roles: Role) -> Ints:
        """The positions of the in-service devices that have one of the roles, ascending."""
        codes = [ROLES.index(role) for role in roles]
        found: Ints = np.flatnonzero(np.isin(self.role_codes, codes) & self.in_service).astype(np.int32)
        return found

    def devices_by(self, field: str) -> dict[Any, list[int]]:
        """Positions of in-service devices grouped by a field of `Device`, such as `site` or `block`."""
        return self.memo(("devices_by", field), lambda: self._grouped_devices(field))

    def _grouped_devices(self, field: str) -> dict[Any, list[int]]:
        groups: dict[Any, list[int]] = defaultdict(list)
        for position, device in enumerate(self.devices):
            if device.in_service:
                groups[getattr(device, field)].append(position)
        return dict(groups)

    # Links -------------------------------------------------------------------------------------

    @cached_property
    def link_ends(self) -> tuple[Ints, Ints]:
        """The devices at the a and b end of each link; -1 where the link names a device that is not there."""
        index, count = self.device_index, len(self.links)
        named = (map(attrgetter(f"{end}.device"), self.links) for end in "ab")
        a, b = (np.fromiter(map(index.get, names, repeat(-1)), np.int32, count) for names in named)
        return a, b

    @cached_property
    def link_index(self) -> dict[str, int]:
        """The position of each link by id."""
        return {link.id: position for position, link in enumerate(self.links)}

    @cached_property
    def link_speed_bps(self) -> Longs:
        """The speed of each link."""
        return np.fromiter((link.speed_bps for link in self.links), np.int64, len(self.links))

    @cached_property
    def link_purposes(self) -> Ints:
        """The purpose of each link as its position in `PURPOSES`."""
        code = {purpose: position for position, purpose in enumerate(PURPOSES)}
        return np.fromiter((code[link.purpose] for link in self.links), np.int32, len(self.links))

    @cached_property
    def usable_links(self) -> Bools:
        """Which links join two different devices that exist and are, like the link, in service."""
        a, b = self.link_ends
        up = np.fromiter((link.in_service for link in self.links), np.bool_, len(self.links)) & ~self._shut_links
        alive = np.append(self.in_service, False)
        usable: Bools = up & (a >= 0) & (b >= 0) & (a != b) & alive[a] & alive[b]
        return usable

    @cached_property
    def _shut_links(self) -> Bools:
        """Which links end at a port that is switched off, or that belongs to a bundle that is."""
        shut = {(i.device, i.name) for i in self.interfaces if not i.enabled}
        lags = {i.lag for i in self.interfaces if i.lag and not i.enabled and i.kind is InterfaceKind.LAG}
        shut |= {(i.device, i.name) for i in self.interfaces if i.lag in lags} if lags else set()
        if not shut:
            return np.zeros(len(self.links), np.bool_)
        ends = ((link.a.device, link.a.port) in shut or (link.b.device, link.b.port) in shut for link in self.links)
        return np.fromiter(ends, np.bool_, len(self.links))

    def links_for(self, *purposes: LinkPurpose) -> Bools:
        """Which usable links serve one of the purposes."""
        codes = [PURPOSES.index(purpose) for purpose in purposes]
        found: Bools = self.usable_links & np.isin(self.link_purposes, codes)
        return found

    # Graphs: nodes are device positions, edges are link positions ----------------------------------

    @cached_property
    def physical(self) -> Multigraph:
        """Every usable link between devices in service."""
        return self._graph_of(self.usable_links)

    @cached_property
    def forwarding(self) -> Multigraph:
        """The usable links that carry what users send (no management, no heartbeats)."""
        return self._graph_of(self.links_for(*FORWARDING_PURPOSES))

    @cached_property
    def management(self) -> Multigraph:
        """The usable links of the out-of-band management network."""
        return self._graph_of(self.links_for(LinkPurpose.MANAGEMENT))

    def _graph_of(self, kept: Bools) -> Multigraph:
        a, b = self.link_ends
        return Multigraph(
            len(self.devices),
            np.where(kept, a, 0).astype(np.int32),
            np.where(kept, b, 0).astype(np.int32),
            None,
            self.in_service,
            kept,
        )

    # Interfaces --------------------------------------------------------------------------------

    @cached_property
    def interface_index(self) -> dict[str, int]:
        """The position of each interface by id; of interfaces that share an id, the first."""
        return _first_positions([interface.id for interface in self.interfaces])

    @cached_property
    def interface_devices(self) -> Ints:
        """The device of each interface; -1 where there is no such device."""
        index = self.device_index
        devices = map(attrgetter("device"), self.interfaces)
        return np.fromiter(map(index.get, devices, repeat(-1)), np.int32, len(self.interfaces))

    @cached_property
    def interface_at(self) -> dict[tuple[str, str], int]:
        """The position of each interface by (device id, interface name)."""
        devices, names = ([*map(attrgetter(field), self.interfaces)] for field in ("device", "name"))
        return _first_positions([*zip(devices, names, strict=True)])

    @cached_property
    def link_interfaces(self) -> tuple[Ints, Ints]:
        """The interfaces at the a and b end of each link; -1 where the port has no interface fact."""
        at, count = self.interface_at, len(self.links)
        ends = ((map(attrgetter(f"{end}.{field}"), self.links) for field in ("device", "port")) for end in "ab")
        a, b = (np.fromiter(map(at.get, zip(*end, strict=True), repeat(-1)), np.int32, count) for end in ends)
        return a, b

    # Facts by id, groups of facts, and anything computed once ---------------------------------------

    def by_id(self, collection: str) -> dict[str, Any]:
        """The facts of a collection by id; of facts that share an id, the first."""
        return self.memo(("by_id", collection), lambda: _first_by_id(collection_of(self.design, collection)))

    def grouped(self, collection: str, field: str) -> dict[Any, list[Any]]:
        """The facts of a collection grouped by the value of a field, in the design's order."""
        return self.memo(
            ("grouped", collection, field), lambda: _grouped(collection_of(self.design, collection), field)
        )

    def memo(self, key: Any, compute: Callable[[], R]) -> R:
        """Return what `compute` returned when `key` was first asked for."""
        if key not in self._memo:
            self._memo[key] = compute()
        result: R = self._memo[key]
        return result


def compile_network(design: Design, catalog: Catalog) -> Network:
    """Return the compiled form of `design`; nothing is computed before it is asked for."""
    return Network(design, catalog)


def analysis(
    function: Callable[Concatenate[Network, P], R],
) -> Callable[Concatenate[Network, P], R]:
    """Keep what the decorated function computes of a network, by its (hashable, positional) arguments."""

    def kept(network: Network, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (function, args, tuple(sorted(kwargs.items())) if kwargs else ())
        return network.memo(key, lambda: function(network, *args, **kwargs))

    update_wrapper(kept, function)
    return kept


def _first_by_id(facts: Iterable[Any]) -> dict[str, Any]:
    facts = list(facts)
    index = {fact.id: fact for fact in facts}
    if len(index) < len(facts):
        index.update((fact.id, fact) for fact in reversed(facts))
    return index


def _first_positions(keys: Sequence[K]) -> dict[K, int]:
    """The position of each key, of equal ones that of the first."""
    index = dict(zip(keys, range(len(keys)), strict=True))
    if len(index) < len(keys):
        index.update(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
    return index


def _grouped(facts: Iterable[Any], field: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for fact in facts:
        groups[getattr(fact, field)].append(fact)
    return dict(groups)
