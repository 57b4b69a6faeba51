"""What policies let pass, against a packet-by-packet reading of their rules."""

from __future__ import annotations

from ipaddress import ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.policy.policy import (
    TCP,
    UDP,
    bound_zones,
    decide,
    enforced_policies,
    is_prefix,
    open_share,
    opens,
    passage,
    passages,
    source_cuts,
)
from netdesign.catalog.selection import default_catalog
from netdesign.graph.headerspace import Box, Packet
from netdesign.graph.network import Network, compile_network
from netdesign.model.patch import Add, Set
from netdesign.model.security import Action, IpProtocol, Policy, PolicyRule, Service
from tests.support.sketch import design
from tests.support.stronghold import stronghold

PREFIXES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/31", "fd00::/8", "fd00:1::/32", "nonsense")
ZONES = ("a", "b", "c")
PACKETS = [
    Packet(4, source, target, protocol, 1024, port)
    for source in (0x0A000001, 0x0A010001, 0x0A010203, 0xC0000200, 0x01010101)
    for target in (0x0A010202, 0xC0000201)
    for protocol, port in ((6, 80), (6, 443), (17, 53), (1, 0))
] + [Packet(6, 0xFD << 120, 0xFD00_0001 << 96, 6, 1024, 443)]

services = st.builds(
    lambda protocol, first, width: Service(name="s", protocol=protocol, first_port=first, last_port=first + width),
    st.sampled_from(IpProtocol),
    st.sampled_from((0, 53, 80, 443)),
    st.sampled_from((0, 100, 60000)),
)
some = st.lists(st.sampled_from(PREFIXES), max_size=2).map(tuple)
rules = st.lists(
    st.builds(
        PolicyRule,
        id=st.uuids().map(str),
        policy=st.just("p"),
        order=st.integers(0, 5),
        action=st.sampled_from(Action),
        source_zones=st.lists(st.sampled_from(ZONES), max_size=1).map(tuple),
        destination_zones=st.lists(st.sampled_from(ZONES), max_size=1).map(tuple),
        sources=some,
        destinations=some,
        services=st.lists(services, max_size=2).map(tuple),
    ),
    max_size=5,
    unique_by=lambda rule: rule.id,
)


def compiled(made: list[PolicyRule], default: Action = Action.DENY) -> Network:
    """One policy with these rules."""
    facts = [Policy(id="p", name="p", devices=(), default_action=default), *made]
    return compile_network(design(*facts), default_catalog())


def matches(rule: PolicyRule, source: str, target: str, packet: Packet) -> bool:
    """Whether a rule matches, read word by word."""

    def lies(names: tuple[str, ...], address: int) -> bool:
        nets = [ip_network(name) for name in names if name != "nonsense"]
        fits = (n.version == packet.version and int(n[0]) <= address <= int(n[-1]) for n in nets)
        return not names or any(fits)

    def serves(service: Service) -> bool:
        numbers = {"any": range(256), "tcp": (6,), "udp": (17,), "icmp": (1, 58), "esp": (50,)}
        ports = range(service.first_port, service.last_port + 1)
        return packet.protocol in numbers[service.protocol.value] and packet.target_port in ports

    return (
        (not rule.source_zones or source in rule.source_zones)
        and (not rule.destination_zones or target in rule.destination_zones)
        and lies(rule.sources, packet.source)
        and lies(rule.destinations, packet.target)
        and (not rule.services or any(map(serves, rule.services)))
    )


def expected(made: list[PolicyRule], default: Action, source: str, target: str, packet: Packet) -> bool:
    """First match decides."""
    for rule in sorted(made, key=lambda rule: (rule.order, rule.id)):
        if matches(rule, source, target, packet):
            return rule.action is Action.PERMIT
    return default is Action.PERMIT


@settings(max_examples=60, deadline=None)
@given(rules, st.sampled_from(Action))
def test_passages_and_decisions_agree_with_reading_the_rules(made: list[PolicyRule], default: Action) -> None:
    network = compiled(made, default)
    for source, target in (("a", "b"), ("b", "a"), ("c", "a")):
        boxes = passage(network, "p", source, target).boxes
        for packet in PACKETS:
            truth = expected(made, default, source, target, packet)
            assert decide(network, "p", (source, target), packet) is truth
            assert any(box.contains(packet) for box in boxes) is truth


@settings(max_examples=60, deadline=None)
@given(rules, st.sampled_from((0, 0x0A000001, 0x0A010203, 0xC0000201, 0xFFFFFFFF)))
def test_an_address_and_its_likeness_fare_alike(made: list[PolicyRule], address: int) -> None:
    network = compiled(made)
    like = source_cuts(network).like(4, address)

    for packet in PACKETS[:8]:
        pair = [decide(network, "p", ("a", "b"), packet._replace(source=one)) for one in (address, like)]
        assert pair[0] is pair[1]


def test_permits_name_their_rules_and_shadowed_ones_are_left_out() -> None:
    deny = PolicyRule(id="d", policy="p", order=1, action=Action.DENY, sources=("10.0.0.0/8",))
    inner = PolicyRule(id="inner", policy="p", order=2, action=Action.PERMIT, sources=("10.1.0.0/16",))
    outer = PolicyRule(id="outer", policy="p", order=3, action=Action.PERMIT, sources=("8.0.0.0/5",))
    one = passage(compiled([outer, inner, deny]), "p", "a", "b")

    assert [permit.rule.id for permit in one.permits if permit.rule] == ["outer"]
    assert {box.source for box in one.boxes} <= {(0x08000000, 0x09FFFFFF), (0x0B000000, 0x0FFFFFFF)}


def test_only_what_stateful_firewalls_enforce_is_a_passage() -> None:
    network = compile_network(stronghold(), default_catalog())

    assert [policy.id for policy in enforced_policies(network)] == ["inner"]
    assert bound_zones(network, "inner") == {"internet", "dmz", "user", "server", "management"}
    assert [(one.source, one.target) for one in passages(network)] == [
        ("dmz", "server"),
        ("internet", "dmz"),
        ("server", "management"),
        ("user", "internet"),
        ("user", "server"),
    ]
    idle = Add("policies", Policy(id="idle", name="idle", devices=("core1", "gone")))
    bare = compile_network(stronghold(idle, Set("policies", "inner", {"devices": ()})), default_catalog())
    assert enforced_policies(bare) == ()
    assert passages(bare) == ()


def box(protocol: tuple[int, int], ports: tuple[int, int], source: int = 0) -> Box:
    """A box of one source."""
    return Box(4, (source, source), (0, 9), protocol, target_port=ports)


def test_open_share_counts_each_port_once_and_each_pair_of_addresses_alone() -> None:
    assert open_share([]) == 0
    assert open_share([box((1, 1), (0, 65535))]) == 0
    assert open_share([box((0, 255), (0, 65535))]) == 1
    assert open_share([box((TCP, TCP), (0, 99)), box((TCP, TCP), (50, 149))]) == 150 / 65536
    assert open_share([box((TCP, TCP), (0, 99)), box((UDP, UDP), (100, 199))]) == 100 / 65536
    assert open_share([box((TCP, TCP), (0, 99)), box((TCP, TCP), (100, 199), source=1)]) == 100 / 65536


def test_opens_names_the_service_that_passes() -> None:
    assert opens([box((UDP, UDP), (0, 65535)), box((TCP, TCP), (20, 30))], [(TCP, 80), (TCP, 22)]) == (TCP, 22)
    assert opens([box((TCP, TCP), (0, 21))], [(TCP, 22)]) is None


def test_prefixes_of_both_families_are_known() -> None:
    assert [is_prefix(text) for text in ("10.0.0.0/8", "fd00::/8", "10.0.0.1/8", "x")] == [True, True, False, False]
