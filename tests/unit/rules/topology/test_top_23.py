"""TOP-23: the management network by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.security import Zone
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Exposure, LinkPurpose, Role, SecurityLevel, Severity
from netdesign.rules.topology.top_23_management_graph import endpoints_back, restored, stations_back
from netdesign.rules.topology.top_23_management_graph import management_graph as top_23
from tests.support.built import built, unmended
from tests.support.patches import first_change, sets
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import attach, clos, group, messages, verdict

GOV: dict[str, Any] = {"security_level": SecurityLevel.GOVERNMENT}
ZONES = [
    Zone(id="management", name="", trust=90, exposure=Exposure.MANAGEMENT),
    Zone(id="server", name="", trust=65, exposure=Exposure.INTERNAL),
]


def station(*places):
    return ServiceInstance(id="mon", kind=ServiceKind.MONITOR, name="", site="dc1", zone="management", address="",
                           subnet="", attached_to=places)  # fmt: skip


def network(*, without=(), console=True):
    facts = [*clos(), *ZONES, *(device(f"m{n}", Role.MANAGEMENT_SWITCH) for n in (0, 1)), station("m0")]
    facts.append(link("m0:p", "m1:p", LinkPurpose.PEER, id="mm"))
    names = ["s0", "s1", "l0", "l1"]
    if console:
        facts.append(device("con", Role.CONSOLE_SERVER))
        names.append("con")
    facts += [link(f"{name}:mgmt", f"m{n % 2}:{name}", LinkPurpose.MANAGEMENT, id=f"m-{name}")
              for n, name in enumerate(names)]  # fmt: skip
    return [f for f in facts if getattr(f, "id", "") not in without]


def test_everything_reached_passes():
    assert verdict(top_23, *network(), **GOV).status is Status.PASS
    assert verdict(top_23, *clos()).status is Status.NOT_APPLICABLE


def test_a_device_without_its_link():
    found = verdict(top_23, *network(without=("m-s1",)), **GOV)

    assert messages(found) == ["no management station reaches s1 over the management network"]
    assert found.severity is Severity.ERROR
    assert verdict(top_23, *network(without=("m-s1",))).severity is Severity.WARNING


def test_production_is_no_way_through():
    facts = [*network(without=("m-s1", "mm")), link("s1:mgmt", "l0:x", LinkPurpose.MANAGEMENT)]

    lost = {finding.elements[0] for finding in verdict(top_23, *facts, **GOV).findings}

    assert {"s1", "m1"} <= lost
    assert "l0" not in lost


def test_management_required_but_absent():
    found = verdict(top_23, *clos(), station("s0"), **GOV)

    assert len(found.findings) == 5
    assert "no console server at dc1" in messages(found)[0]


def test_no_console_only_matters_where_it_is_required():
    facts = network(console=False)

    assert verdict(top_23, *facts).status is Status.PASS
    assert verdict(top_23, *facts, **GOV).findings[0].witness["kind"] == "console"


@pytest.mark.parametrize(
    ("extra", "shared"),
    [
        ([link("m0:u", "l0:u", LinkPurpose.UPLINK, id="x")], ["x"]),
        ([link("m0:u", "l0:u", LinkPurpose.ATTACHMENT, id="x")], ["x"]),
        ([group("g", 1), attach("g", "m0")], ["g@m0"]),
        ([device("fw", Role.FIREWALL, managed=False), link("m0:u", "fw:u", LinkPurpose.ATTACHMENT)], None),
        ([group("g", 1, zone="management"), attach("g", "m0")], None),
    ],
)
def test_production_on_a_management_switch(extra, shared):
    found = verdict(top_23, *network(), *extra, **GOV)

    if shared is None:
        assert found.status is Status.PASS
    else:
        assert found.findings[0].witness["by"] == shared


def test_unknown_stations_leave_it_open():
    assert verdict(top_23, *network(without=("mon",)), **GOV).gaps[0].message == (
        "nothing says where the monitors and bastions are"
    )


def test_mutants_are_seen_and_mended_in_a_data_centre():
    assert unmended(top_23, built("centre"), but=tuple(m.title for m in top_23.mutants)) == []


def test_mutants_on_a_network_that_must_be_apart():
    facts = [*network(), group("g", 1), attach("g", "l0"), group("svc", 1, zone="management"), attach("svc", "m0")]
    made = case(design(*facts, **GOV))

    assert [mutant.mutate(made) is not None for mutant in top_23.mutants] == [True] * 6


def test_fixes():
    facts = network()
    down = [replace(f, in_service=False) if getattr(f, "id", "") in ("m1", "m-s0") else f for f in facts]
    finding = Finding(message="", witness={"kind": "unreached", "device": "s0"})

    assert {o.id for o in sets(restored(case(design(*down)), finding))} == {"m1", "m-s0"}
    assert restored(case(design(*facts)), finding) is None
    stray = [replace(f, attached_to=("s0",)) if getattr(f, "id", "") == "mon" else f for f in facts]
    assert first_change(stations_back(case(design(*stray)), finding))["attached_to"] == ("m0", "m1")
    assert stations_back(case(design(*facts)), finding) is None
    assert endpoints_back(case(design(*facts)), finding) is None
