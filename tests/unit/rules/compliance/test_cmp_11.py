"""CMP-11: an approval is another person's, of exactly these facts."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.canonical import design_digest
from netdesign.model.design import Design
from netdesign.model.governance import Approval, State
from netdesign.model.patch import Set, SetGovernance, apply
from netdesign.model.verdict import Status
from netdesign.rules.compliance.cmp_11_change_management import change_management as cmp_11
from tests.support.sketch import case, design
from tests.support.stronghold import messages, stronghold, survivors, verdict

PINS = {"generator": "1", "rule_pack": "2", "parameters": "3", "catalog": "4"}


def governed(**changes: Any) -> Design:
    """A design that another person approved, but for `changes`."""
    made = stronghold()
    approval = Approval(approver="reviewer", digest=design_digest(made))
    return apply(made, (SetGovernance({"state": State.APPROVED, "approval": approval, **PINS, **changes}),))


def submitted(**changes: Any) -> Design:
    return governed(state=State.SUBMITTED, **{"approval": None, **changes})


def test_a_sound_approval_passes_with_the_digest() -> None:
    found = verdict(cmp_11, governed())

    assert found.status is Status.PASS
    assert [measure.value for measure in found.measures] == ["approved", design_digest(stronghold())]
    assert verdict(cmp_11, submitted()).status is Status.PASS


@pytest.mark.parametrize("state", [State.DRAFT, State.REJECTED])
def test_drafts_may_change(state: State) -> None:
    assert verdict(cmp_11, governed(state=state, rule_pack="")).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("approver", ["tester", " Tester "])
def test_nobody_approves_their_own(approver: str) -> None:
    approval = Approval(approver=approver, digest=design_digest(stronghold()))

    assert messages(cmp_11, governed(approval=approval)) == ["tester approved a design of their own"]


def test_a_change_after_the_approval_is_found() -> None:
    made = apply(governed(), (Set("devices", "fw1", {"hostname": "renamed"}),))
    (finding,) = verdict(cmp_11, made).findings

    assert finding.message == "the design was changed after it was approved"
    assert finding.witness == {"approved": design_digest(stronghold()), "design": design_digest(made)}


@pytest.mark.parametrize("approval", [None, Approval(approver=" ", digest="0" * 64)])
def test_an_approval_by_nobody_is_found(approval: Approval | None) -> None:
    assert messages(cmp_11, governed(approval=approval)) == ["the design is approved, but by nobody"]


def test_a_submitted_version_carries_no_old_approval() -> None:
    old = Approval(approver="reviewer", digest="0" * 64)

    assert messages(cmp_11, submitted(approval=old)) == [
        "the version is only submitted, but still carries reviewer's approval"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"author": " "}, "nobody is named as the author"),
        ({"version": 2}, "version 2 does not name the digest of the version before it"),
        ({"parent_digest": "latest"}, "what stands for the digest of the version before is none"),
        ({"rule_pack": "", "catalog": ""}, "not on record: the version of rule pack, catalog"),
    ],
)
def test_the_chain_of_versions_is_whole(changes: dict[str, Any], message: str) -> None:
    assert message in messages(cmp_11, submitted(**changes))


def test_a_version_that_changes_nothing_is_found() -> None:
    same = submitted(version=2, parent_digest=design_digest(stronghold()))
    other = submitted(version=2, parent_digest="a" * 64)

    assert messages(cmp_11, same) == [
        "the version says the same as the one before it, so that there is no change to approve"
    ]
    assert messages(cmp_11, other) == []


def test_mutants_are_seen_on_approved_designs_and_on_drafts() -> None:
    assert survivors(cmp_11, governed()) == []
    for made in (design(), apply(design(), (SetGovernance({"version": 3}),))):
        for mutant in cmp_11.mutants:
            patch = mutant.mutate(case(made))
            assert patch is not None
            assert len(messages(cmp_11, apply(made, patch))) == 1
