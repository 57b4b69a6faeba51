"""Why a design cannot be extended to some requirements, found before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from netdesign.catalog.selection import Catalog
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements


def obstacles(existing: Design, wanted: ResolvedRequirements, catalog: Catalog) -> Iterator[Conflict]:
    """Each thing that stands and that the requirements do not allow for."""
    yield from _other_type(existing, wanted)
    yield from _sites_missing(existing, wanted)
    yield from _smaller(existing, wanted)
    yield from _other_ports(existing, wanted)
    yield from _outside_supernets(existing, wanted)
    yield from _unknown_types(existing, catalog)


def _way(field: str, old: object, new: object, statement: str, cost: str) -> Relaxation:
    return Relaxation(field=field, from_value=str(old), to_value=str(new), statement=statement, cost=cost)


def _anew() -> Relaxation:
    return _way("existing", "extended", "none", "design the network anew", "everything that stands is replaced")


def _other_type(existing: Design, wanted: ResolvedRequirements) -> Iterator[Conflict]:
    stands = existing.requirements.network_type
    if stands is not wanted.network_type:
        yield Conflict(
            code="other-network-type",
            requirements=("network_type", "existing"),
            statement=f"A network of type {stands.value} does not grow into one of type {wanted.network_type.value}.",
            numbers=(("stands", stands.value), ("asked", wanted.network_type.value)),
            relaxations=(
                _way("network_type", wanted.network_type.value, stands.value, f"extend it as {stands.value}", "none"),
                _anew(),
            ),
        )


def _sites_missing(existing: Design, wanted: ResolvedRequirements) -> Iterator[Conflict]:
    """Sites that stand and that the requirements leave out, or name otherwise."""
    asked = {site.id for site in wanted.sites}
    for site in existing.inventory.sites:
        if site.id not in asked:
            yield Conflict(
                code="site-left-out",
                requirements=("sites", "existing"),
                statement=f"{site.name} stands and is no site of the requirements.",
                numbers=(("site", site.id),),
                relaxations=(
                    _way("sites", ", ".join(sorted(asked)), site.name, f"name {site.name} among the sites", "none"),
                    _anew(),
                ),
            )


def _smaller(existing: Design, wanted: ResolvedRequirements) -> Iterator[Conflict]:
    """Sites that are to have less than they have."""
    stands = {site.id: site for site in existing.requirements.sites}
    for at, site in enumerate(wanted.sites):
        old = stands.get(site.id)
        for field in ("servers", "users", "endpoints", "racks", "buildings", "closets"):
            if old is not None and getattr(site, field) < getattr(old, field):
                now, then = getattr(old, field), getattr(site, field)
                yield Conflict(
                    code="smaller-than-what-stands",
                    requirements=(f"sites/{at}/{field}", "existing"),
                    statement=f"{site.name} has {now:,} {field}; {then:,} are asked for, and nothing is taken away.",
                    numbers=(("stands", str(now)), ("asked", str(then))),
                    relaxations=(
                        _way(f"sites/{at}/{field}", then, now, f"ask for {now:,} {field} or more", "none"),
                        _anew(),
                    ),
                )


def _other_ports(existing: Design, wanted: ResolvedRequirements) -> Iterator[Conflict]:
    """Servers with other ports than those that stand."""
    stands, asked = existing.requirements.servers, wanted.servers
    for field, now, then in (
        ("nics", stands.nics_per_server, asked.nics_per_server),
        ("nic_speed", stands.nic_speed_bps, asked.nic_speed_bps),
    ):
        if stands.count and now != then:
            yield Conflict(
                code="other-server-ports",
                requirements=(f"servers/{field}", "existing"),
                statement=f"The servers that stand have {field} {now:,}, those that are asked for {then:,}.",
                numbers=(("stands", str(now)), ("asked", str(then))),
                relaxations=(
                    _way(f"servers/{field}", then, now, f"ask for {field} {now:,}", "the same ports for all"),
                    _anew(),
                ),
            )


def _outside_supernets(existing: Design, wanted: ResolvedRequirements) -> Iterator[Conflict]:
    """Blocks of sites that stand outside the address space that the requirements give."""
    supernets = [ip_network(text) for text in wanted.supernets]
    for pool in existing.addressing.pools:
        block = ip_network(pool.prefix)
        inside = any(net.version == block.version and block.subnet_of(net) for net in supernets)  # type: ignore[arg-type]  # one version
        if pool.purpose == "site" and block.version == 4 and not inside:
            yield Conflict(
                code="addresses-outside",
                requirements=("addressing/supernets", "existing"),
                statement=f"{pool.prefix} is in use at {pool.site} and lies in none of {', '.join(wanted.supernets)}.",
                numbers=(("in_use", pool.prefix), ("given", ", ".join(wanted.supernets))),
                relaxations=(
                    _way(
                        "addressing/supernets",
                        ", ".join(wanted.supernets),
                        ", ".join((*wanted.supernets, pool.prefix)),
                        f"give {pool.prefix} as well",
                        "none",
                    ),
                    _anew(),
                ),
            )


def _unknown_types(existing: Design, catalog: Catalog) -> Iterator[Conflict]:
    """Types that stand and of which the catalogue knows nothing."""
    unknown = sorted({one.sku for one in existing.inventory.devices if one.sku is not None and one.sku not in catalog})
    for sku in unknown:
        yield Conflict(
            code="unknown-type",
            requirements=("existing", "existing"),
            statement=f"The catalogue has no {sku}: nothing says what ports and watts devices of it have left.",
            numbers=(("sku", sku),),
            relaxations=(_way("existing", sku, "a type of the catalogue", f"describe {sku} to the catalogue", "none"),),
        )
