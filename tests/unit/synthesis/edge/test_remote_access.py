from math import ceil
from typing import Any

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, Severity
from netdesign.rules.capacity.cap_20_vpn_heads import vpn_heads
from netdesign.rules.engine import judge_one
from netdesign.synthesis.needs.flows import crossing_bps
from tests.support.sketch import case
from tests.unit.synthesis.campus_samples import asked, design

PARAMETERS = default_parameters()
REMOTE: dict[str, Any] = {"use_cases": ["remote work over a VPN"]}


def test_nobody_outside_needs_no_way_in():
    made = design(asked())
    assert made.security.remote_accesses == ()
    assert all("remote" not in subnet.id for subnet in made.addressing.subnets)


@pytest.mark.parametrize("level", ["basic", "enterprise"])
def test_people_outside_come_in_by_the_firewalls(level):
    made = design(asked(**REMOTE, security_level=level))
    (access,) = made.security.remote_accesses
    firewalls = {device.id for device in made.inventory.devices if device.role is Role.FIREWALL}
    assert set(access.heads) == firewalls
    assert access.users == made.requirements.remote_users > 0
    assert access.multifactor
    assert not access.split_tunnel
    (suite,) = [one for one in made.security.crypto_profiles if one.id == access.crypto]
    assert (suite.cipher, suite.key_exchange, suite.forward_secrecy) == ("aes-256-gcm", "group20", True)
    assert [decision.choice for decision in made.rationale.decisions if "people outside" in decision.question]


def test_addresses_for_those_connected():
    made = design(asked(**REMOTE))
    (access,) = made.security.remote_accesses
    pools = [subnet for subnet in made.addressing.subnets if subnet.id in access.subnets]
    assert [":" in pool.prefix for pool in pools] == [False, True]
    assert {pool.zone for pool in pools} == {access.zone}
    assert {pool.planned_hosts for pool in pools} == {ceil(access.users * PARAMETERS.capacity.vpn_concurrency)}


def test_firewalls_hold_the_tunnels():
    made = design(asked(**REMOTE))
    verdict = judge_one(vpn_heads, case(made))
    assert (verdict.status, verdict.severity) == (Status.PASS, Severity.ERROR)


def test_flows_of_remote_users_are_inspected_twice():
    requirements = design(asked(**REMOTE)).requirements
    (remote,) = [flow for flow in requirements.flows if "remote_users" in (flow.source, flow.target)]
    others = [flow for flow in requirements.flows if flow is not remote]
    twice = crossing_bps(requirements.flows, requirements) - crossing_bps(others, requirements)
    assert twice == 2 * max(remote.up_bps, remote.down_bps)
