"""Small random networks with much symmetry: fabrics and trees, pairs, firewalls, providers, endpoints and flows."""

from __future__ import annotations

from random import Random
from typing import Any

from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.cabling import Lag, Srlg, SrlgKind
from netdesign.model.design import Design
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, HaGroup, HaMode, Homing
from netdesign.model.patch import Set, apply
from netdesign.model.security import IpProtocol, Service, Zone
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, Exposure, LinkPurpose, Role, ServiceClass, Trust
from tests.support.sketch import GBPS, design, device, interface, link

HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def random_design(seed: int) -> Design:
    """A design of some ten to twenty devices; like seeds, like designs."""
    dice = Random(seed)
    facts: list[Any] = [Zone(id=zone, name=zone, trust=50, exposure=Exposure.INTERNAL) for zone in ("user", "server")]
    facts.append(Zone(id="internet", name="internet", trust=0, exposure=Exposure.INTERNET))
    cores = [f"core{n}" for n in range(dice.choice([1, 2, 2, 3]))]
    access = [f"acc{n}" for n in range(dice.choice([2, 3, 4, 6]))]
    facts += [device(name, Role.CORE) for name in cores] + [device(name, Role.ACCESS) for name in access]
    facts += _cables(dice, cores, access)
    facts += _edge(dice, cores)
    groups = _endpoints(dice, access, facts)
    facts += _flows(dice, groups)
    return design(*facts)


def random_network(seed: int) -> Network:
    """The compiled form of `random_design`."""
    return compile_network(random_design(seed), default_catalog())


def rebuilt(network: Network, devices: tuple[int, ...], links: tuple[int, ...]) -> Network:
    """The network compiled anew from a design whose devices and links are out of service."""
    off = {"in_service": False}
    patch = [Set("devices", network.devices[place].id, off) for place in devices]
    patch += [Set("links", network.links[place].id, off) for place in links]
    return compile_network(apply(network.design, tuple(patch)), network.catalog)


def _cables(dice: Random, cores: list[str], access: list[str]) -> list[Any]:
    made: list[Any] = []
    strands, odd = dice.choice([1, 1, 2]), dice.random() < 0.3
    conduits = dice.random() < 0.5
    for m, switch in enumerate(access):
        for n, core in enumerate(cores):
            for strand in range(strands):
                if odd and dice.random() < 0.2:
                    continue
                risks = (f"conduit{n}",) if conduits else ()
                one = link(f"{switch}:u{n}.{strand}", f"{core}:d{m}.{strand}", LinkPurpose.UPLINK, srlgs=risks)
                made.append(one)
        if strands > 1 and dice.random() < 0.5:
            ports = tuple(one.a.port for one in made if hasattr(one, "a") and one.a.device == switch)
            needed = dice.choice([None, 1, 2])
            made.append(Lag(id=f"lag-{switch}", device=switch, interface="po1", members=ports, min_links=needed))
    if len(cores) > 1 and dice.random() < 0.5:
        made.append(link("core0:peer", "core1:peer", LinkPurpose.PEER))
    kind = SrlgKind.CONDUIT
    return made + [Srlg(id=f"conduit{n}", kind=kind, name=f"{n}") for n in range(len(cores)) if conduits]


def _edge(dice: Random, cores: list[str]) -> list[Any]:
    made: list[Any] = [device("isp0", Role.PROVIDER, managed=False), device("isp1", Role.PROVIDER, managed=False)]
    firewalls = [f"fw{n}" for n in range(dice.choice([0, 1, 2, 2]))]
    mode = dice.choice([HaMode.ACTIVE_STANDBY, HaMode.ACTIVE_ACTIVE])
    for m, firewall in enumerate(firewalls):
        made.append(device(firewall, Role.FIREWALL))
        made += [interface(firewall, f"z{zone}", zone=zone) for zone in ("user", "server", "internet")]
        made += [link(f"{firewall}:{n}", f"{core}:fw{m}", LinkPurpose.ATTACHMENT) for n, core in enumerate(cores)]
    if len(firewalls) > 1:
        made.append(HaGroup(id="pair", mode=mode, members=tuple(firewalls)))
    for n in range(2):
        made.append(device(f"edge{n}", Role.INTERNET_EDGE))
        made += [link(f"edge{n}:{m}", f"{core}:e{n}", LinkPurpose.ATTACHMENT) for m, core in enumerate(cores)]
        made.append(link(f"edge{n}:wan", f"isp{n}:1", LinkPurpose.CIRCUIT, trust=Trust.PUBLIC))
    return made


def _endpoints(dice: Random, access: list[str], facts: list[Any]) -> list[str]:
    names = []
    for number in range(dice.choice([1, 2, 3])):
        dual = dice.random() < 0.5
        zone, homing = dice.choice(["user", "server"]), Homing.MLAG if dual else Homing.SINGLE
        members = list(access) if dice.random() < 0.5 else dice.sample(access, 2)
        name, each = f"group{number}", dice.choice([1, 2])
        sets = [members[at : at + 2] for at in range(0, len(members) - 1, 2)] if dual else [[one] for one in members]
        for place, homes in enumerate(sets):
            # A dual-homed group for every pair of switches: its endpoints are at home on both at once.
            own = f"{name}-{place}" if dual else name
            names.append(own)
            facts += [_attach(own, home, each) for home in homes]
            if dual or place == 0:
                facts.append(_group(own, zone, each * (1 if dual else len(sets)), homing))
    if dice.random() < 0.5:
        facts += [device("ap", Role.ACCESS_POINT), link("ap:0", f"{access[0]}:ap", LinkPurpose.UPLINK)]
        facts += [_group("air", "user", 3, Homing.WIRELESS), _attach("air", "ap", 3)]
        names.append("air")
    return list(dict.fromkeys(names))


def _group(name: str, zone: str, count: int, homing: Homing) -> EndpointGroup:
    kind, nics = EndpointKind.SERVER, 2 if homing is Homing.MLAG else 1
    return EndpointGroup(id=name, name=name, site="dc1", kind=kind, count=count, zone=zone, nics=nics, homing=homing)


def _attach(group: str, where: str, endpoints: int) -> Attachment:
    ports = tuple(f"{group}p{n}" for n in range(endpoints))
    return Attachment(id=f"{group}@{where}", group=group, device=where, endpoints=endpoints, ports=ports, profile="p")


def _flows(dice: Random, groups: list[str]) -> list[Flow]:
    ends = [*groups, "isp"]
    made = []
    for number in range(dice.choice([1, 2, 3, 5])):
        near, far = (dice.choice(ends) for _ in range(2))
        if near == far == "isp":
            continue
        sources, targets = (("isp0", "isp1") if end == "isp" else (end,) for end in (near, far))
        made.append(
            Flow(
                id=f"flow{number}",
                sources=sources,
                targets=targets,
                service=HTTPS,
                service_class=dice.choice([ServiceClass.GOLD, ServiceClass.SILVER]),
                data_class=DataClass.INTERNAL,
                up_bps=dice.choice([1, 2, 3]) * GBPS,
                down_bps=dice.choice([0, 1, 2]) * GBPS,
            )
        )
    return made
