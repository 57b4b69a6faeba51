"""TOP-04: islands, bare devices, cables to nowhere."""

from __future__ import annotations

from typing import Any

from netdesign.catalog.selection import default_catalog
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role, Severity
from netdesign.rules.topology.top_04_components import connected_components as top_04
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import campus, clos, killed, messages, verdict


def test_one_network_passes():
    found = verdict(top_04, *campus())

    assert found.status is Status.PASS
    assert [(m.name, m.value) for m in found.measures] == [("separate networks at the worst site", 1), ("links", 9)]


def test_does_not_apply_to_an_empty_design():
    assert verdict(top_04).status is Status.NOT_APPLICABLE


def test_islands_of_a_site_are_found_and_management_is_not_asked():
    facts = [*clos(3), device("x", Role.LEAF), device("y", Role.LEAF), link("x:1", "y:1")]
    facts += [device("m", Role.MANAGEMENT_SWITCH), link("m:1", "x:m", LinkPurpose.MANAGEMENT)]

    found = verdict(top_04, *facts)

    assert messages(found) == ["2 devices of site dc1 are cut off from the rest of it: x, y"]
    assert found.findings[0].witness == {"site": "dc1", "separate_networks": 2, "island": ["x", "y"]}
    assert found.severity is Severity.CRITICAL


def test_sites_need_not_be_joined_and_a_lone_device_may_be():
    assert verdict(top_04, device("a", Role.ACCESS)).status is Status.PASS
    two = [link("a:1", "b:1"), link("c:1", "d:1")]
    sites = [
        device(name, Role.ACCESS, site=site) for name, site in (("a", "s1"), ("b", "s1"), ("c", "s2"), ("d", "s2"))
    ]
    assert verdict(top_04, *sites, *two).status is Status.PASS
    only_management = [
        device("m", Role.MANAGEMENT_SWITCH),
        device("n", Role.CONSOLE_SERVER),
        link("m:1", "n:1", LinkPurpose.MANAGEMENT),
    ]
    assert verdict(top_04, *only_management).status is Status.PASS


def test_a_bare_device_is_found_twice():
    found = verdict(top_04, *clos(), device("x", Role.LEAF))

    assert sorted(messages(found)) == [
        "1 devices of site dc1 are cut off from the rest of it: x",
        "x is in service but no link reaches it",
    ]


def test_links_end_at_real_ports():
    kind = default_catalog().devices(Role.LEAF)[0]
    real = kind.port_names[0]
    facts: list[Any] = [
        device("a", Role.LEAF, sku=kind.sku),
        device("b", Role.LEAF, sku="no-such-sku"),
        device("c", Role.LEAF),
    ]
    facts += [
        link(f"a:{real}", "b:1", id="good"),
        link("a:nothing", "c:1", id="bad"),
        link("c:2", "ghost:1", id="ghost"),
    ]

    found = verdict(top_04, *facts)

    assert messages(found) == [
        "link bad ends at port nothing of a, which does not exist",
        "link ghost ends at device ghost, which does not exist",
    ]
    assert [gap.message for gap in found.gaps] == ["the catalogue has no device no-such-sku, so its ports are unknown"]


def test_mutants():
    assert killed(top_04, *campus()) == [True, True]
    assert killed(top_04, device("a", Role.ACCESS)) == [None, None]
    assert top_04.mutants[0].mutate(case(design(device("a", Role.ACCESS)))) is None
    assert top_04.mutants[0].mutate(case(design(device("a", Role.FIREWALL), device("b", Role.FIREWALL)))) is None
