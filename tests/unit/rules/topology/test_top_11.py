"""TOP-11: short and wide inside the data centre."""

from __future__ import annotations

from typing import Any

from netdesign.model.addressing import Interface
from netdesign.model.routing import BgpNeighbor, RoutingProcess
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role, RoutingProtocol, Severity
from netdesign.rules.topology.top_11_east_west import east_west as top_11
from tests.support.sketch import GBPS, case, design, device, interface, link
from tests.unit.rules.topology.shapes import attach, campus, clos, elements, flow, group, killed, messages, verdict


def busy(facts, up_bps: int):
    return [*facts, group("g", 1), attach("g", "l0"), group("h", 1), attach("h", "l1"), flow("f", "g", "h", up_bps)]


def test_a_fabric_with_headroom_passes():
    found = verdict(top_11, *busy(clos(3), 50 * GBPS))

    assert found.status is Status.PASS
    assert [(m.value, m.threshold) for m in found.measures] == [(2.0, 2), (0.25, 0.7)]


def test_applies_to_fabrics_and_to_east_west_traffic():
    assert verdict(top_11, *campus()).status is Status.NOT_APPLICABLE
    assert verdict(top_11, *campus(), east_west_share=0.8).status is Status.PASS
    assert verdict(top_11, device("l", Role.LEAF)).status is Status.NOT_APPLICABLE


def test_a_leaf_behind_a_leaf_is_too_far():
    found = verdict(top_11, *clos(3), device("l9", Role.LEAF), link("l9:1", "l0:9"))

    assert "l1 and l9 have 3 hops between them; 2 hops are enough" in messages(found)
    assert "l9 spreads its traffic over 0 spines of 2" in messages(found)
    assert found.severity is Severity.WARNING


def test_leaves_that_only_a_firewall_joins_are_apart():
    facts: list[Any] = [device("a", Role.LEAF), device("b", Role.LEAF), device("fw", Role.FIREWALL)]
    facts += [link("a:1", "fw:1", LinkPurpose.ATTACHMENT), link("b:1", "fw:2", LinkPurpose.ATTACHMENT)]

    found = verdict(top_11, *facts)

    assert messages(found) == ["a and b have no path inside the fabric between them; 1 hops are enough"]
    assert found.findings[0].witness == {"hops": None, "limit": 1}
    assert found.measures[0].value is None


def test_an_unused_spine_is_found():
    facts = [fact for fact in clos(3) if getattr(fact, "id", "") != "l2s1"]

    found = verdict(top_11, *facts)

    assert "l2 spreads its traffic over 1 spines of 2" in messages(found)
    assert ("l2",) in elements(found)


def test_a_full_uplink_is_an_error():
    found = verdict(top_11, *busy(clos(2), 160 * GBPS))

    assert found.severity is Severity.ERROR
    assert messages(found)[0] == "fabric link l0s0 is 80% full; the steady limit is 70%"
    assert found.findings[0].witness == {"utilisation": 0.8, "limit": 0.7}


def test_mutants():
    assert killed(top_11, *clos()) == [True, None]
    pair = [device("a", Role.LEAF), device("b", Role.LEAF), link("a:1", "b:1"), link("a:2", "b:2")]
    assert killed(top_11, *pair) == [True, None]
    assert top_11.mutants[0].mutate(case(design(*campus()))) is None
    assert top_11.mutants[0].mutate(case(design(device("a", Role.LEAF), device("b", Role.LEAF)))) is None


def sessions(leaf: str, max_paths: int, asns: tuple[int, int] = (65000, 65000), **changes: Any) -> list[Any]:
    """BGP between one leaf and two spines, over a /31 each."""
    facts: list[Any] = [process(f"{leaf}:bgp", leaf, asn=65100, max_paths=max_paths, **changes)]
    for n, asn in enumerate(asns):
        mine, theirs = f"10.9.{n}.0", f"10.9.{n}.1"
        facts += [routed(f"{leaf}:r{n}", f"{mine}/31"), routed(f"s{n}:r{n}", f"{theirs}/31")]
        facts += [link(f"{leaf}:r{n}", f"s{n}:r{n}"), process(f"s{n}:bgp", f"s{n}", asn=asn)]
        facts += [neighbor(f"{leaf}:n{n}", f"{leaf}:bgp", asn, theirs), neighbor(f"s{n}:n", f"s{n}:bgp", 65100, mine)]
    return facts


def process(identity: str, place: str, **changes: Any) -> RoutingProcess:
    return RoutingProcess(id=identity, device=place, vrf="default", protocol=RoutingProtocol.BGP, **changes)


def neighbor(identity: str, of: str, asn: int, address: str) -> BgpNeighbor:
    return BgpNeighbor(id=identity, process=of, remote_asn=asn, peer_address=address)


def routed(identity: str, address: str) -> Interface:
    return interface(*identity.split(":"), addresses=(address,), vrf="default")


def test_routing_as_wide_as_the_cabling_passes():
    assert verdict(top_11, *clos(3), *sessions("l0", 2)).status is Status.PASS
    assert verdict(top_11, *clos(3), *sessions("l0", 2, (65000, 65001), multipath_relax=True)).status is Status.PASS


def test_too_few_paths_at_once_are_found():
    found = verdict(top_11, *clos(3), *sessions("l0", 1))

    assert messages(found) == ["l0:bgp of l0 uses 1 of its 2 equal sessions to the tier above"]
    assert found.findings[0].witness == {"paths": 1, "sessions": 2, "max_paths": 1, "multipath_relax": False}


def test_spines_of_different_as_need_relaxed_comparison():
    found = verdict(top_11, *clos(3), *sessions("l0", 2, (65000, 65001)))

    assert messages(found) == ["l0:bgp of l0 uses 1 of its 2 equal sessions to the tier above"]


def test_one_path_mutant():
    assert killed(top_11, *clos(3), *sessions("l0", 2)) == [True, True]
