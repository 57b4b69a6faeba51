"""The arithmetic of a campus: closets, switches, uplinks, access points, power; each number by one formula."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

PSE_W: Final = {1: 4.0, 2: 7.0, 3: 15.4, 4: 30.0, 5: 45.0, 6: 60.0, 7: 75.0, 8: 90.0}
"""What a port allocates for a device of each class (IEEE 802.3bt)."""
TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Closet:
    """What one closet serves today."""

    users: int
    devices: int
    access_points: int
    terminals: int = 0

    @property
    def ports(self) -> int:
        """Ports in use: one for a user and the phone before it, one for each other device and access point."""
        return self.users + self.devices + self.access_points + self.terminals


def shares(total: int, parts: int) -> tuple[int, ...]:
    """`total` split as evenly as whole numbers allow, larger parts first."""
    least, rest = divmod(total, parts)
    return tuple(least + (at < rest) for at in range(parts))


def closet_count(area_m2: float, buildings: int, ports: int, *, closet_area_m2: int, max_ports: int) -> int:
    """Closets of a site: one per area that horizontal cable reaches, and enough that no stack grows too tall."""
    return max(buildings, ceil(area_m2 / closet_area_m2 - TINY), ceil(ports / max_ports))


def ports_needed(users: int, devices: int, access_points: int, growth: float, spare: float) -> int:
    """Access ports of a closet: all but access points grow, and a share stays spare."""
    return ceil((users + devices) * growth * (1 + spare) + access_points - TINY)


def switch_count(ports: int, usable_per_switch: int) -> int:
    """Access switches for that many ports."""
    return max(1, ceil(ports / usable_per_switch))


def uplinks(edge_bps: int, uplink_bps: int, ceiling: float, *, least: int) -> int:
    """Uplinks of an access switch so that its ports are oversubscribed at most `ceiling` times; even from two on."""
    count = max(least, ceil(edge_bps / (ceiling * uplink_bps) - TINY))
    return count if count == 1 else count + count % 2


def block_uplink_bps(access_uplink_bps: int, ceiling: float, *, links: int) -> float:
    """The least speed of each of `links` uplinks of a distribution block."""
    return access_uplink_bps / (ceiling * links)


def blocks(switches_per_building: tuple[int, ...], largest: int) -> tuple[int, ...]:
    """How many distribution blocks each building needs."""
    return tuple(max(1, ceil(count / largest)) for count in switches_per_building)


@dataclass(frozen=True, slots=True)
class RadioDemand:
    """What the wireless network of an area must carry at its peak."""

    area_m2: float
    clients: int
    calls: int


def access_points(
    demand: RadioDemand,
    *,
    cell_area_m2: int,
    clients_each: int,
    airtime_per_call: float,
    airtime_share: float,
    radios: int,
) -> int:
    """Access points by the largest of coverage, clients and airtime."""
    return max(
        1,
        ceil(demand.area_m2 / cell_area_m2 - TINY),
        ceil(demand.clients / clients_each - TINY),
        ceil(demand.calls * airtime_per_call / (airtime_share * radios) - TINY),
    )


def wireless_clients(users: int, devices_per_user: float) -> int:
    """Wireless devices of the users, beside the wired one of each."""
    return ceil(users * max(0.0, devices_per_user - 1) - TINY)


def controllers(access_points_served: int, headroom: float, per_controller: int) -> int:
    """Controllers, one more than carry the load: N+1."""
    return ceil(access_points_served * headroom / per_controller - TINY) + 1


def poe_w(classes: dict[int, int]) -> float:
    """Watts that the ports allocate for so many devices of each class."""
    return sum(PSE_W[poe_class] * count for poe_class, count in classes.items())


def ups_kw(switch_w: float, fed_w: float, efficiency: float) -> float:
    """Size of the uninterruptible supply of a closet."""
    return (switch_w + fed_w) / efficiency / 1000
