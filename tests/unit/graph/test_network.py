"""The compiled network: which links carry anything."""

from __future__ import annotations

from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Lag
from netdesign.model.vocabulary import InterfaceKind, Role
from tests.support.sketch import design, device, interface, link

CABLES = (link("a:1", "b:1"), link("a:2", "b:2"))


def network(*facts: object) -> Network:
    return compile_network(design(device("a", Role.LEAF), device("b", Role.SPINE), *CABLES, *facts), default_catalog())


def test_links_between_devices_that_exist_are_usable() -> None:
    stray = link("a:3", "gone:1")
    loop = link("a:4", "a:5")
    off = link("a:6", "b:6", in_service=False)

    assert network(stray, loop, off).usable_links.tolist() == [True, True, False, False, False]


def test_a_port_that_is_switched_off_takes_its_link_down() -> None:
    made = network(interface("b", "2", enabled=False), interface("a", "1"))

    assert made.usable_links.tolist() == [True, False]
    assert made.forwarding.edges_present.tolist() == [True, False]


def test_a_bundle_that_is_switched_off_takes_its_members_down() -> None:
    lag = Lag(id="bundle", device="a", interface="Port-Channel1", members=("1",))
    whole = Interface(
        id="a:Port-Channel1", device="a", name="Port-Channel1", kind=InterfaceKind.LAG, lag="bundle", enabled=False
    )

    assert network(lag, whole, interface("a", "1", lag="bundle")).usable_links.tolist() == [False, True]
    assert network(lag, interface("a", "1", lag="bundle")).usable_links.tolist() == [True, True]


def test_what_is_ours_is_told_by_the_role_and_not_by_a_flag() -> None:
    made = compile_network(
        design(device("isp", Role.PROVIDER), device("leaf", Role.LEAF, managed=False)), default_catalog()
    )

    assert made.ours.tolist() == [False, True]


def test_the_first_of_two_that_share_an_id_counts() -> None:
    made = network()

    assert made.device_index == {"a": 0, "b": 1}
    assert made.by_id("links")["a:1--b:1"] is CABLES[0]
    assert [fact.id for fact in made.grouped("devices", "role")[Role.SPINE]] == ["b"]
    assert made.devices_by("role") == {Role.LEAF: [0], Role.SPINE: [1]}
    assert made.link_index == {"a:1--b:1": 0, "a:2--b:2": 1}
