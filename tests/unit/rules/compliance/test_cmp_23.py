"""CMP-23: gold services keep a second carrier and a second site that one event cannot take with the first."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.analysis.facts.distances import kilometres
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.inventory import EndpointGroup, EndpointKind, Site
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Framework, Redundancy, ServiceClass
from netdesign.rules.compliance.cmp_23_continuity import telecom_continuity
from tests.support.sketch import case, design
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited

BOTH = "edge1:wan--isp1:1", "edge2:wan--isp2:1"


def going(*changes: Operation, **wanted: Any):
    return audited(*changes, asked=(Framework.SOC2,), **wanted)


def test_two_carriers_pass() -> None:
    found = verdict(telecom_continuity, going())

    assert found.status is Status.PASS, found.findings
    assert {m.name: (m.value, m.threshold) for m in found.measures} == {
        "sites_that_gold_flows_leave": (1, None),
        "sites_with_servers": (1, 1),
    }
    assert survivors(telecom_continuity, going()) == []
    assert verdict(telecom_continuity, audited()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            (Set("circuits", "dia2", {"provider": "Carrier 1"}),),
            "all 2 circuits by which gold flows leave dc1 share provider Carrier 1",
        ),
        (
            (
                Add("srlgs", Srlg(id="duct", kind=SrlgKind.CONDUIT, name="duct")),
                *(Set("links", name, {"srlgs": ("duct",)}) for name in BOTH),
            ),
            "all 2 circuits by which gold flows leave dc1 share risk duct",
        ),
    ],
)
def test_circuits_share_nothing(changes: tuple[Operation, ...], said: str) -> None:
    assert messages(telecom_continuity, going(*changes)) == [said]
    assert messages(telecom_continuity, going(*changes, redundancy=Redundancy.LOW)) == []
    silver = [Set("flows", name, {"service_class": ServiceClass.SILVER}) for name in ("public", "staff-web")]
    assert messages(telecom_continuity, going(*changes, *silver)) == []


def test_one_router_counts_where_devices_may_fail() -> None:
    from netdesign.model.cabling import PortRef

    one = Set("links", BOTH[1], {"a": PortRef(device="edge1", port="wan2")})
    said = "all 2 circuits by which gold flows leave dc1 share device edge1"

    assert said not in messages(telecom_continuity, going(one))
    assert said in messages(telecom_continuity, going(one, redundancy=Redundancy.HIGH))


def test_a_single_circuit_is_no_alternative() -> None:
    made = going(Remove("circuits", "dia2"), Set("links", BOTH[1], {"in_service": False}))

    assert messages(telecom_continuity, made) == ["gold flows leave dc1 by a single circuit: public, staff-web"]


def test_what_is_left_carries_gold() -> None:
    thin = [Set("circuits", name, {"rate_down_bps": 1_000, "rate_up_bps": 500}) for name in ("dia1", "dia2")]

    assert messages(telecom_continuity, going(*thin)) == [
        "without its largest circuit dc1 has 1000 bit/s for gold flows that take 180000000"
    ]


def second(**changes: Any) -> tuple[Operation, ...]:
    feed = {"latitude": 50.0, "longitude": 8.0, "power_grid": "west"}
    far = Site(id="dc2", name="dc2", **{**feed, "latitude": 51.0, "power_grid": "east", **changes})
    store = EndpointGroup(id="more", name="more", site="dc2", kind=EndpointKind.SERVER, count=2, zone="server")
    return Set("sites", "dc1", feed), Add("sites", far), Add("endpoint_groups", store)


def test_sites_with_servers_are_apart() -> None:
    assert verdict(telecom_continuity, going(*second())).status is Status.PASS
    assert messages(telecom_continuity, going(*second(latitude=50.1))) == [
        "dc1 and dc2 are 11 km apart, less than 30: one event may take both"
    ]
    assert messages(telecom_continuity, going(*second(power_grid="west"))) == [
        "dc1 and dc2 hang off one power grid, west"
    ]


def test_what_is_not_stated_leaves_it_open() -> None:
    found = verdict(telecom_continuity, going(*second(power_grid=None, longitude=None)))

    assert found.status is Status.UNKNOWN
    assert [gap.message.split(" is not")[0] for gap in found.gaps] == [
        "how far sites with servers are apart",
        "which power grid feeds sites with servers",
    ]


def test_servers_that_run_the_network_hold_no_data() -> None:
    near = second(latitude=50.0)
    made = going(*near, Set("endpoint_groups", "more", {"zone": "management"}))

    assert messages(telecom_continuity, made) == []
    assert {m.name: m.value for m in verdict(telecom_continuity, made).measures}["sites_with_servers"] == 1


def test_critical_asks_for_a_second_site() -> None:
    made = going(redundancy=Redundancy.CRITICAL)

    assert "1 sites hold servers; 2 are asked for" in messages(telecom_continuity, made)


def test_distances_are_great_circles() -> None:
    paris = Site(id="p", name="p", latitude=48.8566, longitude=2.3522)
    berlin = Site(id="b", name="b", latitude=52.52, longitude=13.405)

    assert kilometres(paris, berlin) == pytest.approx(877, abs=2)
    assert kilometres(paris, paris) == 0
    assert kilometres(paris, Site(id="x", name="x")) is None


def test_mutants_of_nothing() -> None:
    assert [mutant.mutate(case(design())) for mutant in telecom_continuity.mutants] == [None] * 4
