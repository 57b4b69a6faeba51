"""A plan of expansion: phases that are each judged, priced and can be undone; refusals that say how far it goes."""

from __future__ import annotations

import pytest

from netdesign.errors import InfeasibleError, InvalidInputError, NotFoundError
from netdesign.model.canonical import design_digest, to_document
from netdesign.model.expansion import AlterationKind
from netdesign.model.patch import Set, apply
from netdesign.model.vocabulary import Mode, Role, Severity
from netdesign.services.extend_design import existing_of, extend_design
from netdesign.services.plan_expansion import plan_expansion
from netdesign.services.synthesize_design import synthesize_design
from tests.golden.conftest import synthesized
from tests.support.growing import BENCH, broken_promises, document, larger, resolved

EXISTING = synthesized("datacenter").design
WANTED = larger("datacenter", 60, 1200)


@pytest.fixture(scope="module")
def planned():
    return plan_expansion(EXISTING, WANTED, BENCH, mode=Mode.STRICT)


def test_every_phase_from_forty_to_sixty_racks_is_valid_in_strict_mode(planned):
    assert [phase.valid for phase in planned.plan.phases] == [True] * len(planned.plan.phases)
    assert len(planned.plan.phases) == 3
    assert planned.plan.sound
    for report in planned.reports:
        grave = {Severity.CRITICAL, Severity.ERROR}
        assert [v.rule for v in report.verdicts if v.status.value in ("fail", "unknown") and v.severity in grave] == []


def test_connectivity_and_failure_to_a_safe_side_hold_at_every_phase(planned):
    for report in planned.reports:
        verdicts = {verdict.rule: verdict.status.value for verdict in report.verdicts}
        assert verdicts["TOP-04"] == "pass"
        assert verdicts["SEC-30"] in ("pass", "not_applicable")


def test_what_is_worse_meanwhile_is_told_with_the_phase_that_mends_it(planned):
    told = [
        (phase.number, setback.rule, setback.severity) for phase in planned.plan.phases for setback in phase.setbacks
    ]

    assert told == [(2, "CAP-06", Severity.WARNING)]
    assert "phase 3" in planned.plan.phases[1].setbacks[0].reason


def test_nothing_that_stands_is_rewired_renamed_readdressed_or_removed(planned):
    assert {change.kind for change in planned.plan.alterations} == {AlterationKind.GROWN}
    assert list(broken_promises(EXISTING, planned.designs[-1])) == []
    operations = {
        change.operation for phase in planned.plan.phases for change in phase.changes if change.collection != "lines"
    }
    assert operations == {"add", "set", "set_requirement"}


def test_a_phase_names_what_it_builds_and_what_it_touches(planned):
    first, second, third = planned.plan.phases
    roles = {device.id: device.role for device in planned.designs[-1].inventory.devices}
    stands = {device.id for device in EXISTING.inventory.devices}

    assert {roles[name] for name in first.built} == {Role.MANAGEMENT_SWITCH}
    assert {roles[name] for name in second.built} == {Role.LEAF}
    assert third.built == ()
    assert {roles[name] for name in second.touched} == {Role.SPINE}
    assert {roles[name] for name in third.touched} == {Role.FIREWALL}
    assert all(set(phase.touched) <= stands and not set(phase.built) & stands for phase in planned.plan.phases)


def test_the_phases_cost_what_the_larger_network_costs_more(planned):
    def cost(design, line):
        return next(one.amount_usd for one in design.parts.costs if one.id == line)

    wanted = planned.designs[-1]
    assert planned.plan.capital_usd == pytest.approx(
        cost(wanted, "06-capital") - cost(EXISTING, "06-capital"), abs=0.05
    )
    assert planned.plan.yearly_usd == pytest.approx(cost(wanted, "11-yearly") - cost(EXISTING, "11-yearly"), abs=0.05)
    for part, field in (("device-n9k-c93360yc-fx2", "quantity"), ("rack-rack", "quantity")):
        bought = sum(getattr(line, field) for phase in planned.plan.phases for line in phase.parts if line.id == part)
        before, after = (
            next(getattr(line, field) for line in design.parts.lines if line.id == part)
            for design in (EXISTING, wanted)
        )
        assert bought == after - before


def test_the_plan_reads_as_a_document_and_names_its_ends(planned):
    plan = to_document(planned.plan)

    assert plan["digest_before"] == design_digest(EXISTING)
    assert plan["digest_after"] == design_digest(planned.designs[-1]) == plan["phases"][-1]["digest"]
    assert all(len(phase["changes"]) == len(phase["undo"]) for phase in plan["phases"])


def test_a_phase_that_leaves_the_network_worse_makes_the_plan_unsound():
    small, wanted = synthesized("dc-12-racks").design, larger("dc-12-racks", 13, 260)
    profile = small.security.management_profiles[0].id
    weaker = apply(small, (Set("management_profiles", profile, {"ntp": ()}),))

    made = plan_expansion(weaker, wanted, BENCH)

    assert made.plan.phases[-1].valid == made.reports[-1].valid
    assert made.plan.sound == (
        not any(s.severity in (Severity.CRITICAL, Severity.ERROR) for p in made.plan.phases for s in p.setbacks)
    )


def test_what_does_not_fit_says_how_far_it_goes_and_goes_so_far():
    existing = synthesized("dc-12-racks").design

    with pytest.raises(InfeasibleError) as caught:
        extend_design(existing, larger("dc-12-racks", 60, 1200), BENCH)

    (conflict,) = caught.value.conflicts
    ways = {way.field: way for way in conflict.relaxations}  # type: ignore[attr-defined]
    assert set(ways) == {"sites", "existing"}
    servers, racks = (int(word.replace(",", "")) for word in ways["sites"].to_value.split() if word[0].isdigit())
    assert 240 < servers < 1200
    made = extend_design(existing, larger("dc-12-racks", racks, servers), BENCH)
    assert list(broken_promises(existing, made.design)) == []
    assert "USD" in ways["existing"].cost


def test_requirements_that_name_a_design_extend_it():
    small = synthesized("dc-12-racks").design
    wanted = larger("dc-12-racks", 13, 260)

    whole = synthesize_design(wanted | {"existing": to_document(small)}, BENCH)
    named = synthesize_design(wanted | {"existing": " dsg_1 "}, BENCH, find={"dsg_1": small}.get)

    assert list(broken_promises(small, whole.design)) == []
    assert whole.report.valid
    assert design_digest(whole.design) == design_digest(named.design)


def test_a_design_that_is_none_or_unknown_is_refused():
    with pytest.raises(InvalidInputError) as caught:
        existing_of({"existing": {"id": "x"}})
    assert all(fault.pointer.startswith("/existing") for fault in caught.value.faults)
    with pytest.raises(NotFoundError):
        existing_of({"existing": "dsg_2"})
    assert existing_of(document("dc-2-racks")) is None
    assert resolved(document("dc-2-racks")).servers.count == synthesized("dc-2-racks").design.requirements.servers.count
