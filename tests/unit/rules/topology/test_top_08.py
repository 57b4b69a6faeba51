"""TOP-08: meshes of sites."""

from __future__ import annotations

from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role, TopologyPreference
from netdesign.rules.topology.top_08_mesh import full_mesh as top_08
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import killed, messages, verdict

MESH = {"topology_preference": TopologyPreference.MESH}


def sites(count: int = 3):
    return [device(f"r{n}", Role.WAN_EDGE, site=f"s{n}") for n in range(count)]


def tunnel(a: str, b: str):
    return Tunnel(id=f"{a}-{b}", a=a, b=b, kind=TunnelKind.IPSEC, inner_mtu_bytes=1400)


def test_links_and_tunnels_make_a_mesh():
    facts = [
        *sites(),
        link("r0:1", "r1:1", LinkPurpose.CIRCUIT),
        tunnel("r1", "r2"),
        tunnel("r0", "r2"),
        tunnel("r0", "?"),
    ]

    found = verdict(top_08, *facts, **MESH)

    assert (found.status, found.measures[0].value, found.measures[0].threshold) == (Status.PASS, 3, 3)
    assert killed(top_08, *facts, **MESH) == [True]
    assert killed(top_08, *sites(), *(tunnel(f"r{a}", f"r{b}") for a, b in ((0, 1), (1, 2), (0, 2))), **MESH) == [True]


def test_a_missing_pair_is_named():
    found = verdict(top_08, *sites(), tunnel("r0", "r1"), tunnel("r1", "r2"), link("r0:1", "r0:2"), **MESH)

    assert messages(found) == ["nothing joins s0 and s2 directly"]


def test_applies_to_wanted_meshes_of_three_sites():
    assert verdict(top_08, *sites()).status is Status.NOT_APPLICABLE
    assert verdict(top_08, *sites(2), **MESH).status is Status.NOT_APPLICABLE
    assert top_08.mutants[0].mutate(case(design(*sites()))) is None
