"""TOP-14: what must not fail hangs on two switches, not on two ports of one."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.equipment.homing import endpoints_at, gold_groups, service_nodes, single_homed
from netdesign.model.inventory import Attachment, EndpointGroup, Homing
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

ALONE = frozenset({Homing.SINGLE, Homing.WIRELESS})


def _applies(case: Case) -> bool:
    enough = case.requirements.redundancy.at_least(Redundancy.MEDIUM)
    return enough and bool(gold_groups(case.network) or service_nodes(case.network))


@rule(
    code="TOP-14",
    name="dual-homing",
    title="Dual-homing of critical endpoints",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="redundancy medium and above, where there are gold servers, firewalls, load balancers or controllers",
    applicable=_applies,
    flags="Gold servers of which some hang on fewer than two devices in service; a firewall, load balancer or wireless"
    " controller with links to fewer than two switches or routers.",
    passes="Every gold server and every service node hangs on two devices or more.",
    remedy="Attach the second port to another switch, by MLAG or an Ethernet segment.",
    references=("NIST SP 800-53 SC-5(2)", "RFC 7432 §8"),
    reading="Gold is what is said to be gold and what a gold flow comes from or goes to. A bundle to one switch is one"
    " home. Users, telephones and cameras have one port each by nature; TOP-24 bounds how many fall with a switch."
    " Below redundancy medium no endpoint is promised a second switch.",
)
def dual_homing(case: Case) -> Iterator[Said]:
    """Counts the devices that endpoints and service nodes hang on."""
    groups, nodes = gold_groups(case.network), service_nodes(case.network)
    for group in groups:
        yield from _group(case, group)
    for node in nodes:
        if len(node.switches) < 2:
            name = case.network.devices[node.device].id
            homes = [case.network.devices[place].id for place in node.switches]
            yield Finding(
                message=f"{name} hangs on {homes[0] if homes else 'no switch'} alone and is cut off with it",
                elements=(name,),
                witness={"device": name, "homes": list(homes)},
            )
    yield Measure(name="gold groups of servers", value=len(groups))
    yield Measure(name="fewest homes of a service node", value=min((len(n.switches) for n in nodes), default=None),
                  threshold=2)  # fmt: skip


def _group(case: Case, group: EndpointGroup) -> Iterator[Finding]:
    homes = endpoints_at(case.network).get(group.id, {})
    alone = group.count if group.homing in ALONE else single_homed(case.network, group)
    if not alone:
        return
    how = f" as {group.homing.value}" if group.homing in ALONE else ""
    yield Finding(
        message=f"{min(alone, group.count)} of {group.count} gold servers of {group.id} hang on fewer than two"
        f" devices{how}: {', '.join(f'{name} has {count}' for name, count in sorted(homes.items())[:3]) or 'none'}",
        elements=(group.id,),
        witness={"group": group.id, "single_homed": min(alone, group.count), "endpoints": group.count,
                 "homes": [*sorted(homes)]},
    )  # fmt: skip


def _attachments(case: Case) -> tuple[Attachment, ...]:
    """The attachments of the first gold group that has several devices, those of its first device in front."""
    for group in gold_groups(case.network) if _applies(case) else ():
        mine = [one for one in case.network.grouped("attachments", "group").get(group.id, []) if one.ports]
        if len({one.device for one in mine}) > 1 and not single_homed(case.network, group):
            return tuple(sorted(mine, key=lambda one: one.device != mine[0].device))
    return ()


def _beyond_first(found: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    return tuple(one for one in found if one.device != found[0].device)


@dual_homing.mutant("plug all ports of gold servers into one switch")
def one_leaf(case: Case) -> Patch | None:
    """The attachments elsewhere move to the first device, ports and all."""
    found = _attachments(case)
    return tuple(Set("attachments", one.id, {"device": found[0].device}) for one in _beyond_first(found)) or None


@dual_homing.mutant("leave gold servers one port")
def one_port(case: Case) -> Patch | None:
    """The attachments on other devices than the first are gone."""
    return tuple(Remove("attachments", one.id) for one in _beyond_first(_attachments(case))) or None


@dual_homing.mutant("unplug the second ports of half of the gold servers")
def half_plugged(case: Case) -> Patch | None:
    """Of each attachment on other devices than the first, half of the ports."""
    rest = _beyond_first(_attachments(case))
    share = 2 * len(rest) ** 2
    return tuple(Set("attachments", one.id, {"ports": one.ports[: len(one.ports) // share]}) for one in rest) or None


@dual_homing.mutant("cut a firewall off one of its switches")
def one_switch(case: Case) -> Patch | None:
    """All its links to the others are out of service."""
    for node in service_nodes(case.network) if _applies(case) else ():
        name = case.network.devices[node.device].id
        kept = {name, *(case.network.devices[place].id for place in node.switches[:1])}
        cut = [
            link.id
            for link, live in zip(case.network.links, case.network.usable_links.tolist(), strict=True)
            if live and name in (link.a.device, link.b.device) and not {link.a.device, link.b.device} <= kept
        ]
        if len(node.switches) > 1 and cut:
            return tuple(Set("links", link, {"in_service": False}) for link in cut)
    return None


@dual_homing.mutant("shut the ports of a controller or firewall towards one switch")
def shut_node(case: Case) -> Patch | None:
    """The interfaces of the last service node."""
    for node in reversed(service_nodes(case.network)) if _applies(case) else ():
        name, far = case.network.devices[node.device].id, [case.network.devices[p].id for p in node.switches[1:]]
        at = case.network.interface_at
        ends = [(x, y) for link in case.network.links for x, y in ((link.a, link.b), (link.b, link.a))]
        ports = [x.port for x, y in ends if x.device == name and y.device in far and (name, x.port) in at]
        if ports:
            return tuple(Set("interfaces", case.network.interfaces[at[name, p]].id, {"enabled": False}) for p in ports)
    return None


@dual_homing.fix("bring links of the node back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Those that are out of service, and ports that are shut."""
    name = finding.witness.get("device")
    links = [one for one in case.network.links if name in (one.a.device, one.b.device)] if name else []
    known = case.network.by_id("devices")
    made = [Set("links", one.id, {"in_service": True}) for one in links if not one.in_service]
    ports = {(end.device, end.port) for one in links for end in (one.a, one.b)}
    shut = [one for one in case.network.interfaces if not one.enabled and (one.device, one.name) in ports]
    made += [Set("interfaces", one.id, {"enabled": True}) for one in shut]
    return tuple(made) if name in known and made else None


@dual_homing.fix("give the servers their second home on the partner of the first")
def second_home(case: Case, finding: Finding) -> Patch | None:
    """On the device that shares other servers with the first, at ports that are free there."""
    group = case.network.by_id("endpoint_groups").get(str(finding.witness.get("group")))
    mine = case.network.grouped("attachments", "group").get(group.id, []) if group else []
    if group is None or not mine:
        return None
    homes = endpoints_at(case.network).get(group.id, {})
    first = max(mine, key=lambda one: (homes.get(one.device, 0), one.ports, one.id))
    extra = [one for one in mine if one is not first and one.device == first.device]
    for partner in _partners(case, group, first.device):
        there = [one for one in mine if one.device == partner]
        count = min(group.count, len(first.ports)) - sum(len(one.ports) for one in there)
        ports = _free(case, partner, first.ports, count) if count > 0 else None
        if ports is None:
            continue
        if extra:
            return (Set("attachments", extra[0].id, {"device": partner, "ports": ports}),)
        if there:
            changes = {"ports": (*there[0].ports, *ports), "endpoints": len(first.ports)}
            return (Set("attachments", there[0].id, changes),)
        new = Attachment(id=f"{first.id}-second", group=group.id, device=partner, endpoints=len(ports), ports=ports,
                         profile=first.profile)  # fmt: skip
        return (Add("attachments", new),)
    return None


def _partners(case: Case, group: EndpointGroup, device: str) -> list[str]:
    """Devices by homes in common with another: by this group and others, else by pair, else of its type and near."""
    shared: dict[str, int] = {}
    for name, homes in endpoints_at(case.network).items():
        if device in homes:
            for other in homes.keys() - {device}:
                shared[other] = shared.get(other, 0) + (1_000 if name == group.id else 10)
    for pair in case.design.cabling.mlags:
        for other in pair.peers if device in pair.peers else ():
            shared[other] = shared.get(other, 0) + 100
    shared.pop(device, None)
    return sorted(shared, key=lambda name: (-shared[name], name)) or _like(case, device)


def _like(case: Case, device: str) -> list[str]:
    me = case.network.by_id("devices").get(device)
    if me is None:
        return []
    alike = [one for one in case.network.devices if (one.role, one.site, one.sku) == (me.role, me.site, me.sku)]
    room = case.network.by_id("racks").get(me.rack or "")
    alike.sort(key=lambda one: (one.block != me.block, _away(case, one.rack, room), one.id))
    return [one.id for one in alike if one.in_service and one.id != device]


def _away(case: Case, rack: str | None, own: object) -> float:
    other = case.network.by_id("racks").get(rack or "")
    if other is None or own is None or other.room != getattr(own, "room", None):
        return float("inf")
    return float(abs(other.position - getattr(own, "position", 0)) + 100 * abs(other.row - getattr(own, "row", 0)))


def _free(case: Case, device: str, wanted: tuple[str, ...], count: int) -> tuple[str, ...] | None:
    """Ports of a device that nothing takes, of the wanted names first, then like these in form."""
    taken = {end.port for link in case.network.links for end in (link.a, link.b) if end.device == device}
    for one in case.network.grouped("attachments", "device").get(device, []):
        taken.update(one.ports)
    kind = case.network.device_types[case.network.device_index[device]]
    like = {port.form_factor for name in wanted if kind is not None and (port := kind.port(name)) is not None}
    others = [port.name for port in kind.all_ports() if port.form_factor in like] if kind is not None else []
    free = [name for name in dict.fromkeys((*wanted, *others)) if name not in taken]
    return tuple(free[:count]) if len(free) >= count else None
