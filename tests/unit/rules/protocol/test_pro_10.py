"""PRO-10: frames that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.inventory import Attachment, EndpointKind, PortProfile
from netdesign.model.overlay import Tunnel, TunnelKind, Vni, VniKind
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, Trust
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_10_mtu import mtu_mismatch
from tests.support.routed import DEFAULT, bgp, bridged, group, joined, peer, port, subnet, svi
from tests.support.sketch import case, design, device, interface, link

RULE = mtu_mismatch
PAIR = (DEFAULT, device("a", Role.LEAF), device("b", Role.SPINE))


def verdict(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*PAIR, *facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in verdict(*facts).findings]


def test_both_ends_of_a_link_have_one_mtu() -> None:
    cable, near, far = joined("a:1", "b:1")

    assert messages(cable, near, far) == []
    assert messages(cable, near, replace(far, mtu_bytes=9214)) == [
        "neighbours in one subnet disagree: a:1 has an MTU of 1500 bytes, b:1 of 9214",
        "link a:1--b:1: a:1 has an MTU of 1500 bytes, b:1 of 9214",
    ]
    assert messages(cable, near, replace(far, mtu_bytes=9214, enabled=False)) == []


def test_members_of_a_bundle_have_its_mtu() -> None:
    ports = [interface("a", name, lag="po", mode=PortMode.NONE) for name in ("1", "2")]
    top = interface("a", "po", kind=InterfaceKind.LAG, lag="po", mtu_bytes=9214)

    assert messages(link("a:1", "b:1"), link("a:2", "b:2"), *ports, top) == [
        "link a:1--b:1: a:1 has an MTU of 1500 bytes, a:po of 9214"
    ]


def test_routed_neighbours_in_a_subnet_have_one_mtu() -> None:
    one, two = svi("a", "v", "10.1.0.1/24"), svi("b", "v", "10.1.0.2/24", mtu_bytes=9000)
    wired = bridged("v", "a", "b")

    assert messages(*wired, one, replace(two, mtu_bytes=1500)) == []
    assert messages(*wired, one, replace(two, addresses=("10.2.0.2/24",))) == []
    assert messages(*wired, one, two) == [
        "neighbours in one subnet disagree: a:Vlan-v has an MTU of 1500 bytes, b:Vlan-v of 9000"
    ]


def test_a_subinterface_fits_its_port() -> None:
    facts = (
        interface("a", "1"),
        port("a:1.7", "10.0.0.0/31", parent="1", kind=InterfaceKind.SUBINTERFACE, mtu_bytes=9000),
    )

    assert messages(*facts) == ["a:1.7 has an MTU of 9000 bytes, its port 1 of 1500"]


def hosts(mtu_bytes: int, *vlans: str, kind: EndpointKind = EndpointKind.SERVER) -> list[Any]:
    profile = PortProfile(id="p", mode=PortMode.ACCESS, vlans=vlans, mtu_bytes=mtu_bytes)
    return [
        group("g", *vlans, kind=kind),
        profile,
        Attachment(id="t", group="g", device="a", endpoints=1, ports=("1",), profile="p"),
    ]


def test_gateways_take_what_their_hosts_send() -> None:
    facts = (subnet("10.1.0.0/24", "v"), svi("a", "v", "10.1.0.1/24"), *hosts(9000, "v"))

    assert messages(*facts) == ["gateway a:Vlan-v takes 1500 bytes, its hosts send 9000"]
    assert messages(subnet("10.1.0.0/24", "v"), svi("a", "v", "10.1.0.1/24", mtu_bytes=9000), *hosts(9000, "v")) == []


EDGE = (
    device("p", Role.PROVIDER, managed=False),
    link("a:9", "p:1", LinkPurpose.CIRCUIT, trust=Trust.PUBLIC),
    port("a:9"),
)
TUNNEL = Tunnel(id="t", a="a", b="b", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, mss_clamp_bytes=1360)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="fits"),
        pytest.param(
            {"inner_mtu_bytes": 1440, "mss_clamp_bytes": 1400},
            ["tunnel t carries 1440 bytes and adds 65; the way beneath carries 1500"],
            id="NAT traversal counts on public circuits",
        ),
        pytest.param(
            {"mss_clamp_bytes": None},
            ["tunnel t carries 1400 bytes and does not clamp TCP segments: 1360 fit"],
            id="no clamp",
        ),
        pytest.param(
            {"mss_clamp_bytes": 1400}, ["tunnel t carries 1400 bytes and clamps TCP to 1400: 1360 fit"], id="clamp"
        ),
        pytest.param({"kind": TunnelKind.GRE, "inner_mtu_bytes": 1476, "mss_clamp_bytes": 1436}, [], id="GRE"),
        pytest.param(
            {"kind": TunnelKind.GRE, "inner_mtu_bytes": 1480, "mss_clamp_bytes": 1436},
            ["tunnel t carries 1480 bytes and adds 24; the way beneath carries 1500"],
            id="GRE too large",
        ),
        pytest.param({"kind": TunnelKind.CAPWAP, "mss_clamp_bytes": None}, [], id="CAPWAP fragments by itself"),
        pytest.param({"a": "b", "b": "ghost", "inner_mtu_bytes": 9000}, [], id="no circuit beneath"),
    ],
)
def test_tunnels_fit_the_way_beneath(changes: dict[str, Any], expected: list[str]) -> None:
    assert messages(*EDGE, replace(TUNNEL, **changes)) == expected


def test_storage_has_jumbo_frames_all_the_way() -> None:
    trunk = interface("a", "5", mode=PortMode.TRUNK, vlans=("v",))

    assert messages(interface("a", "1"), *hosts(1500, "v", kind=EndpointKind.STORAGE)) == [
        "storage g hangs on ports of 1500 bytes, below 9000"
    ]
    assert messages(
        *hosts(9000, "v", kind=EndpointKind.STORAGE), trunk, replace(trunk, id="a:6", name="6", vlans=("w",))
    ) == ["trunk a:5 carries storage with 1500 bytes, below 9000"]
    assert messages(*hosts(9000, "v", kind=EndpointKind.STORAGE), replace(trunk, mtu_bytes=9214)) == []


VNI = Vni(id="n", number=10010, kind=VniKind.L2, vlan="v")


def fabric(mtu_bytes: int, *, vtep: str = "10.8.0.1/32", **cable: Any) -> list[Any]:
    wire, near, far = joined("a:1", "b:1", mtu_bytes=mtu_bytes)
    return [
        *(replace(wire, **cable), near, far, VNI, port("a:vtep", vtep, kind=InterfaceKind.VTEP)),
        *(bgp("a", 1), bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1)),
    ]


def test_the_underlay_carries_host_frames_with_their_headers() -> None:
    assert messages(*fabric(1550)) == []
    assert messages(*fabric(1549)) == [
        f"underlay port {d}:1 carries 1549 bytes; frames of 1500 need 1550" for d in "ab"
    ]
    assert messages(*fabric(1569, vtep="fd00::1/128")) == [
        f"underlay port {d}:1 carries 1569 bytes; frames of 1500 need 1570" for d in "ab"
    ]
    assert messages(*fabric(1581, crypto="macsec")) == [
        f"underlay port {d}:1 carries 1581 bytes; frames of 1500 need 1582" for d in "ab"
    ]
    assert len(messages(*fabric(9000), *hosts(9000, "v"))) == 2
    assert messages(*fabric(9050), *hosts(9000, "v")) == []
    measure = verdict(*fabric(9214)).measures[0]
    assert (measure.value, measure.threshold) == (9214, 1550)


def test_circuits_are_no_underlay() -> None:
    assert messages(*fabric(1500, purpose=LinkPurpose.CIRCUIT)) == []


def test_without_an_overlay_the_smallest_mtu_is_told() -> None:
    assert verdict(interface("a", "1")).measures[0].value == 1500


def test_a_design_without_interfaces_is_not_judged() -> None:
    assert verdict().status is Status.NOT_APPLICABLE


def killed(*facts: Any) -> list[bool | None]:
    made = design(*PAIR, *facts)
    patches = [mutant.mutate(case(made)) for mutant in RULE.mutants]
    return [None if p is None else judge_one(RULE, case(apply(made, p))).status is Status.FAIL for p in patches]


def test_mutants_are_caught() -> None:
    assert killed(*fabric(9214)) == [True, True]
    assert killed(*joined("a:1", "b:1")) == [True, None]
    assert killed(interface("a", "1")) == [None, None]
