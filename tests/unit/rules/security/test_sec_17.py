import pytest

from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.security.sec_17_routing_authentication import add_keys, routing_authentication
from tests.support.built import built, said, unmended
from tests.support.sketch import case, design

OSPF = ("an interface speaks OSPF or IS-IS without a key", "an interface speaks towards hosts")


@pytest.mark.parametrize(("shape", "but"), [("campus", OSPF), ("tiers", ()), ("centre", OSPF)])
def test_every_mutant_is_seen_and_mended(shape, but):
    assert unmended(routing_authentication, built(shape), but=but) == []


def sessions(made, *, edge):
    providers = {one.id for one in made.inventory.devices if not one.managed}
    running = {one.id: one.device for one in made.routing.processes}
    mine = [one for one in made.routing.bgp_neighbors if running[one.process] not in providers]
    return [one for one in mine if (one.import_policy is not None) == edge]


@pytest.mark.parametrize("word", [None, "none", "simple", " Plain "])
def test_a_session_with_a_provider_without_a_key_is_an_error(word):
    made = built("centre")
    one = sessions(made, edge=True)[0]
    verdict = said(routing_authentication, made, Set("bgp_neighbors", one.id, {"authentication": word}))

    (finding,) = verdict.findings
    assert finding.severity is Severity.ERROR
    assert "1 BGP sessions without authentication, at the edge" in finding.message
    assert finding.witness == {"kind": "bgp_neighbors", "count": 1, "exposed": True}


def test_inside_a_fabric_it_is_a_warning():
    made = built("centre")
    inner = [one for one in sessions(made, edge=False) if one.interface]
    verdict = said(routing_authentication, made, Set("bgp_neighbors", inner[0].id, {"ttl_security": False}))

    (finding,) = verdict.findings
    assert (finding.severity, verdict.severity) == (Severity.WARNING, Severity.WARNING)
    assert "packets from further away" in finding.message


def test_an_interface_towards_hosts_is_exposed_and_becomes_passive():
    made = built("tiers")
    fact = next(one for one in made.routing.igp_interfaces if one.passive and "lan" in one.interface.lower())
    loud = Set("igp_interfaces", fact.id, {"passive": False})
    verdict = said(routing_authentication, made, loud)

    (finding,) = verdict.findings
    assert finding.severity is Severity.ERROR
    assert finding.witness["kind"] == "igp_interfaces"


def test_no_routing_no_rule():
    assert said(routing_authentication, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(case(design())) is None for mutant in routing_authentication.mutants)
    assert add_keys(case(design()), Finding(message="", witness={"kind": "other"})) is None
