"""CMP-21: what was drawn of the design is what the design says."""

from __future__ import annotations

import pytest

from netdesign.model.cabling import Circuit, CircuitKind, PortRef
from netdesign.model.canonical import design_digest
from netdesign.model.cloud import CloudConnection, CloudConnectionKind
from netdesign.model.governance import PublishedDocument, State
from netdesign.model.patch import Add, Set, SetGovernance, apply
from netdesign.model.security import RemoteAccess
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass
from netdesign.rules.compliance.cmp_21_documents import documents_in_step
from tests.support.sketch import case, design
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited


def test_a_draft_without_copies_passes() -> None:
    made = audited(Set("flows", "staff-apps", {"data_class": DataClass.PII}))
    found = verdict(documents_in_step, made)

    assert found.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in found.measures] == [
        ("published_documents", 0, None),
        ("flows_of_regulated_data_drawn", 1, 1),
    ]
    assert survivors(documents_in_step, made) == []


def test_copies_are_of_this_very_design() -> None:
    made = audited()
    drawn = PublishedDocument(name="diagram", digest=design_digest(made))
    published = apply(made, (SetGovernance({"documents": (drawn,)}),))

    assert messages(documents_in_step, published) == []
    assert messages(documents_in_step, apply(published, (Set("devices", "core1", {"hostname": "c"}),))) == [
        "diagram was made from other facts than the design's"
    ]
    approved = apply(published, (SetGovernance({"state": State.APPROVED}),))
    assert messages(documents_in_step, approved) == []


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_what_leaves_the_draft_is_published(state: State) -> None:
    assert messages(documents_in_step, audited(SetGovernance({"state": state}))) == [
        f"the design is {state}, but nothing was published that shows it"
    ]


def test_every_flow_of_regulated_data_can_be_drawn() -> None:
    lost = Set("flows", "staff-apps", {"data_class": DataClass.PII, "targets": ("gone",)})
    loose = Set("endpoint_groups", "apps", {"data_classes": ()})

    assert messages(documents_in_step, audited(lost, loose)) == [
        "the flow of regulated data staff-apps cannot be drawn: gone is unknown"
    ]
    adrift = (
        Set("flows", "staff-apps", {"data_class": DataClass.PII, "targets": ("log1",)}),
        Set("service_instances", "log1", {"attached_to": ()}),
    )
    assert "the flow of regulated data staff-apps cannot be drawn: its targets hang off no device" in messages(
        documents_in_step, audited(*adrift)
    )


def test_every_connection_has_both_ends() -> None:
    circuit = Circuit(
        id="c", link="gone", kind=CircuitKind.DIA, provider="p", site="dc1", rate_down_bps=1, rate_up_bps=1
    )
    cloud = CloudConnection(
        id="dx", hub="hub", kind=CloudConnectionKind.VPN, device="gone", bandwidth_bps=1, peak_bps=1
    )
    made = audited(
        Set("links", "core1:peer--core2:peer", {"a": PortRef(device="gone", port="1")}),
        Add("circuits", circuit),
        Set("wireless_networks", "corp", {"vlans": ("gone",), "zone": "away"}),
        Add("remote_accesses", RemoteAccess(id="vpn", heads=("gone",), zone="away", users=1)),
        Add("cloud_connections", cloud),
    )

    assert set(messages(documents_in_step, made)) == {
        f"{what}, which is not in the design"
        for what in (
            "circuit c leads to gone",
            "wireless network corp leads to gone",
            "wireless network corp leads to away",
            "link core1:peer--core2:peer leads to gone",
            "cloud connection dx leads to gone",
            "cloud connection dx leads to hub",
            "remote access vpn leads to gone",
            "remote access vpn leads to away",
        )
    }


def test_mutants_of_nothing() -> None:
    patches = [mutant.mutate(case(design())) for mutant in documents_in_step.mutants]

    assert [patch is None for patch in patches] == [False, False, True, True]
