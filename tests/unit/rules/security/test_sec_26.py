"""SEC-26: egress that is open, unfiltered, unlogged or untranslated is found."""

from __future__ import annotations

import pytest

from netdesign.model.addressing import Nat, NatKind
from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import IpProtocol, Service
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import SecurityLevel, Severity
from netdesign.rules.security.sec_26_egress import egress_control
from tests.support.exact import WEB, exact, mended, with_guests
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, flow, messages, permit, survivors, verdict
from tests.unit.rules.security.test_sec_24 import DNS, resolver

SMTP = Service(name="smtp", protocol=IpProtocol.TCP, first_port=25, last_port=25)
NAT = Nat(id="out", kind=NatKind.SOURCE_PORT, devices=("fw1", "fw2"), addresses=1, inside=("10.0.0.0/16",))
SERVERS_OUT = permit("p8", 8, "server", "internet", HTTPS, sources=("10.0.3.0/24",), inspect=WEB, flows=("updates",))
ASKS = permit("p9", 9, "user", "management", DNS, sources=("10.0.2.0/24",), destinations=("10.0.4.53/32",))
BASE: tuple[Operation, ...] = (
    Add("nats", NAT),
    Add("flows", flow("updates", ("apps",), ("isp1", "isp2"))),
    Add("flows", flow("names", ("staff",), ("dns1",), service=DNS)),
    Add("service_instances", resolver()),
    Add("policy_rules", SERVERS_OUT),
    Add("policy_rules", ASKS),
)


def test_filtered_logged_and_translated_egress_passes() -> None:
    judged = verdict(egress_control, exact(*BASE))

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [("permits_outward", 2)]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = exact(*BASE)

    assert survivors(egress_control, made) == []
    for mutant in egress_control.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        after = verdict(egress_control, mended(egress_control, apply(made, patch)))
        assert after.status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            Set("policy_rules", "p8", {"inspect": ()}),
            "rule p8 lets servers out to any destination past no filter of names and by no proxy:"
            " 10.0.3.0 -> 0.0.0.0 tcp/443 from server",
            id="unfiltered",
        ),
        pytest.param(
            Set("policy_rules", "p4", {"services": ()}), "rule p4 permits any service to the Internet", id="any service"
        ),
        pytest.param(
            Set("policy_rules", "p4", {"services": (HTTPS, DNS)}),
            "rule p4 lets hosts ask names of the Internet past the house's resolvers: 10.0.2.0 -> 0.0.0.0 udp/53",
            id="names",
        ),
        pytest.param(
            Set("policy_rules", "p4", {"services": (HTTPS, SMTP)}),
            "rule p4 lets users send mail straight to the Internet",
            id="mail",
        ),
        pytest.param(
            Set("policy_rules", "p4", {"log": False}), "rule p4 lets traffic out that is not logged", id="silent"
        ),
        pytest.param(
            Set("nats", "out", {"inside": ("10.0.3.0/24",)}),
            "rule p4 lets private addresses out that nothing translates: 10.0.2.0",
            id="untranslated",
        ),
        pytest.param(
            Remove("policy_rules", "rest"),
            "",
            id="the default of a policy that denies lets nothing out",
        ),
    ],
)
def test_each_fault_is_named(change: Operation, message: str) -> None:
    found = messages(egress_control, exact(*BASE, change))

    assert any(message in text for text in found) if message else found == []


@pytest.mark.parametrize(
    "change",
    [
        Set("policy_rules", "p8", {"inspect": (), "destinations": ("198.51.100.7/32",)}),
        Set("policy_rules", "p8", {"inspect": (), "sources": ("10.0.4.53/32",)}),
        Remove("nats", "out"),
        Set("nats", "out", {"inside": ()}),
    ],
)
def test_declared_destinations_own_resolvers_and_no_translation_pass(change: Operation) -> None:
    assert messages(egress_control, exact(*BASE, change)) == []


def test_guests_without_a_resolver_ask_outside() -> None:
    asks = Set("policy_rules", "p6", {"services": (HTTPS, DNS)})

    assert messages(egress_control, with_guests(asks)) == []


def test_the_log_and_the_filter_are_put_back() -> None:
    held = case(exact(*BASE, Set("policy_rules", "p8", {"log": False, "inspect": ()})))
    finding = next(iter(verdict(egress_control, held.design).findings))
    patch = egress_control.fixes[1].propose(held, finding)

    assert patch is not None
    assert verdict(egress_control, apply(held.design, patch)).status is Status.PASS


def test_below_enterprise_it_is_a_warning() -> None:
    made = exact(*BASE, Set("policy_rules", "p4", {"log": False}), security_level=SecurityLevel.CORPORATE)

    assert verdict(egress_control, made).severity is Severity.WARNING


def test_without_egress_there_is_nothing_to_judge() -> None:
    assert verdict(egress_control, design()).status is Status.NOT_APPLICABLE
