"""A design as an SVG picture: tiers, devices or stacks of them, links with their number and speed."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element, SubElement, tostring

from netdesign.exchange.drawing import BOX_HEIGHT, BOX_WIDTH, GAP_Y, Box, Drawing, Line, drawing
from netdesign.exchange.xml_text import xml_text
from netdesign.graph.network import Network
from netdesign.model.quantity import format_bandwidth
from netdesign.model.vocabulary import LinkPurpose, Role

FILLS = {
    Role.PROVIDER: "#eceff1",
    Role.FIREWALL: "#ffe0d6",
    Role.INTERNET_EDGE: "#fff3c9",
    Role.WAN_EDGE: "#fff3c9",
    Role.SUPER_SPINE: "#d5e3fb",
    Role.SPINE: "#dfeafc",
    Role.CORE: "#dfeafc",
    Role.BORDER_LEAF: "#e6f4e4",
    Role.MANAGEMENT_SWITCH: "#f3ecf8",
    Role.CONSOLE_SERVER: "#f3ecf8",
}
DASHED = (LinkPurpose.HEARTBEAT, LinkPurpose.CIRCUIT)
NOTE_LINES = 5
"""Sums of links told under the name of a tier; there is no room for more."""


def svg(network: Network) -> bytes:
    """Return the picture as a document of its own."""
    plan = drawing(network)
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {plan.width:.0f} {plan.height:.0f}",
            "width": f"{plan.width:.0f}",
            "height": f"{plan.height:.0f}",
            "font-family": "system-ui, sans-serif",
            "role": "img",
        },
    )
    SubElement(root, "title").text = xml_text(network.design.name)
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    for name, y in plan.tiers:
        _text(root, name, 16, y + BOX_HEIGHT / 2 + 4, size=12, fill="#55636e")
        for row, note in enumerate(_sums(plan, y)[:NOTE_LINES]):
            _text(root, note, 16, y + BOX_HEIGHT / 2 + 22 + 13 * row, size=10, fill="#78858f")
    for line in plan.lines:
        _line(root, plan, line)
    for box in plan.boxes:
        _box(root, box)
    written: bytes = tostring(root, encoding="utf-8")
    return written


def _sums(plan: Drawing, y: float) -> list[str]:
    """What goes down from the tier at height `y`: links by the tier that they reach and their speed."""
    name_at = {height: name for name, height in plan.tiers}
    sums: Counter[tuple[float, int]] = Counter()
    for line in plan.lines:
        upper, lower = sorted((plan.boxes[line.a].y, plan.boxes[line.b].y))
        if upper == y:
            sums[lower, line.speed_bps] += line.count
    return [
        f"{count} × {format_bandwidth(speed)} {'within' if height == y else 'to ' + name_at[height]}"
        for (height, speed), count in sorted(sums.items())
    ]


def _line(root: Element, plan: Drawing, line: Line) -> None:
    x1, y1, x2, y2 = _ends(plan.boxes[line.a], plan.boxes[line.b])
    group = SubElement(root, "g")
    label = f"{line.count} × {format_bandwidth(line.speed_bps)}"
    SubElement(group, "title").text = f"{label} {line.purpose.value}"
    near = abs(y2 - y1) < BOX_HEIGHT + 2 * GAP_Y
    style = {"stroke": "#8fa3b0" if near else "#d3dce2", "stroke-width": f"{min(4.0, 1 + line.count / 8):.1f}"}
    if line.purpose in DASHED:
        style["stroke-dasharray"] = "5 4"
    coordinates = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    SubElement(group, "line", coordinates | style)


def _ends(a: Box, b: Box) -> tuple[float, float, float, float]:
    """The ends of a line: bottom to top between tiers, side to side within one."""
    if a.y == b.y:
        left, right = sorted((a, b), key=lambda box: box.x)
        return left.x + BOX_WIDTH, left.y + BOX_HEIGHT / 2, right.x, right.y + BOX_HEIGHT / 2
    upper, lower = sorted((a, b), key=lambda box: box.y)
    return upper.x + BOX_WIDTH / 2, upper.y + BOX_HEIGHT, lower.x + BOX_WIDTH / 2, lower.y


def _box(root: Element, box: Box) -> None:
    group = SubElement(root, "g")
    SubElement(group, "title").text = xml_text(f"{box.name} ({box.note}) × {box.count}")
    for offset in (6, 3, 0) if box.count > 1 else (0,):
        SubElement(
            group,
            "rect",
            {
                "x": f"{box.x + offset:.1f}",
                "y": f"{box.y - offset:.1f}",
                "width": str(BOX_WIDTH),
                "height": str(BOX_HEIGHT),
                "rx": "6",
                "fill": FILLS.get(box.role, "#edf6ec"),
                "stroke": "#5b7282",
            },
        )
    middle = box.x + BOX_WIDTH / 2
    _text(group, _shortened(box.name, 26), middle, box.y + 19, size=11, fill="#1d2a33", anchor="middle")
    note = box.note if box.count == 1 else f"{box.count} × {box.note}"
    _text(group, _shortened(note, 30), middle, box.y + 35, size=9, fill="#55636e", anchor="middle")


def _text(parent: Element, text: str, x: float, y: float, *, size: int, fill: str, anchor: str = "start") -> None:
    attributes = {
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "font-size": str(size),
        "fill": fill,
        "text-anchor": anchor,
    }
    SubElement(parent, "text", attributes).text = xml_text(text)


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
