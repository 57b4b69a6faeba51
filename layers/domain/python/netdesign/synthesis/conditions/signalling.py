"""Signalling of calls against the translation that private addresses need."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.resolved import Population
from netdesign.model.security import IpProtocol, Service
from netdesign.synthesis.conditions.question import Question, numbers, relax

SIP_PORTS: Final = range(5060, 5061)
"""Of calls in the clear; with TLS a client keeps its connection open, by which it is called (RFC 5626)."""
TRANSPORTS: Final = (IpProtocol.TCP, IpProtocol.UDP)


def calls_through_translation(question: Question) -> Iterator[Conflict]:
    """SIP in the clear straight between the Internet and hosts whose addresses are translated by port."""
    wanted = question.requirements
    private = [block for block in wanted.supernets if not ip_network(block).is_global]
    if question.virtual or not private:
        return
    for at, flow in enumerate(wanted.flows):
        ends = {flow.source: "from", flow.target: "to"}
        if flow.assumed or Population.INTERNET.value not in ends or not _sip(flow.service):
            continue
        side = ends[Population.INTERNET.value]
        yield Conflict(
            code="calls-through-translation",
            requirements=(f"flows/{at}/{side}", "addressing/supernets"),
            statement=(
                f"{flow.service.name} between {flow.source} and {flow.target} names addresses of {private[0]} within"
                " its messages, which translation by port leaves as they are: callers would be told where nobody is."
            ),
            numbers=numbers(port=flow.service.first_port, supernet=private[0]),
            relaxations=(
                relax(
                    f"flows/{at}/service", (flow.service.name, "sips"),
                    "set up calls with TLS over a connection that phones keep open (RFC 5626)",
                    "a provider of calls that offers it",
                ),
                relax(
                    f"flows/{at}/{side}", (Population.INTERNET.value, Population.SERVERS.value),
                    "let phones register with a call server on the premises",
                    "a call server, and a line of the provider of calls to it",
                ),
            ),
        )  # fmt: skip


def _sip(service: Service) -> bool:
    return service.protocol in TRANSPORTS and {service.first_port, service.last_port} <= set(SIP_PORTS)
