"""SEC-09: exits that a flood would fill, and control planes that it would reach, are found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.cabling import PortRef
from netdesign.model.patch import Operation, Remove, Set
from netdesign.model.resolved import ServerPopulation
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel, Severity
from netdesign.rules.engine import judge_one
from netdesign.rules.security.sec_09_denial_of_service import denial_of_service
from tests.support.sketch import GBPS, case
from tests.support.stronghold import messages, stronghold, survivors, verdict

NO_MITIGATION = Remove("ddos_mitigations", "rtbh")
PRIVATE: dict[str, object] = {"internet_facing": ()}
UNPUBLISHED = Remove("published_services", "portal")


def test_mitigated_exits_and_policed_edges_pass() -> None:
    judged = verdict(denial_of_service, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("exits_without_mitigation", 0, 0),
        ("exit_bandwidth_over_peak", 20.0, 10.0),
    ]


def test_no_mutant_survives() -> None:
    assert survivors(denial_of_service, stronghold()) == []
    outward = stronghold(Remove("flows", "public"))
    assert survivors(denial_of_service, outward) == []


@pytest.mark.parametrize(
    ("changes", "bare"),
    [
        pytest.param([NO_MITIGATION], True, id="no mitigation"),
        pytest.param([Set("ddos_mitigations", "rtbh", {"providers": ("isp1",)})], True, id="one provider only"),
        pytest.param([], False, id="both providers"),
    ],
)
def test_narrow_exits_need_mitigation(changes: list[Operation], bare: bool) -> None:
    made = stronghold(*changes, Set("flows", "staff-web", {"down_bps": GBPS}))

    assert bool(messages(denial_of_service, made)) is bare


def test_the_finding_has_the_numbers() -> None:
    judged = verdict(denial_of_service, stronghold(NO_MITIGATION, Set("flows", "staff-web", {"down_bps": GBPS})))

    assert [f.witness for f in judged.findings] == [
        {"exit_bps": 2 * GBPS, "peak_bps": 1_010_000_000, "providers": ["isp1", "isp2"]}
    ]
    assert judged.findings[0].message.endswith("the exits take 2.00 Gbit/s against a peak of 1.01 Gbit/s")


def test_wide_exits_absorb_a_flood() -> None:
    assert messages(denial_of_service, stronghold(NO_MITIGATION)) == []


def test_a_circuit_without_a_contract_takes_what_its_link_takes() -> None:
    made = stronghold(NO_MITIGATION, Remove("circuits", "dia1"))

    assert [m.value for m in verdict(denial_of_service, made).measures] == [2, 1010.0]


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        (Set("management_profiles", "managed", {"control_plane_policing": False}), "control-plane policing"),
        (Set("management_profiles", "managed", {"infrastructure_acl": False}), "an infrastructure filter"),
        (Remove("management_profiles", "managed"), "control-plane policing and an infrastructure filter"),
    ],
)
def test_edges_protect_their_control_plane(change: Operation, lacking: str) -> None:
    assert messages(denial_of_service, stronghold(change)) == [
        f"edge{n} meets the Internet without {lacking}" for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("level", "changes", "asked", "severity"),
    [
        (SecurityLevel.ENTERPRISE, [], {}, Severity.ERROR),
        (SecurityLevel.ENTERPRISE, [UNPUBLISHED], PRIVATE, Severity.WARNING),
        (SecurityLevel.GOVERNMENT, [UNPUBLISHED], PRIVATE, Severity.ERROR),
    ],
)
def test_public_services_and_government_make_it_an_error(
    level: SecurityLevel, changes: list[Operation], asked: dict[str, object], severity: Severity
) -> None:
    open_edge = Set("management_profiles", "managed", {"control_plane_policing": False})

    assert (
        verdict(denial_of_service, stronghold(open_edge, *changes, security_level=level, **asked)).severity is severity
    )


def _firewalls_outside() -> list[Operation]:
    """Both circuits end on the firewalls instead of routers."""
    return [Set("links", f"edge{n}:wan--isp{n}:1", {"a": PortRef(device=f"fw{n}", port="wan")}) for n in (1, 2)]


def test_a_firewall_in_front_needs_sessions_to_spare() -> None:
    crowd = ServerPopulation(count=10_000, nics_per_server=2, nic_speed_bps=GBPS, racks=100)

    assert messages(denial_of_service, stronghold(*_firewalls_outside())) == []
    found = verdict(denial_of_service, stronghold(*_firewalls_outside(), servers=crowd)).findings
    assert [f.elements for f in found] == [("fw1",), ("fw2",)]
    assert found[0].witness["usual"] == 100 * 75 + 10_000 * 500
    private = stronghold(*_firewalls_outside(), UNPUBLISHED, servers=crowd, internet_facing=())
    assert messages(denial_of_service, private) == []


def test_unknown_sessions_leave_the_question_open(monkeypatch: pytest.MonkeyPatch) -> None:
    held = case(stronghold(*_firewalls_outside()))
    kinds = tuple(
        replace(kind, firewall=replace(kind.firewall, sessions=None)) if kind and kind.firewall else kind
        for kind in held.network.device_types
    )
    monkeypatch.setattr(held.network, "device_types", kinds)

    assert [gap.message for gap in judge_one(denial_of_service, held).gaps] == [
        "how many sessions fw1 holds is not known",
        "how many sessions fw2 holds is not known",
    ]


def test_without_exits_there_is_nothing_to_flood() -> None:
    closed = [Set("links", f"edge{n}:wan--isp{n}:1", {"in_service": False}) for n in (1, 2)]

    assert verdict(denial_of_service, stronghold(*closed)).status is Status.NOT_APPLICABLE


def test_without_flows_to_the_internet_there_is_no_peak() -> None:
    silent = stronghold(Remove("flows", "public"), Remove("flows", "staff-web"), NO_MITIGATION)

    assert [m.value for m in verdict(denial_of_service, silent).measures] == [2, None]
    bare = stronghold(Remove("flows", "public"), Remove("flows", "staff-web"), Remove("management_profiles", "managed"))
    assert [m.mutate(case(bare)) for m in denial_of_service.mutants] == [None, None]
