"""The lines themselves: links between border switches, the circuits that they are sold as, and shared risks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netdesign.catalog.circuits import circuit as sold
from netdesign.model.cabling import Circuit, CircuitKind, Link, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import LinkPurpose, Medium, ServiceClass, Trust
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.sizing import CIRCUIT_OWNER, first_review
from netdesign.synthesis.interconnect.offers import Offer
from netdesign.synthesis.interconnect.plan import Line, Plan, port_use
from netdesign.synthesis.operation.management import macsec_profile

HAND_OVER_M = 100.0
"""From a border switch to the meet-me room, where providers hand over."""
FIRST_WAY_M = 1_000.0
HOURS_A_YEAR = 8_766
MACSEC_FEATURE = "macsec"


def build_lines(blueprint: Blueprint, plan: Plan, borders: Mapping[str, Sequence[Device]]) -> tuple[Link, ...]:
    """All lines of the plan between the border switches of its sites, which take them by turns."""
    made: list[Link] = []
    turn = dict.fromkeys(borders, 0)
    for line in plan.lines:
        ends = []
        for site in (line.a, line.b):
            here = borders[site]
            ends.append(here[turn[site] % len(here)])
            turn[site] += 1
        made += _line(blueprint, plan, line, (ends[0], ends[1]), (turn[line.a] - 1, turn[line.b] - 1))
    return tuple(made)


def hold_ports(blueprint: Blueprint, plan: Plan, site: str, borders: Sequence[Device]) -> None:
    """Keep the ports of a site's lines on its border switches, before servers take the best of them."""
    for turn, line in enumerate(plan.at(site)):
        speed = line.offer.speed_bps
        blueprint.keep_ports(borders[turn % len(borders)], line.offer.links, speed, port_use(speed))


def _line(
    blueprint: Blueprint, plan: Plan, line: Line, ends: tuple[Device, Device], turns: tuple[int, int]
) -> tuple[Link, ...]:
    """The links of a line, which share its route, its entries and its provider."""
    offer, crypto = line.offer, None
    if plan.macsec and all(MACSEC_FEATURE in blueprint.kind(end).features for end in ends):
        crypto = macsec_profile(blueprint)
    with blueprint.releasing():
        links = blueprint.connect_routed(
            *ends,
            offer.speed_bps,
            LinkPurpose.CIRCUIT,
            count=offer.links,
            length_m=FIRST_WAY_M,
            srlgs=_risks(blueprint, line, turns),
            trust=Trust.LEASED,
            crypto=crypto,
            mtu_bytes=blueprint.parameters.fabric.underlay_mtu_bytes,
        )
    made = tuple(_laid(blueprint, link, offer) for link in links)
    for link in made:
        blueprint.add(_circuit(blueprint, line, link))
    for end in ends:
        blueprint.change(blueprint.get(Device, end.id), criticality=ServiceClass.GOLD)
    return made


def _laid(blueprint: Blueprint, link: Link, offer: Offer) -> Link:
    """The link with its optics and the length that these see: all of the route, or the way to the provider."""
    length = offer.km * 1000 if offer.kind.value == CircuitKind.DARK_FIBRE.value else HAND_OVER_M
    fields = {"phy": offer.phy.name, "medium": Medium.SMF, "length_m": length, "fibre_km": offer.km}
    return blueprint.change(link, between_buildings=True, **fields)


def _risks(blueprint: Blueprint, line: Line, turns: tuple[int, int]) -> tuple[str, ...]:
    """The conduit of the route, and the entries of both buildings that it takes by turns."""
    letter = chr(ord("a") + line.way)
    route = Srlg(
        id=f"{line.a}--{line.b}-route-{letter}",
        kind=SrlgKind.CONDUIT,
        name=f"route {letter} from {line.a} to {line.b}",
    )
    found = [blueprint.add(route).id]
    entries = max(2, blueprint.redundancy.edge_disjoint_paths)
    for site, turn in zip((line.a, line.b), turns, strict=True):
        entry = chr(ord("a") + (entries - 1 - turn) % entries)  # circuits to the Internet begin with the other
        risk = Srlg(id=f"{site}-entry-{entry}", kind=SrlgKind.CONDUIT, name=f"building entry {entry} of {site}")
        found.append(risk.id if blueprint.has(Srlg, risk.id) else blueprint.add(risk).id)
    return tuple(found)


def _circuit(blueprint: Blueprint, line: Line, link: Link) -> Circuit:
    offer, policy = line.offer, blueprint.parameters.availability
    return Circuit(
        id=f"{link.id}-circuit",
        link=link.id,
        kind=CircuitKind(offer.kind.value),
        provider=f"fibre-provider-{line.color + 1}",
        site=line.a,
        rate_down_bps=offer.speed_bps,
        rate_up_bps=offer.speed_bps,
        monthly_usd=round(offer.monthly_usd),
        price_assumed=sold(offer.kind).assumed,
        availability=round(
            availability(offer, policy.circuit, policy.fibre_cuts_per_km_year, policy.fibre_repair_h), 6
        ),
        owner=CIRCUIT_OWNER,
        review_date=first_review(blueprint.requirements, blueprint.parameters),
    )


def availability(offer: Offer, kept: Mapping[str, float], cuts_per_km: float, repair_h: float) -> float:
    """What is sold, or what the length of fibre leaves of it where that is less; a wave is kept up by its provider."""
    promised = kept[offer.kind.value]
    if offer.kind.value != CircuitKind.DARK_FIBRE.value:
        return promised
    return min(promised, 1 - offer.km * cuts_per_km * repair_h / HOURS_A_YEAR)
