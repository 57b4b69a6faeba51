"""What the catalogue can supply: vendors and features for every mandatory role, and rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from netdesign.catalog.ports import PoeType, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.quantity import format_bandwidth
from netdesign.model.vocabulary import NetworkType, Role, SecurityLevel, TopologyPreference
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.conditions.shape import branches_alone
from netdesign.synthesis.conditions.wording import said_of, unsay
from netdesign.synthesis.needs.transports import Transport, transport

POWER: Final = {
    PoeType.AT: ("802 3at", "poe plus"),
    PoeType.BT3: ("802 3bt", "poe bt", "upoe", "4ppoe"),
}
"""Types of power by the words that name them, the least first; of 802.3bt type 3 does where no type is named."""


@dataclass(frozen=True, slots=True)
class Place:
    """A role that the design cannot do without, and what its devices must have."""

    role: Role
    features: frozenset[str] = frozenset()
    validated: bool = False
    """Whether a validated cryptographic module is asked for."""
    power: PoeType | None = None
    """The least that its ports must feed, where the request names a type of power."""

    @property
    def words(self) -> str:
        """The place for people, with its article."""
        name = self.role.value.replace("_", " ")
        wanted = [*sorted(self.features), *(["a validated cryptographic module"] if self.validated else [])]
        wanted += [f"{self.power} power"] if self.power else []
        article = "an" if name[0] in "aeiou" else "a"
        return f"{article} {name}" + (f" with {', '.join(wanted)}" if wanted else "")


def vendors_exclude_role(question: Question) -> Iterator[Conflict]:
    """Exclusions that leave nothing to buy for a mandatory place."""
    wanted = question.requirements
    if not wanted.excluded_vendors or question.virtual:
        return
    empty = [place for place in places(question) if not _supply(question, place)]
    fillable = [place for place in empty if _supply(question.suppose(excluded_vendors=()), place)]
    if not fillable:
        return
    kept = _least_readmission(question, fillable)
    back = [name for name in wanted.excluded_vendors if name not in kept]
    words = ", ".join(place.words for place in fillable).removeprefix("a ").removeprefix("an ")
    yield Conflict(
        code="vendors-leave-no-device",
        requirements=("excluded_vendors", _source(fillable[0])),
        statement=f"Without {', '.join(wanted.excluded_vendors)} the catalogue has no {words}.",
        numbers=numbers(devices_left=0, devices_in_catalogue=_count(question, fillable[0])),
        relaxations=(
            relax(
                "excluded_vendors",
                (wanted.excluded_vendors, kept),
                f"allow {' and '.join(back)}",
                f"devices of {' and '.join(back)} in the network",
            ),
            *_other_side(question, fillable),
        ),
    )


def places(question: Question) -> Iterator[Place]:
    """The mandatory places of the kind of network that is asked for."""
    wanted = question.requirements
    validated = question.parameters.security[wanted.security_level].fips_module
    if question.campus:
        sdn = wanted.network_type is NetworkType.SDN_CAMPUS or wanted.sdn_required
        powered = frozenset({"poe"}) if wanted.wireless or wanted.voice else frozenset()
        yield Place(Role.ACCESS, powered, power=_power(question))
        bare = branches_alone(question)
        if not bare:
            yield Place(Role.CORE, frozenset({"evpn"}) if sdn else frozenset())
        if wanted.network_type is NetworkType.WAN:
            if transport(wanted) is not Transport.TUNNELS:
                yield Place(Role.WAN_EDGE, frozenset({"bgp", "acl", "qos", "bfd"}))
            if not bare:
                yield Place(Role.INTERNET_EDGE, frozenset({"bgp", "acl", "qos"}))
        if wanted.wireless:
            yield Place(Role.ACCESS_POINT)
    else:
        yield Place(Role.LEAF, frozenset({"evpn", "vxlan"}))
        tall = wanted.servers.racks > question.parameters.fabric.collapsed_max_racks
        if tall or wanted.topology_preference is TopologyPreference.SPINE_LEAF:
            yield Place(Role.SPINE, frozenset({"bgp"}))
    yield Place(Role.FIREWALL, validated=validated)


def rate_above_catalogue(question: Question) -> Iterator[Conflict]:
    """A rate at the edge that no port of the catalogue runs at."""
    wanted = question.requirements
    role = Role.ACCESS if question.campus else Role.LEAF
    if question.virtual:
        return
    asked = [("bandwidth/min", wanted.bandwidth_min_bps, False)]
    if wanted.servers.count and not question.campus:
        asked.append(("servers/nic_speed", wanted.servers.nic_speed_bps, True))
    for field, rate, exact in asked:
        speeds = _speeds(question.devices(role))
        if not speeds or _runs(speeds, rate, exact=exact):
            continue
        yield _rate_conflict(question, role, (field, rate), exact=exact)


def _rate_conflict(question: Question, role: Role, asked: tuple[str, int], *, exact: bool) -> Conflict:
    wanted, (field, rate) = question.requirements, asked
    speeds = _speeds(question.devices(role))
    nearest = max((speed for speed in speeds if speed <= rate), default=min(speeds))
    words = format_bandwidth(nearest)
    ways = [relax(field, (format_bandwidth(rate), words), f"ask for {words}", "less bandwidth for each attachment")]
    unrestricted = question.suppose(excluded_vendors=())
    if wanted.excluded_vendors and _runs(_speeds(unrestricted.devices(role)), rate, exact=exact):
        change = wanted.excluded_vendors, ()
        ways.append(relax("excluded_vendors", change, "allow the excluded vendors", "their devices in the network"))
    else:
        higher = NetworkType.ENTERPRISE_DATACENTER
        if question.campus and _runs(_speeds(question.devices(Role.LEAF)), rate, exact=exact):
            other = (wanted.network_type.value, higher.value)
            ways.append(relax("network_type", other, f"ask for {higher}", "data-centre switches at every attachment"))
    name = role.value.replace("_", " ")
    return Conflict(
        code="rate-above-catalogue",
        requirements=(field, "excluded_vendors" if wanted.excluded_vendors else "network_type"),
        statement=f"No {name} switch that may be bought has ports at {format_bandwidth(rate)}.",
        numbers=numbers(asked=format_bandwidth(rate), nearest_on_offer=words, fastest=format_bandwidth(max(speeds))),
        relaxations=tuple(ways),
    )


def _speeds(devices: tuple[DeviceType, ...]) -> set[int]:
    return {
        speed
        for device in devices
        for port in device.data_ports()
        if port.use is not PortUse.UPLINK
        for speed in port.speeds_bps
    }


def _runs(speeds: set[int], rate: int, *, exact: bool) -> bool:
    """Whether a port carries the rate: exactly that speed for a network port, at least that for a demand."""
    return rate in speeds if exact else any(speed >= rate for speed in speeds)


def _supply(question: Question, place: Place) -> tuple[DeviceType, ...]:
    found = question.devices(place.role, place.features)
    day = question.requirements.evaluation_date
    fit = (device for device in found if device.validation_on(day) or not place.validated)
    return tuple(device for device in fit if place.power is None or _feeds(device, place.power))


def _power(question: Question) -> PoeType | None:
    """The type of power that the words of the request name; the highest of several."""
    named = [kind for kind, words in POWER.items() if next(said_of(question, words), None) is not None]
    return named[-1] if named else None


def _feeds(device: DeviceType, power: PoeType) -> bool:
    order = tuple(PoeType)
    return any(group.poe is not None and order.index(group.poe) >= order.index(power) for group in device.ports)


def _count(question: Question, place: Place) -> int:
    return len(_supply(question.suppose(excluded_vendors=()), place))


def _least_readmission(question: Question, empty: list[Place]) -> tuple[str, ...]:
    """The exclusions that can stay when as few vendors as possible are let back in."""
    excluded = question.requirements.excluded_vendors
    anyone = question.suppose(excluded_vendors=())
    makers = [{device.vendor for device in _supply(anyone, place)} for place in empty]
    useful = [vendor for vendor in reversed(excluded) if any(vendor in some for some in makers)]
    sets = (set(back) for size in range(1, len(empty) + 1) for back in combinations(useful, size))
    back = next(back for back in sets if all(back & some for some in makers))
    return tuple(vendor for vendor in excluded if vendor not in back)


def _source(place: Place) -> str:
    """The requirement that makes a place mandatory, or its features."""
    if place.validated:
        return "security_level"
    return "requires_wireless" if place.role is Role.ACCESS_POINT else "network_type"


def _other_side(question: Question, empty: list[Place]) -> Iterator[Relaxation]:
    """Giving way in what needs the role instead, where that alone helps."""
    wanted, levels = question.requirements, question.parameters.security
    lower = [level for level in SecurityLevel if not levels[level].fips_module][-1]
    candidates: list[tuple[dict[str, object], Relaxation]] = []
    if any(place.power for place in empty):
        words = [word for named in POWER.values() for word in named]
        silent = replace(question, spoken=())
        if all(_supply(silent, place) for place in places(silent)):
            yield from unsay(question, words, "feed no more than usual", "what needs more power has its own supply")
    if any(place.validated for place in empty):
        change = (wanted.security_level.value, lower.value)
        way = relax("security_level", change, f"choose security level {lower}", "no validated cryptographic modules")
        candidates.append(({"security_level": lower}, way))
    if wanted.wireless:
        way = relax("requires_wireless", (True, False), "do without wireless", "cables for everybody")
        candidates.append(({"wireless": False}, way))
    if wanted.network_type is NetworkType.SDN_CAMPUS:
        legacy = NetworkType.LEGACY_CAMPUS
        way = relax(
            "network_type",
            (wanted.network_type.value, legacy.value),
            f"ask for {legacy}",
            "no fabric overlay",
        )
        candidates.append(({"network_type": legacy, "sdn_required": False}, way))
    for changes, way in candidates:
        trial = question.suppose(**changes)
        if all(_supply(trial, place) for place in places(trial)):
            yield way
