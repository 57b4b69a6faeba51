"""TOP-21: what is plugged into both ends of a link fits the cages and speaks the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netdesign.analysis.equipment.link_ports import link_ports
from netdesign.analysis.equipment.plugs import Misfit, misfits, split_cages, unbilled
from netdesign.catalog.media import Cage, cheapest_phy, media
from netdesign.model.cabling import Link
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Medium, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


def _applies(case: Case) -> bool:
    return any(link.phy is not None for link in case.network.links)


@rule(
    code="TOP-21",
    name="optic-compatibility",
    title="Optic / port / connector compatibility",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs that say what is plugged in",
    applicable=_applies,
    flags="A transceiver or cable that is none of the catalogue's, is of another speed than its link, wants another"
    " medium, or does not plug into the cage at one of the ends, split as that is; lanes of one split cage that want"
    " different parts; a ready-made cable between two split cages; a bill without the module, fan-out or split cable"
    " that a split cage takes.",
    passes="Every part fits both of its cages and its medium, and every split cage has one part for all lanes.",
    remedy="Take one physical layer that both cages and the medium take.",
    references=("IEEE 802.3-2022", "SFF-8024 (form factors and connectors)"),
    reading="A link names one physical layer for both ends, so that wavelength, lanes, FEC and connector agree by"
    " themselves; what can differ is the cage, the speed, the fibre, and what the lanes of a split cage share. Lists of"
    " transceivers that a maker supports the catalogue does not hold: the cage and its speeds stand for them.",
)
def optic_compatibility(case: Case) -> Iterator[Said]:
    """Looks at each combination of ports, speed, medium and physical layer once."""
    for misfit in misfits(case.network):
        yield _finding(case, misfit)
    for (device, cage), users in split_cages(case.network).items():
        parts = sorted({case.network.links[place].phy or "" for place in users})
        if len(parts) > 1:
            names = [case.network.links[place].id for place in users]
            yield Finding(
                message=f"cage {cage} of {device} is split; its lanes want {' and '.join(parts)}, one part serves all",
                elements=(device, *names[:SHOWN]),
                witness={"device": device, "cage": cage, "parts": list(parts), "links": list(names)},
            )
    for lack in unbilled(case.network):
        yield Finding(
            message=f"split cages take {lack.needed} of {lack.part}; the bill has {lack.billed}",
            elements=lack.devices[:SHOWN],
            witness={"part": lack.part, "kind": lack.kind.value, "needed": lack.needed, "billed": lack.billed},
        )
    bare = [device.id for device, kind in zip(case.network.devices, case.network.device_types, strict=True)
            if kind is None and device.sku is not None and device.in_service]  # fmt: skip
    if bare:
        message = f"the catalogue does not have the type of {', '.join(bare[:3])}"
        yield Gap(message=message, elements=tuple(bare[:SHOWN]))
    yield Measure(name="links with a part at both ends", value=sum(1 for link in case.network.links if link.phy))
    yield Measure(name="split cages", value=len(split_cages(case.network)))


def _finding(case: Case, misfit: Misfit) -> Finding:
    link = case.network.links[misfit.link]
    return Finding(
        message=f"link {link.id}: {misfit.reason}",
        elements=(link.id,),
        witness={"link": link.id, "phy": link.phy, "reason": misfit.reason, "medium": link.medium.value},
    )


def _plugged(case: Case) -> list[Link]:
    """Links in service that something of the catalogue is plugged into, between devices of known types."""
    known, sound = media().phys, []
    a, b = case.network.link_ends
    for place, link in enumerate(case.network.links):
        types = [case.network.device_types[end] if end >= 0 else None for end in (int(a[place]), int(b[place]))]
        if link.phy in known and link.in_service and all(types):
            sound.append(link)
    return sound


@optic_compatibility.mutant("plug a part of another form into a link")
def other_form(case: Case) -> Patch | None:
    """One of the same speed whose cages are none of the ports'."""
    known = media().phys
    for link in _plugged(case):
        mine = known[link.phy or ""]
        for phy in sorted(known.values(), key=lambda phy: phy.name):
            if phy.speed_bps == link.speed_bps and phy.form_factors.isdisjoint(mine.cages) and phy.form_factors:
                return (Set("links", link.id, {"phy": phy.name, "medium": min(phy.reach_m)}),)
    for link in _plugged(case):
        other = next(p for p in sorted(known.values(), key=lambda p: p.name) if p.speed_bps > link.speed_bps)
        return (Set("links", link.id, {"phy": other.name, "medium": min(other.reach_m)}),)
    return None


@optic_compatibility.mutant("plug in a part of another speed")
def other_speed(case: Case) -> Patch | None:
    """The first that differs."""
    for link in _plugged(case):
        other = next(p for p in sorted(media().phys.values(), key=lambda p: p.name) if p.speed_bps != link.speed_bps)
        return (Set("links", link.id, {"phy": other.name}),)
    return None


@optic_compatibility.mutant("lay a fibre that the optic does not light")
def other_medium(case: Case) -> Patch | None:
    """Multimode for single mode or the other way round; fibre for copper where there is no optic."""
    links = _plugged(case)
    for link in sorted(links, key=lambda one: not media().phys[one.phy or ""].fibres):
        wanted = media().phys[link.phy or ""].reach_m
        return (Set("links", link.id, {"medium": Medium.MMF_OM4 if Medium.MMF_OM4 not in wanted else Medium.SMF}),)
    return None


@optic_compatibility.mutant("plug in a part that nobody makes")
def unknown_part(case: Case) -> Patch | None:
    """The last link."""
    return next(((Set("links", link.id, {"phy": "nobody's"}),) for link in reversed(_plugged(case))), None)


@optic_compatibility.mutant("mix parts on the lanes of a split cage")
def mixed_lanes(case: Case) -> Patch | None:
    """One lane gets another part that fits the cage as well."""
    for users in split_cages(case.network).values():
        link = case.network.links[users[0]]
        mine = media().phys[link.phy or ""]
        for phy in sorted(media().phys.values(), key=lambda phy: phy.name):
            alike = phy.speed_bps == link.speed_bps and phy.name != link.phy and phy.splits >= mine.splits
            if len(users) > 1 and alike and phy.splits:
                return (Set("links", link.id, {"phy": phy.name, "medium": min(phy.reach_m)}),)
    return None


@optic_compatibility.mutant("leave the modules of split cages off the bill")
def no_modules(case: Case) -> Patch | None:
    """Their lines are gone."""
    wanted = {media().phys[case.network.links[users[0]].phy or ""] for users in split_cages(case.network).values()}
    parts = {phy.plugged(Cage(form, lanes)) for phy in wanted for form, lanes in phy.splits}
    gone = [line.id for line in case.design.parts.lines if line.part in parts]
    return tuple(Remove("lines", name) for name in gone) or None


@optic_compatibility.fix("take the cheapest part that fits both cages")
def fitting(case: Case, finding: Finding) -> Patch | None:
    """That of the cage's other lanes where it is split."""
    at = case.network.link_index.get(str(finding.witness.get("link")))
    if at is None:
        return _agreed(case, finding)
    link = case.network.links[at]
    mediums = frozenset({Medium.SMF}) if link.between_buildings else None
    length = link.length_m or 0.0
    for one in _cages(case, link, 0):
        for two in _cages(case, link, 1):
            phy = cheapest_phy(link.speed_bps, length, one.form_factor, two.form_factor, lanes_a=one.lanes,
                               lanes_b=two.lanes, mediums=mediums)  # fmt: skip
            if phy is not None:
                medium = next(m for m in phy.mediums(length) if mediums is None or m in mediums)
                return (Set("links", link.id, {"phy": phy.name, "medium": medium}),)
    return None


@optic_compatibility.fix("bill what split cages take")
def billed(case: Case, finding: Finding) -> Patch | None:
    """A line of the part, or more of it; prices come when the parts are counted again."""
    part, kind, needed = (finding.witness.get(key) for key in ("part", "kind", "needed"))
    if not (isinstance(part, str) and isinstance(kind, str) and isinstance(needed, int)):
        return None
    for line in case.design.parts.lines:
        if (line.part, line.kind.value) == (part, kind):
            total = None if line.unit_usd is None else round((needed + line.spares) * line.unit_usd, 2)
            return (Set("lines", line.id, {"quantity": needed, "total_usd": total}),)
    return (Add("lines", PartLine(id=f"{kind}-{part.lower()}", kind=PartKind(kind), part=part, quantity=needed)),)


def _agreed(case: Case, finding: Finding) -> Patch | None:
    """The part that most lanes of a cage take, for all of them."""
    names = finding.witness.get("links")
    known = case.network.by_id("links")
    links = [known[str(name)] for name in names if str(name) in known] if isinstance(names, list) else []
    votes = Counter((link.phy, link.medium) for link in links)
    if not votes:
        return None
    first = max(votes, key=lambda vote: (votes[vote], media().phys[vote[0] or ""].fibres, vote[0] or ""))
    return tuple(Set("links", x.id, {"phy": first[0], "medium": first[1]}) for x in links if x.phy != first[0])


def _cages(case: Case, link: Link, side: int) -> tuple[Cage, ...]:
    """How a link's port can be used at its speed; the other end's way where nothing is known of it."""
    ports, at = link_ports(case.network), case.network.link_index[link.id]
    codes = (int(ports.a[at]), int(ports.b[at]))
    chosen = codes[side] if codes[side] >= 0 else codes[1 - side]
    return ports.cages(chosen, link.speed_bps) if chosen >= 0 else ()
