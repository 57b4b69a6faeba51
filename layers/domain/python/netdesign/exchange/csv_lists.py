"""Lists that people work through with a spreadsheet: cables to lay, parts to buy, addresses to set."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from netdesign.model.design import Design

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cabling_csv(design: Design) -> bytes:
    """Return one row a link: both ends, speed, medium, transceiver, length, purpose."""
    names = {device.id: device.hostname for device in design.inventory.devices}
    heading = (
        "link",
        "a_device",
        "a_port",
        "b_device",
        "b_port",
        "speed_bps",
        "medium",
        "phy",
        "length_m",
        "purpose",
    )
    rows = (
        (
            link.id,
            names.get(link.a.device, link.a.device),
            link.a.port,
            names.get(link.b.device, link.b.device),
            link.b.port,
            link.speed_bps,
            link.medium.value,
            link.phy,
            link.length_m,
            link.purpose.value,
        )
        for link in design.cabling.links
    )
    return table_csv(heading, rows)


def bom_csv(design: Design) -> bytes:
    """Return one row a part: quantity in use, spares, price, and whether the price is assumed."""
    heading = ("kind", "part", "quantity", "spares", "unit_usd", "price_assumed", "total_usd", "power_w")
    rows = (
        (
            line.kind.value,
            line.part,
            line.quantity,
            line.spares,
            line.unit_usd,
            "yes" if line.price_assumed else "no",
            line.total_usd,
            line.power_w,
        )
        for line in design.parts.lines
    )
    return table_csv(heading, rows)


def addresses_csv(design: Design) -> bytes:
    """Return one row an address: device, interface, VRF, address, virtual or own."""
    names = {device.id: device.hostname for device in design.inventory.devices}
    rows = (
        (names.get(interface.device, interface.device), interface.name, interface.vrf, address, kind)
        for interface in design.addressing.interfaces
        for kind, addresses in (("own", interface.addresses), ("virtual", interface.virtual_addresses))
        for address in addresses
    )
    return table_csv(("device", "interface", "vrf", "address", "kind"), rows)


def table_csv(heading: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    """Return a table as comma-separated values, with what a spreadsheet would run disarmed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is quoted by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
