"""The cheapest device type that a place in the network accepts, and why others were refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.catalog.vendors import vendor_slug
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Role
from netdesign.synthesis.draft.port_bank import PortBank, PortTable

MAX_ALTERNATIVES = 6


@dataclass(frozen=True, slots=True)
class PortNeed:
    """`count` ports at `speed_bps`, meant for `use`; in cages of their own where they are to be `apart`."""

    count: int
    speed_bps: int
    use: PortUse | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a device type must have; all port needs at the same time.

    `refuse` says why a device type does not suit beyond that, or returns an empty text.
    """

    ports: tuple[PortNeed, ...] = ()
    features: frozenset[str] = frozenset()
    power_supplies: int = 1
    refuse: Callable[[DeviceType], str] | None = None
    field: str = "scale"
    """The requirement that asks for all this, for the conflict when nothing suits."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The device type chosen, its cost, and (part, reason) of those refused."""

    kind: DeviceType
    cost_usd: float
    refused: tuple[tuple[str, str], ...] = field(default=())


def select(
    kinds: Iterable[DeviceType],
    role: Role,
    needs: Needs,
    requirements: ResolvedRequirements,
    *,
    cost: Callable[[DeviceType], float] | None = None,
) -> Choice:
    """The cheapest device type for a role that meets the needs; of a preferred vendor where one has any.

    Types with a drawback are left out where one without suits, whatever vendor is preferred. Raises `InfeasibleError`
    with the conflict when nothing suits.
    """
    price = cost or price_usd
    fit = [kind for kind in kinds if role in kind.roles]
    reasons = {kind.sku: refusal(kind, needs, requirements) for kind in fit}
    suitable = [kind for kind in fit if not reasons[kind.sku]]
    if not suitable:
        raise InfeasibleError((_conflict(role, needs, requirements, reasons),))
    first = _without_drawback(suitable)
    preferred = [kind for kind in first if made_by(kind, requirements.preferred_vendors)]
    ranked = sorted(preferred or first, key=lambda kind: (price(kind), kind.power_max_w, kind.sku))
    chosen = ranked[0]
    refused = [(kind.sku, f"costs {price(kind):,.0f} USD against {price(chosen):,.0f} USD") for kind in ranked[1:]]
    if preferred:
        others = (kind for kind in first if kind not in preferred)
        refused += [(kind.sku, f"{kind.vendor} is not a preferred vendor") for kind in others]
    refused += [(kind.sku, kind.drawback) for kind in suitable if kind not in first]
    refused += [(sku, reason) for sku, reason in reasons.items() if reason]
    return Choice(chosen, price(chosen), tuple(refused[:MAX_ALTERNATIVES]))


def suitable(
    kinds: Iterable[DeviceType], role: Role, needs: Needs, requirements: ResolvedRequirements
) -> tuple[DeviceType, ...]:
    """All device types that meet the needs, those of preferred vendors alone where there are any.

    Types with a drawback are left out where one without suits.
    """
    fit = _without_drawback([k for k in kinds if role in k.roles and not refusal(k, needs, requirements)])
    preferred = [k for k in fit if made_by(k, requirements.preferred_vendors)]
    return tuple(preferred or fit)


def _without_drawback(kinds: list[DeviceType]) -> list[DeviceType]:
    return [kind for kind in kinds if not kind.drawback] or kinds


def in_turn(
    kinds: Iterable[DeviceType], role: Role, needs: Needs, requirements: ResolvedRequirements
) -> Iterator[tuple[DeviceType, ...]]:
    """The types that meet the needs, first those without a drawback alone, then all: for choices that a few narrow.

    Those of preferred vendors alone where there are any.
    """
    offered = tuple(kinds)
    first = suitable(offered, role, needs, requirements)
    yield first
    level = suitable((replace(kind, drawback="") for kind in offered), role, needs, requirements)
    every = {kind.sku for kind in level}
    if every > {kind.sku for kind in first}:
        yield tuple(kind for kind in offered if kind.sku in every)


def refusal(kind: DeviceType, needs: Needs, requirements: ResolvedRequirements) -> str:
    """Why a device type does not suit; empty when it does."""
    if made_by(kind, requirements.excluded_vendors):
        return f"{kind.vendor} is excluded"
    if kind.end_of_support is not None and kind.end_of_support <= requirements.evaluation_date:
        return f"out of support since {kind.end_of_support}"
    missing = needs.features - kind.features
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    if kind.power_supplies < needs.power_supplies:
        return f"has {kind.power_supplies} power supply, {needs.power_supplies} are needed"
    return ports_refusal(kind, needs.ports) or (needs.refuse(kind) if needs.refuse else "")


@lru_cache(maxsize=65_536)
def ports_refusal(kind: DeviceType, ports: tuple[PortNeed, ...]) -> str:
    """Why the ports do not suffice, all needs met together; empty when they do."""
    bank = PortBank(PortTable(kind))
    for need in ports:
        for at in range(need.count):
            if bank.take(need.speed_bps, need.use, apart=need.apart) is None:
                return f"has {at} of {need.count} ports at {need.speed_bps / 1e9:g} Gbit/s"
    return ""


def price_usd(kind: DeviceType) -> float:
    """Price of one unit in USD, assumed where the maker states none."""
    return float(kind.priced()[0])


def made_by(kind: DeviceType, names: Iterable[str]) -> bool:
    """Whether one of the names, in any usual spelling, is the vendor of a device type."""
    return any(vendor_slug(name) == kind.vendor for name in names)


def _conflict(role: Role, needs: Needs, requirements: ResolvedRequirements, reasons: dict[str, str]) -> Conflict:
    """Why no device type suits, with the vendor constraint as the other side where there is one."""
    wanted = ", ".join(
        [f"{need.count} x {need.speed_bps / 1e9:g} Gbit/s" for need in needs.ports] + sorted(needs.features)
    )
    other = "excluded_vendors" if requirements.excluded_vendors else "bandwidth"
    return Conflict(
        code="no-device",
        requirements=(needs.field, other),
        statement=f"No {role.value.replace('_', ' ')} of the catalogue offers {wanted or 'what is needed'}.",
        numbers=tuple(list(reasons.items())[:MAX_ALTERNATIVES]),
        relaxations=(),
    )
