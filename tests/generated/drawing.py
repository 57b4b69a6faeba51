"""Requirements of every kind of network drawn at random, coherent in the way in which people write them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log
from random import Random
from typing import Any, Final

from tests.generated.contradictions import contradicted
from tests.generated.sectors import EUROPE, SECTORS, Place, Sector

TYPES: Final = (
    "enterprise_datacenter", "data_center_interconnect", "sdn_campus", "legacy_campus", "wan", "cloud_native", "hybrid",
)  # fmt: skip
SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "enterprise_datacenter": ("spine_leaf", "spine_leaf", "collapsed_core", "hybrid_topology"),
    "data_center_interconnect": ("mesh", "ring", "star", "hybrid_topology"),
    "sdn_campus": ("three_tier", "collapsed_core", "spine_leaf", "hybrid_topology"),
    "legacy_campus": ("three_tier", "collapsed_core", "star"),
    "wan": ("star", "star", "mesh", "ring", "hybrid_topology"),
    "cloud_native": ("star", "hybrid_topology", "mesh"),
    "hybrid": ("hybrid_topology", "star", "collapsed_core"),
}
"""The shapes that people ask for, by type."""
AVAILABILITY: Final = {"none": 0.99, "low": 0.995, "medium": 0.999, "high": 0.9995, "critical": 0.9999}
VENDORS: Final = ("Arista", "Cisco", "Juniper", "HPE Aruba", "Dell", "Nokia", "Extreme Networks", "MikroTik", "Huawei")
CONTRADICTED: Final = 0.12
"""The share of requests that contradict themselves on purpose."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest that is drawn."""

    sites: int = 2_000
    users: int = 100_000
    devices: int = 10_000


FULL: Final = Limits()
SMALL: Final = Limits(sites=12, users=300, devices=300)


def requirements(seed: int, limits: Limits = FULL) -> dict[str, Any]:
    """The requirements document of a seed; seeds take turns at the types of network."""
    random = Random(seed)
    kind = TYPES[seed % len(TYPES)]
    sector = random.choice([one for one in SECTORS for name in one.types if name == kind])
    document: dict[str, Any] = {
        "project_name": f"{sector.name} {seed}",
        "description": sector.words,
        "network_type": kind,
        "redundancy": random.choice(sector.redundancy),
        "security_level": random.choice(sector.security),
    }
    document |= _sized(random, kind, sector, limits)
    document |= _protected(random, sector)
    document |= _wished(random, kind, sector, document)
    if document["redundancy"] == "critical" and document["scale"]["sites"] == 1 and kind != "cloud_native":
        document["redundancy"] = "high"
    if random.random() < CONTRADICTED:
        contradicted(random, document)
    return document


def drawn_log(random: Random, least: float, most: float) -> int:
    """A whole number between the two; every factor is as likely as any other."""
    if most <= least:
        return int(least)
    return min(int(most), max(int(least), round(exp(random.uniform(log(least), log(most))))))


def _sized(random: Random, kind: str, sector: Sector, limits: Limits) -> dict[str, Any]:
    if kind in ("enterprise_datacenter", "data_center_interconnect"):
        return _halls(random, kind, sector, limits)
    if kind == "wan":
        return _wide(random, sector, limits)
    if kind == "cloud_native":
        return _clouded(random, sector, limits)
    return _premises(random, kind, sector, limits)


def _halls(random: Random, kind: str, sector: Sector, limits: Limits) -> dict[str, Any]:
    """Data centres: servers in racks, users elsewhere."""
    joined = kind == "data_center_interconnect"
    count = min(limits.sites, random.choice((2, 2, 2, 3, 3, 4, 6)) if joined else random.choice((1, 1, 1, 1, 1, 1, 2)))
    servers = max(count * (4 if joined else 1), drawn_log(random, 1, limits.devices))
    users = drawn_log(random, 1, limits.users)
    speed, rates = random.choice(
        (("10Gbps", ("1Gbps", "10Gbps")), ("25Gbps", ("10Gbps", "25Gbps")), ("25Gbps", ("10Gbps", "100Gbps")),
         ("100Gbps", ("25Gbps", "100Gbps")))
    )  # fmt: skip
    made: dict[str, Any] = {
        "scale": {"devices": servers, "users": users, "sites": count},
        "bandwidth": {"min": rates[0], "max": rates[1]},
    }
    if random.random() < 0.75:
        made["servers"] = {"count": servers, "nics": random.choice((1, 2, 2, 2, 4)), "nic_speed": speed}
    if joined or random.random() < 0.6:
        made["sites"] = _places(random, sector, count)
        per_rack = random.choice((8, 16, 20, 24))
        for site, share in zip(made["sites"], _parted(random, servers, count), strict=True):
            site |= {"servers": share, "racks": ceil(share / per_rack)}
            if random.random() < 0.5:
                site["kw"] = ceil(site["racks"] * random.choice((10, 12, 16)))
    return made


def _premises(random: Random, kind: str, sector: Sector, limits: Limits) -> dict[str, Any]:
    """Campuses, and offices or halls beside a cloud: people and machines at a few sites."""
    several = 12 if kind != "hybrid" else 30
    count = 1 if random.random() < 0.6 else drawn_log(random, 2, min(limits.sites, several))
    users = drawn_log(random, max(count, 1), min(limits.users, 20_000 * count))
    machines = min(limits.devices, ceil(users * sector.machines_per_user * random.uniform(0.5, 1.5)))
    racks_only = kind == "hybrid" and random.random() < 0.25
    servers = drawn_log(random, 1, min(limits.devices, 600 if racks_only else 4 + users / 20))
    made: dict[str, Any] = {
        "scale": {"devices": max(1, min(limits.devices, machines + servers)), "users": 0 if racks_only else users,
                  "sites": count},
        "bandwidth": dict(zip(("min", "max"), random.choice(
            (("100Mbps", "1Gbps"), ("1Gbps", "1Gbps"), ("1Gbps", "10Gbps"), ("1Gbps", "25Gbps"))), strict=True)),
    }  # fmt: skip
    if racks_only or random.random() < 0.4:
        made["servers"] = {"count": servers, "nics": 2, "nic_speed": "10Gbps"}
    if random.random() < 0.6:
        made["sites"] = _places(random, sector, count)
        shares = zip(_parted(random, made["scale"]["users"], count), _parted(random, machines, count), strict=True)
        for site, (people, things) in zip(made["sites"], shares, strict=True):
            site["users"] = people
            if not racks_only:
                site["endpoints"] = things
            if not racks_only and random.random() < 0.4:
                site.update(_ground(random, people, things))
    if racks_only and "sites" in made:
        for site, share in zip(made["sites"], _parted(random, servers, count), strict=True):
            site |= {"servers": share, "racks": ceil(share / 16)}
    if not racks_only:
        made |= _people(random, sector)
    return made


def _ground(random: Random, users: int, machines: int) -> dict[str, Any]:
    """Buildings and closets as somebody counts them who has walked through."""
    area = max(60, ceil(users * random.uniform(9, 20) + machines * random.uniform(2, 12)))
    buildings = max(1, ceil(area / random.uniform(6_000, 16_000)))
    closets = max(buildings, ceil(area / random.uniform(700, 1_400)), ceil((users + machines) / 180))
    return {"area_m2": area, "buildings": buildings, "closets": closets}


def _wide(random: Random, sector: Sector, limits: Limits) -> dict[str, Any]:
    """Many places of a few people each; those with servers are listed, or all of them."""
    count = drawn_log(random, 2, limits.sites)
    users = drawn_log(random, count, max(count, min(limits.users, 400 * count)))
    servers = drawn_log(random, 1, 4 + users / 50)
    devices = min(limits.devices, max(1, ceil(users * sector.machines_per_user) + servers))
    rates = random.choice((("100Mbps", "1Gbps"), ("1Gbps", "1Gbps"), ("1Gbps", "10Gbps")))
    made: dict[str, Any] = {
        "scale": {"devices": devices, "users": users, "sites": count},
        "bandwidth": {"min": rates[0], "max": rates[1]},
    }
    if count <= 12 and random.random() < 0.6:
        made["sites"] = _places(random, sector, count)
        for site, share in zip(made["sites"], _parted(random, users, count), strict=True):
            site["users"] = share
    elif count > 2 and random.random() < 0.6:
        made["sites"] = _places(random, sector, 2)
        for site in made["sites"]:
            site |= {"tier": 1, "servers": max(1, servers // 2), "users": max(1, users // (2 * count))}
    return made | _people(random, sector)


def _clouded(random: Random, sector: Sector, limits: Limits) -> dict[str, Any]:
    """Workloads at a provider, and offices that reach them."""
    count = drawn_log(random, 1, min(limits.sites, 200))
    users = drawn_log(random, count, max(count, min(limits.users, 2_000 * count)))
    loads = drawn_log(random, 1, limits.devices)
    made: dict[str, Any] = {
        "scale": {"devices": loads, "users": users, "sites": count},
        "bandwidth": {"min": "1Gbps", "max": "10Gbps"},
        "servers": {"count": loads},
    }
    if count <= 12 and random.random() < 0.7:
        made["sites"] = _places(random, sector, count)
        for site, share in zip(made["sites"], _parted(random, users, count), strict=True):
            site["users"] = share
    return made


def _people(random: Random, sector: Sector) -> dict[str, Any]:
    """What people at desks ask for; left out as often as not."""
    made: dict[str, Any] = {}
    if random.random() < 0.7:
        made["requires_wireless"] = random.random() < sector.wireless
    if random.random() < 0.7:
        made["requires_voip"] = random.random() < sector.voice
    if random.random() < 0.2:
        made["requires_video_conferencing"] = random.random() < 0.6
    return made


def _places(random: Random, sector: Sector, count: int) -> list[dict[str, Any]]:
    """So many sites of one part of the world, with coordinates or without; further ones lie near the first."""
    region: tuple[Place, ...] = random.choice(sector.places)
    known = random.sample(region, len(region))
    placed = random.random() < 0.6
    sites = []
    for at in range(count):
        name, latitude, longitude, law = known[at % len(known)]
        again = at // len(known)
        site: dict[str, Any] = {"name": name if not again else f"{name} {again + 1}", "jurisdiction": law}
        if placed:
            near = 0.05 * again
            site |= {"lat": round(latitude + near, 3), "lon": round(longitude + near, 3)}
        sites.append(site)
    return sites


def _parted(random: Random, total: int, parts: int) -> list[int]:
    """`total` in so many whole parts of some difference."""
    weights = [random.uniform(0.5, 1.5) for _ in range(parts)]
    shares = [int(total * weight / sum(weights)) for weight in weights]
    for at in range(total - sum(shares)):
        shares[at % parts] += 1
    return shares


def _protected(random: Random, sector: Sector) -> dict[str, Any]:
    """Frameworks and the data that they are about, and what the sector always asks for."""
    made: dict[str, Any] = {}
    frameworks = random.choice(sector.compliance)
    if frameworks:
        made["compliance"] = list(frameworks)
    if sector.data_classes and random.random() < 0.6:
        made["data_classes"] = list(sector.data_classes)
    made |= {field: value for field, value in sector.extras if random.random() < 0.5}
    if random.random() < sector.published:
        made["internet_facing"] = random.choice((["https"], ["https"], ["https", "smtp"], ["https", "dns"]))
    return made


def _wished(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    """Everything that people state besides size and protection."""
    made: dict[str, Any] = {}
    for draw in (_shape, _service, _vendors, _space, _flows, _growth, _words):
        made |= draw(random, kind, sector, document)
    budget = _budget(random, document) if random.random() < 0.25 else {}
    return made | budget


def _shape(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    if random.random() > 0.45:
        return {}
    shapes = SHAPES[kind]
    if kind == "wan" and document["scale"]["sites"] > 16:
        shapes = ("star", "hybrid_topology")
    if kind == "cloud_native" and document["security_level"] != "basic":
        shapes = ("star", "hybrid_topology")
    if kind == "hybrid" and not document["scale"]["users"]:
        shapes = ("hybrid_topology", "collapsed_core")
    if document["scale"]["sites"] <= 2 and kind == "data_center_interconnect":
        shapes = ("mesh", "hybrid_topology")
    return {"topology_preference": random.choice(shapes)}


def _service(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    """Availability, latency, loss and throughput."""
    made: dict[str, Any] = {}
    goal = AVAILABILITY[document["redundancy"]]
    chance = random.random()
    if chance < 0.15:
        made["availability_requirement"] = goal
    elif chance < 0.25:
        made["max_downtime_minutes_per_year"] = round((1 - goal) * 525_600, 1)
    if random.random() < 0.2:
        wide = kind in ("wan", "cloud_native", "hybrid", "data_center_interconnect")
        made["max_latency_ms"] = random.choice((60, 100, 150, 300) if wide else (5, 10, 20, 50))
    if random.random() < 0.1:
        made["packet_loss_threshold"] = random.choice((0.001, 0.005, 0.01))
    if random.random() < 0.1:
        made["min_throughput_gbps"] = random.choice((0.1, 0.5, 1))
    return made


def _vendors(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    chance = random.random()
    if chance < 0.15:
        return {"preferred_vendors": random.sample(VENDORS[:4], random.choice((1, 2)))}
    if chance < 0.3:
        return {"excluded_vendors": random.sample(VENDORS, random.choice((1, 1, 2)))}
    return {}


def _space(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    chance = random.random()
    if chance < 0.15:
        return {"addressing": {"ipv6": random.random() < 0.5}}
    if chance < 0.3:
        return {"addressing": {"supernets": ["10.0.0.0/8"], "reserved": ["10.200.0.0/16"]}}
    small = document["scale"]["sites"] == 1 and document["scale"]["users"] + document["scale"]["devices"] < 4_000
    if chance < 0.4 and small:
        return {"addressing": {"supernets": ["172.20.0.0/14"], "ipv6": random.random() < 0.5}}
    return {}


def _flows(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    """Flows that somebody has measured."""
    if random.random() > 0.2 or kind in ("wan", "data_center_interconnect"):
        return {}
    people = max(1, document["scale"]["users"])
    up, down = ceil(people * 0.05), ceil(people * 0.2)
    flows: list[dict[str, Any]] = [
        {"from": "users", "to": "servers", "service": "https", "up": f"{up}Mbps", "down": f"{down}Mbps"},
        {"from": "users", "to": "internet", "service": "https", "up": f"{up}Mbps", "down": f"{down}Mbps"},
    ]
    if kind in ("enterprise_datacenter", "cloud_native"):
        flows.append({"from": "servers", "to": "servers", "service": "https", "up": "2Gbps", "down": "2Gbps"})
    if kind == "hybrid":
        flows.append({"from": "servers", "to": "cloud", "service": "https", "up": "100Mbps", "down": "200Mbps"})
    if document.get("requires_voip"):
        flows.append({"from": "voice", "to": "internet", "service": "sip", "up": "2Mbps", "down": "2Mbps",
                      "class": "gold"})  # fmt: skip
    return {"flows": flows if document["scale"]["users"] else flows[2:] or flows[:0]}


def _growth(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if random.random() < 0.4:
        made["expected_growth_rate"] = random.choice(("0%", "3%", "5%", "10%", "20%", 0.15))
    if random.random() < 0.3:
        made["scalability_horizon_years"] = random.choice((1, 2, 3, 5))
    return made


def _words(random: Random, kind: str, sector: Sector, document: dict[str, Any]) -> dict[str, Any]:
    """What is said for people, and the words that choose a default."""
    made: dict[str, Any] = {}
    stack = random.choice(sector.technology)
    if stack and kind != "cloud_native":
        made["technology_stack"] = list(stack)
    if kind == "cloud_native" and random.random() < 0.4:
        made["technology_stack"] = ["aws"]
    if sector.applications and random.random() < 0.5:
        made["critical_applications"] = list(sector.applications)
    if random.random() < 0.15:
        made["constraints"] = [
            {"constraint_type": "timeline", "description": "Ready before the winter.", "is_hard_constraint": False}
        ]
        made["deployment_timeline"] = "six months"
    if random.random() < 0.15:
        made |= {"special_requirements": ["No works on weekdays."], "priority": "high", "submitted_by": "purchasing"}
    if random.random() < 0.1:
        made["submitted_at"] = "2026-02-02T09:00:00Z"
    if random.random() < 0.1:
        made["number_of_sites"] = document["scale"]["sites"]
    if random.random() < 0.1 and "sites" not in document:
        made["site_locations"] = [place[0] for place in EUROPE[: min(len(EUROPE), document["scale"]["sites"])]]
    if kind not in ("cloud_native", "hybrid") and random.random() < 0.08:
        made["cloud_integration"] = False
    return made


def _budget(random: Random, document: dict[str, Any]) -> dict[str, Any]:
    """An amount as somebody guesses it from heads, servers and sites; short of what it takes now and then."""
    scale, servers = document["scale"], document.get("servers", {}).get("count", 0)
    guess = 60_000 + 900 * scale["users"] + 5_000 * servers + 60_000 * scale["sites"]
    amount = round(guess * random.choice((0.7, 1, 1.5, 2, 3)), -4)
    currency = random.choice(("USD", "EUR"))
    soft = random.random() < 0.3
    made: dict[str, Any] = {"budget": f"{currency} {max(10_000, int(amount))}"}
    if soft:
        made["constraints"] = [{"constraint_type": "budget", "description": "A goal.", "is_hard_constraint": False}]
    return made
