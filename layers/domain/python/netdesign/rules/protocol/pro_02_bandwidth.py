"""PRO-02: both ends of a link run at one speed, which both ports have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.equipment.link_ports import link_ports
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.row_codes import row_codes
from netdesign.graph.network import Network
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Severity, Trust
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def has_links(case: Case) -> bool:
    """Whether anything is plugged in."""
    return bool(case.network.links)


@rule(
    code="PRO-02",
    name="unequal-speeds",
    title="Bandwidth Consistency",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with links",
    applicable=has_links,
    flags="A link whose ends are set to different speeds or to another speed than the link has, a port that does not "
    "run at the speed of its link, bundle members of unequal speed, a bundle that claims more than its members "
    "give, and a circuit that sells more than its port carries.",
    passes="Speeds agree at both ends of every link, in every bundle and on every circuit.",
    remedy="Set both ends and the link to the highest speed that both ports have.",
    references=("IEEE 802.3-2022 clauses 28 and 73: negotiation", "IEEE 802.1AX: members of a bundle run at one speed"),
)
def unequal_speeds(case: Case) -> Iterator[Said]:
    """A link comes up at one speed or not at all."""
    network = case.network
    findings = [*_link_speeds(network), *_port_speeds(network), *_bundles(network), *_circuits(network)]
    yield from findings
    yield Measure(name="speeds that disagree", value=len(findings), threshold=0)


def _gbps(speed_bps: int) -> str:
    return f"{speed_bps / 1e9:g} Gbit/s"


def _link_speeds(network: Network) -> Iterator[Finding]:
    speed = np.append(interfaces(network).speed_bps, 0)
    a, b = (speed[end] for end in network.link_interfaces)
    own = network.link_speed_bps
    wrong = ((a > 0) & (a != own)) | ((b > 0) & (b != own))
    for at in np.flatnonzero(wrong).tolist():
        link, ends = network.links[at], (int(a[at]) or int(own[at]), int(b[at]) or int(own[at]))
        if ends[0] != ends[1]:
            said = f"link {link.id} joins a port at {_gbps(ends[0])} to one at {_gbps(ends[1])}"
        elif link.trust is Trust.PUBLIC and ends[0] > own[at]:
            continue
        else:
            said = f"link {link.id} is said to run at {_gbps(int(own[at]))}, its ports at {_gbps(ends[0])}"
        yield Finding(message=said, elements=(link.id,), witness={"a_bps": ends[0], "b_bps": ends[1]})


def _port_speeds(network: Network) -> Iterator[Finding]:
    """Ports that do not run at their link's speed, one finding for each kind of port."""
    ports, speed = link_ports(network), network.link_speed_bps
    for side, code in (("a", ports.a), ("b", ports.b)):
        known = np.flatnonzero(code >= 0)
        kinds, first, count = np.unique(row_codes(code[known], speed[known]), return_index=True, return_counts=True)
        for at, alike in zip(known[first].tolist(), count[: kinds.size].tolist(), strict=True):
            port = ports.ports[int(code[at])][1]
            if int(speed[at]) not in port.speeds_bps:
                link = network.links[at]
                end = link.a if side == "a" else link.b
                runs = "/".join(_gbps(one) for one in port.speeds_bps)
                yield Finding(
                    message=f"{end.port} of {end.device} runs at {runs}, link {link.id} at {_gbps(link.speed_bps)}",
                    elements=(link.id, end.device),
                    witness={"speed_bps": link.speed_bps, "port_speeds_bps": list(port.speeds_bps), "alike": alike},
                )


def _bundles(network: Network) -> Iterator[Finding]:
    table = interfaces(network)
    members = np.flatnonzero((table.lag >= 0) & table.of_kind(InterfaceKind.PHYSICAL) & (table.speed_bps > 0))
    count = len(table.lags)
    least, most = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
    np.minimum.at(least, table.lag[members], table.speed_bps[members])
    np.maximum.at(most, table.lag[members], table.speed_bps[members])
    total = np.bincount(table.lag[members], weights=table.speed_bps[members], minlength=count)
    names = [name for name in table.lags if name is not None]
    for at in np.flatnonzero(most > least).tolist():
        yield Finding(
            message=f"bundle {names[at]} has members at {_gbps(int(least[at]))} and at {_gbps(int(most[at]))}",
            elements=(names[at],),
            witness={"slowest_bps": int(least[at]), "fastest_bps": int(most[at])},
        )
    whole = np.flatnonzero((table.lag >= 0) & table.of_kind(InterfaceKind.LAG))
    for at in whole[(total[table.lag[whole]] > 0) & (table.speed_bps[whole] > total[table.lag[whole]])].tolist():
        fact, given = network.interfaces[at], int(total[table.lag[at]])
        yield Finding(
            message=f"bundle {fact.id} claims {_gbps(int(table.speed_bps[at]))}, its members give {_gbps(given)}",
            elements=(fact.id,),
            witness={"claimed_bps": int(table.speed_bps[at]), "members_bps": given},
        )


def _circuits(network: Network) -> Iterator[Finding]:
    for circuit in network.design.cabling.circuits:
        at = network.link_index.get(circuit.link)
        rate = max(circuit.rate_down_bps, circuit.rate_up_bps)
        if at is not None and rate > network.links[at].speed_bps:
            yield Finding(
                message=f"circuit {circuit.id} sells {_gbps(rate)} on a port of {_gbps(network.links[at].speed_bps)}",
                elements=(circuit.id, circuit.link),
                witness={"rate_bps": rate, "port_bps": network.links[at].speed_bps},
            )


@unequal_speeds.mutant("one end of a link runs at another speed")
def slower_end(case: Case) -> Patch | None:
    """Set the port at one end of the first link that has an interface to a tenth of its speed."""
    network = case.network
    a, b = network.link_interfaces
    for at, link in enumerate(network.links):
        end = next((int(side[at]) for side in (a, b) if side[at] >= 0), -1)
        if end >= 0 and link.speed_bps >= 10:
            return (Set("interfaces", network.interfaces[end].id, {"speed_bps": link.speed_bps // 10}),)
    return None


@unequal_speeds.mutant("a link is said to be faster than its ports")
def boasting_link(case: Case) -> Patch | None:
    """Let the first link between two ports of ours claim a hundred times its speed."""
    network = case.network
    a, b = network.link_interfaces
    for at in np.flatnonzero((a >= 0) & (b >= 0)).tolist():
        return (Set("links", network.links[at].id, {"speed_bps": network.links[at].speed_bps * 100}),)
    return None
