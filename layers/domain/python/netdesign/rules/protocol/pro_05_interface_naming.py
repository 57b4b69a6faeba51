"""PRO-05: every port is one that its device type has, spelled as its maker spells it, and named once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.equipment.link_ports import NO_PORT, link_ports, type_codes
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import column, small_codes, text_codes
from netdesign.catalog.sku import DeviceType
from netdesign.graph.network import Network
from netdesign.model.inventory import Attachment
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

PORT_KINDS = frozenset({InterfaceKind.PHYSICAL, InterfaceKind.MANAGEMENT})
LOGICAL = re.compile(r"[A-Za-z][\w/:.-]*")
"""What an interface that is no port may be called: one word, a letter first."""

Uses = dict[tuple[int, str], tuple[str, ...]]
"""Ports that a device type (by its code) lacks, with the elements that name them."""


def has_types(case: Case) -> bool:
    """Whether some device has a type that the catalogue knows."""
    return any(case.network.device_types)


@rule(
    code="PRO-05",
    name="unknown-port",
    title="Interface Naming",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="devices whose type is in the catalogue",
    applicable=has_types,
    flags="A port that the device type does not have (breakouts included) or that is not spelled as its maker "
    "does, two interfaces of one name on a device, and a logical interface that is no single word, is named "
    "like a port, or does not extend the name of its parent.",
    passes="Every port name is in the list of its device type, once.",
    remedy="Name the port as the device type lists it.",
    references=("Vendor documentation of interface names, as kept in the catalogue",),
)
def unknown_port(case: Case) -> Iterator[Said]:
    """A configuration for a port that does not exist is refused, or worse, ignored."""
    network = case.network
    uses = _interface_uses(network) | _link_uses(network) | _attachment_uses(network)
    kinds = type_codes(network)[1]
    for (code, name), elements in sorted(uses.items()):
        yield from _judged(kinds[code], name, elements)
    yield from _logical(network)
    yield from _doubles(network)
    unknown = [
        device.id
        for device, kind in zip(network.devices, network.device_types, strict=True)
        if kind is None and device.role is not Role.PROVIDER
    ]
    if unknown:
        yield Gap(message=f"{len(unknown)} devices have no type that the catalogue knows", elements=tuple(unknown[:20]))
    yield Measure(name="port names outside the catalogue", value=len(uses), threshold=0)


def _judged(kind: DeviceType, name: str, elements: tuple[str, ...]) -> Iterator[Finding]:
    spelled = re.fullmatch(kind.interface_grammar, name) is not None
    why = "is not in its list of ports" if spelled else "is not how its maker spells ports"
    yield Finding(
        message=f"{elements[0]}: {kind.sku} has no port {name}, which {why}",
        elements=elements,
        witness={"sku": kind.sku, "port": name, "spelled_well": spelled},
    )


def _interface_uses(network: Network) -> Uses:
    """Each kind of port that interfaces name and devices lack, with the interfaces that do."""
    codes, kinds = type_codes(network)
    table = interfaces(network)
    names: dict[str | None, int] = {}
    name = text_codes(column(network.interfaces, "name"), names)
    span, kind = len(names) + 1, codes[table.device].astype(np.int64)
    key = np.where(table.of_kind(*PORT_KINDS) & (kind >= 0), kind * span + name + 1, 0)
    texts = [text for text in names if text is not None]
    found: Uses = {}
    for at in small_codes(key)[0].tolist():
        code, number = divmod(int(key[at]) - 1, span)
        if code >= 0 and kinds[code].port(texts[number]) is None:
            found[code, texts[number]] = (network.interfaces[at].id,)
    return found


def _link_uses(network: Network) -> Uses:
    codes, ports = type_codes(network)[0], link_ports(network)
    found: Uses = {}
    for side, code, devices in zip(("a", "b"), (ports.a, ports.b), network.link_ends, strict=True):
        for at in np.flatnonzero(code == NO_PORT).tolist():
            end = network.links[at].a if side == "a" else network.links[at].b
            found.setdefault((int(codes[devices[at]]), end.port), (network.links[at].id, end.device))
    return found


def _attachment_uses(network: Network) -> Uses:
    codes, kinds = type_codes(network)
    attachments = network.design.inventory.attachments
    places = [int(codes[network.device_index.get(fact.device, -1)]) for fact in attachments]
    wired = {code for code, kind in enumerate(kinds) if kind.access_point is None}
    found: Uses = {}
    for code, names in {(code, fact.ports) for code, fact in zip(places, attachments, strict=True) if code in wired}:
        lacking = [name for name in names if kinds[code].port(name) is None]
        for name in lacking:
            found[code, name] = _first_attachment(attachments, places, code, name)
    return found


def _first_attachment(attachments: tuple[Attachment, ...], places: list[int], code: int, name: str) -> tuple[str, ...]:
    some = (fact for fact, place in zip(attachments, places, strict=True) if place == code and name in fact.ports)
    return next((fact.id, fact.device) for fact in some)


def _logical(network: Network) -> Iterator[Finding]:
    """Names of interfaces that are no ports, each name of a kind of device judged once."""
    codes, kinds = type_codes(network)
    table = interfaces(network)
    seen: set[tuple[int, str, str | None]] = set()
    for at in np.flatnonzero(~table.of_kind(*PORT_KINDS)).tolist():
        fact = network.interfaces[at]
        key = (int(codes[table.device[at]]), fact.name, fact.parent)
        problem = None if key in seen else _oddity(kinds[key[0]] if key[0] >= 0 else None, fact.name, fact.parent)
        seen.add(key)
        if problem:
            yield Finding(
                message=f"{fact.id}: the name {fact.name!r} of a {fact.kind.value} interface {problem}",
                elements=(fact.id,),
                witness={"name": fact.name, "kind": fact.kind.value},
            )


def _oddity(kind: DeviceType | None, name: str, parent: str | None) -> str | None:
    if parent is None and not LOGICAL.fullmatch(name):
        return "is not one word that starts with a letter"
    if kind is not None and kind.port(name) is not None:
        return "is the name of a port"
    if parent is not None and not re.fullmatch(re.escape(parent) + r"[.:/]\d+", name):
        return f"does not extend the name of its parent {parent} by a number"
    return None


def _doubles(network: Network) -> Iterator[Finding]:
    if len(network.interface_at) == len(network.interfaces):
        return
    names = Counter((fact.device, fact.name) for fact in network.interfaces)
    for (device, name), count in names.items():
        if count > 1:
            yield Finding(
                message=f"{device} has {count} interfaces named {name}",
                elements=(device,),
                witness={"name": name, "interfaces": count},
            )


@unknown_port.mutant("a port is named that the device does not have")
def eth99(case: Case) -> Patch | None:
    """Call the first port of a device of known type eth99."""
    network = case.network
    for fact, at in zip(network.interfaces, network.interface_devices.tolist(), strict=True):
        if fact.kind in PORT_KINDS and at >= 0 and network.device_types[at] is not None:
            return (Set("interfaces", fact.id, {"name": "eth99"}),)
    return None


@unknown_port.mutant("two interfaces of one device have one name")
def named_twice(case: Case) -> Patch | None:
    """Give a second port of a device the name of its first."""
    seen: dict[str, str] = {}
    for fact in case.network.interfaces:
        if fact.kind in PORT_KINDS:
            if fact.device in seen:
                return (Set("interfaces", fact.id, {"name": seen[fact.device]}),)
            seen[fact.device] = fact.name
    return None
