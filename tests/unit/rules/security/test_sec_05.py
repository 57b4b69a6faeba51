"""SEC-05: what may leave in the clear is found, with the link that it may take."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.compliance import FrameworkRef
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import DataClass, Framework, LinkPurpose, Medium, Role, SecurityLevel, Trust
from netdesign.rules.security.sec_05_encryption import encryption_in_transit
from tests.support.sketch import GBPS, case, device, link
from tests.support.stronghold import flow, messages, stronghold, survivors, verdict

NO_CLOUD = "take the encryption off the connections to a cloud provider"
"""The mutant that a network without a cloud provider has no place for."""


def crypto(identity: str = "aes", **changes: Any) -> CryptoProfile:
    """An AES-256-GCM suite."""
    values: dict[str, Any] = {"kind": CryptoKind.IPSEC, "cipher": "aes-256-gcm", "key_bits": 256, "integrity": "gcm"}
    return CryptoProfile(id=identity, **{**values, **changes})


def branch(*more: Operation, **flow_changes: Any) -> list[Operation]:
    """A second site behind a leased line, whose users reach the applications in the clear."""
    made: list[Operation] = [
        Add("devices", device("far", Role.WAN_EDGE, site="b1")),
        Add("devices", device("mpls", Role.PROVIDER, managed=False, site="b1")),
        Add(
            "endpoint_groups",
            EndpointGroup(id="farmers", name="f", site="b1", kind=EndpointKind.USER, count=5, zone="user"),
        ),
        Add("flows", flow("inter", ("farmers",), ("apps",), encrypted=False, **flow_changes)),
    ]
    for name, near in (("l1", "far"), ("l2", "core1")):
        line = link(
            f"{near}:w", f"mpls:{name}", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=Trust.LEASED, phy=None
        )
        made.append(Add("links", line))
        sold = Circuit(
            id=name, link=line.id, kind=CircuitKind.MPLS, provider="C", site="b1", rate_down_bps=GBPS, rate_up_bps=GBPS
        )
        made.append(Add("circuits", sold))
    return [*made, *more]


def test_encrypted_flows_pass() -> None:
    judged = verdict(encryption_in_transit, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value) for m in judged.measures] == [
        ("covered_flows_that_leave", 2),
        ("links_between_buildings_in_the_clear", 0),
    ]


def test_no_mutant_survives() -> None:
    strict = stronghold(security_level=SecurityLevel.CRITICAL_INFRASTRUCTURE)

    assert survivors(encryption_in_transit, stronghold()) == [NO_CLOUD]
    assert survivors(encryption_in_transit, strict) == [NO_CLOUD]


def test_a_clear_flow_to_the_internet_may_take_every_public_circuit() -> None:
    judged = verdict(encryption_in_transit, stronghold(Set("flows", "staff-web", {"encrypted": False})))

    assert [f.witness for f in judged.findings] == [
        {"flow": "staff-web", "data_class": "confidential", "links": ["edge1:wan--isp1:1", "edge2:wan--isp2:1"]}
    ]


def test_what_is_not_sensitive_may_go_to_the_internet_in_the_clear() -> None:
    change = Set("flows", "staff-web", {"encrypted": False, "data_class": DataClass.INTERNAL})

    for level in (SecurityLevel.ENTERPRISE, SecurityLevel.GOVERNMENT):
        assert messages(encryption_in_transit, stronghold(change, security_level=level)) == []


@pytest.mark.parametrize(
    ("more", "links"),
    [
        pytest.param([], ["core1:w--mpls:l2", "far:w--mpls:l1"], id="nothing encrypts"),
        pytest.param(
            [Set("links", "core1:w--mpls:l2", {"crypto": "aes"}), Set("links", "far:w--mpls:l1", {"crypto": "aes"})],
            [],
            id="links",
        ),
        pytest.param(
            [
                Add(
                    "tunnels",
                    Tunnel(id="t", a="far", b="core1", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="aes"),
                )
            ],
            [],
            id="tunnel",
        ),
        pytest.param(
            [
                Add(
                    "tunnels",
                    Tunnel(id="t", a="far", b="core2", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="aes"),
                )
            ],
            ["core1:w--mpls:l2"],
            id="tunnel from another device than the circuit's",
        ),
        pytest.param(
            [Add("tunnels", Tunnel(id="t", a="far", b="core1", kind=TunnelKind.GRE, inner_mtu_bytes=1400))],
            ["core1:w--mpls:l2", "far:w--mpls:l1"],
            id="tunnel without encryption",
        ),
        pytest.param(
            [
                Add(
                    "tunnels",
                    Tunnel(id="t", a="far", b="gone", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="aes"),
                ),
                Add(
                    "tunnels",
                    Tunnel(id="u", a="far", b="mpls", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="aes"),
                ),
            ],
            ["core1:w--mpls:l2", "far:w--mpls:l1"],
            id="tunnels to elsewhere",
        ),
    ],
)
def test_flows_between_sites_are_followed_over_leased_lines(more: list[Operation], links: list[str]) -> None:
    made = stronghold(Add("crypto_profiles", crypto()), *branch(*more))
    leased = {name for f in verdict(encryption_in_transit, made).findings for name in f.elements if "mpls" in name}

    assert sorted(leased) == links


def test_a_public_backup_without_a_tunnel_is_caught() -> None:
    sealed = [Set("links", name, {"crypto": "aes"}) for name in ("core1:w--mpls:l2", "far:w--mpls:l1")]
    judged = verdict(encryption_in_transit, stronghold(Add("crypto_profiles", crypto()), *branch(*sealed)))

    assert [f.witness["links"] for f in judged.findings] == [["edge1:wan--isp1:1", "edge2:wan--isp2:1"]]


def test_a_direct_line_between_sites_counts() -> None:
    wave = link("core1:wave", "far:wave", LinkPurpose.UPLINK, trust=Trust.LEASED)
    found = messages(encryption_in_transit, stronghold(*branch(), Add("links", wave)))

    assert "core1:wave--far:wave" in found[0]


@pytest.mark.parametrize(
    ("profile", "level", "passes"),
    [
        (crypto(), SecurityLevel.ENTERPRISE, True),
        (crypto(cipher="3DES-CBC", key_bits=168), SecurityLevel.ENTERPRISE, False),
        (crypto(cipher="DES", key_bits=56), SecurityLevel.ENTERPRISE, False),
        (crypto(cipher="RC4", key_bits=128), SecurityLevel.ENTERPRISE, False),
        (crypto(cipher="null", key_bits=0), SecurityLevel.ENTERPRISE, False),
        (crypto(), SecurityLevel.GOVERNMENT, True),
        (crypto(cipher="aes-128-gcm", key_bits=128), SecurityLevel.GOVERNMENT, True),
        (crypto(cipher="aes-128-gcm", key_bits=128), SecurityLevel.CRITICAL_INFRASTRUCTURE, False),
    ],
)
def test_crypto_below_the_floor_does_not_count(profile: CryptoProfile, level: SecurityLevel, passes: bool) -> None:
    links = ("core1:w--mpls:l2", "far:w--mpls:l1", "edge1:wan--isp1:1", "edge2:wan--isp2:1")
    sealed = [Set("links", name, {"crypto": "aes"}) for name in links]
    made = stronghold(Add("crypto_profiles", profile), *branch(*sealed), security_level=level)

    assert (verdict(encryption_in_transit, made).status is not Status.FAIL) is passes


def test_whether_modules_are_validated_is_measured_and_left_to_another_rule() -> None:
    links = ("core1:w--mpls:l2", "far:w--mpls:l1", "edge1:wan--isp1:1", "edge2:wan--isp2:1")
    sealed = [Set("links", name, {"crypto": "aes"}) for name in links]

    def judged(level: SecurityLevel) -> Verdict:
        made = stronghold(Add("crypto_profiles", crypto()), *branch(*sealed), security_level=level)
        return verdict(encryption_in_transit, made)

    name = "types_that_encrypt_without_a_known_certificate"
    found = judged(SecurityLevel.GOVERNMENT)
    assert found.status is Status.PASS
    assert [measure.value for measure in found.measures if measure.name == name] == [1]
    assert [measure for measure in judged(SecurityLevel.ENTERPRISE).measures if measure.name == name] == []


def test_level_all_has_internal_data_between_sites_encrypted() -> None:
    def found(data: DataClass, level: SecurityLevel) -> bool:
        return bool(messages(encryption_in_transit, stronghold(*branch(data_class=data), security_level=level)))

    assert found(DataClass.INTERNAL, SecurityLevel.GOVERNMENT)
    assert not found(DataClass.PUBLIC, SecurityLevel.GOVERNMENT)
    assert not found(DataClass.INTERNAL, SecurityLevel.ENTERPRISE)


def test_links_between_buildings_are_encrypted_from_government_on() -> None:
    bridge = link("core1:b", "core2:b", between_buildings=True)
    clear: list[Operation] = [Add("links", bridge), Set("flows", "staff-apps", {"encrypted": False})]

    government = {"security_level": SecurityLevel.GOVERNMENT}
    assert messages(encryption_in_transit, stronghold(*clear, **government)) == [
        "link core1:b--core2:b between buildings is not encrypted"
    ]
    assert messages(encryption_in_transit, stronghold(*clear)) == []
    assert messages(encryption_in_transit, stronghold(Add("links", bridge), **government)) == []
    sealed: list[Operation] = [
        Add("crypto_profiles", crypto()),
        Set("links", bridge.id, {"crypto": "aes"}),
    ]
    assert messages(encryption_in_transit, stronghold(*clear, *sealed, **government)) == []


def test_corporate_asks_for_it_only_on_demand() -> None:
    clear = [Set("flows", name, {"encrypted": False}) for name in ("staff-web", "public")]
    corporate = {"security_level": SecurityLevel.CORPORATE}

    assert verdict(encryption_in_transit, stronghold(*clear, **corporate)).status is Status.NOT_APPLICABLE
    assert len(messages(encryption_in_transit, stronghold(*clear, **corporate, requires_encryption=True))) == 2


def test_a_framework_has_its_data_encrypted_at_every_level() -> None:
    card = Set("flows", "public", {"encrypted": False, "data_class": DataClass.CHD})
    asked = {"security_level": SecurityLevel.BASIC, "frameworks": (FrameworkRef(framework=Framework.PCI_DSS),)}

    assert [f.witness["flow"] for f in verdict(encryption_in_transit, stronghold(card, **asked)).findings] == ["public"]
    assert verdict(encryption_in_transit, stronghold(**asked)).status is Status.NOT_APPLICABLE
    sound = stronghold(Set("flows", "public", {"data_class": DataClass.CHD}), **asked)
    assert survivors(encryption_in_transit, sound) == [NO_CLOUD]


def test_mutants_do_not_apply_where_nothing_leaves() -> None:
    held = case(stronghold(*(Set("links", f"edge{n}:wan--isp{n}:1", {"in_service": False}) for n in (1, 2))))

    assert [mutant.mutate(held) for mutant in encryption_in_transit.mutants] == [None, None, None]
