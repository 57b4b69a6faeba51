"""Requirements made complete."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from netdesign.catalog.parameters import default_parameters
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import Basis, FabricWorkload, Population, ResolvedRequirements
from netdesign.model.vocabulary import DataClass, Redundancy, SecurityLevel, ServiceClass
from netdesign.synthesis.resolve import resolve
from tests.unit.model.requests import CAMPUS, SMALL, request
from tests.unit.synthesis.resolving import resolved

ADAPTER = TypeAdapter(ResolvedRequirements)
G = 10**9


def basis(requirements: ResolvedRequirements, field: str) -> str:
    return requirements.why(field).basis.value


def check(requirements: ResolvedRequirements) -> None:
    """Every field has its type and one entry of provenance, in order; the sums agree."""
    names = [field.name for field in fields(ResolvedRequirements)]
    assert ADAPTER.validate_json(ADAPTER.dump_json(requirements)) == requirements
    assert [entry.field for entry in requirements.provenance] == names[:-1]
    assert all(entry.reason for entry in requirements.provenance)
    assert all(entry.inputs for entry in requirements.provenance if entry.basis is not Basis.DEFAULT)
    assert sum(site.users for site in requirements.sites) == requirements.users
    assert sum(site.servers for site in requirements.sites) == requirements.servers.count
    assert sum(site.racks for site in requirements.sites) == requirements.servers.racks
    assert len(requirements.sites) == requirements.site_count == len({site.id for site in requirements.sites})
    ends = {population.value for population in Population} | {site.id for site in requirements.sites}
    assert all(flow.source in ends and flow.target in ends for flow in requirements.flows)
    assert all(flow.up_bps or flow.down_bps for flow in requirements.flows)


@pytest.mark.parametrize("base", [SMALL, CAMPUS], ids=["data centre", "campus"])
def test_supplies_every_field_with_its_type_and_provenance(base):
    check(resolved(base))


def test_keeps_what_is_stated():
    made = resolved(
        scale={"devices": 9, "users": 70, "sites": 1, "vlans": 30, "subnets": 40},
        bandwidth={"min": "1G", "max": "100G", "average": "20G"},
        max_latency_ms=3,
        min_throughput_gbps=40,
        packet_loss_threshold="0.1%",
        requires_wireless=True,
        requires_voip=False,
        topology_preference="three_tier",
        deployment_timeline="two years",
        submitted_at="2027-05-06",
        sdn_required=True,
        cloud_integration=["aws"],
        technology_stack=["EVPN"],
    )

    assert (made.devices_stated, made.users, made.vlans_stated, made.subnets_stated) == (9, 70, 30, 40)
    assert (made.bandwidth_min_bps, made.bandwidth_max_bps, made.bandwidth_average_bps) == (G, 100 * G, 20 * G)
    assert (made.max_latency_ms, made.min_throughput_bps, made.packet_loss_threshold) == (3, 40 * G, 0.001)
    assert (made.wireless, made.voice, made.sdn_required, made.cloud_integration) == (True, False, True, True)
    assert (made.deployment_timeline, made.evaluation_date) == ("two years", "2027-05-06")
    stated = [
        "users",
        "vlans_stated",
        "bandwidth_average_bps",
        "max_latency_ms",
        "wireless",
        "voice",
        "evaluation_date",
    ]
    assert {basis(made, field) for field in stated} == {"stated"}


@pytest.mark.parametrize(
    ("fields", "availability", "how"),
    [
        ({"availability_requirement": "99.95%"}, 0.9995, "stated"),
        ({"max_downtime_minutes_per_year": 525.6}, 0.999, "inferred"),
        ({"redundancy": "medium"}, 0.999, "default"),
        ({"redundancy": "none"}, 0.99, "default"),
    ],
)
def test_takes_the_availability_from_the_best_source(fields, availability, how):
    made = resolved(**fields)

    assert made.availability == pytest.approx(availability)
    assert basis(made, "availability") == how


def test_grows_by_rate_and_horizon():
    policy = default_parameters().growth
    by_policy = resolved()
    stated = resolved(expected_growth_rate="10%", scalability_horizon_years=2)
    still = resolved(expected_growth_rate=0)

    assert by_policy.growth_multiplier == pytest.approx((1 + policy.annual) ** policy.horizon_years, abs=1e-6)
    assert (stated.growth_rate, stated.horizon_years) == (0.1, 2)
    assert stated.growth_multiplier == pytest.approx(1.21)
    assert still.growth_multiplier == 1
    assert (basis(stated, "growth_rate"), basis(by_policy, "growth_rate")) == ("stated", "default")


@pytest.mark.parametrize(
    ("fields", "classes", "how"),
    [
        ({}, (DataClass.INTERNAL,), "default"),
        ({"data_classes": ["pii"]}, (DataClass.PII,), "stated"),
        ({"compliance": ["pci"]}, (DataClass.INTERNAL, DataClass.CHD), "inferred"),
        ({"compliance": ["hipaa"], "data_classes": ["PHI"]}, (DataClass.EPHI,), "stated"),
        (
            {"compliance": ["gdpr", "fedramp"], "data_classes": ["public"]},
            (DataClass.PUBLIC, DataClass.PII, DataClass.CUI),
            "inferred",
        ),
    ],
)
def test_data_classes_follow_from_frameworks(fields, classes, how):
    made = resolved(**fields)

    assert made.data_classes == classes
    assert basis(made, "data_classes") == how


@pytest.mark.parametrize(
    ("fields", "segmented"),
    [
        ({"security_level": "basic"}, False),
        ({"security_level": "basic", "compliance": ["pci"]}, True),
        ({"security_level": "corporate"}, True),
        ({"security_level": "government", "requires_segmentation": False}, False),
    ],
)
def test_segmentation_follows_from_frameworks_and_level(fields, segmented):
    assert resolved(**fields).requires_segmentation is segmented


@pytest.mark.parametrize(
    ("fields", "encrypted"),
    [
        ({"security_level": "basic"}, False),
        ({"security_level": "enterprise"}, False),
        ({"security_level": "enterprise", "data_classes": ["confidential"]}, True),
        ({"security_level": "government"}, True),
        ({"security_level": "government", "requires_encryption": False}, False),
    ],
)
def test_encryption_follows_from_level_and_data(fields, encrypted):
    assert resolved(**fields).requires_encryption is encrypted


def test_repeated_frameworks_count_once():
    assert [str(ref) for ref in resolved(compliance=["PCI", "pci-dss", "PCI DSS 4"]).frameworks] == [
        "pci-dss",
        "pci-dss 4",
    ]


def test_vendors_become_slugs_and_unknown_ones_are_reported():
    made = resolved(
        preferred_vendors=["Palo Alto Networks", "Aruba", "HPE"], excluded_vendors=["Cisco Systems", "Wonka"]
    )

    assert made.preferred_vendors == ("palo-alto", "hpe-aruba")
    assert made.excluded_vendors == ("cisco",)
    assert made.uninterpreted == ("/excluded_vendors/1",)


def test_reports_what_only_people_read():
    made = resolved(
        constraints=[
            {"constraint_type": "budget", "description": "x", "value": 9},
            {"constraint_type": "physical", "description": "two feeds"},
        ],
        special_requirements="quiet please",
        priority=1,
        site_locations=["Bonn"],
        sites=[{"name": "A"}],
    )

    assert made.uninterpreted == ("/constraints/1", "/site_locations", "/special_requirements", "/priority")
    assert basis(made, "uninterpreted") == "inferred"


@pytest.mark.parametrize(
    ("fields", "usd", "hard", "currency", "how"),
    [
        ({}, None, False, "USD", "default"),
        ({"budget": 5000}, 5000, True, "USD", "stated"),
        ({"budget": "EUR 10k"}, 11_000, True, "EUR", "inferred"),
        ({"budget": 1000, "currency": "GBP"}, 1280, True, "GBP", "inferred"),
        (
            {
                "constraints": [
                    {"constraint_type": "budget", "description": "x", "value": "$7k", "is_hard_constraint": False}
                ]
            },
            7000,
            False,
            "USD",
            "stated",
        ),
        (
            {
                "budget": 5000,
                "constraints": [{"constraint_type": "budget", "description": "x", "is_hard_constraint": False}],
            },
            5000,
            False,
            "USD",
            "stated",
        ),
        ({"constraints": [{"constraint_type": "budget", "description": "little"}]}, None, False, "USD", "default"),
    ],
)
def test_budgets_are_compared_in_dollars(fields, usd, hard, currency, how):
    made = resolved(**fields)

    assert (made.budget_usd, made.budget_is_hard, made.currency) == (usd, hard, currency)
    assert basis(made, "budget_usd") == how


def test_spreads_users_and_servers_over_sites_that_state_none():
    made = resolved(
        scale={"devices": 9, "users": 100, "sites": 4},
        servers={"count": 11},
        sites=[{"name": "Bonn", "users": 51, "servers": 2}, {"name": "Kiel"}],
        site_locations=["x", "y", "Ulm", "ulm!"],
    )

    assert [(site.id, site.users, site.servers) for site in made.sites] == [
        ("bonn", 51, 2),
        ("kiel", 17, 3),
        ("ulm", 16, 3),
        ("site-4", 16, 3),
    ]


def test_sites_stated_in_full_are_taken_as_they_are():
    sites = [{"name": "A", "tier": 2, "users": 60}, {"name": "B", "tier": 3, "users": 40}]
    made = resolved(scale={"devices": 9, "users": 100, "sites": 2}, sites=sites)

    assert [(site.id, site.tier, site.users) for site in made.sites] == [("a", 2, 60), ("b", 3, 40)]
    assert made.why("sites").reason.startswith("as stated")


def test_generated_names_never_meet_stated_ones():
    made = resolved(scale={"devices": 9, "users": 1, "sites": 3}, sites=[{"name": "site 3"}, {"name": "site 2"}])

    assert [site.id for site in made.sites] == ["site-3", "site-2", "site-3-3"]


def test_campus_sites_get_tiers_by_size_unless_stated():
    made = resolved(
        CAMPUS,
        scale={"devices": 9, "users": 700, "sites": 4},
        sites=[
            {"name": "A", "users": 100},
            {"name": "B", "users": 500},
            {"name": "C", "users": 99},
            {"name": "D", "tier": 1},
        ],
    )

    assert [site.tier for site in made.sites] == [2, 1, 3, 1]


def test_campus_sites_get_area_buildings_and_closets_from_users():
    site = resolved(CAMPUS, scale={"devices": 1, "users": 3000, "sites": 1}).sites[0]
    stated = resolved(
        CAMPUS, sites=[{"name": "A", "area_m2": 9000, "buildings": 5, "closets": 20, "endpoints": 7, "kw": 3}]
    ).sites[0]

    assert (site.endpoints, site.servers, site.racks) == (600, 16, 1)
    assert site.area_m2 == 3000 * 12 + 3
    assert (site.buildings, site.closets) == (3, 29)
    assert (stated.buildings, stated.closets, stated.endpoints, stated.power_kw) == (5, 20, 7, 3)


@pytest.mark.parametrize(
    ("fields", "count", "racks", "how"),
    [
        ({"servers": {"count": 90}}, 90, 5, "inferred"),
        ({"servers": {"count": 90, "nics": 1, "nic_speed": "10G"}}, 90, 5, "stated"),
        ({"sites": [{"name": "A", "servers": 30, "racks": 9}]}, 30, 9, "inferred"),
        ({"sites": [{"name": "A", "racks": 40}]}, 800, 40, "inferred"),
        ({"scale": {"devices": 64, "users": 0, "sites": 1}}, 64, 4, "inferred"),
        ({"scale": {"devices": 0, "users": 0, "sites": 1}}, 1, 1, "inferred"),
        ({"servers": {"count": 0}}, 0, 0, "default"),
    ],
)
def test_counts_servers_from_the_best_source(fields, count, racks, how):
    made = resolved(**fields)

    assert (made.servers.count, made.servers.racks) == (count, racks)
    assert basis(made, "servers") == how


def test_a_campus_has_servers_for_its_own_services():
    assert resolved(CAMPUS).servers.count == 6
    assert basis(resolved(CAMPUS), "servers") == "default"


@pytest.mark.parametrize(
    ("redundancy", "maximum", "nics", "speed"),
    [("high", "100G", 2, 25 * G), ("low", "10G", 1, 10 * G), ("medium", "20G", 2, 10 * G), ("none", "100M", 1, G)],
)
def test_servers_attach_at_the_usual_rate_within_the_maximum(redundancy, maximum, nics, speed):
    servers = resolved(redundancy=redundancy, bandwidth={"min": "100M", "max": maximum}).servers

    assert (servers.nics_per_server, servers.nic_speed_bps) == (nics, speed)


@pytest.mark.parametrize(
    ("fields", "workload", "how"),
    [
        ({}, FabricWorkload.GENERAL, "default"),
        ({"technology_stack": ["NVIDIA GPU cluster"]}, FabricWorkload.AI, "default"),
        ({"use_cases": ["Machine-Learning training"]}, FabricWorkload.AI, "default"),
        ({"critical_applications": ["Ceph"]}, FabricWorkload.STORAGE, "default"),
        ({"use_cases": ["lab"]}, FabricWorkload.LIGHT, "default"),
        ({"use_cases": ["retail", "maintenance"]}, FabricWorkload.GENERAL, "default"),
        ({"network_type": "legacy_campus", "technology_stack": ["GPU"]}, FabricWorkload.GENERAL, "inferred"),
    ],
)
def test_words_choose_only_the_default_of_the_workload(fields, workload, how):
    made = resolved(**fields)

    assert made.fabric_workload is workload
    assert basis(made, "fabric_workload") == how


@pytest.mark.parametrize(
    ("fields", "voice", "video", "remote"),
    [
        ({}, False, False, 0),
        ({"critical_applications": ["Telephony"]}, True, False, 0),
        ({"use_cases": ["video conferencing", "remote work"]}, False, True, 500),
        ({"requires_voip": False, "critical_applications": ["VoIP"]}, False, False, 0),
        (
            {"flows": [{"from": "remote users", "to": "servers", "service": "vpn", "down": "1G", "up": 0}]},
            False,
            False,
            500,
        ),
    ],
)
def test_words_choose_only_the_defaults_of_features(fields, voice, video, remote):
    made = resolved(CAMPUS, **fields)

    assert (made.voice, made.video, made.remote_users) == (voice, video, remote)


def test_stated_flows_replace_assumed_ones():
    made = resolved(
        data_classes=["internal", "chd"],
        sites=[{"name": "Bonn"}],
        flows=[
            {"from": "Users", "to": "BONN", "service": "orders (tcp/9000)", "up": "1G", "down": "2G", "latency_ms": 4},
            {"from": "voice", "to": "voice", "service": "rtp", "up": "1M", "data_class": "public"},
            {"from": "users", "to": "internet", "service": "https", "up": "1M", "class": "bronze"},
        ],
    )

    first, second, third = made.flows
    assert (first.id, first.source, first.target, first.up_bps, first.down_bps) == ("flow-1", "users", "bonn", G, 2 * G)
    assert (first.service.first_port, first.latency_ms, first.data_class, first.assumed) == (
        9000,
        4,
        DataClass.INTERNAL,
        False,
    )
    assert (second.service_class, second.data_class) == (ServiceClass.GOLD, DataClass.PUBLIC)
    assert (third.service_class, basis(made, "flows")) == (ServiceClass.BRONZE, "stated")


def test_assumed_flows_of_a_campus_follow_users_and_features():
    policy = default_parameters().wan
    web = 500 * policy.concurrency["saas"] * policy.application_bps["saas"]
    made = resolved(CAMPUS, requires_voip=True, requires_video_conferencing=True, internet_facing=["https"])
    flows = {flow.id: flow for flow in made.flows}

    assert set(flows) == {
        "assumed-web",
        "assumed-business",
        "assumed-video",
        "assumed-voice",
        "assumed-voice-signalling",
        "assumed-guest",
        "assumed-things",
        "assumed-published-1",
    }
    assert flows["assumed-web"].down_bps == web
    assert flows["assumed-voice"].service_class is ServiceClass.GOLD
    assert flows["assumed-guest"].data_class is DataClass.PUBLIC
    assert flows["assumed-published-1"].target == "dmz"
    assert all(flow.assumed for flow in made.flows)
    assert basis(made, "flows") == "inferred"


def test_a_campus_without_wireless_has_no_guests_and_without_users_no_traffic():
    wired = resolved(CAMPUS, requires_wireless=False, sites=[{"name": "A", "endpoints": 0}])

    assert {flow.id for flow in wired.flows} == {"assumed-web", "assumed-business"}
    assert resolved(CAMPUS, scale={"devices": 0, "users": 0, "sites": 1}).flows == ()


@pytest.mark.parametrize(
    ("stack", "names", "share"),
    [
        ([], {"assumed-east-west", "assumed-updates", "assumed-users"}, 0.05),
        (["GPU"], {"assumed-east-west", "assumed-updates", "assumed-users"}, 0.30),
        (["Ceph"], {"assumed-east-west", "assumed-updates", "assumed-users", "assumed-storage"}, 0.25),
    ],
)
def test_assumed_flows_of_a_data_centre_follow_its_ports_and_workload(stack, names, share):
    made = resolved(servers={"count": 100, "nics": 2, "nic_speed": "25G"}, technology_stack=stack)
    flows = {flow.id: flow for flow in made.flows}

    assert set(flows) == names
    assert flows["assumed-east-west"].up_bps + flows["assumed-east-west"].down_bps == min(
        100 * 50 * G * share, 100 * 5 * G
    )


def test_remote_users_of_a_data_centre_come_by_tunnel():
    made = resolved(use_cases=["remote access"], scale={"devices": 9, "users": 0, "sites": 1})
    more = resolved(use_cases=["remote access"])

    assert {flow.id for flow in made.flows} == {"assumed-east-west", "assumed-updates"}
    assert "assumed-remote" in {flow.id for flow in more.flows}


@pytest.mark.parametrize(
    ("addressing", "v4", "v6", "six"),
    [
        (None, ("10.0.0.0/8",), None, True),
        ({}, ("10.0.0.0/8",), None, True),
        ({"ipv6": False}, ("10.0.0.0/8",), None, False),
        ({"supernets": ["172.20.0.0/14", "fd12:3456::/32"]}, ("172.20.0.0/14",), "fd12:3456::/32", True),
        ({"supernets": ["fd12:3456::/32"]}, ("10.0.0.0/8",), "fd12:3456::/32", True),
    ],
)
def test_address_space_defaults_to_private_blocks_of_both_families(addressing, v4, v6, six):
    made = resolved(addressing=addressing)

    assert (made.supernets, made.ipv6_supernet, made.ipv6) == (v4, v6, six)


def test_reserved_prefixes_add_to_those_that_are_avoided():
    assert resolved().reserved_prefixes == ("172.17.0.0/16", "192.168.0.0/23")
    assert resolved(addressing={"reserved": ["10.9.0.0/16", "172.17.0.0/16"]}).reserved_prefixes == (
        "10.9.0.0/16",
        "172.17.0.0/16",
        "192.168.0.0/23",
    )


def test_the_date_of_evaluation_is_an_input():
    read = decode(Requirements, request(), subject="requirements")

    assert resolve(read, default_parameters(), as_of="2031-02-03").evaluation_date == "2031-02-03"


def test_parameters_decide_the_defaults():
    read = decode(Requirements, request(), subject="requirements")
    other = default_parameters().with_overrides({"growth.annual": 0.5, "redundancy.high.availability": 0.9995})

    made = resolve(read, other)

    assert (made.growth_rate, made.availability) == (0.5, 0.9995)


@settings(max_examples=60)
@given(
    st.sampled_from([SMALL, CAMPUS]),
    st.sampled_from(Redundancy),
    st.sampled_from(SecurityLevel),
    st.integers(1, 9),
    st.integers(0, 5000),
    st.integers(0, 4000),
    st.lists(st.tuples(st.none() | st.integers(0, 50), st.none() | st.integers(0, 9)), max_size=9),
)
def test_totals_agree_for_any_scale(base, redundancy, level, sites, users, devices, parts):
    listed = [{"name": f"S{at}", "users": u, "servers": s} for at, (u, s) in enumerate(parts[:sites])]
    users = max(users, sum(part[0] or 0 for part in parts[:sites]))
    if len(listed) == sites and all(site["users"] is not None for site in listed):
        users = sum(site["users"] for site in listed)
    servers = None if any(site["servers"] is None for site in listed) else {"count": sum(s["servers"] for s in listed)}
    if servers is not None and len(listed) < sites:
        servers = {"count": servers["count"] + devices}

    made = resolved(
        base,
        redundancy=redundancy.value,
        security_level=level.value,
        sites=listed,
        servers=servers,
        scale={"devices": devices, "users": users, "sites": sites},
    )

    check(made)


def test_where_terminals_take_the_cards_nobody_else_comes_near_card_data():
    shop = resolved(CAMPUS, data_classes=["internal", "cardholder data"], requires_wireless=False)
    flows = {flow.id: flow for flow in shop.flows}

    carrying = {name for name, flow in flows.items() if flow.data_class is DataClass.CHD}
    assert carrying == {"assumed-payments"}
    assert (flows["assumed-payments"].source, flows["assumed-payments"].target) == (Population.IOT, Population.SERVERS)
    assert flows["assumed-business"].data_class is DataClass.INTERNAL
