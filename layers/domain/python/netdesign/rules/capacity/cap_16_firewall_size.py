"""CAP-16: every firewall inspects its traffic at the horizon, also that of partners that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.security import Action, Inspection
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.firewall_burden import Burden, allowed_share, burdens, demands, losses, passed, rates_of
from netdesign.rules.replacement import other_type

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType, FirewallRates

TINY = 1e-9


def _applies(case: Case) -> bool:
    return bool(passed(case.network))


@rule(
    code="CAP-16",
    name="firewall-sizing",
    title="Firewall Size",
    category=Category.CAPACITY,
    severity=Severity.CRITICAL,
    applies="designs with firewalls that flows pass",
    applicable=_applies,
    flags="A firewall that at the horizon has to inspect more than the target utilisation of its rate for what it is"
    " set to do (plain filtering, application inspection, decryption), or more than the utilisation allowed after a"
    " failure when partners failed that the redundancy level must survive; more traffic in tunnels than its rate for"
    " these; more sessions, or new connections a second, than the share of its tables that may be filled.",
    passes="Every firewall does what it is set to do at its rates, alone where its partners may fail.",
    remedy="Take the next larger firewall, a cluster, or decrypt less.",
    references=("NIST SP 800-41 Rev. 1 section 3", "RFC 9411"),
    reading="Of a flow the larger direction counts. Users and servers of a site share its firewalls as the inspected"
    " traffic does. A firewall whose maker states no rate with decryption is taken to decrypt at its inspected rate"
    " over the factor of the parameters.",
    sweeping=True,
)
def firewall_sizing(case: Case) -> Iterator[Said]:
    """Adds up the burden of every firewall with nothing failed and with partners failed."""
    highest, told = 0.0, dict[tuple[int, str], Finding | Gap]()
    for burden in (burden for failed in losses(case) for burden in burdens(case, failed)):
        rates = rates_of(case, burden.place)
        if rates is None:
            told.setdefault((burden.place, "type"), _unknown(case, burden.place))
            continue
        for what, need, able, share in demands(case, burden, rates, allowed_share(case, burden.failed)):
            if able is None:
                told.setdefault((burden.place, what), _silent(case, burden.place, what))
                continue
            if what == "inspects":
                highest = max(highest, need / able if able else float("inf"))
            if need > able * share * (1 + TINY):
                told.setdefault((burden.place, what), _finding(case, burden, what, need, able, share))
    yield from told.values()
    level = case.parameters.redundancy[case.requirements.redundancy]
    value = round(highest, 4) if highest < float("inf") else None
    yield Measure(name="highest share of an inspected rate", value=value, threshold=level.max_utilisation)


UNITS = {"inspects": "bit/s", "tunnels": "bit/s in tunnels", "sessions": "sessions", "connections": "connections/s"}


def _finding(case: Case, burden: Burden, what: str, need: float, able: float, share: float) -> Finding:
    device, devices = case.network.devices[burden.place], case.network.devices
    lost = [devices[place].id for place in burden.failed]
    when = f" when {' and '.join(lost)} fails" if lost else ""
    return Finding(
        message=f"{device.id} ({device.sku}) has {need:,.0f} {UNITS[what]} to bear{when}; it is rated {able:,.0f},"
        f" of which {share:.0%} may be used",
        elements=(device.id,),
        witness={
            "device": device.id,
            "sku": device.sku,
            "what": what,
            "needed": round(need),
            "rated": round(able),
            "share": share,
            "failed": list(lost),
        },
    )


def _unknown(case: Case, place: int) -> Gap:
    device = case.network.devices[place]
    return Gap(message=f"nothing says what {device.id} ({device.sku}) inspects", elements=(device.id,))


def _silent(case: Case, place: int, what: str) -> Gap:
    device = case.network.devices[place]
    text = f"the catalogue gives {device.sku} no rate for {UNITS[what]}"
    return Gap(message=f"{text}, which {device.id} needs", elements=(device.id,))


def _busiest(case: Case) -> Burden | None:
    """The burden of the firewall that inspects most with nothing failed."""
    found = [burden for burden in burdens(case, ()) if burden.inspected_bps >= 1]
    return max(found, key=lambda burden: burden.inspected_bps, default=None)


def _weakest(case: Case, what: str, rate: Callable[[FirewallRates], float | None]) -> Patch | None:
    """The type of the lowest rate of a kind in the place of all members of the busiest group, if it is too weak."""
    burden = _busiest(case)
    weak = [
        (able, kind)
        for kind in case.catalog.devices(Role.FIREWALL)
        if kind.firewall is not None and (able := rate(kind.firewall))
    ]
    if burden is None or not weak:
        return None
    kind = min(weak, key=lambda one: (one[0], one[1].sku))[1]
    asked = demands(case, burden, kind.firewall, allowed_share(case, ())) if kind.firewall is not None else ()
    if not any(name == what and able is not None and need > able * share for name, need, able, share in asked):
        return None
    return tuple(Set("devices", name, {"sku": kind.sku}) for name in _group(case, burden.place))


def _group(case: Case, place: int) -> list[str]:
    members = {m for one in passed(case.network) if place in one.members for m in one.members}
    return [case.network.devices[m].id for m in sorted(members)]


@firewall_sizing.mutant("put the slowest firewall of the catalogue where it is too slow")
def slow_type(case: Case) -> Patch | None:
    """In the place of all members of the group that inspects most."""
    return _weakest(case, "inspects", lambda rates: rates.ngfw_bps)


@firewall_sizing.mutant("put the firewall of the smallest session table where it is too small")
def few_sessions(case: Case) -> Patch | None:
    """In the place of all members of the group that inspects most."""
    return _weakest(case, "sessions", lambda rates: rates.sessions)


@firewall_sizing.mutant("put the firewall that opens fewest connections where these are too few")
def few_connections(case: Case) -> Patch | None:
    """In the place of all members of the group that inspects most."""
    return _weakest(case, "connections", lambda rates: rates.connections_per_second)


@firewall_sizing.mutant("decrypt on a firewall that was not sized for it")
def decrypt(case: Case) -> Patch | None:
    """All permits decrypt; on a type that inspects enough, but not when it decrypts, where the one there would."""
    burden = _busiest(case)
    permits = [one for one in case.design.security.policy_rules if one.action is Action.PERMIT]
    if burden is None or not permits:
        return None
    most = allowed_share(case, ())
    slow = [
        (kind.firewall.tls_bps, kind.sku)
        for kind in case.catalog.devices(Role.FIREWALL)
        if kind.firewall is not None
        and kind.firewall.tls_bps
        and kind.firewall.tls_bps * most < burden.inspected_bps <= (kind.firewall.ngfw_bps or 0) * most
    ]
    types = [Set("devices", name, {"sku": min(slow)[1]}) for name in _group(case, burden.place)] if slow else []
    own = rates_of(case, burden.place)
    if not types and (own is None or not own.tls_bps or own.tls_bps * most >= burden.inspected_bps):
        return None
    rules = (Set("policy_rules", p.id, {"inspect": tuple({*p.inspect, Inspection.TLS})}) for p in permits)
    return (*types, *rules)


@firewall_sizing.fix("take a firewall that is large enough")
def larger_type(case: Case, finding: Finding) -> Patch | None:
    """For all members of the group, so that they stay alike."""
    place = case.network.device_index.get(str(finding.witness.get("device")))
    names = _group(case, place) if place is not None else []
    mine = {case.network.device_index[name] for name in names}
    asked = [one for failed in losses(case) for one in burdens(case, failed) if one.place in mine]
    patch: list[Operation] = []

    def bears(kind: DeviceType) -> bool:
        return _bears(case, asked, kind)

    for name in names:
        made = other_type(case, case.network.device_index[name], bears)
        if made is None:
            return None
        patch += made
    return tuple(patch) or None


def _bears(case: Case, asked: list[Burden], kind: DeviceType) -> bool:
    """Whether a type can do all that the members of a group have to."""
    rates = kind.firewall
    return rates is not None and all(
        able is not None and need <= able * share
        for burden in asked
        for _, need, able, share in demands(case, burden, rates, allowed_share(case, burden.failed))
    )


@firewall_sizing.fix("leave decryption to others")
def decrypt_less(case: Case, finding: Finding) -> Patch | None:
    """Permits of the policies on the device inspect without."""
    device = finding.witness.get("device")
    mine = {policy.id for policy in case.design.security.policies if device in policy.devices}
    rules = [one for one in case.design.security.policy_rules if one.policy in mine and Inspection.TLS in one.inspect]
    plain = {one.id: tuple(kind for kind in one.inspect if kind is not Inspection.TLS) for one in rules}
    return tuple(Set("policy_rules", name, {"inspect": kinds}) for name, kinds in plain.items()) or None
