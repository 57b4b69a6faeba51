"""Device types from the data files: each device has what its family shares, unless it says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from netdesign.catalog.ports import Breakout, FormFactor, PoeType, PortGroup, PortUse
from netdesign.catalog.sku import (
    AccessPointFacts,
    ControllerFacts,
    DeviceType,
    FirewallRates,
    Radio,
    Tables,
)
from netdesign.catalog.validation import Validation
from netdesign.errors import CatalogError
from netdesign.model.vocabulary import Role

_CAGE_LANES = {FormFactor.QSFP_DD: 8, FormFactor.OSFP: 8}
_PLAIN = (
    "sku",
    "model",
    "poe_budget_w",
    "poe_budget_one_supply_w",
    "power_max_w",
    "power_typical_w",
    "power_supplies",
    "rack_units",
    "mtbf_h",
    "price_usd",
    "licence_usd_per_year",
    "end_of_support",
    "interface_grammar",
    "source",
    "as_of",
)


def device_types(
    document: Mapping[str, Any], validations: Mapping[str, tuple[Validation, ...]] | None = None
) -> Iterator[DeviceType]:
    """Every device type of a vendor's document, with the certificates given for its part number.

    Raises `CatalogError` naming an entry that cannot be read.
    """
    families, known = document["families"], validations or {}
    for entry in document["devices"]:
        try:
            found = _device(document["vendor"], families[entry["family"]], entry)
            yield replace(found, validations=known.get(found.sku, ()))
        except (KeyError, TypeError, ValueError) as exc:
            raise CatalogError(f"device {entry.get('sku')!r} of {document['vendor']}: {exc!r}") from exc


def problems(device: DeviceType) -> tuple[str, ...]:
    """What contradicts itself in a device type; empty when nothing does."""
    return tuple(_port_problems(device)) + tuple(_power_problems(device))


def _device(vendor: str, family: Mapping[str, Any], entry: Mapping[str, Any]) -> DeviceType:
    """One device type."""
    fact: dict[str, Any] = {**family, **entry}
    rates = fact.get("firewall")
    return DeviceType(
        vendor=vendor,
        roles=frozenset(map(Role, fact["roles"])),
        ports=tuple(_group(group, family.get("breakout", {})) for group in fact["ports"]),
        switching_bps=_scaled(fact.get("switching_gbps"), 1e9),
        forwarding_pps=_scaled(fact.get("forwarding_mpps"), 1e6),
        tables=Tables(**{**family.get("tables", {}), **entry.get("tables", {})}),
        firewall=_rates(rates) if rates else None,
        access_point=_access_point(fact["access_point"]) if "access_point" in fact else None,
        controller=ControllerFacts(**fact["controller"]) if "controller" in fact else None,
        features=frozenset([*family.get("features", ()), *entry.get("features", ())]),
        **{name: fact[name] for name in _PLAIN if name in fact},
    )


def _group(group: Mapping[str, Any], naming: Mapping[str, Any]) -> PortGroup:
    """One run of ports; breakouts are written `4x25`, lanes by Gbit/s."""
    form_factor = FormFactor(group["form_factor"])
    return PortGroup(
        names=group["names"],
        count=group["count"],
        form_factor=form_factor,
        speeds_bps=tuple(round(speed * 1e9) for speed in group["speeds_gbps"]),
        breakouts=tuple(_breakout(text, form_factor, naming) for text in group.get("breakouts", ())),
        poe=PoeType(group["poe"]) if "poe" in group else None,
        use=PortUse(group.get("use", "any")),
    )


def _breakout(text: str, form_factor: FormFactor, naming: Mapping[str, Any]) -> Breakout:
    """A breakout named the family's way; numbering `by_lane` counts electrical lanes of the cage."""
    lanes, speed = text.split("x")
    step = _CAGE_LANES.get(form_factor, 4) // int(lanes) if naming.get("by_lane") else 1
    return Breakout(
        lanes=int(lanes),
        speed_bps=round(float(speed) * 1e9),
        suffix=naming["suffix"],
        replaces=naming.get("replaces", ""),
        first=naming.get("first", 1),
        step=max(1, step),
    )


def _rates(fact: Mapping[str, Any]) -> FirewallRates:
    """Firewall rates, which the data give in Gbit/s."""
    return FirewallRates(
        l4_bps=_scaled(fact.get("l4_gbps"), 1e9),
        ngfw_bps=_scaled(fact.get("ngfw_gbps"), 1e9),
        tls_bps=_scaled(fact.get("tls_gbps"), 1e9),
        ipsec_bps=_scaled(fact.get("ipsec_gbps"), 1e9),
        sessions=fact.get("sessions"),
        connections_per_second=fact.get("connections_per_second"),
        tunnels=fact.get("tunnels"),
    )


def _access_point(fact: Mapping[str, Any]) -> AccessPointFacts:
    """Access point facts; a radio is (band, streams, Mbit/s)."""
    radios = tuple(Radio(band, streams, round(rate * 1e6)) for band, streams, rate in fact["radios"])
    return AccessPointFacts(radios, fact["generation"], fact["poe_class"], fact.get("clients"))


def _scaled(value: float | None, unit: float) -> int | None:
    """A number in base units; None stays None."""
    return None if value is None else round(value * unit)


def _port_problems(device: DeviceType) -> Iterator[str]:
    """Ports whose number, names or speeds do not agree."""
    grammar = re.compile(device.interface_grammar)
    expanded = sum(group.count for group in device.ports)
    names = device.port_names
    if len(names) != expanded:
        yield f"{expanded} ports are stated, {len(names)} have a name of their own"
    lanes = (name for port in device.all_ports() for way in port.breakouts for name in way.names(port.name))
    odd = [name for name in (*names, *lanes) if not grammar.fullmatch(name)]
    if odd:
        yield f"names outside the grammar: {', '.join(odd[:3])}"
    for group in device.ports:
        if list(group.speeds_bps) != sorted(set(group.speeds_bps)):
            yield f"speeds of {group.names} do not ascend"
        yield from (
            f"{group.names} split {way.lanes}x exceeds its speed"
            for way in group.breakouts
            if way.lanes * way.speed_bps > group.speed_bps
        )


def _power_problems(device: DeviceType) -> Iterator[str]:
    """Power and PoE facts that do not agree."""
    fed = any(group.poe for group in device.ports)
    budget = device.poe_budget_w or 0
    if fed != bool(budget):
        yield "PoE ports and PoE budget do not agree"
    if (device.poe_budget_one_supply_w or 0) > budget:
        yield "one supply feeds more than all"
    if device.power_max_w <= 0 or device.power_supplies < 1:
        yield "power or supplies are not positive"
    if (device.power_typical_w or 0) > device.power_max_w:
        yield "typical power exceeds the largest"
