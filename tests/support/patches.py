"""What a patch says, for tests that look inside one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netdesign.model.patch import Add, Set

if TYPE_CHECKING:
    from netdesign.model.patch import Patch


def sets(patch: Patch | None) -> list[Set]:
    """The operations of a patch that changes fields alone."""
    assert patch is not None
    found = [one for one in patch if isinstance(one, Set)]
    assert len(found) == len(patch)
    return found


def first_change(patch: Patch | None) -> dict[str, Any]:
    """The fields that the first operation of a patch sets."""
    assert patch is not None
    first = patch[0]
    assert isinstance(first, Set)
    return dict(first.changes)


def first_fact(patch: Patch | None) -> Any:
    """The fact that the first operation of a patch adds."""
    assert patch is not None
    first = patch[0]
    assert isinstance(first, Add)
    return first.fact
