"""Hybrid premises at two sites: each reaches the provider by its own ports, and its logs count all devices."""

from __future__ import annotations

from functools import cache

from netdesign.analysis.policy.needs import crossings, withheld
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network
from netdesign.model.cloud import CloudConnectionKind
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Set, apply
from netdesign.model.vocabulary import Role
from netdesign.synthesis.synthesize import synthesize
from tests.unit.model.requests import request
from tests.unit.synthesis.resolving import resolved

EVENT_BYTES_A_DAY = 500 * 86_400


@cache
def halls():
    document = request(
        network_type="hybrid",
        scale={"devices": 16, "users": 0, "sites": 2},
        servers={"count": 16, "nics": 2, "nic_speed": "10Gbps"},
        redundancy="low",
        security_level="corporate",
    )
    return synthesize(resolved(document), default_catalog(), default_parameters())


def test_each_site_has_ports_of_its_own_and_may_use_them():
    design = halls()
    network = Network(design, default_catalog())
    doors = {
        one.site: one.cloud_device
        for one in design.cloud.cloud_connections
        if one.kind is CloudConnectionKind.DIRECT_CONNECT
    }
    needed = [one for one in crossings(network) if (one.source, one.target) == ("server", "cloud")]

    assert set(doors) == {"site-1", "site-2"}
    assert len({one.flow for one in needed}) == 2
    assert withheld(network) == ()


def test_a_site_whose_policy_forgets_the_provider_is_found():
    design = halls()
    lines = [
        rule.id
        for rule in design.security.policy_rules
        if rule.policy == "site-2-policy" and "cloud" in rule.destination_zones
    ]
    assert lines
    shut = apply(design, tuple(Set("policy_rules", name, {"destination_zones": ("management",)}) for name in lines))
    lost = withheld(Network(shut, default_catalog()))

    assert {one.flow for one, _ in lost} == {"assumed-servers-cloud-site-2"}


def test_every_site_has_two_providers_of_the_internet():
    design = halls()
    doors = {one.cloud_device for one in design.cloud.cloud_connections}
    by_site: dict[str, int] = {}
    for device in design.inventory.devices:
        if device.role is Role.PROVIDER and device.id not in doors:
            by_site[device.site] = by_site.get(device.site, 0) + 1

    assert by_site == {"site-1": 2, "site-2": 2}


def test_collectors_of_both_sites_take_what_all_devices_log():
    design = halls()
    logs = [one for one in design.infrastructure.service_instances if one.kind is ServiceKind.LOG]
    policy = default_parameters().logging
    managed = sum(device.managed for device in design.inventory.devices)
    least = managed * policy.events_per_device_s

    assert {one.site for one in logs} == {"site-1", "site-2"}
    assert len({(one.storage_bytes, one.events_per_second) for one in logs}) == 1
    for one in logs:
        assert (one.events_per_second or 0) * policy.collector_share >= least
        assert (one.storage_bytes or 0) >= least * EVENT_BYTES_A_DAY * (one.retention_days or 0)
