"""CMP-26: tests are apart from production."""

from __future__ import annotations

from netdesign.model.inventory import EndpointGroup, EndpointKind, Environment
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass
from netdesign.rules.compliance.cmp_26_environments import separate_environments
from tests.support.sketch import case, design
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding


def laboratory(*changes: Operation, zone: str = "dmz"):
    """Web servers are for tests here: the DMZ holds nothing else."""
    return audited(Set("endpoint_groups", "web", {"environment": Environment.TEST, "zone": zone}), *changes)


CLOSED = Set("policy_rules", "p2", {"sources": ("10.0.99.0/24",)})


def test_tests_of_their_own_pass() -> None:
    found = verdict(separate_environments, laboratory(CLOSED))

    assert found.status is Status.PASS, found.findings
    assert {m.name: m.value for m in found.measures} == {"groups_for_tests": 1, "groups_of_production_servers": 2}
    assert verdict(separate_environments, audited()).status is Status.NOT_APPLICABLE
    assert survivors(separate_environments, audited(holding(DataClass.PII))) == ["test on a group of production"]


def test_the_way_to_production_is_shown() -> None:
    assert messages(separate_environments, laboratory()) == [
        "web (test) may reach apps of production, such as 10.0.1.0 -> 10.0.3.0 tcp/1521"
    ]


def test_what_is_shared_is_named_by_the_narrowest() -> None:
    vlan = Set("endpoint_groups", "web", {"vlans": ("server",)})
    vrf = Set("vlans", "dmz", {"vrf": "vrf-server"})
    zone = Set("endpoint_groups", "web", {"vlans": (), "zone": "server"})

    def found(change: Operation) -> list[str]:
        return [text for text in messages(separate_environments, laboratory(CLOSED, change)) if "shares" in text]

    assert found(vlan) == ["web (test) shares VLAN server with apps of production"]
    assert found(vrf) == ["web (test) shares VRF vrf-server with apps of production"]
    assert found(zone) == ["web (test) shares zone server with apps of production"]


def test_production_data_stays_in_production() -> None:
    copied = Set("endpoint_groups", "web", {"data_classes": (DataClass.PII, DataClass.PUBLIC)})

    assert messages(separate_environments, laboratory(CLOSED, copied)) == []
    assert messages(separate_environments, laboratory(CLOSED, copied, holding(DataClass.PII))) == [
        "web (test) holds pii of production"
    ]


def test_one_of_several_groups_may_turn_to_tests() -> None:
    more = EndpointGroup(
        id="more", name="more", site="dc1", kind=EndpointKind.SERVER, count=2, zone="server", vlans=("server",)
    )
    assert survivors(separate_environments, audited(Add("endpoint_groups", more), holding(DataClass.PII))) == []


def test_mutants_of_nothing() -> None:
    assert [mutant.mutate(case(design())) for mutant in separate_environments.mutants] == [None] * 4
