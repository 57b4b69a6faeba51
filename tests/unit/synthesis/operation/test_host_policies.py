"""Hosts of large zones get a policy of their own, and small zones none."""

from __future__ import annotations

from netdesign.model.security import Action, IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, ServiceClass
from netdesign.synthesis.needs.policies import Place, host_rules

SQL = Service(name="sql", protocol=IpProtocol.TCP, first_port=5432, last_port=5432)
PLACES = {
    "web": Place("server", ("10.0.1.0/24", "fd00:1::/64")),
    "app": Place("server", ("10.0.2.0/24", "fd00:2::/64")),
    "data": Place("database", ("10.0.3.0/24", "fd00:3::/64")),
    "staff": Place("user", ("10.0.4.0/24",)),
}


def flow(identity: str, source: str, target: str) -> Flow:
    """A flow between two groups."""
    return Flow(
        id=identity,
        sources=(source,),
        targets=(target,),
        service=SQL,
        service_class=ServiceClass.GOLD,
        data_class=DataClass.INTERNAL,
        up_bps=1,
        down_bps=1,
    )


def test_hosts_enforce_what_flows_to_from_and_within_their_zone_need() -> None:
    flows = [flow("within", "web", "app"), flow("out", "app", "data"), flow("other", "staff", "data")]
    *permits, last = host_rules("p", "server", flows, PLACES, ipv6=True)

    assert {(line.flows, line.source_zones, line.destination_zones, line.sources) for line in permits} == {
        (("within",), ("server",), ("server",), ("10.0.1.0/24",)),
        (("within",), ("server",), ("server",), ("fd00:1::/64",)),
        (("out",), ("server",), ("database",), ("10.0.2.0/24",)),
        (("out",), ("server",), ("database",), ("fd00:2::/64",)),
    }
    assert last.action is Action.DENY
    assert (last.sources, last.destinations, last.services) == ((), (), ())
