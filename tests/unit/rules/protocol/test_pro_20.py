"""PRO-20: IS-IS routers have names of their own, and level 2 hangs together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, RoutingProtocol
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_20_isis import isis_design, levels
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, joined, ospf
from tests.support.sketch import case, design, device

RULE = isis_design


def chain(*areas: str, **changes: Any) -> dict[str, Any]:
    """Routers in a row, `areas` being the levels of the links between them."""
    facts: dict[str, Any] = {"default": DEFAULT}
    count = len(areas) + 1
    for n in range(count):
        ports = [f"{m}" for m in (n - 1, n + 1) if 0 <= m < count]
        process, *members = ospf(f"r{n}", *ports, authentication="key", **changes)
        made = replace(process, protocol=RoutingProtocol.ISIS, system_id=f"0100.0800.000{n}", router_id=f"10.8.0.{n}")
        facts |= {f"r{n}": device(f"r{n}", Role.CORE), f"r{n}:ospf": made}
        facts |= {m.id: replace(m, area=areas[min(n, int(p))]) for m, p in zip(members, ports, strict=True)}
    for n, _ in enumerate(areas):
        facts |= {fact.id: fact for fact in joined(f"r{n}:{n + 1}", f"r{n + 1}:{n}", f"10.9.{n}")}
    return facts


def changed(facts: dict[str, Any], *names: str, **values: Any) -> dict[str, Any]:
    return facts | {name: replace(facts[name], **values) for name in names}


def judged(facts: dict[str, Any]) -> Any:
    return judge_one(RULE, case(design(*facts.values())))


def messages(facts: dict[str, Any]) -> list[str]:
    return [finding.message for finding in judged(facts).findings]


@pytest.mark.parametrize("areas", [("2", "2"), ("1", "1"), ("level-2", "level-2"), ("level-1", "level-1-2", "2")])
def test_routers_that_hang_together_pass(areas: tuple[str, ...]) -> None:
    verdict = judged(chain(*areas))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == len(areas) + 1


def test_ospf_is_no_isis() -> None:
    facts = (
        DEFAULT,
        device("a", Role.CORE),
        device("b", Role.CORE),
        *joined("a:1", "b:1"),
        *ospf("a", "1"),
        *ospf("b", "1"),
    )

    assert judge_one(RULE, case(design(*facts))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(("text", "found"), [("1", {"1"}), ("level-1-2", {"1", "2"}), ("l2", {"2"}), ("", set())])
def test_levels_are_read_by_their_digits(text: str, found: set[str]) -> None:
    assert levels(text) == found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("0100.0800.0000", "r2:ospf has the system id 010008000000 of r0"),
        ("010008000000", "r2:ospf has the system id 010008000000 of r0"),
        (None, "r2:ospf has nothing for a system id"),
        ("router-2", "r2:ospf has router-2 for a system id"),
    ],
)
def test_system_ids_are_unique(name: str | None, said: str) -> None:
    assert messages(changed(chain("2", "2"), "r2:ospf", system_id=name)) == [said]


def test_level_2_is_whole() -> None:
    assert messages(chain("2", "1", "2")) == ["r2:ospf and its neighbours are apart: level 2 falls into parts"]


def test_level_1_has_a_way_to_level_2() -> None:
    facts = changed(chain("2", "1", "1"), "r1:2@ospf", passive=True)

    assert "r2:ospf and its neighbours are apart: a part of level 1 has no router of level 2" in messages(facts)


@pytest.mark.parametrize(
    ("cost", "said"), [(64, "and a cost of 64: they end at 63"), (63, "where others have wide ones")]
)
def test_metrics_are_wide(cost: int, said: str) -> None:
    facts = changed(chain("2"), "r0:ospf", wide_metrics=False)
    (message,) = messages(changed(facts, "r0:1@ospf", cost=cost))

    assert message.startswith("r0:ospf has narrow metrics")
    assert said in message


def test_narrow_metrics_everywhere_carry_small_costs() -> None:
    facts = changed(chain("2"), "r0:ospf", "r1:ospf", wide_metrics=False)

    assert judged(facts).status is Status.PASS


@pytest.mark.parametrize(
    ("values", "said"),
    [({"area": "1"}, "level"), ({"hello_ms": 3_000}, "hello ms"), ({"authentication": "other"}, "authentication")],
)
def test_neighbours_differ(values: dict[str, Any], said: str) -> None:
    facts = changed(chain("2", "2"), "r0:1@ospf", **values)

    assert f"r0:1 and r1:0 are neighbours and differ in {said}" in messages(facts)


def test_links_carry_link_state_packets() -> None:
    facts = changed(chain("2"), "r0:1", "r1:0", mtu_bytes=1_400)

    assert messages(facts) == [
        f"{end} has an MTU of 1400 bytes; a link-state packet may have 1492" for end in ("r0:1", "r1:0")
    ]


def test_routers_of_both_levels_authenticate() -> None:
    facts = chain("1", "2")
    every = [name for name in facts if name.endswith("@ospf")]
    made = messages(changed(facts, *every, authentication=None))

    assert made == [f"r1:{n} of r1, a router of both levels, does not authenticate" for n in (0, 2)]


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(*chain("2", "2", "2").values())
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
