"""Packets on their way through domains and firewalls."""

from __future__ import annotations

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.forwarding.reachability import (
    Origin,
    doors,
    gets_to,
    origins,
    reachable_domains,
    service_domain,
    service_packets,
)
from netdesign.analysis.policy.policy import decide
from netdesign.analysis.policy.zones import domains, places
from netdesign.analysis.security.logins import least_reached, services_reached
from netdesign.catalog.selection import default_catalog
from netdesign.graph.headerspace import Packet
from netdesign.graph.network import Network, compile_network
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.security import Action, IpProtocol, Policy, Service
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role
from tests.support.sketch import device, interface, link
from tests.support.stronghold import FIREWALL, HTTPS, permit, stronghold

BASTION = Service(name="x", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def compiled(*changes: Operation) -> Network:
    """A changed stronghold, compiled."""
    return compile_network(stronghold(*changes), default_catalog())


def domain(network: Network, zone: str) -> int:
    """The one domain of a zone."""
    (found,) = {int(at) for at in domains(network)[places(network)[zone]] if at >= 0}
    return found


def packet(target: int, port: int = 443, source: int = 0x0A000205) -> Packet:
    """A TCP packet, by default from a user."""
    return Packet(4, source, target, 6, 50000, port)


def test_a_packet_goes_where_the_policy_permits_it() -> None:
    network = compiled()
    start, index = domain(network, "user"), network.device_index

    reached = reachable_domains(network, start, (packet(0x0A000305),))
    assert set(reached) == {start, domain(network, "server"), domain(network, "internet")}
    assert reached[start] == ()
    assert reached[domain(network, "server")] == (index["fw1"],)
    assert set(reachable_domains(network, start, (packet(0x0A000305, 22),))) == {start}


def test_a_failed_firewall_leaves_its_peer_and_both_leave_nothing() -> None:
    network = compiled()
    start, index = domain(network, "user"), network.device_index
    pair = frozenset((index["fw1"], index["fw2"]))

    left = reachable_domains(network, start, (packet(0x0A000305),), frozenset((index["fw1"],)))
    assert left[domain(network, "server")] == (index["fw2"],)
    assert set(reachable_domains(network, start, (packet(0x0A000305),), pair)) == {start}


def test_a_second_firewall_has_to_permit_too() -> None:
    inner = [
        Add("devices", device("fw3", Role.FIREWALL, sku=FIREWALL)),
        Add("policies", Policy(id="deep", name="deep", devices=("fw3",))),
        Add("links", link("fw3:t", "core1:fw3", LinkPurpose.ATTACHMENT)),
        *(
            Add("interfaces", interface(name, port, mode=PortMode.TRUNK, vlans=("server",)))
            for name, port in (("fw3", "t"), ("core1", "fw3"))
        ),
        Add(
            "interfaces",
            interface(
                "fw3",
                "up",
                kind=InterfaceKind.SVI,
                vrf="default",
                vlan="server",
                zone="server",
                addresses=("10.0.3.9/24",),
            ),
        ),
        Add("interfaces", interface("fw3", "down", vrf="default", zone="vault", addresses=("10.7.0.1/24",))),
        Add("interfaces", interface("vault", "up", vrf="default", addresses=("10.7.0.2/24",))),
        Add("devices", device("vault", Role.LEAF)),
    ]
    closed = compiled(*inner)
    goal = {door.domain for door in doors(closed)[closed.device_index["fw3"]] if door.zone == "vault"}.pop()
    assert goal not in reachable_domains(closed, domain(closed, "user"), (packet(0x0A070002),))

    rules: list[Operation] = [
        Add("policy_rules", permit("up", 7, "user", "server", HTTPS, destinations=("10.7.0.0/24",))),
        Add("policy_rules", permit("down", 1, "server", "vault", HTTPS)),
        Set("policy_rules", "down", {"policy": "deep"}),
    ]
    open_way = compiled(*inner, *rules)
    reached = reachable_domains(open_way, domain(open_way, "user"), (packet(0x0A070002),))
    names = [open_way.devices[at].id for at in reached[goal]]
    assert names == ["fw1", "fw3"]


def test_devices_send_from_their_management_vrf() -> None:
    network = compiled()
    index, here = network.device_index, origins(network)
    management = domain(network, "management")

    assert here[index["core1"]] == (Origin(management, 4, 0x0A000300),)
    assert here[index["fw1"]] == here[index["edge2"]] == here[index["core1"]]
    assert index["isp1"] not in here


def test_services_are_where_their_subnet_is() -> None:
    network = compiled(Set("service_instances", "aaa2", {"attached_to": ()}), Set("subnets", "user", {"prefix": "x"}))

    assert service_domain(network, "aaa1") == service_domain(network, "aaa2") == domain(network, "management")
    assert service_domain(network, "nothing") == -1
    lost = compiled(Set("service_instances", "aaa1", {"subnet": "gone"}))
    assert service_domain(lost, "aaa1") == -1
    assert gets_to(lost, (Origin(0, 4, 0),), "aaa1") is False
    broken = compiled(
        Set("service_instances", "aaa1", {"subnet": "user", "address": "10.0.2.9"}),
        Set("subnets", "user", {"prefix": "x"}),
    )
    assert service_domain(broken, "aaa1") == -1


def test_packets_of_a_service_follow_its_transport() -> None:
    network = compiled(
        Set("service_instances", "aaa1", {"transport": "tcp"}),
        Set("service_instances", "aaa2", {"address": "nonsense"}),
    )
    origin = Origin(0, 4, 7)

    assert service_packets(network, origin, "aaa1") == (Packet(4, 7, 0x0A000465, 6, 49152, 49),)
    assert service_packets(network, origin, "aaa2") == ()
    assert service_packets(network, Origin(0, 6, 7), "aaa1") == ()


def test_what_a_lost_firewall_leaves() -> None:
    moved = [
        Set("service_instances", f"aaa{n}", {"zone": "server", "subnet": "server", "address": f"10.0.3.{100 + n}"})
        for n in (1, 2)
    ]
    login = Service(name="login", protocol=IpProtocol.TCP, first_port=2083, last_port=2083)
    rule = Add("policy_rules", permit("login", 5, "management", "server", login))
    lone = [Set("policies", "inner", {"devices": ("fw1",)}), Set("devices", "fw2", {"in_service": False})]
    network = compiled(*moved, rule, *lone)
    index = network.device_index

    assert services_reached(network, ServiceKind.AAA)[index["core1"]] == ("aaa1", "aaa2")
    worst = least_reached(network, ServiceKind.AAA)
    assert worst[index["core1"]] == ()
    assert worst[index["fw1"]] == ("aaa1", "aaa2")  # its own loss is not what it is asked about


ZONES = ("dmz", "internet", "management", "server", "user")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)), max_size=6),
    st.sampled_from(ZONES),
)
def test_reach_is_the_closure_of_single_decisions(pairs: list[tuple[str, str]], start: str) -> None:
    made = [
        Add("policy_rules", permit(f"r{n}", n - 50, source, target, BASTION))
        for n, (source, target) in enumerate(pairs)
    ]
    silent = [Set("policy_rules", f"p{n}", {"action": Action.DENY}) for n in range(1, 6)]
    network = compiled(*made, *silent)
    probe = packet(0x0A000305)
    seen, queue = {start}, deque([start])
    while queue:
        here = queue.popleft()
        for there in ZONES:
            if there not in seen and decide(network, "inner", (here, there), probe):
                seen.add(there)
                queue.append(there)

    assert set(reachable_domains(network, domain(network, start), (probe,))) == {domain(network, z) for z in seen}


def _reaching(*changes: Operation) -> dict[str, tuple[str, ...]]:
    """The authentication servers that each managed device gets to."""
    network = compiled(*changes)
    return {network.devices[at].id: names for at, names in services_reached(network, ServiceKind.AAA).items()}


def test_a_device_whose_address_another_holds_too_gets_nowhere() -> None:
    twice = Set("interfaces", "edge2:management-svi", {"addresses": ("10.0.4.12/24",)})
    found = _reaching(twice)

    assert (found["edge1"], found["edge2"]) == ((), ())
    assert found["fw1"] == ("aaa1", "aaa2")


def test_a_device_cut_off_from_its_vlan_gets_nowhere() -> None:
    pruned = [Set("interfaces", f"edge1:{port}", {"vlans": ("outside",)}) for port in (1, 2)]

    assert _reaching()["edge1"] == ("aaa1", "aaa2")
    assert _reaching(*pruned)["edge1"] == ()


def test_an_address_of_a_foreign_subnet_joins_nothing() -> None:
    foreign = Set("interfaces", "edge1:management-svi", {"addresses": ("10.0.77.12/24",)})

    assert _reaching(foreign)["edge1"] == ()
