"""Which links a flow may take outside, and what seals them."""

from __future__ import annotations

from netdesign.analysis.policy.encryption import (
    circuits_by_site,
    crypto_endpoints,
    exposed_links,
    flow_sites,
    wide_links,
)
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.vocabulary import LinkPurpose, Trust
from tests.support.sketch import link
from tests.support.stronghold import flow, stronghold


def compiled(*changes: Operation) -> Network:
    """A changed stronghold, compiled."""
    return compile_network(stronghold(*changes), default_catalog())


def names(network: Network, places: tuple[int, ...]) -> list[str]:
    """The ids of links."""
    return [network.links[place].id for place in places]


def test_flows_inside_a_site_stay_inside() -> None:
    network = compiled()

    assert flow_sites(network, "staff-apps") == (frozenset({"dc1"}), frozenset({"dc1"}))
    assert exposed_links(network, "staff-apps") == ()


def test_flows_to_a_provider_take_its_public_circuits() -> None:
    network = compiled(Add("flows", flow("one", ("staff",), ("isp2", "core1", "gone"))))

    assert names(network, exposed_links(network, "one")) == ["edge2:wan--isp2:1"]
    assert flow_sites(network, "one") == (frozenset({"dc1"}), frozenset())


def test_a_circuit_of_our_own_is_not_exposed() -> None:
    network = compiled(Set("links", "edge2:wan--isp2:1", {"trust": Trust.OWNED}))

    assert names(network, exposed_links(network, "staff-web")) == ["edge1:wan--isp1:1"]
    assert {site: names(network, at) for site, at in circuits_by_site(network).items()} == {
        "dc1": ["edge1:wan--isp1:1"]
    }


def test_wide_links_join_our_own_devices() -> None:
    network = compiled(Add("links", link("core1:w", "core2:w", LinkPurpose.UPLINK, trust=Trust.LEASED)))

    assert names(network, wide_links(network)) == ["core1:w--core2:w"]


def test_devices_that_encrypt_are_known_with_their_suites() -> None:
    tunnels = [
        Add("tunnels", Tunnel(id="t", a="edge1", b="edge2", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="x")),
        Add("tunnels", Tunnel(id="u", a="edge1", b="edge2", kind=TunnelKind.GRE, inner_mtu_bytes=1400)),
    ]
    network = compiled(*tunnels, Set("links", "core1:peer--core2:peer", {"crypto": "mac"}))

    assert crypto_endpoints(network) == {"core1": ("mac",), "core2": ("mac",), "edge1": ("x",), "edge2": ("x",)}
