"""PRO-23: sessions outward have policies and ceilings, and nothing passes through from one provider to another."""

from dataclasses import replace
from typing import Any

from netdesign.analysis.routing.announcements import high_ceilings
from netdesign.model.addressing import Pool
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.patch import Add, Set, apply
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, Severity, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_23_route_leaks import route_leak as rule
from tests.support.routed import DEFAULT, bgp, joined, loopback, peer, subnet
from tests.support.sketch import case, design, device

ONLY_DEFAULT = RoutePolicy(
    id="in", name="in", terms=(RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("0.0.0.0/0",), max_length=0),)
)
NOTHING = RoutePolicy(id="out", name="out")
ALL = RoutePolicy(id="all", name="all", terms=(RoutePolicyTerm(action=PolicyAction.PERMIT),))
STRICT = {"import_policy": "in", "export_policy": "out", "max_prefixes": 10}


def circuit(name: str, net: str) -> tuple[Any, ...]:
    made, *ports = joined(f"{name}:1", f"e:{name}", net)
    line = Circuit(
        id=f"c-{name}",
        link=made.id,
        kind=CircuitKind.DIA,
        provider=name,
        site="dc1",
        rate_down_bps=10**9,
        rate_up_bps=10**9,
    )
    return (made, *ports, line, device(name, Role.PROVIDER, managed=False, sku=None))


EDGE = (
    DEFAULT,
    device("e", Role.INTERNET_EDGE),
    *circuit("x", "100.64.1"),
    *circuit("y", "100.64.2"),
    bgp("e", 64512),
    ONLY_DEFAULT,
    NOTHING,
)
DESCRIBED = (
    bgp("x", 64901, default_originate=True),
    bgp("y", 64902, default_originate=True),
    peer("x", "100.64.1.1", 64512),
    peer("y", "100.64.2.1", 64512),
)


def ours(**changes: Any) -> tuple[Any, ...]:
    both = STRICT | changes
    return peer("e", "100.64.1.0", 64901, **both), peer("e", "100.64.2.0", 64902, **both)


LOOPS = {"a": "10.8.0.1/32", "b": "10.8.0.2/32"}
INNER = (
    device("a", Role.LEAF),
    device("b", Role.SPINE),
    *joined("a:1", "b:1"),
    *(loopback(name, text) for name, text in LOOPS.items()),
    *(subnet(text, purpose=SubnetPurpose.LOOPBACK) for text in LOOPS.values()),
    bgp("a", 65001, networks=(LOOPS["a"],)),
    bgp("b", 65002, networks=(LOOPS["b"],)),
    peer("a", "10.0.0.1", 65002, max_prefixes=20_000),
    peer("b", "10.0.0.0", 65001, max_prefixes=20_000),
)


def found(*facts: Any) -> list[tuple[str, Severity | None]]:
    return [(f.message, f.severity) for f in judge_one(rule, case(design(*facts))).findings]


def test_strict_sessions_with_two_providers_pass() -> None:
    verdict = judge_one(rule, case(design(*EDGE, *DESCRIBED, *ours())))

    assert verdict.status is Status.PASS, verdict.findings
    assert [(m.name, m.value) for m in verdict.measures] == [
        ("sessions with providers and partners", 2),
        ("routes that pass through from one provider to another", 0),
    ]
    assert judge_one(rule, case(design(*EDGE, *ours()))).status is Status.PASS


def test_everything_to_everyone_leaks_critically_whether_or_not_the_far_side_is_described() -> None:
    for described in (DESCRIBED, ()):
        messages = found(*EDGE, ALL, *described, *ours(export_policy="all"))
        assert ("0.0.0.0/0 comes from x and goes out to y through e", Severity.CRITICAL) in messages
        assert any(text.startswith("session e>100.64.1.0 may announce 0.0.0.0/0 to x") for text, _ in messages)


def test_missing_policies_and_ceilings_are_found() -> None:
    messages = found(*EDGE, *DESCRIBED, *ours(import_policy=None, max_prefixes=None))

    assert ("session e>100.64.1.0 with x has no import policy", Severity.CRITICAL) in messages
    assert ("session e>100.64.2.0 has no ceiling of prefixes", None) in messages


def test_bogons_and_our_own_prefixes_from_outside_are_found() -> None:
    messages = [text for text, _ in found(*EDGE, ALL, *DESCRIBED, *ours(import_policy="all"))]

    assert "session e>100.64.1.0 takes 0.0.0.0/8 from x, which nobody outside may send" in messages


def test_sessions_between_our_own_systems_need_a_ceiling_alone() -> None:
    inner = (DEFAULT, device("a", Role.LEAF), device("b", Role.SPINE), *joined("a:1", "b:1"), bgp("a", 1), bgp("b", 2))
    bare = (peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1))

    assert [text for text, _ in found(*inner, *bare)] == [
        "session a>10.0.0.1 has no ceiling of prefixes",
        "session b>10.0.0.0 has no ceiling of prefixes",
    ]
    capped = (peer("a", "10.0.0.1", 2, max_prefixes=5), peer("b", "10.0.0.0", 1, max_prefixes=5))
    assert found(*inner, *capped) == []


def test_designs_without_sessions_between_systems_are_not_asked() -> None:
    assert judge_one(rule, case(design(DEFAULT, device("a", Role.LEAF)))).status is Status.NOT_APPLICABLE


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*EDGE, *DESCRIBED, *ours(), *INNER)
    for mutant in rule.mutants:
        patch = mutant.mutate(case(sound))
        assert patch is not None, mutant.title
        broken = apply(sound, patch)
        assert judge_one(rule, case(broken)).status is Status.FAIL, mutant.title
        for _ in range(8):
            here = case(broken)
            proposals = [fix.propose(here, f) for f in judge_one(rule, here).findings for fix in rule.fixes]
            chosen = next((p for p in proposals if p), None)
            broken = apply(broken, chosen) if chosen else broken
        assert judge_one(rule, case(broken)).status is Status.PASS, mutant.title


def messages_of(sound: Any, *changes: Any) -> list[tuple[str, Severity | None]]:
    return [(f.message, f.severity) for f in judge_one(rule, case(apply(sound, changes))).findings]


def test_ceilings_that_protect_nothing_are_found() -> None:
    sound = design(*EDGE, *DESCRIBED, *ours(), *INNER)

    (message,) = messages_of(sound, Set("bgp_neighbors", "e>100.64.1.0", {"max_prefixes": 10**9}))
    assert message[0].startswith("session e>100.64.1.0 has a ceiling of 1000000000 prefixes where about ")
    assert messages_of(sound, Set("bgp_neighbors", "a>10.0.0.1", {"max_prefixes": 20_001}))
    assert messages_of(sound, Set("bgp_neighbors", "x>100.64.1.1", {"max_prefixes": 10**9})) == []
    for none in (0, -1):
        assert messages_of(sound, Set("bgp_neighbors", "a>10.0.0.1", {"max_prefixes": none})) == [
            ("session a>10.0.0.1 has no ceiling of prefixes", None)
        ]


def test_full_tables_need_a_high_ceiling() -> None:
    network = case(design(*EDGE, ALL, *ours(import_policy="all", max_prefixes=1_500_000))).network
    full = {4: 1_000_000, 6: 200_000}

    assert list(high_ceilings(network, full, 20_000, 2.0)) == []
    assert [high.session for high in high_ceilings(network, {4: 700_000, 6: 0}, 20_000, 2.0)] == [
        "e>100.64.1.0",
        "e>100.64.2.0",
    ]


def test_what_is_not_ours_may_not_be_originated() -> None:
    sound = design(*EDGE, *DESCRIBED, *ours(), *INNER)
    (process,) = [p.id for p in sound.routing.processes if p.device == "a"]

    for text in ("8.8.8.0/24", "11.0.0.0/8"):
        assert messages_of(sound, Set("processes", process, {"networks": (LOOPS["a"], text)})) == [
            (f"{process} originates {text}, which is not ours", Severity.CRITICAL)
        ]
    assert messages_of(sound, Set("processes", process, {"networks": (LOOPS["a"], "0.0.0.0/0")})) == []
    assert messages_of(sound, Set("processes", process, {"networks": tuple(LOOPS.values())})) == [
        (f"{process} originates 10.8.0.2/32, an address of b", Severity.CRITICAL)
    ]


def test_what_is_originated_has_to_get_out() -> None:
    sound = design(*EDGE, *DESCRIBED, *ours(), *INNER)
    (process,) = [p.id for p in sound.routing.processes if p.device == "a"]
    (edge,) = [p.id for p in sound.routing.processes if p.device == "e"]
    told = f"{process} originates 10.8.0.1/32, but none of its sessions tells anybody"

    assert messages_of(sound, Set("bgp_neighbors", "a>10.0.0.1", {"export_policy": "out"})) == [(told, None)]
    assert messages_of(sound, Set("processes", edge, {"networks": (LOOPS["a"],)}))[0][1] is Severity.CRITICAL
    public = Pool(id="public", prefix="193.0.6.0/24", purpose="public", vrf=None)
    mine = (Add("pools", public), Set("processes", edge, {"networks": ("193.0.6.0/24",)}))
    assert (f"{edge} originates 193.0.6.0/24, but none of its sessions tells anybody", None) in messages_of(
        sound, *mine
    )
    private = (
        Add("pools", replace(public, prefix="10.9.0.0/16")),
        Set("processes", edge, {"networks": ("10.9.0.0/24",)}),
    )
    assert messages_of(sound, *private) == []


def test_paths_are_not_dressed_up() -> None:
    sound = design(*EDGE, *DESCRIBED, *ours(), *INNER)
    long = replace(ONLY_DEFAULT.terms[0], prepend=6)

    assert messages_of(sound, Set("bgp_neighbors", "e>100.64.2.0", {"allow_own_asn": 1})) == [
        ("session e>100.64.2.0 takes paths with our own number from y: nothing stops a loop", None)
    ]
    assert messages_of(sound, Set("bgp_neighbors", "a>10.0.0.1", {"allow_own_asn": 1})) == []
    assert messages_of(sound, Set("route_policies", "in", {"terms": (long,)})) == [
        ("policy in prepends our number 6 times, 5 steer as well as more do", None)
    ]
    assert messages_of(sound, Set("route_policies", "in", {"terms": (replace(long, prepend=5),)})) == []
