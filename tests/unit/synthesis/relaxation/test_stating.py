"""Edits that keep a request in agreement with itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.edits import edited
from netdesign.synthesis.relaxation.stating import (
    budgeted,
    counted,
    of_servers,
    of_sites,
    shared,
    shrunk,
    sites_in_all,
    slower,
    softened,
    split,
)
from netdesign.synthesis.trial import Change, Shop, understood
from tests.unit.model.requests import CAMPUS, SMALL, request

SHOP = Shop(default_catalog(), default_parameters())


def resolved(document: dict[str, Any], edits=()):
    return understood(document, SHOP, Change(edits=tuple(edits))).requirements


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any), st.integers(0, 300))
def test_shares_are_whole_proportional_and_sum_up(weights, total):
    parts = shared(weights, total)

    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < 1 for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("stated", [(6, 3, 3), (6, None, 3), (None, None, None)])
def test_fewer_users_are_fewer_at_every_site_that_states_its_own(stated):
    sites = [{"name": f"S{at}", **({} if users is None else {"users": users})} for at, users in enumerate(stated)]
    document = request(CAMPUS, scale={"devices": 1, "users": 12, "sites": 3}, sites=sites)

    found = resolved(document, counted(document, "users", "/scale/users", 4))

    assert found.users == 4
    assert sum(site.users for site in found.sites) <= 4
    assert max(site.users for site in found.sites) <= 3


def test_a_smaller_network_takes_less_space():
    document = request(
        CAMPUS,
        sites=[{"name": "A", "users": 500, "area_m2": 6000, "endpoints": 100, "buildings": 3, "closets": 6}],
    )

    (site,) = resolved(document, shrunk(document, "users", "/scale/users", 100, 500)).sites

    assert (site.users, site.area_m2, site.endpoints, site.closets) == (100, 1200, 20, 3)
    racks = request(servers={"count": 100}, sites=[{"name": "A", "servers": 100, "racks": 10}])
    (hall,) = resolved(racks, shrunk(racks, "servers", "/servers/count", 15, 100)).sites
    assert (hall.servers, hall.racks) == (15, 2)


def test_servers_are_stated_with_their_number():
    found = resolved(SMALL, of_servers(SMALL, resolved(SMALL), nics=1))

    assert (found.servers.count, found.servers.nics_per_server) == (40, 1)
    document = request(servers={"count": 7})
    assert [edit.pointer for edit in of_servers(document, resolved(document), nics=1)] == ["/servers/nics"]


def test_sites_that_are_not_listed_are_listed():
    document = request(scale={"devices": 40, "users": 1, "sites": 3}, sites=[{"name": "A"}])
    wanted = resolved(document)

    found = resolved(document, of_sites(document, wanted, [{"racks": 5}, {"racks": 6}, {}]))

    assert [(site.name, site.racks) for site in found.sites][:2] == [("A", 5), (wanted.sites[1].name, 6)]
    assert [site.name for site in found.sites] == [site.name for site in wanted.sites]


@pytest.mark.parametrize("listed", [True, False])
def test_a_site_is_split_into_equal_parts(listed):
    sites = [{"name": "A", "users": 100, "tier": 2, "buildings": 4, "closets": 5, "jurisdiction": "DE"}, {"name": "B"}]
    document = request(
        CAMPUS,
        scale={"devices": 1, "users": 150, "sites": 2},
        number_of_sites=2,
        sites=sites if listed else [],
    )
    wanted = resolved(document)

    found = resolved(document, split(document, wanted, 0, 3))

    assert found.site_count == len(found.sites) == 4
    assert sum(site.users for site in found.sites) == 150
    assert sum(site.servers for site in found.sites) == sum(site.servers for site in wanted.sites)
    first = found.sites[:3]
    assert sum(site.users for site in first) == wanted.sites[0].users
    assert {site.jurisdiction for site in first} == ({"DE"} if listed else {"unknown"})
    assert found.sites[3].name == wanted.sites[1].name


def test_budgets_change_wherever_they_are_stated():
    hard = {"constraint_type": "budget", "description": "x", "value": "$90k", "is_hard_constraint": True}
    document = request(budget="$90k", constraints=[{"constraint_type": "timeline", "description": "soon"}, hard])

    raised = resolved(document, budgeted(document, "USD 120000"))
    soft = edited(document, softened(document))

    assert raised.budget_usd == 120_000
    assert raised.budget_is_hard
    assert len(soft["constraints"]) == 2
    assert not resolved(soft).budget_is_hard
    alone = request(budget=5)
    assert not resolved(alone, softened(alone)).budget_is_hard
    assert resolved(alone, budgeted(alone, "USD 7")).budget_usd == 7


def test_flows_are_slowed_in_both_directions():
    flows = [{"from": "users", "to": "servers", "service": "https", "up": "1G", "down": 0}]
    document = request(CAMPUS, flows=flows)

    (flow,) = resolved(document, slower(document, 0.25)).flows

    assert (flow.up_bps, flow.down_bps) == (250_000_000, 0)
    assert slower(CAMPUS, 0.5) == ()


def test_the_number_of_sites_is_the_same_wherever_it_is_stated():
    document = request(number_of_sites=1)

    assert resolved(document, sites_in_all(document, 2)).site_count == 2
    assert len(sites_in_all(SMALL, 2)) == 1
