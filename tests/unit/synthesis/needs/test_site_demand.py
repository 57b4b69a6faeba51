from dataclasses import replace

import pytest

from netdesign.synthesis.needs.flows import crossing_bps
from netdesign.synthesis.needs.site_demand import at_site, evened, part
from tests.unit.synthesis.campus_samples import asked

SITES = [
    {"name": "North", "users": 90, "endpoints": 0, "servers": 4, "area_m2": 900},
    {"name": "South", "users": 30, "endpoints": 20, "servers": 0, "area_m2": 300},
]
TWO = asked(sites=SITES, scale={"devices": 200, "users": 120, "sites": 2})


def rates(requirements):
    return {flow.id: flow.up_bps for flow in requirements.flows}


def test_one_site_has_all_of_it():
    single = asked()

    assert at_site(single, single.sites[0].id) is single


def test_each_site_sends_its_part():
    north, south, whole = rates(at_site(TWO, "north")), rates(at_site(TWO, "south")), rates(TWO)

    assert north["assumed-web"] == 3 * south["assumed-web"]
    assert (north["assumed-things"], south["assumed-things"]) == (0, whole["assumed-things"])
    assert all(abs(north[flow] + south[flow] - rate) <= 1 for flow, rate in whole.items())


def test_people_and_servers_are_those_of_the_site():
    north = at_site(TWO, "north")

    assert (north.users, north.servers.count) == (90, 4)
    assert part(TWO, TWO.sites[0], "users") == 0.75


def test_equal_parts_of_what_nobody_has():
    none = replace(TWO, sites=tuple(replace(site, servers=0) for site in TWO.sites))

    assert part(none, none.sites[1], "servers") == 0.5


def test_what_names_a_site_is_all_there():
    flow = {"service": "https", "up": "10Mbps", "down": "20Mbps"}
    both = asked(
        sites=SITES,
        scale={"devices": 200, "users": 120, "sites": 2},
        flows=[flow | {"from": "North", "to": "servers"}, flow | {"from": "users", "to": "internet"}],
    )

    assert rates(at_site(both, "north")) == {"flow-1": 10_000_000, "flow-2": 7_500_000}
    assert rates(at_site(both, "south")) == {"flow-2": 2_500_000}


def test_an_edge_carries_at_least_its_users_part_of_everything():
    whole, north = crossing_bps(TWO.flows, TWO), crossing_bps(at_site(TWO, "north").flows, TWO)

    assert evened(TWO, "north") == pytest.approx(max(1.0, whole * 94 / 124 / north))
    assert evened(TWO, "south") == 1.0
    assert evened(asked(), "site") == 1.0


def test_machines_that_are_elsewhere_are_reached_by_the_internet():
    south = {flow.id: flow.target for flow in at_site(TWO, "south").flows}
    lonely = asked({"servers": 0})

    assert south["assumed-business"] == "internet"
    assert {flow.target for flow in at_site(lonely, "site").flows} <= {"internet", "voice"}
