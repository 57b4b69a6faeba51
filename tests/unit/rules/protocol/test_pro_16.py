"""PRO-16: a site and a zone are a few prefixes to everyone else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Pool
from netdesign.model.inventory import Site
from netdesign.model.routing import Summary
from netdesign.model.switching import Vrf
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_16_summaries import summaries
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bgp, joined, ospf, peer, port, static, subnet, svi, vlan
from tests.support.sketch import case, design, device

RULE = summaries
RED = Vrf(id="red", name="red")
PAIR = (DEFAULT, RED, device("fw", Role.FIREWALL), device("r", Role.CORE))
BLOCK = Pool(id="block", prefix="10.0.0.0/16", purpose="x", site="dc1", summary=True)
ZONE = Pool(id="zone", prefix="10.0.8.0/22", purpose="x", site="dc1", vrf="default", summary=True)
OTHER = Pool(id="other", prefix="10.0.16.0/22", purpose="x", site="dc1", vrf="red", summary=True)
LAN = (vlan("v", 10, "r"), subnet("10.0.8.0/24", "v", zone="user"), svi("r", "v", "10.0.8.1/24"))
ROUTED = (*joined("fw:1", "r:1", "10.0.32"), subnet("10.0.32.0/31"), static("fw", "10.0.8.0/22", "10.0.32.1"))
DISCARD = static("r", "10.0.8.0/22", None, discard=True, distance=250)
SOUND = (*PAIR, BLOCK, OTHER, *LAN, DISCARD, *ROUTED)


def judged(*facts: Any) -> Any:
    return judge_one(RULE, case(design(*facts)))


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judged(*facts).findings]


def test_a_site_of_one_block_passes() -> None:
    verdict = judged(*SOUND)

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 2
    assert judged(*PAIR, *LAN).status is Status.NOT_APPLICABLE


def test_subnets_lie_in_the_block_of_their_site() -> None:
    assert messages(*PAIR, BLOCK, *LAN, subnet("10.9.0.0/24")) == [
        "1 subnets of dc1, 10.9.0.0/24 (10.9.0.0/24) first, lie outside 10.0.0.0/16"
    ]


def test_a_site_without_a_block_is_a_few_prefixes() -> None:
    other = subnet("10.50.0.0/24", site="dc2")
    scattered = [subnet(f"10.{n}.0.0/24") for n in (1, 3, 5)]

    assert judged(*PAIR, other, *scattered[:2]).status is Status.PASS
    assert messages(*PAIR, other, *scattered) == ["dc1 is 3 IPv4 prefixes to others, more than 2"]


def test_three_blocks_are_too_many_unless_they_are_one() -> None:
    blocks = [replace(BLOCK, id=f"b{n}", prefix=f"10.{n}.0.0/16") for n in (1, 3, 5)]
    halves = [replace(BLOCK, id=f"b{n}", prefix=f"10.{n}.0.0/16") for n in (4, 5, 6, 7)]

    assert messages(*PAIR, *blocks, subnet("10.1.0.0/24")) == ["dc1 is 3 IPv4 prefixes to others, more than 2"]
    assert judged(*PAIR, *halves, subnet("10.4.0.0/24")).status is Status.PASS


def test_subnets_lie_in_the_summary_of_their_vrf() -> None:
    assert messages(*PAIR, BLOCK, ZONE, *LAN, subnet("10.0.99.0/24")) == [
        "10.0.99.0/24 (10.0.99.0/24) lies in no summary of default at dc1"
    ]


def test_a_zone_needs_at_most_two_summaries() -> None:
    pools = [replace(ZONE, id=f"z{n}", prefix=f"10.0.{n}.0/24") for n in (1, 3, 5)]
    nets = [subnet(f"10.0.{n}.0/25", zone="user") for n in (1, 3, 5)]

    assert messages(*PAIR, BLOCK, *pools, *nets) == ["zone user at dc1 needs 3 summaries"]


def test_a_summary_covers_its_own_site() -> None:
    away = (Site(id="dc2", name="dc2"), subnet("10.0.77.0/24", site="dc2"))

    assert messages(*PAIR, BLOCK, *LAN, *away) == ["summary block (10.0.0.0/16) of dc1 covers 10.0.77.0/24 of dc2"]


@pytest.mark.parametrize(
    ("networks", "count"), [(("10.1.0.0/24", "10.1.1.0/24"), 0), (("10.1.0.0/24", "10.1.2.0/24", "10.1.4.0/24"), 1)]
)
def test_other_sites_learn_few_routes(networks: tuple[str, ...], count: int) -> None:
    facts = (
        DEFAULT,
        device("a", Role.CORE),
        device("b", Role.CORE, site="dc2"),
        *joined("a:1", "b:1"),
        subnet("10.5.0.0/24", site="dc2"),
        subnet("10.1.0.0/22"),
        bgp("a", 65_001, networks=networks),
        bgp("b", 65_002),
        peer("a", "10.0.0.1", 65_002),
        peer("b", "10.0.0.0", 65_001),
    )

    assert messages(*facts) == [f"other sites learn {len(networks)} IPv4 routes of dc1"] * count


def test_a_summary_ends_in_a_discard_route() -> None:
    without = [fact for fact in SOUND if fact is not DISCARD]

    assert messages(*without) == ["fw sends 10.0.8.0/22 to r, which has no such route and discards nothing of it"]
    connected = (*PAIR, BLOCK, *LAN, *ROUTED[:-1], static("fw", "10.0.8.0/25", "10.0.32.1"))
    assert judged(*connected).status is Status.PASS, "what lies in a connected subnet cannot loop"


def test_a_process_discards_the_rest_of_its_summaries() -> None:
    made = replace(ospf("r")[0], summaries=(Summary(prefix="10.0.0.0/16", discard=False),))

    assert messages(*PAIR, *LAN, made) == ["r:ospf makes 10.0.0.0/16 without a discard route"]


def test_a_summary_of_an_area_covers_that_area() -> None:
    process, one = ospf("r", "1", area="1")
    other = replace(one, id="two", interface="r:2", area="2")
    ports = port("r:1", "10.1.0.1/24"), port("r:2", "10.1.8.1/24")
    summary = Summary(prefix="10.1.0.0/16", area="1")
    facts = (*PAIR, *ports, one, other)

    assert messages(*facts, replace(process, summaries=(summary,))) == [
        "r:ospf makes 10.1.0.0/16 of area 1, which covers 10.1.8.1/24 of area 2"
    ]
    narrow = replace(summary, prefix="10.1.0.0/21")
    assert judged(*facts, replace(process, summaries=(narrow,))).status is Status.PASS


def test_every_mutant_is_caught_and_mended() -> None:
    link_net = subnet("10.0.32.0/31", purpose=SubnetPurpose.POINT_TO_POINT)
    sound = design(*(link_net if one is ROUTED[3] else one for one in SOUND), ZONE)
    assert judge_one(RULE, case(sound)).status is Status.PASS
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
