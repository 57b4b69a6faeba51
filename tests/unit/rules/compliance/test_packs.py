"""CMP-02 to CMP-08: controls are as good as the worst of their evidence, and never better than it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.compliance import FrameworkRef
from netdesign.model.design import Design
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Set, apply
from netdesign.model.security import Action, CryptoKind, CryptoProfile
from netdesign.model.verdict import Finding, Gap, Measure, Status
from netdesign.model.vocabulary import Category, DataClass, Framework, SecurityLevel, Severity
from netdesign.rules import verdicts
from netdesign.rules.card import Rule, Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.cmp_02_pci_dss import pci_dss
from netdesign.rules.compliance.cmp_03_hipaa import hipaa
from netdesign.rules.compliance.cmp_04_soc2 import soc2
from netdesign.rules.compliance.cmp_05_iso27001 import iso27001
from netdesign.rules.compliance.cmp_06_gdpr import gdpr
from netdesign.rules.compliance.cmp_07_nist import nist
from netdesign.rules.compliance.cmp_08_fedramp import fedramp
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import Control, Pack, chosen, computable, judge_pack, outcome
from netdesign.rules.engine import judge_one
from netdesign.rules.verdicts import rule_of
from tests.support.sketch import case, design
from tests.support.stronghold import SQL, messages, permit, stronghold, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding

RULES = {
    Framework.PCI_DSS: (pci_dss, DataClass.CHD),
    Framework.HIPAA: (hipaa, DataClass.EPHI),
    Framework.SOC2: (soc2, DataClass.INTERNAL),
    Framework.ISO27001: (iso27001, DataClass.INTERNAL),
    Framework.GDPR: (gdpr, DataClass.PII),
    Framework.NIST: (nist, DataClass.INTERNAL),
    Framework.FEDRAMP: (fedramp, DataClass.CUI),
}
PLACE = {Framework.GDPR: "NL"}


def sound(framework: Framework, *changes: Add | Set, **wanted: object) -> Design:
    """A design of which the tests take single things away."""
    data = RULES[framework][1]
    return audited(holding(data), *changes, asked=(framework,), place=PLACE.get(framework, "US"), **wanted)


def controls_found(pack_rule: Rule, made: Design) -> set[str]:
    return {str(finding.witness.get("control")) for finding in verdict(pack_rule, made).findings}


# The packs as data ---------------------------------------------------------------------------------


@pytest.mark.parametrize("framework", list(Framework))
def test_packs_are_sound(framework: Framework) -> None:
    pack = PACKS[framework]
    ids = [control.id for control in pack.controls]
    packs = {pack_rule.code for pack_rule, _ in RULES.values()}
    codes = {code for control in pack.controls for code in control.evidence}

    assert pack.framework is framework
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(CAP|TOP|PRO|SEC|CMP)-\d\d", code) for code in codes)
    assert not codes & packs, "a pack as evidence for a pack could go round in circles"
    assert all(control.manual or control.evidence for control in pack.controls)


def test_fedramp_builds_on_the_controls_of_nist() -> None:
    ours = {control.id: control for control in PACKS[Framework.FEDRAMP].controls}
    shared = [control for control in PACKS[Framework.NIST].controls if control.id in ours]

    assert len(shared) > 30
    assert all(ours[control.id] is control for control in shared)


# Outcomes ------------------------------------------------------------------------------------------


def saying(code: str, *said: Said, severity: Severity = Severity.ERROR, applies: bool = True) -> Rule:
    @rule(
        code=code,
        name=code.lower(),
        title=code,
        category=Category.SECURITY,
        severity=severity,
        flags="f",
        passes="p",
        remedy="r",
        references=("x",),
        applicable=lambda _: applies,
    )
    def check(_: Case):
        yield from said

    return check


FAILING = saying("SEC-91", Finding(message="broken", elements=("b", "a")))
WARNING = saying("SEC-92", Finding(message="odd", elements=("c",)), severity=Severity.WARNING)
HOLDING = saying("SEC-93", Measure(name="n", value=1))
OPEN = saying("SEC-94", Gap(message="missing"))
ASIDE = saying("SEC-95", applies=False)
KNOWN = {one.code: one for one in (FAILING, WARNING, HOLDING, OPEN, ASIDE)}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "rule_of", KNOWN.get)
    monkeypatch.setattr("netdesign.rules.controls.rule_of", KNOWN.get)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("evidence", "manual", "status"),
    [
        (("SEC-93",), False, Status.PASS),
        (("SEC-93", "SEC-95"), False, Status.PASS),
        (("SEC-93", "SEC-94"), False, Status.UNKNOWN),
        (("SEC-93", "SEC-94", "SEC-92"), False, Status.FAIL),
        (("SEC-95",), False, Status.NOT_APPLICABLE),
        (("SEC-93", "SEC-00"), False, Status.PASS),
        (("SEC-00",), False, None),
        ((), True, None),
        (("SEC-93",), True, None),
        (("SEC-91",), True, Status.FAIL),
    ],
)
def test_a_control_is_its_worst_evidence(evidence: tuple[str, ...], manual: bool, status: Status | None) -> None:
    control = Control(id="1", title="one", evidence=evidence, manual=manual)
    found = outcome(case(design()), control)

    assert found.status is status
    assert found.missing == tuple(code for code in evidence if code == "SEC-00")
    assert computable(control) is (not manual and any(code in KNOWN for code in evidence))


@pytest.mark.usefixtures("known")
def test_a_pack_tells_failures_gaps_and_what_nobody_computed() -> None:
    pack = Pack(
        Framework.SOC2,
        "1",
        (),
        (
            Control(id="a", title="A", evidence=("SEC-91", "SEC-92")),
            Control(id="b", title="B", evidence=("SEC-92",)),
            Control(id="c", title="C", evidence=("SEC-94",)),
            Control(id="d", title="D", evidence=("SEC-93", "SEC-00")),
            Control(id="e", title="E", manual=True),
            Control(id="f", title="F", evidence=("SEC-91",), level="high"),
        ),
    )
    said = list(judge_pack(case(design()), pack, Severity.CRITICAL))

    first, second = (item for item in said if isinstance(item, Finding))
    assert first.message == "soc2 1 control a (A) fails: SEC-91: broken; SEC-92: odd"
    assert (first.severity, first.elements, first.witness["failing_rules"]) == (
        Severity.ERROR,
        ("b", "a", "c"),
        ["SEC-91", "SEC-92"],
    )
    assert second.severity is Severity.WARNING
    assert [item.message for item in said if isinstance(item, Gap)] == ["soc2 c (C): SEC-94 cannot decide."]
    measures = {item.name: item.value for item in said if isinstance(item, Measure)}
    assert measures["controls"] == 5
    assert measures["controls_computed"] == 4
    assert measures["controls_pass"] == 1
    assert measures["controls_that_need_human_evidence"] == "e"
    assert measures["not_yet_computed_by_this_rule_pack"] == "SEC-00"


@pytest.mark.usefixtures("known")
def test_a_failing_control_never_weighs_more_than_the_rule_of_its_pack() -> None:
    pack = Pack(Framework.SOC2, "1", (), (Control(id="a", title="A", evidence=("SEC-91",)),))

    (finding,) = (item for item in judge_pack(case(design()), pack, Severity.WARNING) if isinstance(item, Finding))

    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("level", "more"), [("low", set()), (None, {"SC-8"}), ("high", {"SC-8", "SC-24"})])
def test_impact_levels_choose_controls(level: str | None, more: set[str]) -> None:
    ref = FrameworkRef(framework=Framework.FEDRAMP, level=level)
    ids = {control.id for control in chosen(case(design(frameworks=(ref,))), PACKS[Framework.FEDRAMP])}

    assert ids & {"SC-7", "SC-8", "SC-24"} == {"SC-7"} | more


# The rules -----------------------------------------------------------------------------------------


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence comes from those rules on security and compliance alone that the stronghold is built for."""

    def known(code: str) -> Rule | None:
        return rule_of(code) if code[:3] in ("SEC", "CMP") and int(code[4:]) <= 11 else None

    monkeypatch.setattr(verdicts, "rule_of", known)


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("framework", list(Framework))
def test_a_sound_design_passes_and_every_mutant_is_seen(framework: Framework) -> None:
    pack_rule, _ = RULES[framework]
    made = sound(framework)

    assert messages(pack_rule, made) == []
    assert survivors(pack_rule, made) == []


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("framework", list(Framework))
def test_packs_wait_until_their_framework_is_asked_for(framework: Framework) -> None:
    assert verdict(RULES[framework][0], audited()).status is Status.NOT_APPLICABLE


@pytest.mark.usefixtures("apart")
def test_a_failing_rule_fails_the_controls_that_rest_on_it() -> None:
    made = sound(Framework.PCI_DSS, Set("service_instances", "log1", {"transport": "udp"}))

    assert controls_found(pci_dss, made) == {"10.2.1", "10.3.3", "10.5.1"}
    assert all("CMP-10: collector log1 takes logs by udp" in message for message in messages(pci_dss, made))
    assert verdict(pci_dss, made).severity is Severity.ERROR


@pytest.mark.usefixtures("apart")
def test_an_open_border_is_critical_with_card_data() -> None:
    made = sound(Framework.PCI_DSS, Set("policies", "inner", {"devices": ()}))

    assert controls_found(pci_dss, made) >= {"1.4.1", "1.4.4", "11.4.5"}
    assert verdict(pci_dss, made).severity is Severity.CRITICAL


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    ("version", "seen", "unseen"),
    [("csf 2.0", "PR.IR-01", "SC-7"), ("800-53 r5", "SC-7", "PR.IR-01"), (None, "SC-7", "none")],
)
def test_only_the_part_of_nist_that_was_asked_for_is_judged(version: str | None, seen: str, unseen: str) -> None:
    ref = FrameworkRef(framework=Framework.NIST, version=version)
    made = audited(Set("policies", "inner", {"devices": ()}), frameworks=(ref,))
    found = controls_found(nist, made)

    assert seen in found
    assert unseen not in found


@pytest.mark.usefixtures("apart")
def test_access_to_personal_data_that_no_flow_needs_is_found() -> None:
    odd = permit("odd", 5, "management", "server", SQL, destinations=("10.0.3.0/24",))
    (finding,) = verdict(gdpr, sound(Framework.GDPR, Add("policy_rules", odd))).findings

    assert finding.witness == {"policy": "inner", "rule": "odd", "from_zone": "management", "to_zone": "server"}
    assert "though no flow goes that way" in finding.message


@pytest.mark.usefixtures("apart")
def test_a_default_that_permits_is_access_without_need() -> None:
    changes = (
        Set("policies", "inner", {"default_action": Action.PERMIT}),
        Set("policy_rules", "rest", {"action": Action.PERMIT}),
    )
    found = [finding.witness for finding in verdict(gdpr, sound(Framework.GDPR, *changes)).findings]

    assert {"policy": "inner", "rule": "rest", "from_zone": "internet", "to_zone": "server"} in found


def tunnel(profile: str, **changes: Any) -> tuple[Add, Add]:
    crypto = CryptoProfile(id="vpn", kind=CryptoKind.IPSEC, cipher="aes-256-gcm", key_bits=256, integrity="aead")
    made = Tunnel(id="t", a="fw1", b="core1", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto=profile)
    return Add("crypto_profiles", replace(crypto, **changes)), Add("tunnels", made)


@pytest.mark.usefixtures("apart")
def test_what_encrypts_reaches_the_floor() -> None:
    weak = verdict(fedramp, sound(Framework.FEDRAMP, *tunnel("vpn", cipher="3des", key_bits=168)))
    unknown = verdict(fedramp, sound(Framework.FEDRAMP, *tunnel("nowhere")))

    assert {finding.elements for finding in weak.findings} == {("core1", "vpn"), ("fw1", "vpn")}
    assert {finding.elements for finding in unknown.findings} == {("core1", "nowhere"), ("fw1", "nowhere")}
    assert weak.severity is Severity.CRITICAL


@pytest.mark.usefixtures("apart")
def test_a_module_without_a_certificate_in_the_catalogue_is_a_gap() -> None:
    found = verdict(fedramp, sound(Framework.FEDRAMP, *tunnel("vpn")))

    assert not found.findings
    assert found.status is Status.UNKNOWN
    assert "core1" in {name for gap in found.gaps for name in gap.elements}
    assert any("knows no certificate" in gap.message for gap in found.gaps)


@pytest.mark.usefixtures("apart")
def test_federal_data_stays_home() -> None:
    made = audited(holding(DataClass.CUI), asked=(Framework.FEDRAMP,), place="CA")

    assert controls_found(fedramp, made) == {"SA-9(5)"}


@pytest.mark.usefixtures("apart")
def test_mutants_ask_for_the_framework_where_nobody_did() -> None:
    made = audited(place="NL", security_level=SecurityLevel.ENTERPRISE)
    held = case(made)
    for pack_rule in (pci_dss, soc2, iso27001, gdpr, nist):
        patches = [mutant.mutate(held) for mutant in pack_rule.mutants]
        assert any(patch is not None for patch in patches)
        for patch in patches:
            if patch is not None:
                assert judge_one(pack_rule, case(apply(made, patch))).status is Status.FAIL


@pytest.mark.usefixtures("apart")
def test_mutants_pass_by_what_fails_already() -> None:
    broken = case(sound(Framework.PCI_DSS, Set("service_instances", "log1", {"transport": "udp"})))
    empty = case(design(frameworks=(FrameworkRef(framework=Framework.FEDRAMP),)))

    assert [mutant.mutate(broken) for mutant in pci_dss.mutants] == [None]
    assert fedramp.mutants[1].mutate(empty) is None
    assert gdpr.mutants[1].mutate(empty) is None


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("framework", [Framework.PCI_DSS, Framework.HIPAA, Framework.GDPR, Framework.FEDRAMP])
def test_a_framework_that_covers_nothing_fails(framework: Framework) -> None:
    pack_rule, data = RULES[framework]
    made = audited(asked=(framework,), place=PLACE.get(framework, "US"))

    assert messages(pack_rule, made) == [f"{framework} was asked for, but no zone holds data of class {data}"]


def test_controls_about_data_that_nothing_holds_do_not_apply() -> None:
    pack = PACKS[Framework.PCI_DSS]
    about = [control for control in pack.controls if control.data is DataClass.CHD]
    bare, held = case(stronghold()), case(stronghold(Set("zones", "server", {"data_classes": (DataClass.CHD,)})))

    assert {"1.3.1", "1.3.2", "1.4.4", "11.4.5"} <= {control.id for control in about}
    assert {outcome(bare, control).status for control in about} == {Status.NOT_APPLICABLE}
    assert all(outcome(held, control).status is not Status.NOT_APPLICABLE for control in about[:4])
    (support,) = [control for control in pack.controls if control.id == "12.3.4"]
    assert support.manual
