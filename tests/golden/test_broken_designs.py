"""What an earlier generation of tools approved: words without a network, facts that contradict each other."""

from __future__ import annotations

from dataclasses import replace

from netdesign.model.inventory import Site
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Mode, Role
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized
from tests.support.sketch import design, device, link

BENCH = default_workbench()


def failed(made) -> set[str]:
    report = validate_design(made, BENCH, mode=Mode.LENIENT)
    assert not report.valid
    assert not any(verdict.crashed for verdict in report.verdicts), [v for v in report.verdicts if v.crashed]
    return {verdict.rule for verdict in report.verdicts if verdict.status is Status.FAIL}


def test_keywords_on_disconnected_islands_are_refused() -> None:
    words = "redundant core firewall with STP, QoS, encryption, IDS/IPS, AAA, SIEM and zero trust"
    islands = design(
        Site(id="dc1", name=words),
        *(device(f"core-firewall-ids-{n}", Role.FIREWALL, hostname=words) for n in range(4)),
        *(device(f"spine-redundant-{n}", Role.SPINE, hostname=words, sku="DCS-7050CX3-32S") for n in range(4)),
        *(device(f"leaf-encrypted-{n}", Role.LEAF, hostname=words, sku="DCS-7050CX3-32S") for n in range(8)),
        *(link(f"leaf-encrypted-{n}:eth0", f"leaf-encrypted-{n + 1}:eth0") for n in (0, 2, 4, 6)),
        description=words,
    )

    assert {"TOP-04", "TOP-07", "TOP-01", "PRO-05"} <= failed(islands)


def test_ports_addresses_and_links_that_contradict_each_other_are_refused() -> None:
    made = synthesized("dc-12-racks").design
    fabric = [item for item in made.cabling.links if item.purpose is LinkPurpose.FABRIC]
    clash = replace(fabric[1], a=fabric[0].a)
    slow = replace(fabric[2], speed_bps=fabric[2].speed_bps // 7)
    links = tuple({clash.id: clash, slow.id: slow}.get(item.id, item) for item in made.cabling.links)
    addressed = [item for item in made.addressing.interfaces if item.addresses]
    copied = replace(addressed[0], addresses=addressed[1].addresses)
    interfaces = tuple(copied if item.id == copied.id else item for item in made.addressing.interfaces)
    contradictory = replace(
        made,
        cabling=replace(made.cabling, links=links),
        addressing=replace(made.addressing, interfaces=interfaces),
    )

    assert {"CAP-07", "PRO-01", "PRO-02"} <= failed(contradictory)
