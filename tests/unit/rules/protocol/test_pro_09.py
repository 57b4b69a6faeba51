"""PRO-09: bundles with one other end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Lag, LagMode, Mlag
from netdesign.model.patch import apply
from netdesign.model.switching import SpanningTree, SpanningTreeMode
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_09_link_aggregation import unbundled_links
from tests.support.routed import DEFAULT, port
from tests.support.sketch import case, design, device, interface, link

RULE = unbundled_links
TRIO = (DEFAULT, device("a", Role.ACCESS), device("b", Role.CORE), device("c", Role.CORE))
CABLES = (link("a:1", "b:1"), link("a:2", "b:2"))


def trunk(where: str, *vlans: str, **changes: Any) -> Any:
    device_id, _, name = where.partition(":")
    return interface(device_id, name, mode=PortMode.TRUNK, vlans=vlans, **changes)


LOOSE = tuple(trunk(f"{d}:{n}", f"v{n}") for d in "ab" for n in (1, 2))


def bundle(device_id: str, *ports: str, **changes: Any) -> list[Any]:
    """A bundle `po` of a device, with its interfaces."""
    identity = f"{device_id}:po"
    made = Lag(id=identity, device=device_id, interface="po", members=ports, min_links=1)
    members = [interface(device_id, name, mode=PortMode.NONE, lag=identity) for name in ports]
    top = trunk(identity, "v1", kind=InterfaceKind.LAG, lag=identity)
    return [replace(made, **changes), top, *members]


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(*TRIO, *facts))).findings]


def test_a_bundle_between_two_devices_passes() -> None:
    verdict = judge_one(RULE, case(design(*TRIO, *CABLES, *bundle("a", "1", "2"), *bundle("b", "1", "2"))))

    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (2, 8)


def test_parallel_bridged_links_are_bundled() -> None:
    assert messages(*CABLES, *LOOSE) == ["a and b have 2 parallel bridged links that are no bundle"]


def trees(mode: SpanningTreeMode) -> list[SpanningTree]:
    return [SpanningTree(id=d, device=d, mode=mode) for d in "ab"]


def test_mstp_may_keep_parallel_links_apart() -> None:
    assert messages(*CABLES, *LOOSE, *trees(SpanningTreeMode.MSTP)) == []
    assert len(messages(*CABLES, *LOOSE, *trees(SpanningTreeMode.RSTP))) == 1
    same = [replace(fact, vlans=("v1",)) for fact in LOOSE]
    assert len(messages(*CABLES, *same, *trees(SpanningTreeMode.MSTP))) == 1


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param([port(f"{d}:{n}") for d in "ab" for n in (1, 2)], id="routed"),
        pytest.param([*LOOSE[:2]], id="one end alone"),
        pytest.param([*LOOSE[:3], port("b:2")], id="one of them"),
    ],
)
def test_links_that_do_not_both_bridge_need_no_bundle(facts: list[Any]) -> None:
    assert messages(*CABLES, *facts) == []


def test_firewalls_do_not_bridge() -> None:
    wall = (device("fw", Role.FIREWALL), link("a:1", "fw:1"), link("a:2", "fw:2"))

    assert messages(*wall, *(trunk(f"{d}:{n}") for d in ("a", "fw") for n in (1, 2))) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"members": ()}, "has no members"),
        ({"members": tuple("123456789")}, "has 9 members, the platform takes 8"),
        ({"min_links": None}, "does not say how many links it needs to be up"),
        ({"min_links": 3}, "needs 3 links up and has 2"),
        ({"min_links": 0}, "needs 0 links up and has 2"),
    ],
)
def test_a_bundle_has_members_and_a_minimum(changes: dict[str, Any], problem: str) -> None:
    assert messages(*bundle("a", "1", "2", **changes)) == [f"bundle a:po {problem}"]


def test_a_bundle_ends_on_one_bundle() -> None:
    two = [replace(bundle("b", "2")[0], id="b:po2", interface="po2")]

    assert messages(*CABLES, *bundle("a", "1", "2")) == ["bundle a:po ends on 1 of b, which is in no bundle"]
    assert messages(*CABLES, *bundle("a", "1", "2"), *bundle("b", "1")[:1], *two) == [
        "bundle a:po ends on 2 bundles of 1 devices"
    ]
    assert messages(*CABLES, *bundle("a", "1", "2"), *bundle("b", "1", "2", mode=LagMode.STATIC)) == [
        "bundle a:po is lacp, the other end b:po is static"
    ]


def test_a_provider_may_end_a_bundle() -> None:
    theirs = (device("p", Role.PROVIDER, managed=False), link("a:1", "p:1"), link("a:2", "p:2"))

    assert messages(*theirs, *bundle("a", "1", "2")) == []


SPLIT = (link("a:1", "b:1"), link("a:2", "c:1"))
APART = "bundle a:po ends on b and c, which are no pair and no Ethernet segment"


def halves(**changes: Any) -> list[Any]:
    return [*bundle("a", "1", "2"), *bundle("b", "1", **changes), *bundle("c", "1", **changes)]


def test_two_far_devices_are_one_pair_or_one_ethernet_segment() -> None:
    pair = Mlag(id="m", peers=("b", "c"), domain_id=1, system_mac="02:00:00:00:00:01")
    endpoints = [port(f"{d}:vtep", kind=InterfaceKind.VTEP) for d in "bc"]

    assert messages(*SPLIT, *halves()) == [APART]
    assert messages(*SPLIT, pair, *halves(mlag="m", mlag_number=7)) == []
    assert messages(*SPLIT, replace(pair, peers=("b", "x")), *halves(mlag="m", mlag_number=7)) == [APART]
    assert messages(*SPLIT, *halves(mlag="ghost", mlag_number=7)) == [APART]
    assert messages(*SPLIT, *halves(), *endpoints) == []
    other = [replace(f, vlans=("v9",)) if f.id == "c:po" and hasattr(f, "vlans") else f for f in halves()]
    assert messages(*SPLIT, *other, *endpoints) == [APART]


def test_a_design_without_parallel_links_is_not_judged() -> None:
    assert judge_one(RULE, case(design(*TRIO, link("a:1", "b:1")))).status is Status.NOT_APPLICABLE
    assert judge_one(RULE, case(design(*TRIO))).status is Status.NOT_APPLICABLE


def killed(*facts: Any) -> list[bool | None]:
    made = design(*TRIO, *facts)
    patches = [mutant.mutate(case(made)) for mutant in RULE.mutants]
    return [None if p is None else judge_one(RULE, case(apply(made, p))).status is Status.FAIL for p in patches]


def test_mutants_are_caught() -> None:
    pair = Mlag(id="m", peers=("b", "c"), domain_id=1, system_mac="02:00:00:00:00:01")

    assert killed(*SPLIT, pair, *halves(mlag="m", mlag_number=7)) == [True] * 5
    assert killed(*CABLES, *bundle("a", "1", "2"), *bundle("b", "1", "2")) == [True, None, True, None, True]
    assert killed(link("a:1", "b:1", LinkPurpose.HEARTBEAT), trunk("a:1"), trunk("b:1")) == [None] * 5


@pytest.mark.parametrize("mac", ["01:00:5e:00:00:02", "33:33:00:00:00:01", "00:00:00:00:00:00", "ff" * 6, "none", ""])
def test_a_pair_is_named_by_the_address_of_one_station(mac: str) -> None:
    pair = Mlag(id="m", peers=("b", "c"), domain_id=1, system_mac=mac)

    assert messages(*SPLIT, pair, *halves(mlag="m", mlag_number=7)) == [
        f"pair m has the system MAC {mac}, which is no address of one station"
    ]
    for good in ("02:00:00:00:00:01", "0200.0000.0001", "02-00-00-00-00-01", "AC:DE:48:00:11:22"):
        assert messages(*SPLIT, replace(pair, system_mac=good), *halves(mlag="m", mlag_number=7)) == []
