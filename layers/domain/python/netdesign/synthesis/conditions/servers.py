"""What too few servers, or too few ports of them, cannot give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.resolved import Population
from netdesign.model.vocabulary import NetworkType, Redundancy, SecurityLevel
from netdesign.synthesis.conditions.question import Question, numbers, relax

HALLS: Final = (NetworkType.ENTERPRISE_DATACENTER, NetworkType.DATA_CENTER_INTERCONNECT, NetworkType.HYBRID)
TWO: Final = 2


def _hall(question: Question) -> bool:
    """Whether racks of servers are what is attached."""
    wanted = question.requirements
    return wanted.network_type in HALLS and not question.campus and wanted.servers.count > 0


def servers_on_one_port(question: Question) -> Iterator[Conflict]:
    """Servers with one port each, where the loss of a switch must be survived."""
    wanted = question.requirements
    if not _hall(question) or wanted.servers.nics_per_server >= TWO:
        return
    if not wanted.redundancy.at_least(Redundancy.MEDIUM):
        return
    yield Conflict(
        code="redundancy-needs-ports",
        requirements=("servers/nics", "redundancy"),
        statement=(
            f"Redundancy {wanted.redundancy} has servers survive the loss of a switch, but with one port each hangs on"
            " one switch alone."
        ),
        numbers=numbers(ports_of_a_server=wanted.servers.nics_per_server, ports_needed=TWO),
        relaxations=(
            relax(
                "servers/nics", (wanted.servers.nics_per_server, TWO),
                "attach each server by 2 ports", "a second adapter for each server, and as many more ports of switches",
            ),
            relax(
                "redundancy", (wanted.redundancy.value, Redundancy.LOW.value),
                f"accept redundancy {Redundancy.LOW}", "the loss of a switch is the loss of its servers",
            ),
        ),
    )  # fmt: skip


def too_few_servers(question: Question) -> Iterator[Conflict]:
    """Fewer servers at a site than its security level has zones that must not share one."""
    wanted = question.requirements
    least = question.parameters.security[wanted.security_level].min_servers
    holding = [site.servers for site in wanted.sites if site.servers]
    if not _hall(question) or not holding or min(holding) >= least:
        return
    enough = max(wanted.servers.count, least * len(holding))
    yield Conflict(
        code="zones-need-servers",
        requirements=("servers/count", "security_level"),
        statement=(
            f"Security level {wanted.security_level} keeps what administrators enter by, restricted data and other"
            f" servers on hosts of their own, {least} at the least; there is {min(holding)} at a site."
        ),
        numbers=numbers(servers=min(holding), servers_needed=least),
        relaxations=(
            relax(
                "servers/count", (wanted.servers.count, enough),
                f"attach {enough:,} servers", f"{enough - wanted.servers.count:,} servers more",
            ),
            relax(
                "security_level", (wanted.security_level.value, SecurityLevel.CORPORATE.value),
                f"choose security level {SecurityLevel.CORPORATE}", "what is apart by level shares hosts",
            ),
        ),
    )  # fmt: skip


def lonely_server(question: Question) -> Iterator[Conflict]:
    """A flow between servers where there is one."""
    wanted = question.requirements
    within = {Population.SERVERS.value}
    at = next((at for at, flow in enumerate(wanted.flows) if {flow.source, flow.target} == within), None)
    if at is None or wanted.flows[at].assumed or wanted.servers.count >= TWO:
        return
    yield Conflict(
        code="flow-needs-two-ends",
        requirements=(f"flows/{at}", "servers/count"),
        statement=f"A flow from servers to servers is stated, and there is {wanted.servers.count} server.",
        numbers=numbers(servers=wanted.servers.count, servers_needed=TWO),
        relaxations=(
            relax(
                "servers/count", (wanted.servers.count, TWO),
                f"attach {TWO} servers", f"{TWO - wanted.servers.count} more",
            ),
            relax(
                f"flows/{at}", ({"to": Population.SERVERS.value}, {"to": Population.INTERNET.value}),
                "let the flow end elsewhere", "nothing is exchanged between servers",
            ),
        ),
    )  # fmt: skip
