"""Requirements that exclude each other, and ways out that work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.facts.distances import kilometres
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.ports import PoeType
from netdesign.catalog.selection import Catalog, default_catalog
from netdesign.catalog.sku import DeviceType
from netdesign.exchange.documents import read_document
from netdesign.model.conflict import Relaxation
from netdesign.model.decoding import decode
from netdesign.model.edits import edited
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import Role
from netdesign.synthesis.conditions.lower_bound import parts, total_usd
from netdesign.synthesis.conditions.question import Question
from netdesign.synthesis.conditions.space import available_addresses
from netdesign.synthesis.conditions.supply import places
from netdesign.synthesis.conditions.wording import spoken
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.resolve import resolve
from tests.unit.model.requests import CAMPUS, SMALL, changed, request
from tests.unit.synthesis.resolving import conflicts_of, resolved

LEAF_VENDORS = ["cisco", "arista", "juniper", "dell", "nvidia", "nokia", "extreme", "hpe"]
TWO_SITES = {"scale": {"devices": 4, "users": 1, "sites": 2}}
FAR = [{"name": "A", "lat": 50.1, "lon": 8.6}, {"name": "B", "lat": 40.7, "lon": -74.0}]
NEAR = [{"name": "A", "lat": 50.1, "lon": 8.6}, {"name": "B", "lat": 50.0, "lon": 8.2}]

WAN = CAMPUS | {
    "network_type": "wan",
    "scale": {"devices": 600, "users": 800, "sites": 80},
    "redundancy": "low",
    "security_level": "corporate",
}
INFEASIBLE: list[tuple[str, dict[str, Any], str, tuple[str, str], int]] = [
    # id, request, code, the pair, how many ways out
    (
        "budget of a data centre",
        request(budget=60_000, servers={"count": 800}),
        "budget-below-least-cost",
        ("budget", "servers/count"),
        3,
    ),
    ("budget of a campus", request(CAMPUS, budget="EUR 20k"), "budget-below-least-cost", ("budget", "scale/users"), 3),
    ("budget for next to nothing", request(budget=100), "budget-below-least-cost", ("budget", "servers/count"), 2),
    (
        "budget that less redundancy could meet",
        request(redundancy="high", servers={"count": 4}, budget=40_000),
        "budget-below-least-cost",
        ("budget", "servers/count"),
        3,
    ),
    (
        "five nines on single devices",
        request(availability_requirement="99.999%", redundancy="low"),
        "availability-needs-redundancy",
        ("availability_requirement", "redundancy"),
        2,
    ),
    (
        "five minutes on single devices",
        request(max_downtime_minutes_per_year=5, redundancy="none"),
        "availability-needs-redundancy",
        ("max_downtime_minutes_per_year", "redundancy"),
        2,
    ),
    (
        "availability against downtime",
        request(availability_requirement=0.99999, max_downtime_minutes_per_year=500),
        "availability-contradicts-downtime",
        ("availability_requirement", "max_downtime_minutes_per_year"),
        2,
    ),
    (
        "servers on one port that survive a switch",
        request(redundancy="medium", servers={"count": 20, "nics": 1}),
        "redundancy-needs-ports",
        ("servers/nics", "redundancy"),
        2,
    ),
    (
        "one server in three zones",
        request(servers={"count": 1, "nics": 2}, security_level="enterprise"),
        "zones-need-servers",
        ("servers/count", "security_level"),
        2,
    ),
    (
        "one server that talks to another",
        request(
            servers={"count": 1, "nics": 2},
            security_level="corporate",
            flows=[{"from": "servers", "to": "servers", "service": "https", "up": "1Gbps"}],
        ),
        "flow-needs-two-ends",
        ("flows/0", "servers/count"),
        2,
    ),
    (
        "calls that leave from private addresses",
        request(
            CAMPUS,
            flows=[
                {"from": "users", "to": "servers", "service": "https", "up": "1Mbps"},
                {"from": "voice", "to": "internet", "service": "sip", "up": "1Mbps", "down": "1Mbps"},
            ],
        ),
        "calls-through-translation",
        ("flows/1/to", "addressing/supernets"),
        2,
    ),
    (
        "critical at one site",
        request(redundancy="critical"),
        "redundancy-needs-sites",
        ("redundancy", "scale/sites"),
        2,
    ),
    (
        "card data in a flat network",
        request(compliance=["PCI DSS", "GDPR"], requires_segmentation=False),
        "compliance-needs-segmentation",
        ("compliance", "requires_segmentation"),
        2,
    ),
    (
        "patient data in a flat network",
        request(CAMPUS, compliance=["HIPAA"], requires_segmentation=False),
        "compliance-needs-segmentation",
        ("compliance", "requires_segmentation"),
        2,
    ),
    (
        "a flat network that denies between zones",
        request(requires_segmentation=False),
        "security-needs-segmentation",
        ("security_level", "requires_segmentation"),
        2,
    ),
    (
        "card data behind open zones",
        request(compliance=["PCI DSS"], security_level="basic"),
        "compliance-needs-denying-default",
        ("compliance", "security_level"),
        2,
    ),
    (
        "federal data on any module",
        request(compliance=["FedRAMP High"]),
        "compliance-needs-validated-crypto",
        ("compliance", "security_level"),
        2,
    ),
    (
        "government in the clear",
        request(security_level="government", requires_encryption=False),
        "security-needs-encryption",
        ("security_level", "requires_encryption"),
        2,
    ),
    (
        "government without IPv6",
        request(security_level="government", addressing={"ipv6": False}),
        "security-needs-ipv6",
        ("security_level", "addressing/ipv6"),
        2,
    ),
    (
        "latency over an ocean",
        request(max_latency_ms=5, sites=FAR, **TWO_SITES),
        "latency-below-physics",
        ("max_latency_ms", "sites/1"),
        2,
    ),
    (
        "a flow's latency over an ocean",
        request(
            flows=[{"from": "A", "to": "B", "service": "https", "up": "1G", "latency_ms": 9}], sites=FAR, **TWO_SITES
        ),
        "latency-below-physics",
        ("flows/0/latency_ms", "sites/1"),
        2,
    ),
    (
        "3,000 servers in 12 racks",
        request(servers={"count": 3000}, sites=[{"name": "A", "racks": 12}]),
        "more-servers-than-rack-units",
        ("servers/count", "sites/0/racks"),
        2,
    ),
    (
        "300 servers on 20 kW",
        request(servers={"count": 300}, sites=[{"name": "A", "racks": 12, "kw": 20}]),
        "less-power-than-servers-draw",
        ("sites/0/kw", "servers/count"),
        2,
    ),
    (
        "500 users in a /24",
        request(CAMPUS, addressing={"supernets": ["10.3.8.0/24"]}),
        "address-space-too-small",
        ("addressing/supernets", "scale/users"),
        2,
    ),
    (
        "servers in a reserved block",
        request(addressing={"supernets": ["192.168.0.0/24"]}),
        "address-space-too-small",
        ("addressing/supernets", "servers/count"),
        1,
    ),
    (
        "200 servers in a /25",
        request(servers={"count": 200}, addressing={"supernets": ["10.3.8.0/25"]}),
        "address-space-too-small",
        ("addressing/supernets", "servers/count"),
        2,
    ),
    (
        "every maker of leaves excluded",
        request(excluded_vendors=LEAF_VENDORS),
        "vendors-leave-no-device",
        ("excluded_vendors", "network_type"),
        1,
    ),
    (
        "every maker of access points excluded",
        request(
            CAMPUS, excluded_vendors=["cisco", "arista", "juniper", "ruckus", "extreme", "hpe", "ubiquiti", "fortinet"]
        ),
        "vendors-leave-no-device",
        ("excluded_vendors", "requires_wireless"),
        2,
    ),
    (
        "no such rate",
        request(bandwidth={"min": "2T", "max": "3T"}),
        "rate-above-catalogue",
        ("bandwidth/min", "network_type"),
        1,
    ),
    (
        "a data centre's rate at a desk",
        request(CAMPUS, bandwidth={"min": "100G", "max": "400G"}),
        "rate-above-catalogue",
        ("bandwidth/min", "network_type"),
        2,
    ),
    (
        "no such network port",
        request(servers={"count": 10, "nic_speed": "7Gbps"}),
        "rate-above-catalogue",
        ("servers/nic_speed", "network_type"),
        1,
    ),
    (
        "seven nines by two circuits",
        request(availability_requirement=0.9999999),
        "availability-beyond-circuits",
        ("availability_requirement", "redundancy"),
        1,
    ),
    (
        "a second of downtime by two circuits",
        request(max_downtime_minutes_per_year=0.02),
        "availability-beyond-circuits",
        ("max_downtime_minutes_per_year", "redundancy"),
        1,
    ),
    (
        "synchronous copies across an ocean",
        request(
            use_cases=["ERP", "synchronous replication of databases"], sites=FAR, servers={"count": 40}, **TWO_SITES
        ),
        "replication-beyond-reach",
        ("use_cases", "sites/1"),
        2,
    ),
    (
        "an air gap and a controller at its provider",
        request(CAMPUS, technology_stack=["Aruba Central"], special_requirements=["air-gapped"]),
        "isolated-but-connected",
        ("special_requirements", "technology_stack"),
        2,
    ),
    (
        "an air gap and a cloud",
        request(special_requirements=["The network is air gapped."], cloud_integration=["AWS"]),
        "isolated-but-connected",
        ("special_requirements", "cloud_integration"),
        2,
    ),
    (
        "an air gap and a web shop",
        request(special_requirements=["air gap"], internet_facing=["https"]),
        "isolated-but-connected",
        ("special_requirements", "internet_facing"),
        2,
    ),
    (
        "an air gap and a flow to the Internet",
        request(
            special_requirements=["air gap"],
            flows=[{"from": "servers", "to": "internet", "service": "https", "up": "1G"}],
        ),
        "isolated-but-connected",
        ("special_requirements", "flows/0"),
        1,
    ),
    (
        "sites joined like switches",
        request(CAMPUS, network_type="wan", topology_preference="spine_leaf"),
        "shape-not-for-sites",
        ("topology_preference", "network_type"),
        2,
    ),
    (
        "a mesh that nobody can run",
        request(WAN, topology_preference="mesh"),
        "mesh-too-large",
        ("topology_preference", "scale/sites"),
        2,
    ),
    (
        "a ring too long to go around",
        request(WAN, topology_preference="ring"),
        "ring-too-long",
        ("topology_preference", "scale/sites"),
        2,
    ),
    (
        "fewer IPv6 blocks than sites",
        request(WAN, addressing={"supernets": ["10.0.0.0/8", "fd12:3456:7890::/46"]}),
        "ipv6-supernet-too-small",
        ("addressing/supernets", "scale/sites"),
        2,
    ),
]


def written_way(document: dict[str, Any], way: Relaxation) -> dict[str, Any]:
    """The request with one way out taken, read as a client would write it."""
    return changed(document, way.field, read_document(way.to_value.encode(), media="yaml"))


@pytest.mark.parametrize("document", [SMALL, CAMPUS], ids=["data centre", "campus"])
def test_finds_nothing_wrong_with_usual_requirements(document):
    assert conflicts_of(document) == ()


@pytest.mark.parametrize(
    ("document", "code", "pair", "ways"), [pytest.param(*row[1:], id=row[0]) for row in INFEASIBLE]
)
def test_names_the_pair_and_ways_out_that_work(document, code, pair, ways):
    found = {conflict.code: conflict for conflict in conflicts_of(document)}

    assert set(found) == {code}
    assert found[code].requirements == pair
    assert len(found[code].relaxations) == ways
    assert found[code].statement.endswith(".")
    for way in found[code].relaxations:
        assert way.from_value != way.to_value
        assert way.cost
        left = {conflict.code for conflict in conflicts_of(written_way(document, way))}
        assert code not in left, way
        sent = edited(document, way.edits)
        assert code not in {conflict.code for conflict in conflicts_of(sent)}, way.edits


@pytest.mark.parametrize(
    "document",
    [
        request(budget=10**7),
        request(
            budget=60_000,
            servers={"count": 800},
            constraints=[{"constraint_type": "budget", "description": "x", "is_hard_constraint": False}],
        ),
        request(availability_requirement=0.999, redundancy="low"),
        request(availability_requirement=0.9999, max_downtime_minutes_per_year=52.6),
        request(redundancy="critical", **TWO_SITES),
        request(security_level="basic", requires_segmentation=False),
        request(compliance=["GDPR"], security_level="basic"),
        request(compliance=["FedRAMP"], security_level="government"),
        request(max_latency_ms=5, sites=NEAR, **TWO_SITES),
        request(max_latency_ms=5, sites=[{"name": "A"}, FAR[1]], **TWO_SITES),
        request(servers={"count": 480}, sites=[{"name": "A", "racks": 12}]),
        request(CAMPUS, addressing={"supernets": ["10.3.0.0/16"]}),
        request(excluded_vendors=["cisco", "huawei"]),
        request(servers={"count": 10, "nic_speed": "400G"}, bandwidth={"min": "1G", "max": "400G"}),
        request(CAMPUS, requires_wireless=False, excluded_vendors=["ruckus", "ubiquiti"]),
        request(use_cases=["synchronous replication"], sites=NEAR, servers={"count": 40}, **TWO_SITES),
        request(use_cases=["synchronous replication"]),
        request(use_cases=["asynchronous replication"], sites=FAR, servers={"count": 40}, **TWO_SITES),
        request(special_requirements=["air-gapped"]),
        request(internet_facing=["https"], description="Replaces an air-gapped network."),
        request(availability_requirement=0.99999),
    ],
)
def test_finds_nothing_where_both_sides_can_be_met(document):
    assert conflicts_of(document) == ()


def test_rates_that_excluded_vendors_would_offer_can_be_had_from_them():
    fast = {
        device.vendor for device in default_catalog().devices(Role.LEAF) if device.data_ports(speed_bps=800 * 10**9)
    }
    document = request(
        servers={"count": 4, "nic_speed": "800G"}, bandwidth={"min": "1G", "max": "800G"}, excluded_vendors=sorted(fast)
    )

    found = [conflict for conflict in conflicts_of(document) if conflict.code == "rate-above-catalogue"]

    assert [conflict.requirements for conflict in found] == [("servers/nic_speed", "excluded_vendors")]
    assert [way.field for way in found[0].relaxations] == ["servers/nic_speed", "excluded_vendors"]


def with_devices(*changes: Any) -> Catalog:
    """The shipped catalogue with every device passed through `changes`."""
    devices = default_catalog().devices()
    for change in changes:
        devices = tuple(change(device) for device in devices)
    return Catalog(devices, "changed")


def test_validated_modules_can_be_what_excluded_vendors_alone_have():
    catalog = with_devices(lambda device: device if device.vendor == "fortinet" else replace(device, validations=()))
    wanted = resolved(security_level="government", excluded_vendors=["Fortinet", "a10"])

    found = conflicts(wanted, catalog, default_parameters())

    assert [conflict.code for conflict in found] == ["vendors-leave-no-device"]
    assert found[0].requirements == ("excluded_vendors", "security_level")
    assert "firewall with a validated cryptographic module" in found[0].statement
    assert [(way.field, way.to_value) for way in found[0].relaxations] == [
        ("excluded_vendors", "[a10]"),
        ("security_level", "enterprise"),
    ]


def test_ports_with_much_power_can_be_what_excluded_vendors_alone_have():
    def weak(device: DeviceType) -> DeviceType:
        ports = tuple(replace(group, poe=group.poe and PoeType.AT) for group in device.ports)
        return device if device.vendor == "hpe-aruba" else replace(device, ports=ports)

    def found(**fields: Any) -> list[tuple[str, list[str]]]:
        stated = decode(Requirements, request(CAMPUS, **fields), subject="requirements")
        wanted = resolve(stated, default_parameters())
        every = conflicts(wanted, with_devices(weak), default_parameters(), spoken(stated))
        return [(one.code, [way.field for way in one.relaxations]) for one in every]

    words = {"technology_stack": ["IEEE 802.3bt", "OSPF"]}
    assert found(excluded_vendors=["HPE Aruba"], **words) == [
        ("vendors-leave-no-device", ["excluded_vendors", "technology_stack"])
    ]
    assert found(**words) == found(excluded_vendors=["HPE Aruba"]) == []


def test_devices_out_of_support_are_not_on_offer():
    old = with_devices(
        lambda device: replace(device, end_of_support="2025-01-01") if Role.FIREWALL in device.roles else device
    )
    question = Question(resolved(), old, default_parameters())

    assert question.devices(Role.FIREWALL) == ()
    assert default_catalog().devices(Role.FIREWALL) != ()
    assert "firewalls" not in {part.name for part in parts(question)}


def test_a_catalogue_without_devices_costs_nothing_and_offers_no_rate():
    empty = Catalog((), "empty")

    assert total_usd(Question(resolved(), empty, default_parameters())) == 0
    assert total_usd(Question(resolved(CAMPUS), empty, default_parameters())) == 0
    assert conflicts(resolved(budget=5), empty, default_parameters()) == ()


def test_the_least_cost_never_falls_when_more_is_asked_for():
    def least(base: dict[str, Any] = SMALL, /, **fields: Any) -> int:
        return total_usd(Question(resolved(base, **fields), default_catalog(), default_parameters()))

    by_servers = [least(servers={"count": count}) for count in (1, 10, 100, 1000, 10_000)]
    by_users = [least(CAMPUS, scale={"devices": 1, "users": users, "sites": 1}) for users in (1, 30, 300, 3000, 30_000)]
    by_level = [least(redundancy=level) for level in ("none", "low", "medium", "high")]
    by_years = [least(scalability_horizon_years=years) for years in (0, 1, 5)]

    for costs in (by_servers, by_users, by_level, by_years):
        assert costs == sorted(costs)
        assert costs[0] < costs[-1]
    assert least(servers={"count": 200}, technology_stack=["GPU"]) > least(servers={"count": 200})
    assert least(servers={"count": 200}, use_cases=["lab"]) < least(servers={"count": 200})
    assert least(security_level="corporate") < least(security_level="enterprise")
    assert least(CAMPUS, requires_wireless=False) < least(CAMPUS)


@pytest.mark.parametrize("count", [3, 400])
def test_latency_is_checked_between_the_sites_farthest_apart(count):
    near = [{"name": f"S{at}", "lat": 50.0 + at / 10_000, "lon": 8.0} for at in range(count - 1)]
    document = request(
        max_latency_ms=5,
        sites=[near[0], {"name": "Far", "lat": 40.0, "lon": -74.0}, *near[1:]],
        scale={"devices": 2 * count, "users": 1, "sites": count},
    )

    found = conflicts_of(document)

    assert [conflict.requirements[0] for conflict in found] == ["max_latency_ms"]
    assert "Far" in found[0].statement
    assert conflicts_of(written_way(document, found[0].relaxations[0])) == ()


def test_distances_are_those_of_the_globe():
    def site(latitude: float | None, longitude: float | None) -> ResolvedSite:
        return replace(resolved().sites[0], latitude=latitude, longitude=longitude)

    assert kilometres(site(52.52, 13.405), site(48.137, 11.575)) == pytest.approx(504, abs=2)
    assert kilometres(site(0, 0), site(0, 180)) == pytest.approx(20_015, abs=5)
    assert kilometres(site(None, None), site(0, 0)) is None


def test_reserved_prefixes_count_once_and_only_inside_supernets():
    def there(supernets: list[str], reserved: list[str]) -> int:
        wanted = resolved(addressing={"supernets": supernets, "reserved": reserved})
        return available_addresses(Question(wanted, default_catalog(), default_parameters()))

    assert there(["10.0.0.0/16"], ["10.0.1.0/24", "10.0.1.128/25", "10.9.0.0/16", "fd00::/8"]) == 65_536 - 256
    assert there(["10.0.0.0/24"], ["10.0.0.0/8"]) == 0
    assert there(["172.16.0.0/12"], []) == 2**20 - 2**16


def test_every_place_is_named_with_its_article():
    question = Question(resolved(CAMPUS), default_catalog(), default_parameters())

    assert [place.words for place in places(question)] == [
        "an access with poe",
        "a core with evpn",
        "an access point",
        "a firewall",
    ]
