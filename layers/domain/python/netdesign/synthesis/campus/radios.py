"""Access points, and what manages them, from one vendor."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.ports import FormFactor, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import Needs, refusal, select, suitable

GBPS = 1_000_000_000
UPLINK_BPS = 10 * GBPS
FEW_ACCESS_POINTS = 8
"""Up to so many access points manage themselves."""


@dataclass(frozen=True, slots=True)
class Radios:
    """The access point type, the speed of its uplink, and the controllers that manage it."""

    kind: DeviceType
    uplink_bps: int
    controller: DeviceType | None
    controllers: int

    @property
    def poe_class(self) -> int:
        """The class of power that it asks for."""
        facts = self.kind.access_point
        return max(1, facts.poe_class) if facts else 4


def supplies(blueprint: Blueprint) -> int:
    """Power supplies that devices which others stand on must have."""
    return 2 if blueprint.requirements.redundancy.at_least(Redundancy.HIGH) else 1


def choose_radios(blueprint: Blueprint, count: int) -> Radios | None:
    """Access points and controllers of one vendor, the cheapest together; None without wireless.

    A preferred vendor's that are managed from a cloud do without controllers; where preferred vendors offer nothing
    that works, any other's are taken.
    """
    if not count:
        return None
    asked = blueprint.requirements
    needs = Needs(features=frozenset({"wpa3", "dot1x"}), refuse=_hard_to_feed, field="requires_wireless")
    kinds = blueprint.catalog.devices(Role.ACCESS_POINT)
    for some in (
        suitable(kinds, Role.ACCESS_POINT, needs, asked),
        [kind for kind in kinds if not refusal(kind, needs, asked)],
    ):
        for clouded in (False, True):
            offers = [offer for kind in some if (offer := _radios(blueprint, kind, count, clouded=clouded))]
            if offers:
                best = min(offers, key=lambda offer: (_radio_cost(offer, count), offer.kind.sku))
                _explain_radios(blueprint, best, count)
                return best
    raise no_choice(Role.ACCESS_POINT, needs, asked)


def _radios(blueprint: Blueprint, point: DeviceType, count: int, *, clouded: bool) -> Radios | None:
    """A type of access point with what manages so many of it; None where nothing does."""
    speed = radio_uplink_bps(point, blueprint.parameters.wireless.uplink_phy_share)
    if speed is None:
        return None
    if count <= FEW_ACCESS_POINTS or (clouded and "cloud_managed" in point.features):
        return Radios(point, speed, None, 0)
    controller, number = _controllers(blueprint, point.vendor, count)
    return Radios(point, speed, controller, number) if controller else None


def _radio_cost(radios: Radios, count: int) -> int:
    faster = 100 if radios.uplink_bps > GBPS else 0
    managed = radios.controllers * radios.controller.priced()[0] if radios.controller else 0
    return count * (radios.kind.priced()[0] + faster) + managed


def no_choice(role: Role, needs: Needs, asked: ResolvedRequirements) -> InfeasibleError:
    """The refusal that says that nothing of a role suits."""
    try:
        select((), role, needs, asked)
    except InfeasibleError as refused:
        return refused
    return InfeasibleError(())


def _hard_to_feed(kind: DeviceType) -> str:
    facts = kind.access_point
    return "" if facts and facts.poe_class <= 4 else "needs more power than 802.3at feeds"


def radio_uplink_bps(point: DeviceType, share: float) -> int | None:
    """The slowest speed of its port that carries its share of what its radios send; None where none does."""
    facts = point.access_point
    wanted = share * sum(facts.max_phy_bps) if facts else 0
    speeds = sorted(
        {speed for group in point.ports if group.form_factor is FormFactor.RJ45 for speed in group.speeds_bps}
    )
    return next((speed for speed in speeds if speed >= max(wanted, GBPS)), None)


def _controllers(blueprint: Blueprint, vendor: str, count: int) -> tuple[DeviceType | None, int]:
    """The cheapest controllers of a vendor for so many access points, one more than carry the load."""
    headroom = blueprint.parameters.wireless.controller_headroom
    offers = []
    for kind in blueprint.catalog.devices(Role.WIRELESS_CONTROLLER, vendors=[vendor]):
        if kind.controller is None or "ha_active_standby" not in kind.features:
            continue
        if kind.power_supplies < supplies(blueprint) or _controller_port_bps(kind) is None:
            continue
        if kind.controller.access_points >= count * headroom:
            offers.append((2 * kind.priced()[0], kind.sku, kind))
    best = min(offers, key=lambda offer: offer[:2], default=None)
    return (best[2], 2) if best else (None, 0)


def _controller_port_bps(kind: DeviceType) -> int | None:
    """Clients are bridged by the access points, so that controllers carry no more than control traffic."""
    for speed in (GBPS, UPLINK_BPS):
        own = any(group.use is PortUse.MANAGEMENT for group in kind.ports)
        if len(kind.data_ports(speed_bps=speed)) >= 4 and (own or len(kind.data_ports(speed_bps=GBPS)) >= 5):
            return speed
    return None


def controller_port_bps(kind: DeviceType) -> int:
    """The speed at which a controller is joined to the switches."""
    return _controller_port_bps(kind) or GBPS


def _explain_radios(blueprint: Blueprint, radios: Radios, count: int) -> None:
    air = blueprint.parameters.wireless
    controller = f", {radios.controllers} x {radios.controller.sku}" if radios.controller else ", no controller"
    blueprint.decide(
        "Which access points serve wireless clients?",
        f"{count} x {radios.kind.sku}{controller}",
        formula="max(area / cell, users * devices * active / clients each, calls * airtime / (share * radios)); "
        "controllers = ceil(access points * headroom / licence) + 1",
        inputs={
            "area_m2": f"{sum(site.area_m2 for site in blueprint.requirements.sites):g}",
            "users": blueprint.requirements.users,
            "g": f"{blueprint.growth:.3f}",
            "cell_m2": air.area_voice_m2 if blueprint.requirements.voice else air.area_data_m2,
            "devices_per_user": air.devices_per_user,
            "active_share": air.active_share,
            "clients_each": air.clients_per_access_point,
            "headroom": air.controller_headroom,
        },
        result=count,
        fields=("requires_wireless", "users", "sites"),
        source="policy parameters wireless",
    )
