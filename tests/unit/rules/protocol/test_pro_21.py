import pytest

from netdesign.model.patch import Remove, Set
from netdesign.model.routing import AddressFamily
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.protocol.pro_21_bgp_sessions import bgp_sessions, regenerate
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


@pytest.mark.parametrize(
    ("shape", "left"),
    [("campus", ["not applicable: a session takes fewer prefixes than its peer states"]), ("centre", [])],
)
def test_every_mutant_is_seen_and_mended(shape, left):
    assert unmended(bgp_sessions, built(shape)) == left


def sides(made, *, edge=None, beside=None):
    providers = {one.id for one in made.inventory.devices if not one.managed}
    running = {one.id: one for one in made.routing.processes}
    mine = [one for one in made.routing.bgp_neighbors if running[one.process].device not in providers]
    mine = [one for one in mine if edge is None or (one.import_policy is not None) == edge]
    return [one for one in mine if beside is None or (one.remote_asn != running[one.process].asn) == beside]


def texts(made, one, **changes):
    return found(bgp_sessions, made, Set("bgp_neighbors", one.id, changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"remote_asn": 1}, "another AS number than the peer has"),
        ({"remote_asn": 10**30}, "another AS number than the peer has"),
        ({"peer_address": "203.0.113.9"}, "an address that no router holds"),
        ({"peer_address": "nonsense", "interface": None}, "an address that no router holds"),
        ({"process": "gone"}, "belongs to no BGP process"),
        ({"hold_ms": 0}, "holds for less than three seconds"),
        ({"hold_ms": 2_999}, "holds for less than three seconds"),
        ({"authentication": "other"}, "another key than the peer's side"),
        ({"families": (AddressFamily.EVPN,)}, "other address families"),
        ({"max_prefixes": 1}, "is torn down by what its peer states itself"),
    ],
)
def test_what_is_wrong_with_one_side(changes, words):
    made = built("centre")
    messages = texts(made, sides(made, edge=False, beside=True)[0], **changes)

    assert any(words in message for message in messages)


def test_a_router_without_bgp_there():
    made = built("centre")
    one = sides(made, edge=False, beside=True)[0]
    holder = next(
        port for port in made.addressing.interfaces if any(a.split("/")[0] == one.peer_address for a in port.addresses)
    )
    gone = [Remove("processes", p.id) for p in made.routing.processes if p.device == holder.device]

    messages = found(bgp_sessions, made, *gone)
    assert any("runs no BGP there" in message for message in messages)


def test_the_other_side_is_asked_of_our_own_routers_alone():
    made = built("centre")
    edge, inner = sides(made, edge=True)[0], sides(made, edge=False, beside=True)[0]
    running = {one.id: one for one in made.routing.processes}
    providers = {one.id for one in made.inventory.devices if not one.managed}
    theirs = [s for s in made.routing.bgp_neighbors if running[s.process].device in providers]

    assert found(bgp_sessions, made, *(Remove("bgp_neighbors", s.id) for s in theirs)) == []
    messages = found(bgp_sessions, made, Remove("bgp_neighbors", inner.id))
    assert any("is not stated by the peer" in message for message in messages)
    assert any("beyond the next router" in message for message in texts(made, edge, ttl_security=False))


def test_an_undescribed_provider_is_believed_and_not_one_elsewhere():
    made = built("campus")
    providers = {one.id for one in made.inventory.devices if not one.managed}
    gone = [Remove("processes", p.id) for p in made.routing.processes if p.device in providers]
    edge = sides(made, edge=True)[0]

    mine = [message for message in found(bgp_sessions, made, *gone) if edge.id in message]
    assert mine == []
    moved = Set("bgp_neighbors", edge.id, {"peer_address": "203.0.113.1"})
    assert any("no router holds" in message for message in found(bgp_sessions, made, *gone, moved))
    open_one = Set("bgp_neighbors", edge.id, {"ttl_security": False})
    assert any("beyond the next router" in message for message in found(bgp_sessions, made, *gone, open_one))


def test_a_peer_further_away_needs_multihop_and_a_route():
    made = built("centre")
    routers = {one.device: one for one in made.routing.processes if one.router_id and one.vrf == "default"}
    leaf, other = [one for name, one in sorted(routers.items()) if "leaf" in name][:2]
    session = next(one for one in sides(made, edge=False, beside=True) if one.process == leaf.id)
    far = {"peer_address": other.router_id, "remote_asn": other.asn}

    assert any("without multihop" in message for message in texts(made, session, **far))
    with_hops = texts(made, session, **far, multihop=3)
    assert any("not stated by the peer" in message for message in with_hops)
    assert not any("routes do not lead to" in message for message in with_hops)
    quiet = Set("processes", other.id, {"networks": ()})
    change = Set("bgp_neighbors", session.id, far | {"multihop": 3})
    assert any("routes do not lead to" in message for message in found(bgp_sessions, made, change, quiet))


def test_it_is_critical_and_counted():
    made = built("centre")
    verdict = said(bgp_sessions, made, Set("bgp_neighbors", sides(made, edge=False)[0].id, {"hold_ms": 0}))

    assert verdict.severity is Severity.CRITICAL
    assert {one.name: one.value for one in verdict.measures}["sides_at_fault"] == 1


def test_no_sessions_no_rule():
    bare = case(design())

    assert said(bgp_sessions, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in bgp_sessions.mutants)
    assert regenerate(bare, Finding(message="")) is None


@pytest.mark.parametrize(
    ("changes", "words", "severity"),
    [
        ({"distance": 255}, "has distance 255: none of its routes is ever used", None),
        ({"distance": 0}, "has distance 0: none of its routes is ever used", None),
        ({"max_paths": 0}, "has max_paths 0: none of its routes is ever used", Severity.ERROR),
    ],
)
def test_a_process_whose_routes_are_never_used(changes, words, severity):
    made = built("centre")
    process = sides(made, edge=True)[0].process
    (finding,) = said(bgp_sessions, made, Set("processes", process, changes)).findings

    assert (finding.message, finding.severity) == (f"{process} {words}", severity)
    assert found(bgp_sessions, made, Set("processes", process, {"distance": 254})) == []


def test_a_peer_beside_is_one_hop_away():
    made = built("centre")
    one = sides(made, edge=True)[0]
    (finding,) = said(bgp_sessions, made, Set("bgp_neighbors", one.id, {"multihop": 255})).findings

    assert "lets packets come over several hops although the peer is beside it" in finding.message
    assert finding.severity is Severity.ERROR
    assert found(bgp_sessions, made, Set("bgp_neighbors", one.id, {"multihop": 1})) == []
