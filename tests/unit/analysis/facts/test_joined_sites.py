"""Sites are one where anything joins them, and apart where nothing does; small networks keep what bundles bear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.facts.joined_sites import joined_sites
from netdesign.analysis.failure.lookalikes import reduced
from netdesign.graph.network import Network
from netdesign.model.cabling import Lag
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.vocabulary import Role
from tests.support.sketch import case, design, device, interface, link

PLACES = (
    device("a1", Role.LEAF, site="a"),
    device("a2", Role.LEAF, site="a"),
    device("b1", Role.LEAF, site="b"),
    device("b2", Role.LEAF, site="b"),
    device("isp", Role.PROVIDER, site="a"),
)


TUNNEL = Tunnel(id="t", a="a2", b="b1", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400)


def network(*facts: Any) -> Network:
    return case(design(*facts)).network


@pytest.mark.parametrize(
    ("facts", "one"),
    [
        pytest.param((), False, id="nothing joins them"),
        pytest.param((link("a1:1", "a2:1"), link("a1:2", "isp:1")), False, id="the provider is met at one site alone"),
        pytest.param((link("a1:1", "b1:1"),), True, id="a cable"),
        pytest.param((replace(link("a1:1", "b1:1"), in_service=False),), True, id="a cable out of service"),
        pytest.param((link("a1:1", "isp:1"), link("isp:2", "b2:1")), True, id="circuits of one provider"),
        pytest.param((TUNNEL,), True, id="a tunnel"),
    ],
)
def test_sites_are_one_where_anything_joins_them(facts: tuple[Any, ...], one: bool) -> None:
    label = joined_sites(network(*PLACES, *facts)).tolist()

    assert label[0] == label[1]
    assert label[2] == label[3]
    assert (label[0] == label[2]) is one


@pytest.mark.parametrize(("least", "kept"), [(4, 2), (3, 1), (2, 1), (None, None)])
def test_a_bundle_bears_as_many_losses_in_the_small_network(least: int | None, kept: int | None) -> None:
    far = [device(f"l{n}", Role.LEAF) for n in range(4)]
    cables = [link(f"l{n}:1", f"hub:{n}") for n in range(4)]
    ports = [interface("hub", str(n), lag="hub:lag") for n in range(4)] + [interface(d.id, "1") for d in far]
    bundle = Lag(id="hub:lag", device="hub", interface="lag", members=("0", "1", "2", "3"), min_links=least)
    small = reduced(network(device("hub", Role.CORE), *far, *cables, *ports, bundle), 2)

    assert [d.id for d in small.devices] == ["hub", "l0", "l1"]
    assert [lag.min_links for lag in small.design.cabling.lags] == [kept]
