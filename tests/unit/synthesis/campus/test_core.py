import pytest

from netdesign.model.vocabulary import Archetype, RoutingProtocol
from netdesign.synthesis.campus.core import system_id
from netdesign.synthesis.needs.campus_plan import igp
from tests.unit.synthesis.campus_samples import asked, design

THREE_TIER = {"users": 300, "endpoints": 30, "area_m2": 6_000, "buildings": 3, "closets": 6}


def made(**changes):
    return design(asked(THREE_TIER, topology_preference="three_tier", **changes))


@pytest.mark.parametrize(
    ("stack", "protocol"),
    [
        ([], RoutingProtocol.OSPF),
        (["IS-IS"], RoutingProtocol.ISIS),
        (["isis", "VRRP"], RoutingProtocol.ISIS),
        (["IS-IS", "OSPF"], RoutingProtocol.OSPF),
        (["BASIS IS"], RoutingProtocol.OSPF),
    ],
)
def test_isis_where_it_alone_is_named(stack, protocol):
    assert igp(asked(technology_stack=stack)) is protocol


@pytest.mark.parametrize(("router_id", "text"), [("10.0.88.1", "0100.0008.8001"), ("192.168.255.3", "1921.6825.5003")])
def test_a_system_id_spells_the_router_id(router_id, text):
    assert system_id(router_id) == text


def test_an_isis_campus_is_one_level():
    found = made(technology_stack=["IS-IS"])
    inner = [process for process in found.routing.processes if process.protocol is RoutingProtocol.ISIS]

    assert found.archetype is Archetype.THREE_TIER
    assert {one.area for one in found.routing.igp_interfaces} == {"level-2"}
    assert {process.system_id for process in inner} == {system_id(process.router_id) for process in inner}
    assert not any(process.protocol is RoutingProtocol.OSPF for process in found.routing.processes)


def test_each_block_is_an_area_where_two_cores_make_a_backbone():
    found = made()

    assert {one.area for one in found.routing.igp_interfaces} == {"0.0.0.0", "0.0.0.1", "0.0.0.2", "0.0.0.3"}
    assert not any(process.system_id for process in found.routing.processes)


def test_one_core_alone_has_no_backbone_to_lose():
    found = made(redundancy="low", security_level="corporate")

    assert found.archetype is Archetype.THREE_TIER
    assert {one.area for one in found.routing.igp_interfaces} == {"0.0.0.0"}
