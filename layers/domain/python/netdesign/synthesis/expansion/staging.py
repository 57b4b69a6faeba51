"""The stage in which each new fact is needed: never before what it names, never before the device that it is on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from netdesign.graph.prefixes import Prefix, parse_interface, parse_prefix
from netdesign.model.addressing import Interface
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.references import REFERENCES, names_in
from netdesign.model.vocabulary import VlanPurpose
from netdesign.synthesis.expansion.stages import LAST, STANDS, Stage, Step, stage_of

EARLY: Final = Stage(Step.OUT_OF_BAND)
LATE: Final = frozenset({"endpoint_groups", "attachments", "port_profiles", "flows", "policies", "policy_rules"}) | {
    "published_services",
    "remote_accesses",
    "residencies",
    "nats",
    "zones",
    "vrfs",
    "wireless_networks",
}
"""What serves endpoints, and so comes with them."""
WIRES: Final = {VlanPurpose.MANAGEMENT: EARLY, VlanPurpose.TRANSIT: Stage(Step.EDGE)}
"""VLANs that come with the switches that they are on, at the earliest with these stages; others come with hosts."""
PASSES: Final = 4
"""Names of names of names: how deep facts lean on one another."""


class Staging:
    """The stage of every fact of a design that an existing one is to become."""

    def __init__(self, existing: Design, wanted: Design) -> None:
        self.wanted = wanted
        self._stands = {name: {fact.id for fact in collection_of(existing, name)} for name in collections()}
        self._stages: dict[tuple[str, str], Stage] = {}
        for name, rule in self._rules().items():
            for fact in collection_of(wanted, name):
                self._stages[name, fact.id] = self._found(name, fact, rule)
        for _ in range(PASSES):
            self._lean()

    def _found(self, name: str, fact: Any, rule: Callable[[Any], Stage]) -> Stage:
        """The stage of a fact by its rule; a site that is new is built whole, for parts of it are no network."""
        if fact.id in self._stands[name]:
            return STANDS
        site = fact.id if name == "sites" else getattr(fact, "site", None)
        return LAST if site is not None and site not in self._stands["sites"] else max(EARLY, rule(fact))

    def stage(self, collection: str, identity: str) -> Stage:
        """The stage of a fact."""
        return self._stages[collection, identity]

    def all(self) -> frozenset[Stage]:
        """All stages that any fact is of."""
        return frozenset(self._stages.values())

    def _rules(self) -> dict[str, Callable[[Any], Stage]]:
        """How the stage of a new fact of each collection is found; those found first are used by the others."""
        special: dict[str, Callable[[Any], Stage]] = {
            "devices": stage_of,
            "links": lambda link: self._latest("devices", (link.a.device, link.b.device)),
            "srlgs": self._risk,
            "lags": lambda lag: max((self._port(lag.device, port) for port in lag.members), default=LAST),
            "mlags": lambda mlag: self._latest("links", mlag.peer_links),
            "ha_groups": lambda group: self._latest("devices", group.members),
            "vlans": self._vlan,
            "interfaces": self._interface,
            "subnets": self._subnet,
            "processes": self._process,
            "bgp_neighbors": lambda one: self._owner(one.peer_address),
            "static_routes": lambda one: self._owner(one.next_hop),
            "route_policies": self._route_policy,
        }
        usual = {name: (lambda _, late=name in LATE: LAST if late else EARLY) for name in collections()}
        return special | {name: rule for name, rule in usual.items() if name not in special}

    def _lean(self) -> None:
        """No fact comes before what it names in a field that holds one name, nor before all of the names of a list."""
        for collection, fields in REFERENCES.items():
            for fact in collection_of(self.wanted, collection):
                here = self._stages[collection, fact.id]
                if here is STANDS:
                    continue
                for field, targets in fields.items():
                    named = [self._named(name, targets) for name in names_in(fact, field)]
                    least = min if isinstance(_value(fact, field), tuple) else max
                    here = max(here, least(named, default=here))
                self._stages[collection, fact.id] = here

    def _named(self, name: str, targets: Iterable[str]) -> Stage:
        """The stage of the fact of a name in one of some collections."""
        return max((self._stages[at, name] for at in targets if (at, name) in self._stages), default=STANDS)

    def _latest(self, collection: str, names: Iterable[str]) -> Stage:
        return max((self._stages.get((collection, name), STANDS) for name in names), default=LAST)

    def _risk(self, risk: Any) -> Stage:
        """A shared risk comes with the first link that it lies under."""
        links = (link.id for link in self.wanted.cabling.links if risk.id in link.srlgs)
        return min((self._stages["links", name] for name in links), default=LAST)

    def _vlan(self, vlan: Any) -> Stage:
        if vlan.purpose not in WIRES:
            return LAST
        return max(WIRES[vlan.purpose], self._latest("devices", vlan.devices))

    def _route_policy(self, policy: Any) -> Stage:
        """With the first session that it filters."""
        sessions = self.wanted.routing.bgp_neighbors
        named = (one.id for one in sessions if policy.id in (one.import_policy, one.export_policy))
        return min((self._stages["bgp_neighbors", name] for name in named), default=LAST)

    def _process(self, process: Any) -> Stage:
        """With its device; one that a device in place gets is for endpoints to come."""
        here = self._stages["devices", process.device]
        return LAST if here == STANDS else here

    def _port(self, device: str, port: str) -> Stage:
        """The stage of what is plugged into a port."""
        return self._plugs.get((device, port), self._stages["devices", device])

    def _interface(self, interface: Interface) -> Stage:
        """With its device, with the link in its port, with the bundle or the port that it lies on, with its VLAN."""
        parent = self._parents.get((interface.device, interface.parent or ""), interface.name)
        bundle = self._stages.get(("lags", interface.lag or ""), STANDS)
        return max(self._port(interface.device, interface.name), self._port(interface.device, parent), bundle)

    def _subnet(self, subnet: Any) -> Stage:
        if subnet.vlan is not None:
            return self._stages["vlans", subnet.vlan]
        return self._homes.get(parse_prefix(subnet.prefix), LAST)

    def _owner(self, address: str | None) -> Stage:
        """The stage of the interface that has an address; what is not ours stands."""
        return self._addresses.get(address or "", STANDS)

    @cached_property
    def _plugs(self) -> dict[tuple[str, str], Stage]:
        return {
            (end.device, end.port): self._stages["links", link.id]
            for link in self.wanted.cabling.links
            for end in (link.a, link.b)
        }

    @cached_property
    def _parents(self) -> Mapping[tuple[str, str], str]:
        """A port of each bundle, by the bundle's name; a port is its own."""
        return {(lag.device, lag.interface): lag.members[0] for lag in self.wanted.cabling.lags if lag.members}

    @cached_property
    def _homes(self) -> dict[Prefix, Stage]:
        """The earliest interface in each prefix."""
        found: dict[Prefix, Stage] = {}
        for interface in self.wanted.addressing.interfaces:
            stage = self._stages["interfaces", interface.id]
            for text in interface.addresses:
                prefix = parse_interface(text).prefix
                found[prefix] = min(stage, found.get(prefix, stage))
        return found

    @cached_property
    def _addresses(self) -> dict[str, Stage]:
        """The earliest interface with each address, shared ones too."""
        found: dict[str, Stage] = {}
        for interface in self.wanted.addressing.interfaces:
            stage = self._stages["interfaces", interface.id]
            for text in (*interface.addresses, *interface.virtual_addresses):
                address = text.partition("/")[0]
                found[address] = min(stage, found.get(address, stage))
        return found


def _value(fact: Any, field: str) -> Any:
    for step in field.split("."):
        fact = getattr(fact, step)
    return fact
