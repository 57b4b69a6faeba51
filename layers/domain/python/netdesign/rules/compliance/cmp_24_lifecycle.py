"""CMP-24: what is built will be supported for as long as it is to serve, by makers that are welcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.facts.days import day, months_later
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Framework, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.posture import government

SHOWN = 10


@rule(
    code="CMP-24",
    name="lifecycle",
    title="Lifecycle / EoL",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    flags="A type of device whose support ends within a year (or before its evaluation), or, as a warning, before the"
    " horizon; a maker that the requirements exclude; a maker that federal networks may not use, for FedRAMP and from"
    " level government on; a type that the catalogue does not know leaves the rule undecided.",
    passes="No announced end of support falls within the horizon, and every maker is welcome.",
    remedy="Choose the successor, or another maker's device.",
    references=("NIST SP 800-53 SA-22", "PCI DSS 6.3.3, 12.3.4", "ISO/IEC 27001 A.8.8", "NDAA 2019 section 889"),
    reading="A type whose maker has announced no end of support holds; how many such types there are is told by a"
    " measure. Licences are bought by the year of the horizon, so that none ends before it. Software trains are not"
    " chosen in a design.",
)
def lifecycle(case: Case) -> Iterator[Said]:
    """Types one by one, with the devices of each."""
    types: dict[str, list[int]] = defaultdict(list)
    for at, device in enumerate(case.network.devices):
        if device.role is not Role.PROVIDER:
            types[device.sku or ""].append(at)
    silent = known = 0
    for sku, places in sorted(types.items()):
        kind, names = case.network.device_types[places[0]], [case.network.devices[at].id for at in places]
        if kind is None:
            yield Gap(message=f"the catalogue does not know {sku or 'the type'}", elements=tuple(names[:SHOWN]))
            continue
        silent += kind.end_of_support is None
        known += kind.end_of_support is not None
        yield from _support(case, sku, kind.end_of_support, names)
        yield from _maker(case, sku, kind.vendor, names)
    yield Measure(name="types_of_device", value=len(types))
    yield Measure(name="types_with_an_announced_end_of_support", value=known)
    yield Measure(name="types_without_an_announced_end_of_support", value=silent)


def _support(case: Case, sku: str, ends: str | None, names: list[str]) -> Iterator[Said]:
    today, last = day(case.evaluation_date), day(ends)
    if ends is None:
        return
    if today is None or last is None:
        yield Gap(message=f"when support of {sku} ends cannot be told from {ends!r}", elements=tuple(names[:SHOWN]))
        return
    horizon = months_later(today, 12 * max(1, case.requirements.horizon_years))
    if last < horizon:
        soon = last < months_later(today, 12)
        yield Finding(
            message=f"support of {sku} ends on {ends}; {len(names)} of it are to serve until {horizon}",
            elements=tuple(names[:SHOWN]),
            witness={"sku": sku, "end_of_support": ends, "horizon": horizon.isoformat()},
            severity=Severity.ERROR if soon else Severity.WARNING,
        )


def _maker(case: Case, sku: str, vendor: str, names: list[str]) -> Iterator[Finding]:
    banned = case.parameters.compliance.banned_vendors if _federal(case) else ()
    for word, makers in (("the requirements exclude", case.requirements.excluded_vendors), ("the law bans", banned)):
        if vendor.lower() in {one.lower() for one in makers}:
            yield Finding(
                message=f"{len(names)} devices are {sku} of {vendor}, a maker that {word}",
                elements=tuple(names[:SHOWN]),
                witness={"sku": sku, "vendor": vendor, "devices": len(names)},
            )


def _federal(case: Case) -> bool:
    return requested(case, Framework.FEDRAMP) or government(case)


def _vendors(case: Case) -> list[str]:
    return sorted({kind.vendor for kind in case.network.device_types if kind is not None})


@lifecycle.mutant("exclude the maker of a device")
def exclude_first(case: Case) -> Patch | None:
    """The first by name."""
    makers = _vendors(case)
    excluded = (*case.requirements.excluded_vendors, *makers[:1])
    return (SetRequirement({"excluded_vendors": excluded}),) if makers else None


@lifecycle.mutant("exclude every maker")
def exclude_all(case: Case) -> Patch | None:
    """Written in capitals."""
    makers = tuple(name.upper() for name in _vendors(case))
    return (SetRequirement({"excluded_vendors": makers}),) if makers else None


@lifecycle.mutant("build with a type whose support ends")
def build_with_old(case: Case) -> Patch | None:
    """Where the catalogue knows one for the role of a device."""
    today = day(case.evaluation_date)
    for device in case.network.devices if today is not None else ():
        for kind in case.catalog.devices(device.role) if device.role is not Role.PROVIDER else ():
            last = day(kind.end_of_support)
            if today is not None and last is not None and last < months_later(today, 12):
                return (Set("devices", device.id, {"sku": kind.sku}),)
    return None
