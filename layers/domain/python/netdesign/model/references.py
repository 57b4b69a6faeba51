"""Which fields of which facts name other facts, so that a dangling name is found wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netdesign.errors import Fault
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections

REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "rooms": {"site": ("sites",)},
    "racks": {"room": ("rooms",)},
    "devices": {
        "site": ("sites",),
        "room": ("rooms",),
        "rack": ("racks",),
        "ha_group": ("ha_groups",),
        "management_profile": ("management_profiles",),
        "qos_plan": ("qos_plans",),
        "unused_port_profile": ("port_profiles",),
    },
    "ha_groups": {"members": ("devices",)},
    "endpoint_groups": {
        "site": ("sites",),
        "zone": ("zones",),
        "vlans": ("vlans",),
        "host_policy": ("policies",),
    },
    "attachments": {"group": ("endpoint_groups",), "device": ("devices",), "profile": ("port_profiles",)},
    "port_profiles": {"vlans": ("vlans",), "native_vlan": ("vlans",)},
    "links": {
        "a.device": ("devices",),
        "b.device": ("devices",),
        "srlgs": ("srlgs",),
        "crypto": ("crypto_profiles",),
    },
    "lags": {"device": ("devices",), "mlag": ("mlags",)},
    "mlags": {"peers": ("devices",), "peer_links": ("links",), "keepalive_link": ("links",)},
    "circuits": {"link": ("links",), "site": ("sites",)},
    "pools": {"site": ("sites",), "vrf": ("vrfs",)},
    "subnets": {
        "vrf": ("vrfs",),
        "site": ("sites",),
        "vlan": ("vlans",),
        "zone": ("zones",),
        "dhcp_relays": ("service_instances",),
    },
    "interfaces": {
        "device": ("devices",),
        "vrf": ("vrfs",),
        "vlan": ("vlans",),
        "vlans": ("vlans",),
        "native_vlan": ("vlans",),
        "lag": ("lags",),
        "zone": ("zones",),
        "access_list": ("policies",),
    },
    "nats": {"devices": ("devices",), "provider": ("devices",)},
    "vlans": {"site": ("sites",), "vrf": ("vrfs",), "zone": ("zones",), "devices": ("devices",)},
    "vrfs": {"zone": ("zones",)},
    "spanning_trees": {"device": ("devices",)},
    "processes": {"device": ("devices",), "vrf": ("vrfs",)},
    "igp_interfaces": {"process": ("processes",), "interface": ("interfaces",)},
    "bgp_neighbors": {
        "process": ("processes",),
        "interface": ("interfaces",),
        "import_policy": ("route_policies",),
        "export_policy": ("route_policies",),
    },
    "static_routes": {"device": ("devices",), "vrf": ("vrfs",)},
    "vnis": {"vlan": ("vlans",), "vrf": ("vrfs",)},
    "tunnels": {
        "a": ("devices",),
        "b": ("devices",),
        "crypto": ("crypto_profiles",),
        "a_interface": ("interfaces",),
        "b_interface": ("interfaces",),
        "a_link": ("links",),
        "b_link": ("links",),
    },
    "policies": {"devices": ("devices",), "gateways": ("cloud_gateways",)},
    "policy_rules": {
        "policy": ("policies",),
        "source_zones": ("zones",),
        "destination_zones": ("zones",),
        "flows": ("flows", "cloud_flows"),
    },
    "management_profiles": {
        "vrf": ("vrfs",),
        "aaa": ("service_instances",),
        "ntp": ("service_instances",),
        "logs": ("service_instances",),
        "flows": ("service_instances",),
        "monitors": ("service_instances",),
        "bastions": ("service_instances",),
    },
    "wireless_networks": {"zone": ("zones",), "vlans": ("vlans",), "sites": ("sites",)},
    "ddos_mitigations": {"providers": ("devices",)},
    "published_services": {"group": ("endpoint_groups", "cloud_networks")},
    "remote_accesses": {
        "heads": ("devices",),
        "zone": ("zones",),
        "crypto": ("crypto_profiles",),
        "subnets": ("subnets",),
    },
    "service_instances": {
        "site": ("sites",),
        "zone": ("zones",),
        "subnet": ("subnets",),
        "attached_to": ("devices",),
    },
    "cloud_networks": {"zone": ("zones",), "host_policy": ("policies",)},
    "cloud_subnets": {"network": ("cloud_networks",)},
    "cloud_attachments": {"network": ("cloud_networks",), "hub": ("cloud_hubs",)},
    "cloud_gateways": {"network": ("cloud_networks",)},
    "cloud_route_tables": {
        "hub": ("cloud_hubs",),
        "associated": ("cloud_attachments", "cloud_connections", "cloud_peerings"),
        "propagated": ("cloud_attachments", "cloud_connections", "cloud_peerings"),
    },
    "cloud_peerings": {"a": ("cloud_hubs",), "b": ("cloud_hubs",)},
    "cloud_connections": {
        "hub": ("cloud_hubs",),
        "device": ("devices",),
        "gateways": ("cloud_gateways",),
        "site": ("sites",),
        "zone": ("zones",),
        "seen_as": ("zones",),
        "crypto": ("crypto_profiles",),
    },
    "cloud_services": {"network": ("cloud_networks",)},
    "cloud_flows": {
        "sources": ("cloud_networks", "cloud_connections", "cloud_gateways"),
        "targets": ("cloud_networks", "cloud_connections", "cloud_gateways"),
    },
    "flows": {
        "sources": ("endpoint_groups", "service_instances", "devices"),
        "targets": ("endpoint_groups", "service_instances", "devices"),
    },
    "multicast_domains": {"vrf": ("vrfs",), "receiver_vlans": ("vlans",)},
}
"""Collection -> field (one step into a nested fact by a dot) -> the collections that the name may lie in."""


def faults_in(design: Design) -> tuple[Fault, ...]:
    """Every id that two facts of a collection share, and every name of a fact that is not there."""
    known = {name: {fact.id for fact in collection_of(design, name)} for name in collections()}
    return (*_duplicates(design), *_dangling(design, known))


def names_in(fact: Any, field: str) -> tuple[str, ...]:
    """The names that `field` of `fact` holds: none, one or several."""
    value: Any = fact
    for step in field.split("."):
        value = getattr(value, step)
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _duplicates(design: Design) -> Iterator[Fault]:
    for name, (group, _) in collections().items():
        seen: set[str] = set()
        for position, fact in enumerate(collection_of(design, name)):
            if fact.id in seen:
                yield Fault(
                    f"/{group}/{name}/{position}/id",
                    f"the id {fact.id!r} is used twice",
                    "give each its own id",
                )
            seen.add(fact.id)


def _dangling(design: Design, known: dict[str, set[str]]) -> Iterator[Fault]:
    for name, fields in REFERENCES.items():
        group = collections()[name][0]
        facts = collection_of(design, name)
        for field, targets in fields.items():
            allowed = set().union(*(known[target] for target in targets))
            for position, fact in enumerate(facts):
                for missing in (text for text in names_in(fact, field) if text not in allowed):
                    yield Fault(
                        f"/{group}/{name}/{position}/{field.replace('.', '/')}",
                        f"{missing!r} names nothing in {' or '.join(targets)}",
                        "name an id that is there, or add what it names",
                    )
