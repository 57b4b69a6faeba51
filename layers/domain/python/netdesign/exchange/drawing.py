"""Where everything goes in a picture of a design: tiers from the top down, like devices drawn as one stack."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from netdesign.graph.network import FORWARDING_PURPOSES, Network
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import LinkPurpose, Role

TIERS: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("outside", (Role.PROVIDER,)),
    ("edge", (Role.INTERNET_EDGE, Role.WAN_EDGE)),
    ("firewalls and services", (Role.FIREWALL, Role.LOAD_BALANCER, Role.WIRELESS_CONTROLLER)),
    ("border leaves", (Role.BORDER_LEAF,)),
    ("super-spines", (Role.SUPER_SPINE,)),
    ("core and spines", (Role.CORE, Role.SPINE)),
    ("distribution", (Role.DISTRIBUTION,)),
    ("leaves and access", (Role.LEAF, Role.ACCESS)),
    ("access points", (Role.ACCESS_POINT,)),
    ("management", (Role.MANAGEMENT_SWITCH, Role.CONSOLE_SERVER)),
)

ROW_LIMIT = 10
"""A tier with more devices than this is drawn as stacks of like devices."""

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, LABEL_WIDTH = 150, 46, 22, 84, 24, 210


@dataclass(frozen=True, slots=True)
class Box:
    """A device, or a stack of `count` like ones, with its top left corner in pixels."""

    name: str
    note: str
    role: Role
    count: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """The links between two boxes (positions in `Drawing.boxes`), `count` of them at `speed_bps`."""

    a: int
    b: int
    count: int
    speed_bps: int
    purpose: LinkPurpose


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture before it is written: size, tier names with their height, boxes, lines."""

    width: float
    height: float
    tiers: tuple[tuple[str, float], ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawing(network: Network) -> Drawing:
    """Lay out the design that `network` was compiled from."""
    rows = _rows(network)
    width = MARGIN * 2 + LABEL_WIDTH + max((len(row) for _, row in rows), default=1) * (BOX_WIDTH + GAP_X)
    boxes: list[Box] = []
    box_of: dict[int, int] = {}
    tiers = []
    for level, (name, row) in enumerate(rows):
        y = MARGIN + level * (BOX_HEIGHT + GAP_Y)
        tiers.append((name, y))
        left = LABEL_WIDTH + (width - LABEL_WIDTH - len(row) * (BOX_WIDTH + GAP_X) + GAP_X) / 2
        for column, members in enumerate(row):
            box_of |= dict.fromkeys(members, len(boxes))
            boxes.append(_box(network, members, left + column * (BOX_WIDTH + GAP_X), y))
    height = MARGIN * 2 + max(1, len(rows)) * (BOX_HEIGHT + GAP_Y) - GAP_Y
    return Drawing(width, height, tuple(tiers), tuple(boxes), _lines(network, box_of))


def _rows(network: Network) -> list[tuple[str, list[list[int]]]]:
    found = []
    for name, roles in TIERS:
        members = [int(position) for position in network.with_role(*roles)]
        if members:
            found.append((name, _stacks(network.devices, members)))
    return found


def _stacks(devices: tuple[Device, ...], members: list[int]) -> list[list[int]]:
    members = sorted(members, key=lambda position: (devices[position].site, devices[position].hostname))
    if len(members) <= ROW_LIMIT:
        return [[position] for position in members]
    for key in (
        lambda d: (d.role, d.site, d.block, d.room),
        lambda d: (d.role, d.site, d.block),
        lambda d: (d.role, d.site),
    ):
        stacks: dict[object, list[int]] = defaultdict(list)
        for position in members:
            stacks[key(devices[position])].append(position)
        if len(stacks) <= ROW_LIMIT:
            return list(stacks.values())
    return [members]


def _box(network: Network, members: list[int], x: float, y: float) -> Box:
    first = network.devices[members[0]]
    kind = network.device_types[members[0]]
    name = first.hostname if len(members) == 1 else f"{first.hostname} +{len(members) - 1}"
    note = kind.model if kind else first.role.value.replace("_", " ")
    return Box(name, note, first.role, len(members), x, y)


def _lines(network: Network, box_of: dict[int, int]) -> tuple[Line, ...]:
    a, b = network.link_ends
    drawn = network.links_for(*FORWARDING_PURPOSES, LinkPurpose.HEARTBEAT)
    counts: Counter[tuple[int, int, int, LinkPurpose]] = Counter()
    for position in drawn.nonzero()[0].tolist():
        ends = sorted((box_of.get(int(a[position]), -1), box_of.get(int(b[position]), -1)))
        if ends[0] >= 0 and ends[0] != ends[1]:
            link = network.links[position]
            counts[ends[0], ends[1], link.speed_bps, link.purpose] += 1
    return tuple(
        Line(low, high, count, speed, purpose) for (low, high, speed, purpose), count in sorted(counts.items())
    )
