"""CMP-18: health data is encrypted wherever it leaves, shares its zone with nothing else, and stays within reach."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import DataClass, Framework
from netdesign.rules.compliance.cmp_18_health_paths import health_paths
from tests.support.sketch import case, design, interface
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding
from tests.unit.rules.compliance.cards import mended


def ward(*changes: Operation, **wanted: Any):
    """Health data on the application servers, and on the flow from staff to them."""
    sound = (
        holding(DataClass.EPHI),
        Set("endpoint_groups", "apps", {"data_classes": (DataClass.EPHI,)}),
        Set("flows", "staff-apps", {"data_class": DataClass.EPHI}),
    )
    return audited(*sound, *changes, asked=(Framework.HIPAA,), **wanted)


CAMERAS = EndpointGroup(
    id="cameras", name="cameras", site="dc1", kind=EndpointKind.CAMERA, count=3, zone="user", vlans=("user",)
)
PLUGGED = Attachment(
    id="cameras", group="cameras", device="core1", endpoints=3, ports=("c1", "c2", "c3"), profile="desk"
)


def test_protected_health_data_passes_with_its_numbers() -> None:
    found = verdict(health_paths, ward())
    said = {m.name: (m.value, m.threshold) for m in found.measures}

    assert found.status is Status.PASS, found.findings
    assert said["flows_of_health_data"] == (1, None)
    assert said["least_availability_of_health_data"][1] == 0.999
    assert survivors(health_paths, ward(Add("endpoint_groups", CAMERAS))) == []
    assert verdict(health_paths, ward(frameworks=())).status is Status.NOT_APPLICABLE


def test_health_data_may_not_leave_in_the_clear() -> None:
    made = ward(Set("flows", "staff-web", {"data_class": DataClass.EPHI, "encrypted": False}))

    assert messages(health_paths, made) == [
        "health data of staff-web may leave in the clear by edge1:wan--isp1:1, edge2:wan--isp2:1"
    ]
    assert mended(health_paths, made)


def test_health_data_may_not_pass_weak_radio_in_the_clear() -> None:
    weak = Set("wireless_networks", "corp", {"security": "wpa2-personal"})
    made = ward(weak, Set("flows", "staff-apps", {"encrypted": False}))

    assert messages(health_paths, made) == [
        "health data of staff-apps passes wireless network corp (wpa2-personal) in the clear"
    ]
    assert messages(health_paths, ward(weak)) == []


def test_things_do_not_share_its_zone() -> None:
    made = ward(
        Add("endpoint_groups", CAMERAS),
        Add("attachments", PLUGGED),
        Set("endpoint_groups", "cameras", {"zone": "server", "vlans": ("server",)}),
    )

    assert messages(health_paths, made) == ["cameras (camera) shares zone server with health data"]
    assert mended(health_paths, made)


def test_ports_among_health_data_authenticate() -> None:
    held = {"zone": "server", "data_classes": (DataClass.EPHI,)}
    made = ward(
        Add("endpoint_groups", CAMERAS),
        Add("attachments", PLUGGED),
        Set("endpoint_groups", "cameras", held),
        Set("port_profiles", "desk", {"dot1x": False}),
    )

    assert "ports of cameras among health data let anyone in: desk lack 802.1X" in messages(health_paths, made)


def test_a_way_past_the_firewall_is_found_and_cut() -> None:
    stray = interface("core1", "stray", vlan="user", vrf="vrf-server", addresses=("10.0.2.77/24",))
    made = ward(Add("interfaces", stray))

    assert messages(health_paths, made)[0].startswith("user and server hang together without")
    assert mended(health_paths, made)


def test_a_flow_survives_each_failure() -> None:
    links = ("fw1:2--core2:fw1", "fw2:2--core2:fw2")
    made = ward(*(Set("links", name, {"in_service": False}) for name in (*links, "core1:peer--core2:peer")))
    found = verdict(health_paths, made)

    assert found.status is Status.FAIL
    assert all("finds no path once" in f.message or "of the time" in f.message for f in found.findings)


def test_mutants_and_fixes_without_health_data() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in health_paths.mutants] == [None] * 4
    assert [fix.propose(empty, Finding(message="")) for fix in health_paths.fixes] == [None] * 4
    assert health_paths.fixes[3].propose(empty, Finding(message="", witness={"failed": ["x"]})) is None
