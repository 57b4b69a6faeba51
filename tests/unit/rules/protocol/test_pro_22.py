"""PRO-22: routers of one AS hear each other, by sessions or by reflectors, with next hops that they resolve."""

from typing import Any

from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_22_inner_bgp import inner_bgp_incomplete as rule
from tests.support.routed import DEFAULT, bgp, joined, loopback, peer, static
from tests.support.sketch import case, design, device

ASN = 65000


def boxes(*names: str) -> tuple[Any, ...]:
    return tuple(device(name, Role.CORE) for name in names)


PAIR = (
    DEFAULT,
    *boxes("a", "b"),
    device("x", Role.PROVIDER, managed=False, sku=None),
    *joined("a:1", "b:1"),
    *joined("x:1", "a:2", "10.0.1"),
    bgp("a", ASN, router_id="1.1.1.1"),
    bgp("b", ASN, router_id="2.2.2.2"),
    bgp("x", 65009, networks=("10.9.0.0/24",)),
    peer("x", "10.0.1.1", ASN),
    peer("a", "10.0.1.0", 65009),
)
INSIDE = (peer("a", "10.0.0.1", ASN, next_hop_self=True), peer("b", "10.0.0.0", ASN, next_hop_self=True))


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in judge_one(rule, case(design(*facts, **asked))).findings]


def test_a_pair_with_a_session_and_its_own_next_hops_passes() -> None:
    verdict = judge_one(rule, case(design(*PAIR, *INSIDE)))

    assert verdict.status is Status.PASS
    assert [(m.name, m.value) for m in verdict.measures] == [
        ("groups of routers of one AS", 1),
        ("pairs of routers that do not hear each other", 0),
    ]


def test_routers_of_one_as_that_meet_without_a_session_do_not_hear_each_other() -> None:
    assert messages(*PAIR) == ["b does not hear over iBGP what a learns (IPv4)"]
    assert messages(*PAIR, INSIDE[0]) == ["b does not hear over iBGP what a learns (IPv4)"]


def test_a_next_hop_that_the_other_cannot_resolve_is_found() -> None:
    plain = (peer("a", "10.0.0.1", ASN), peer("b", "10.0.0.0", ASN))

    assert messages(*PAIR, *plain) == [
        "b has no route to 10.0.1.0, which a:bgp leaves as the next hop of what it learns outside (IPv4)"
    ]
    assert messages(*PAIR, *plain, static("b", "10.0.1.0/31", "10.0.0.0")) == []


def test_routers_that_share_no_segment_and_no_session_are_no_group() -> None:
    apart = (DEFAULT, *boxes("a", "b"), loopback("a", "1.1.1.1/32"), loopback("b", "2.2.2.2/32"))
    verdict = judge_one(rule, case(design(*apart, bgp("a", ASN), bgp("b", ASN))))

    assert verdict.status is Status.NOT_APPLICABLE


def reflected(*reflectors: str, clusters: bool = True) -> tuple[Any, ...]:
    """Three clients c, d, e on each of the reflectors."""
    facts: list[Any] = [DEFAULT, *boxes("c", "d", "e", *reflectors)]
    clients = ("c", "d", "e")
    for at, name in enumerate((*clients, *reflectors)):
        facts.append(bgp(name, ASN, router_id=f"9.9.9.{at}", cluster_id=None if clusters else "7"))
    for r, top in enumerate(reflectors):
        for n, low in enumerate(clients):
            net = f"10.{r + 1}.{n}"
            facts += [*joined(f"{top}:{low}", f"{low}:{top}", net)]
            facts.append(peer(top, f"{net}.1", ASN, route_reflector_client=True))
            facts.append(peer(low, f"{net}.0", ASN))
    return tuple(facts)


MESH = (*joined("r:s", "s:r", "10.7.0"), peer("r", "10.7.0.1", ASN), peer("s", "10.7.0.0", ASN))


def test_two_reflectors_pass_and_one_is_one_too_few() -> None:
    assert messages(*reflected("r", "s"), *MESH) == []
    assert messages(*reflected("r", "s")) == ["s does not hear over iBGP what r learns (IPv4)"]
    alone = messages(*reflected("r"))
    assert "r is the only route reflector of 4 routers" in alone
    assert "d does not hear over iBGP what c learns (IPv4) while r is lost" in alone
    assert "r is the only route reflector of 4 routers" not in messages(*reflected("r"), redundancy=Redundancy.LOW)


def test_a_star_without_reflection_and_mutual_clients_are_found() -> None:
    star = tuple(
        fact if getattr(fact, "route_reflector_client", None) is not True else peer("r", fact.peer_address, ASN)
        for fact in reflected("r")
    )
    assert "d does not hear over iBGP what c learns (IPv4)" in messages(*star)
    mutual = (
        peer("a", "10.0.0.1", ASN, next_hop_self=True, route_reflector_client=True),
        peer("b", "10.0.0.0", ASN, next_hop_self=True, route_reflector_client=True),
    )
    assert "a and b count each other as clients" in messages(*PAIR, *mutual)


def repaired(facts: tuple[Any, ...], title: str) -> Status:
    sound = case(design(*facts))
    mutant = next(m for m in rule.mutants if m.title == title)
    patch = mutant.mutate(sound)
    assert patch is not None
    broken = case(apply(sound.design, patch))
    for _ in range(8):
        verdict = judge_one(rule, broken)
        if verdict.status is not Status.FAIL:
            break
        proposals = [fix.propose(broken, f) for f in verdict.findings for fix in rule.fixes]
        chosen = next(p for p in proposals if p)
        broken = case(apply(broken.design, chosen))
    return judge_one(rule, broken).status


def test_every_mutant_is_caught_and_mended() -> None:
    facts = (*PAIR, *INSIDE)
    for mutant in rule.mutants:
        patch = mutant.mutate(case(design(*facts)))
        assert patch is not None
        assert judge_one(rule, case(apply(design(*facts), patch))).status is Status.FAIL, mutant.title
        assert repaired(facts, mutant.title) is Status.PASS, mutant.title
    assert [m.mutate(case(design(DEFAULT, *boxes("a")))) for m in rule.mutants] == [None] * len(rule.mutants)
