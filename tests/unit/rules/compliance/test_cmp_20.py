"""CMP-20: the inventory knows of everything what it is, where it is, and who answers for it."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.cabling import PortRef
from netdesign.model.governance import State
from netdesign.model.inventory import Rack, Room, RoomKind, Site
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Add, Operation, Set, SetGovernance
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Role
from netdesign.rules.compliance.cmp_20_inventory import asset_inventory
from tests.support.sketch import case, design, device
from tests.support.stronghold import messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited
from tests.unit.rules.compliance.cards import mended

SKUS = {"core1": "DCS-7050CX3-32S", "core2": "DCS-7050CX3-32S", "edge1": "C8500-12X", "edge2": "C8500-12X"}


def stock(*changes: Operation):
    """Every device of a type of the catalogue."""
    return audited(*(Set("devices", name, {"sku": sku}) for name, sku in SKUS.items()), *changes)


def line(part: str, quantity: int) -> Add:
    return Add("lines", PartLine(id=part, kind=PartKind.DEVICE, part=part, quantity=quantity))


BILL = (line("DCS-7050CX3-32S", 2), line("C8500-12X", 2), line("FPR3105-NGFW-K9", 2))


def test_a_whole_inventory_passes() -> None:
    found = verdict(asset_inventory, stock(*BILL))

    assert found.status is Status.PASS, found.findings
    assert {m.name: m.value for m in found.measures} == {"devices": 6, "devices_without_a_software_train": 6}
    assert survivors(asset_inventory, stock(*BILL)) == []


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"sku": None}, "have no type that the catalogue knows"),
        ({"sku": "no-such"}, "have no type that the catalogue knows"),
        ({"site": "nowhere"}, "are at no known site"),
        ({"owner": " "}, "have no owner"),
        ({"managed": False}, "are managed by nobody"),
    ],
)
def test_each_lack_is_named_and_filled_in(changes: dict[str, Any], lack: str) -> None:
    made = stock(*BILL, Set("devices", "core1", changes))

    assert f"devices that {lack} (1): core1" in messages(asset_inventory, made)
    assert mended(asset_inventory, made)


def test_a_rack_tells_the_site() -> None:
    hall = (
        Add("rooms", Room(id="hall", name="hall", site="dc1", building="b", kind=RoomKind.DATA_HALL)),
        Add("racks", Rack(id="r9", room="hall", row=1, position=1, usable_units=42, breaker_w=5000)),
    )
    lone = device("lone", Role.LEAF, sku="DCS-7050CX3-32S", site="nowhere", rack="r9")

    assert mended(asset_inventory, stock(*hall, Add("devices", lone)))
    assert not mended(asset_inventory, stock(Add("devices", device("lone", Role.LEAF, sku="C8500-12X", site="x"))))


def test_approved_designs_name_their_software() -> None:
    approved = SetGovernance({"state": State.APPROVED})
    named = [Set("devices", one, {"software": "17.12"}) for one in ("core1", "core2", "edge1", "edge2", "fw1", "fw2")]

    (found,) = messages(asset_inventory, stock(approved))
    assert found.startswith("devices that are approved without a software train (6)")
    assert mended(asset_inventory, stock(approved))
    assert messages(asset_inventory, stock(approved, *named)) == []
    assert asset_inventory.mutants[4].mutate(case(stock(*named))) is None


def test_endpoints_have_a_zone_and_a_site() -> None:
    assert messages(asset_inventory, stock(Set("endpoint_groups", "web", {"zone": "nowhere"}))) == [
        "web is in an unknown zone or at an unknown site"
    ]


def test_what_is_named_is_in_the_inventory() -> None:
    lost = Set("links", "core1:peer--core2:peer", {"b": PortRef(device="gone", port="1")})

    assert messages(asset_inventory, stock(lost)) == [
        "core1:peer--core2:peer names the device gone, which is in no inventory"
    ]


def test_bill_and_inventory_agree() -> None:
    assert messages(asset_inventory, stock(*BILL[:2], line("FPR3105-NGFW-K9", 3))) == [
        "the bill counts 3 of FPR3105-NGFW-K9, the inventory 2"
    ]


def test_mutants_and_fixes_of_nothing() -> None:
    empty = case(design(Site(id="dc1", name="dc1")))

    assert [mutant.mutate(empty) for mutant in asset_inventory.mutants] == [None] * 5
    assert [fix.propose(empty, Finding(message="")) for fix in asset_inventory.fixes] == [None] * 4
