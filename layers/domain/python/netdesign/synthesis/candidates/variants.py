"""What an architect would vary: the same request with another preference, form or reserve.

A variant changes the request's preferences or the policy's numbers, so that synthesis itself stays one
function; the design that comes of it is held to the request and to the policy as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from netdesign.model.edits import Edit
from netdesign.model.rationale import Alternative, Decision, Input
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, TopologyPreference
from netdesign.synthesis.trial import UNCHANGED, Change, Shop, tried

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.model.design import Design
    from netdesign.model.resolved import ResolvedRequirements

RATIOS: Final = ("leaf_general", "leaf_light", "spine", "access", "distribution", "wan_hub", "wan_hub_realtime")
HALF: Final = 0.5
SPARES: Final = {"capacity.spare_fill_rate": 0.9999, "capacity.spare_device_share": 0.1}
ROOM: Final = 2.0
"""Times as many free ports and places as the policy asks for."""
EASE: Final = 0.75
"""Of the utilisation that the policy allows."""
NETWORKING: Final = (Role.LEAF, Role.SPINE, Role.ACCESS, Role.CORE, Role.DISTRIBUTION, Role.WAN_EDGE)
VENDORS: Final = 2
TIERS: Final = (LinkPurpose.FABRIC, LinkPurpose.UPLINK)


@dataclass(frozen=True, slots=True)
class Variant:
    """An alternative to the design that the request leads to, and how it differs."""

    id: str
    title: str
    differs: str
    change: Change = UNCHANGED


BASE: Final = Variant("as-asked", "As asked", "the least cost under the policy")


def variants(base: Design, shop: Shop) -> Iterator[Variant]:
    """The alternatives to the design that the request leads to; those that matter most to an architect first."""
    requirements, parameters = base.requirements, shop.parameters
    yield from _spares(requirements)
    yield from _vendors(base, shop)
    yield from _redundancy(requirements, parameters)
    yield _wider(parameters)
    yield from _spines(base, parameters)
    yield _roomier(requirements, parameters)
    yield from _faster(base, parameters)
    yield from _fabric(base)
    yield from _shapes(requirements)


def _spares(requirements: ResolvedRequirements) -> Iterator[Variant]:
    if requirements.redundancy is not Redundancy.NONE:
        yield Variant(
            "spares",
            "Spares on the shelf",
            "a spare of nearly every part, so that repair takes hours and not until the next business day",
            Change(overrides=SPARES),
        )


def _vendors(base: Design, shop: Shop) -> Iterator[Variant]:
    """Each other vendor that was named, or that sells most of what the network is made of."""
    asked = base.requirements
    named = asked.preferred_vendors
    for vendor in named[1:] if len(named) > 1 else ():
        yield _made_by(vendor, f"{vendor} alone of the vendors that are preferred")
    if named:
        edits = (Edit(pointer="/preferred_vendors", value=[]),)
        yield Variant("any-vendor", "Any vendor", "no vendor is preferred", Change(edits=edits))
        return
    mine = main_vendor(base, shop)
    for vendor in _others(base, shop, mine)[:VENDORS]:
        yield _made_by(vendor, f"devices of {vendor} where it has any that suit, instead of {mine or 'others'}")


def _made_by(vendor: str, differs: str) -> Variant:
    edits = (Edit(pointer="/preferred_vendors", value=[vendor]),)
    return Variant(f"vendor-{vendor}", f"By {vendor}", differs, Change(edits=edits))


def main_vendor(base: Design, shop: Shop) -> str | None:
    """The vendor of most devices that carry users' traffic."""
    count: dict[str, int] = {}
    for device in base.inventory.devices:
        if device.role in NETWORKING and device.sku is not None and device.sku in shop.catalog:
            vendor = shop.catalog.device(device.sku).vendor
            count[vendor] = count.get(vendor, 0) + 1
    return min(count, key=lambda vendor: (-count[vendor], vendor), default=None)


def _others(base: Design, shop: Shop, mine: str | None) -> list[str]:
    """Vendors by how many of the roles of the design they have devices for, most first, then by their number."""
    roles = {device.role for device in base.inventory.devices if device.role in NETWORKING}
    excluded = base.requirements.excluded_vendors
    offers: dict[str, tuple[int, int]] = {}
    for role in sorted(roles):
        for kind in shop.catalog.devices(role, excluded=excluded):
            filled, kinds = offers.get(kind.vendor, (0, 0))
            offers[kind.vendor] = (filled, kinds + 1)
        for vendor in shop.catalog.vendors(role):
            if vendor in offers:
                offers[vendor] = (offers[vendor][0] + 1, offers[vendor][1])
    offers.pop(mine or "", None)
    return sorted(offers, key=lambda vendor: (-offers[vendor][0], -offers[vendor][1], vendor))


def _redundancy(requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[Variant]:
    """The next level, where the sites allow it."""
    for level in tuple(Redundancy)[requirements.redundancy.rank + 1 :][:1]:
        if parameters.redundancy[level].distinct_sites <= requirements.site_count:
            yield Variant(
                "more-redundant",
                f"Redundancy {level}",
                f"devices, links and circuits as redundancy {level} has them, {requirements.redundancy} being asked",
                Change(edits=(Edit(pointer="/redundancy", value=level.value),)),
            )


def _wider(parameters: Parameters) -> Variant:
    limits = parameters.oversubscription
    halves = {f"oversubscription.{name}": max(1.0, getattr(limits, name) * HALF) for name in RATIOS}
    return Variant(
        "wider",
        "Half the oversubscription",
        "uplinks for half the ratio of traffic below to capacity above that the policy allows",
        Change(overrides=halves),
    )


def _spines(base: Design, parameters: Parameters) -> Iterator[Variant]:
    """More spines than the fewest that do, where there are spines: each of them carries less."""
    used = sum(device.role is Role.SPINE for device in base.inventory.devices)
    more = [count for count in parameters.fabric.spine_counts if count > min(parameters.fabric.spine_counts)]
    if used and more:
        differs = f"at least {min(more)} spines, so that the loss of one takes less away"
        yield Variant("more-spines", "More spines", differs, Change(overrides={"fabric.spine_counts": more}))


def _faster(base: Design, parameters: Parameters) -> Iterator[Variant]:
    """The next speed of links between switches where tiers are joined, with fewer of them."""
    used = [link.speed_bps for link in base.cabling.links if link.purpose in TIERS]
    overrides: dict[str, object] = {}
    for section in ("fabric", "campus") if used else ():
        speeds = getattr(parameters, section).uplink_speeds_gbps
        faster = [speed for speed in speeds if speed * 10**9 > max(used)]
        if faster and any(speed * 10**9 <= max(used) for speed in speeds):
            overrides[f"{section}.uplink_speeds_gbps"] = faster
    if overrides:
        differs = f"links between switches faster than {max(used) // 10**9} Gbit/s, and so fewer of them"
        yield Variant("faster-uplinks", "Faster uplinks", differs, Change(overrides=overrides))


def _roomier(requirements: ResolvedRequirements, parameters: Parameters) -> Variant:
    level, name = parameters.redundancy[requirements.redundancy], requirements.redundancy.value
    overrides: dict[str, object] = {
        f"redundancy.{name}.spare_share": min(1.0, level.spare_share * ROOM),
        f"redundancy.{name}.max_utilisation": level.max_utilisation * EASE,
        "capacity.spine_port_reserve": min(1.0, parameters.capacity.spine_port_reserve * ROOM),
    }
    if level.max_utilisation_failed is not None:
        overrides[f"redundancy.{name}.max_utilisation_failed"] = level.max_utilisation_failed * EASE
    return Variant(
        "roomier",
        "Twice the reserve",
        "twice the free ports, and links and firewalls for three quarters of the load that the policy allows",
        Change(overrides=overrides),
    )


def _fabric(base: Design) -> Iterator[Variant]:
    """A fabric with spines where two leaves would do."""
    roles = {device.role for device in base.inventory.devices}
    if Role.LEAF in roles and Role.SPINE not in roles:
        overrides = {"fabric.collapsed_max_racks": 1, "fabric.collapsed_max_ports": 1}
        differs = "leaves and spines, which grow by further leaves, where two switches would do"
        yield Variant("with-spines", "Leaf and spine", differs, Change(overrides=overrides))


def _shapes(requirements: ResolvedRequirements) -> Iterator[Variant]:
    """Every other shape, where none is asked for; those that do not apply yield the same design again."""
    if requirements.topology_preference is None:
        for shape in TopologyPreference:
            words = shape.value.replace("_", " ")
            edits = (Edit(pointer="/topology_preference", value=shape.value),)
            yield Variant(f"shape-{shape}", words.capitalize(), f"the shape {words}", Change(edits=edits))


def made(variant: Variant, document: object, requirements: ResolvedRequirements, shop: Shop) -> Design:
    """The design of a variant, as an answer to the request itself; `requirements` is the request resolved.

    Raises `InfeasibleError` where the variant cannot be made.
    """
    design = tried(document, shop, variant.change)
    if variant.change == UNCHANGED:
        return design
    decisions = (*design.rationale.decisions, _decision(variant))
    return replace(design, requirements=requirements, rationale=replace(design.rationale, decisions=decisions))


def _decision(variant: Variant) -> Decision:
    wishes = ((edit.pointer, edit.value) for edit in variant.change.edits)
    inputs: tuple[tuple[str, Any], ...] = (*wishes, *variant.change.overrides.items())
    return Decision(
        id="candidate",
        question="How does this design differ from the one that the request leads to by itself?",
        choice=variant.title,
        formula="the request and the policy with these values in their place",
        inputs=tuple(Input(name=name, value=str(value)) for name, value in inputs),
        result=variant.differs,
        alternatives=(Alternative(choice=BASE.title, refused_because="offered beside this one"),),
        requirement_fields=tuple(edit.pointer.removeprefix("/") for edit in variant.change.edits),
        source="candidates",
    )


def alike(one: Design, other: Design) -> bool:
    """Whether two designs differ in nothing but words."""
    return replace(one, rationale=other.rationale, governance=other.governance) == other
