"""What every repository of own rules does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netdesign.errors import NotFoundError
from netdesign.ports.policies import OwnRule, OwnRuleRepository

PORT = "OwnRuleRepository"

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 1, tzinfo=UTC)
RULE = OwnRule("ORG-01", {"code": "ORG-01", "require": "true"}, AT)


async def test_the_last_declaration_of_a_rule_counts(store: OwnRuleRepository) -> None:
    changed = OwnRule("ORG-01", {"code": "ORG-01", "require": "false"}, AT)
    other = OwnRule("ORG-00", {"code": "ORG-00"}, AT)
    for rule in (RULE, other, changed):
        await store.put("acme", rule)

    assert await store.all("acme") == (other, changed)


async def test_rules_belong_to_an_organisation(store: OwnRuleRepository) -> None:
    await store.put("acme", RULE)

    assert await store.all("globex") == ()
    with pytest.raises(NotFoundError):
        await store.remove("globex", "ORG-01")


async def test_a_removed_rule_is_gone(store: OwnRuleRepository) -> None:
    await store.put("acme", RULE)
    await store.remove("acme", "ORG-01")

    assert await store.all("acme") == ()
    with pytest.raises(NotFoundError):
        await store.remove("acme", "ORG-01")
