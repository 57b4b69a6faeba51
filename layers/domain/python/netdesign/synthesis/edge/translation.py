"""Translation towards providers: what hosts with private addresses need to reach the Internet, and to be reached."""

from __future__ import annotations

from ipaddress import ip_network
from math import ceil

from netdesign.model.addressing import Nat, NatKind
from netdesign.model.inventory import EndpointGroup
from netdesign.model.security import PublishedService
from netdesign.synthesis.draft.address_plan import SITE_LENGTH, format_v6
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.border import Edge


def translate(blueprint: Blueprint, edge: Edge) -> None:
    """Translate a site's private prefixes towards each of its providers, and its published services from there.

    The firewalls translate: they see every session both ways, say how many they hold, and share what they hold.
    Each provider's addresses have to be enough for all sessions, as the others may have failed.
    """
    plan = blueprint.addresses.sites[edge.site]
    if not ip_network(plan.block.prefix).is_global:
        _share_addresses(blueprint, edge, plan.block.prefix)
        _publish_addresses(blueprint, edge)
    if plan.v6 is not None and not ip_network(site_prefix := f"{format_v6(plan.v6)}/{SITE_LENGTH}").is_global:
        _map_prefixes(blueprint, edge, site_prefix)


def _nat(edge: Edge, name: str, kind: NatKind, provider: str, addresses: int, inside: tuple[str, ...]) -> Nat:
    devices = tuple(firewall.id for firewall in edge.firewalls)
    shared = len(devices) > 1 and kind is not NatKind.STATIC
    return Nat(
        id=f"{provider}-{name}",
        kind=kind,
        devices=devices,
        addresses=addresses,
        provider=provider,
        inside=inside,
        state_shared=shared,
    )


def _share_addresses(blueprint: Blueprint, edge: Edge, inside: str) -> None:
    """All hosts of the site behind a few addresses of each provider."""
    sessions, each = edge.plan.demand.sessions, blueprint.parameters.protocols.nat_sessions_per_address
    count = max(1, ceil(sessions / each))
    for provider in edge.providers:
        blueprint.add(_nat(edge, "outbound", NatKind.SOURCE_PORT, provider.id, count, (inside,)))
    blueprint.decide(
        f"How do hosts of {edge.site} with private IPv4 addresses reach the Internet?",
        f"{count} IPv4 addresses of each provider, shared by port on {_listed(edge)}",
        formula="addresses = ceil(sessions at the horizon / sessions per address), of each provider alone",
        inputs={"sessions": sessions, "sessions_per_address": each, "providers": len(edge.providers)},
        result=count,
        alternatives=(
            (
                "a prefix of our own, announced to every provider",
                f"{inside} is private; sessions would survive the loss of a provider",
            ),
            ("translation on the edge routers", "they hold no sessions in common, and their capacity is not stated"),
        ),
        fields=("users", "remote_users", "servers", "supernets", "internet_facing", "expected_growth_rate"),
        source="RFC 2663, RFC 4787, RFC 5382, RFC 6888; the providers have yet to assign the addresses, and what has "
        "one of theirs leaves by the provider that it belongs to (RFC 3704)",
    )


def _publish_addresses(blueprint: Blueprint, edge: Edge) -> None:
    """An outside IPv4 address at each provider for every service that the Internet may use."""
    made = 0
    for service in blueprint.all(PublishedService):
        group = blueprint.get(EndpointGroup, service.group)
        nets = (net for vlan in group.vlans for net in blueprint.nets(vlan))
        inside = tuple(net.subnet.prefix for net in nets if not net.six)
        if group.site == edge.site and inside:
            for provider in edge.providers:
                name = f"inbound-{service.id}"
                blueprint.add(_nat(edge, name, NatKind.DESTINATION, provider.id, 1, inside))
            made += 1
    if made:
        blueprint.decide(
            f"At which IPv4 addresses does the Internet find the services of {edge.site}?",
            f"one address of each provider for each of {made} services, led to its hosts by {_listed(edge)}",
            formula="addresses = services * providers",
            inputs={"services": made, "providers": len(edge.providers)},
            result=made * len(edge.providers),
            fields=("internet_facing",),
            source="RFC 2663; names have an address of each provider, so that either may fail",
        )


def _map_prefixes(blueprint: Blueprint, edge: Edge, inside: str) -> None:
    """The site's unique local block behind a block of the same length of each provider, one to one."""
    for provider in edge.providers:
        blueprint.add(_nat(edge, "outbound-v6", NatKind.STATIC, provider.id, 0, (inside,)))
    blueprint.decide(
        f"How do hosts of {edge.site} with unique local IPv6 addresses reach the Internet?",
        f"each provider assigns a /{SITE_LENGTH}, which {_listed(edge)} put in place of {inside} (NPTv6)",
        formula="prefix length outside = prefix length inside; one prefix of each provider",
        inputs={"inside": inside, "providers": len(edge.providers)},
        result=f"{len(edge.providers)} x /{SITE_LENGTH}",
        alternatives=(
            (
                "provider-independent addresses",
                "no IPv6 supernet was given: with one nothing would be translated, which is better where it can be had",
            ),
            (
                "addresses of the providers on every host",
                "hosts would have to choose between providers, and be renumbered with them",
            ),
        ),
        fields=("ipv6", "ipv6_supernet"),
        source="RFC 4193, RFC 6296 (experimental), RFC 7157; the providers have yet to assign the prefixes",
    )


def _listed(edge: Edge) -> str:
    return " and ".join(firewall.id for firewall in edge.firewalls)
