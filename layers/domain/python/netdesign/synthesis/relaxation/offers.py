"""The ways out of a conflict that were tried on the request itself, the least change of each side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import ceil, floor
from typing import Any, Final

from netdesign.analysis.failure.outages import outages
from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.graph.network import compile_network
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.design import Design
from netdesign.model.edits import Edit, edited
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.conditions.question import written
from netdesign.synthesis.relaxation.levers import Ground, Lever, levers, more_redundancy, redundancy, smaller
from netdesign.synthesis.relaxation.outcome import Bench, Holds, Outcome, condition_met, cost_usd, designed
from netdesign.synthesis.relaxation.search import Least, Trials, least
from netdesign.synthesis.relaxation.stating import (
    budgeted,
    counted,
    of_servers,
    of_sites,
    part,
    sites_in_all,
    softened,
)
from netdesign.synthesis.resolution.intent import MINUTES_A_YEAR, USD_PER_UNIT
from netdesign.synthesis.trial import Change, Shop, tried, understood

MOST_OFFERS: Final = 4
UNPAID: Final = ("budget-below-least-cost", "budget-below-design")
UNREACHED: Final = ("availability-needs-redundancy", "availability-beyond-circuits", "availability-not-reached")
MINUTES: Final = "max_downtime_minutes_per_year"
ASKED: Final = ("availability_requirement", MINUTES)
JUDGED: Final = ("latency-not-reached",)
"""Conflicts that the design alone shows, with the ways out that it shows."""
DIGITS: Final = 10**7
"""To which an availability is rounded down."""


def countered(document: object, conflicts: Iterable[Conflict], shop: Shop, trials: Trials) -> tuple[Conflict, ...]:
    """The conflicts of a request, each with ways out that were tried on it; as they are where none was found.

    Every edit of the request that is offered ends its conflict and brings no other; `proof` says whether a design
    was made with it. Of several conflicts each is tried once more with the first way out of all the others taken, so
    that the first ways out lead to a design together. At most `trials` designs are made.
    """
    found = understood(document, shop)
    every = list(conflicts)
    codes = frozenset(one.code for one in (*every, *found.conflicts))
    known = {one.code for one in found.conflicts}
    offered = [_tried(document, one, (shop, trials, codes), by_condition=one.code in known) for one in every]
    for at, one in enumerate(every) if len(every) > 1 else ():
        others = [edit for other in (*offered[:at], *offered[at + 1 :]) for edit in _first(other)]
        try:
            settled = edited(document, others)
            alone = not {conflict.code for conflict in understood(settled, shop).conflicts} - {one.code}
        except InvalidInputError:
            continue
        again = _tried(settled, one, (shop, trials, codes), by_condition=one.code in known) if alone else one
        offered[at] = again if again.relaxations != one.relaxations else offered[at]
    return tuple(offered)


def _first(conflict: Conflict) -> tuple[Edit, ...]:
    return conflict.relaxations[0].edits if conflict.relaxations else ()


def _tried(
    document: object, conflict: Conflict, given: tuple[Shop, Trials, frozenset[str]], *, by_condition: bool
) -> Conflict:
    shop, trials, codes = given
    bench = Bench(document, shop, trials, codes)
    ground = Ground(document, understood(document, shop).requirements, shop)
    return _countered(bench, ground, conflict, by_condition=by_condition)


def _countered(bench: Bench, ground: Ground, conflict: Conflict, *, by_condition: bool) -> Conflict:
    if conflict.code in UNPAID:
        ways = _paying(bench, ground, conflict)
    elif conflict.code in UNREACHED:
        ways = _reaching(bench, ground, conflict)
    elif by_condition or conflict.code in JUDGED:
        ways = _conditional(bench, ground, conflict)
    else:
        ways = _fitting(bench, ground, conflict)
    offers = _first_of_each(ways)
    return replace(conflict, relaxations=offers) if offers else conflict


def _first_of_each(ways: Iterator[Relaxation]) -> tuple[Relaxation, ...]:
    """At most a few offers, one for each value of a field."""
    kept: dict[tuple[str, str], Relaxation] = {}
    for way in ways:
        kept.setdefault((way.field, way.to_value), way)
        if len(kept) == MOST_OFFERS:
            break
    return tuple(kept.values())


def _conditional(bench: Bench, ground: Ground, conflict: Conflict) -> Iterator[Relaxation]:
    """The ways out that the condition names, made to fit the request; found by search where they do not do."""
    undecided: list[Relaxation] = []
    failed: list[Relaxation] = []
    led = False
    for way in conflict.relaxations:
        edits = completed(ground.document, ground.requirements, way)
        outcome = condition_met(bench, conflict.code, edits)
        made = designed(bench, conflict.code, edits) if outcome is not None else False
        if isinstance(made, Outcome):
            led = True
            yield _offer(way, made)
            continue
        if made and outcome is not None:
            undecided.append(_offer(way, outcome))
            continue
        further = list(_pulled(bench, conflict, (one for one in levers(ground) if one.field == way.field)))
        led = led or bool(further)
        yield from further
        failed += [_offer(way, outcome)] if outcome is not None and not further else []
    # Where every way ends the conflict and none leads to a design, something else stands in the way.
    yield from undecided
    yield from () if led or undecided else failed


def _fitting(bench: Bench, ground: Ground, conflict: Conflict) -> Iterator[Relaxation]:
    """What lets the network be laid out: the least change of every requirement that can give way."""
    stems = {name.split("/")[0] for name in conflict.requirements}
    every = sorted(levers(ground), key=lambda lever: lever.field.split("/")[0] not in stems)
    yield from _pulled(bench, conflict, every)


def _paying(bench: Bench, ground: Ground, conflict: Conflict) -> Iterator[Relaxation]:
    """The budget that pays for the design, or the most that the budget pays for."""
    wanted = ground.requirements
    raised = _raised(bench, ground, conflict)
    if raised is not None:
        yield raised
    people = conflict.requirements[1] == "scale/users"
    choices = (one for one in (*redundancy(ground), *smaller(ground, people=people)) if one.values)
    yield from _pulled(bench, conflict, choices, _affordable)
    soft = condition_met(bench, conflict.code, softened(ground.document))
    goal = next((way for way in conflict.relaxations if way.field == "constraints"), None)
    if soft is not None and goal is not None and wanted.budget_is_hard:
        yield _offer(goal, soft)


def _affordable(design: Design, shop: Shop) -> bool:
    budget = design.requirements.budget_usd
    return budget is None or cost_usd(design, shop) <= budget


def _raised(bench: Bench, ground: Ground, conflict: Conflict) -> Relaxation | None:
    """The budget that the design for these requirements costs; the least cost where none can be made."""
    wanted = ground.requirements
    own = next((way for way in conflict.relaxations if way.field == "budget"), None)
    cost = _cost_without_limit(bench, ground)
    if cost is None:
        met = condition_met(bench, conflict.code, completed(ground.document, wanted, own)) if own else None
        return _offer(own, met) if own is not None and met is not None else None
    amount = ceil(cost / float(USD_PER_UNIT[wanted.currency]) / 1000) * 1000
    edits = budgeted(ground.document, f"{wanted.currency} {amount}")
    made = designed(bench, conflict.code, edits, _affordable)
    if not isinstance(made, Outcome):
        return None
    way = Relaxation(
        field="budget",
        from_value=own.from_value if own else f"USD {wanted.budget_usd}",
        to_value=f"{wanted.currency} {amount}",
        statement=f"raise the budget to {wanted.currency} {amount:,}",
        cost=f"{cost - (wanted.budget_usd or 0):,.0f} USD more",
    )
    return _offer(way, made)


def _cost_without_limit(bench: Bench, ground: Ground) -> float | None:
    if not bench.trials.spend():
        return None
    try:
        return cost_usd(tried(ground.document, ground.shop, Change(edits=softened(ground.document))), ground.shop)
    except (InfeasibleError, InvalidInputError):
        return None


def _reaching(bench: Bench, ground: Ground, conflict: Conflict) -> Iterator[Relaxation]:
    """More redundancy, as far as it reaches the availability; and the most that is reached without it."""
    higher = [one for one in more_redundancy(ground) if one.values]
    reaching = list(_pulled(bench, conflict, higher, _kept_up))
    yield from reaching
    for way in conflict.relaxations:
        if way.field in ASKED:
            yield from _lowered(bench, ground, conflict, way)
            for lever in () if reaching else higher:
                yield from _nearly(bench, ground, conflict, lever, way.field)


def _kept_up(design: Design, shop: Shop) -> bool:
    """Whether the worst class of endpoints has the availability that is asked for."""
    return _reached(design, shop) >= design.requirements.availability - 1e-12


def _reached(design: Design, shop: Shop) -> float:
    found = outages(compile_network(design, shop.catalog), shop.parameters.availability)
    return 1.0 - found[0].share if found else 1.0


def _lowered(bench: Bench, ground: Ground, conflict: Conflict, way: Relaxation) -> Iterator[Relaxation]:
    """The availability that the design for the bound reaches; the bound itself where none can be made."""
    met = condition_met(bench, conflict.code, way.edits)
    if met is None:
        return
    design = _design(bench, ground, met.edits)
    if design is None:
        yield _offer(way, met)
        return
    reached, value = _attained(design, ground.shop, way.field)
    made = designed(bench, conflict.code, (Edit(pointer=f"/{way.field}", value=value),), _kept_up)
    if isinstance(made, Outcome):
        lower = replace(
            way,
            to_value=written(value),
            statement=f"accept an availability of {reached:.7g}",
            cost=f"{(1 - reached) * MINUTES_A_YEAR:.4g} minutes of downtime a year",
        )
        yield _offer(lower, made)
    else:
        yield _offer(way, met)


def _nearly(bench: Bench, ground: Ground, conflict: Conflict, lever: Lever, field: str) -> Iterator[Relaxation]:
    """The highest redundancy and what it reaches, where that is less than is asked for."""
    level = lever.values[-1]
    design = _design(bench, ground, lever.edits(level))
    if design is None:
        return
    reached, value = _attained(design, ground.shop, field)
    edits = (*lever.edits(level), Edit(pointer=f"/{field}", value=value))
    made = designed(bench, conflict.code, edits, _kept_up)
    if isinstance(made, Outcome):
        way = Relaxation(
            field="redundancy",
            from_value=written(lever.now),
            to_value=written(level),
            statement=f"{lever.statement(level)}, and accept an availability of {reached:.7g}",
            cost=lever.cost(level),
        )
        yield _offer(way, made)


def _attained(design: Design, shop: Shop, field: str) -> tuple[float, float]:
    """The availability that a design reaches, rounded down, and the value of the field that says so."""
    reached = floor(_reached(design, shop) * DIGITS) / DIGITS
    return reached, ceil((1 - reached) * MINUTES_A_YEAR * 1000) / 1000 if field == MINUTES else reached


def _design(bench: Bench, ground: Ground, edits: tuple[Edit, ...]) -> Design | None:
    if not bench.trials.spend():
        return None
    try:
        return tried(ground.document, ground.shop, Change(edits=edits))
    except (InfeasibleError, InvalidInputError):
        return None


def _pulled(
    bench: Bench, conflict: Conflict, choices: Iterable[Lever], holds: Holds | None = None
) -> Iterator[Relaxation]:
    """Each lever pulled as far as it has to be to end the conflict; those that do not end it are left out."""
    for lever in choices:
        found = _pull(bench, conflict.code, lever, holds)
        if found is None:
            continue
        place, outcome = found
        value = lever.values[place.at]
        way = Relaxation(
            field=lever.field,
            from_value=written(lever.now),
            to_value=lever.shown(value),
            statement=lever.statement(value),
            cost=lever.cost(value) + ("" if place.exact else "; a little less may do, which was not tried"),
        )
        yield _offer(way, outcome)


def _pull(bench: Bench, code: str, lever: Lever, holds: Holds | None) -> tuple[Least, Outcome] | None:
    outcomes: dict[int, Outcome] = {}

    def helps(at: int) -> bool | None:
        made = designed(bench, code, lever.edits(lever.values[at]), holds)
        if isinstance(made, Outcome):
            outcomes[at] = made
            return True
        return None if made else False

    found = least(range(len(lever.values)), helps)
    return (found, outcomes[found.at]) if found is not None else None


def _offer(way: Relaxation, outcome: Outcome) -> Relaxation:
    """A way out with all its edits, what else gives way, and what the design then costs."""
    also = "".join(f", and {one.statement}" for one in outcome.also)
    price = "" if outcome.tco_usd is None else f"; the design then costs {outcome.tco_usd:,.0f} USD"
    return replace(way, statement=way.statement + also, cost=way.cost + price, edits=outcome.edits, proof=outcome.proof)


def completed(document: object, requirements: ResolvedRequirements, way: Relaxation) -> tuple[Edit, ...]:
    """The edits of a way out so that all of the request still agrees."""
    value: Any = way.edits[0].value if way.edits else None
    special: dict[str, Callable[[], tuple[Edit, ...]]] = {
        "servers/count": lambda: counted(document, "servers", "/servers/count", value),
        "servers/nic_speed": lambda: of_servers(document, requirements, nic_speed=value),
        "scale/users": lambda: counted(document, "users", "/scale/users", value),
        "scale/sites": lambda: sites_in_all(document, value),
        "constraints": lambda: softened(document),
        "budget": lambda: budgeted(document, value),
        "addressing/supernets": lambda: _with_ipv6(requirements, value),
    }
    if way.field in special and way.edits:
        return special[way.field]()
    steps = way.field.split("/")
    if steps[0] == "sites" and len(steps) > 1 and part(document, "sites", int(steps[1])) is None:
        fields = {edit.pointer.rsplit("/", 1)[1]: edit.value for edit in way.edits}
        values = [fields if at == int(steps[1]) else {} for at in range(len(requirements.sites))]
        return of_sites(document, requirements, values)
    return way.edits


def _with_ipv6(requirements: ResolvedRequirements, blocks: list[Any]) -> tuple[Edit, ...]:
    """The blocks, and the IPv6 block in place where they have none."""
    six = requirements.ipv6_supernet
    kept = [six] if six and not any(":" in str(block) for block in blocks) else []
    return (Edit(pointer="/addressing/supernets", value=[*blocks, *kept]),)
