"""What every rule-setting repository does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netdesign.ports.policies import RuleSetting, RuleSettingRepository

PORT = "RuleSettingRepository"

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 1, tzinfo=UTC)


async def test_the_last_setting_of_a_rule_counts(store: RuleSettingRepository) -> None:
    await store.put("acme", (RuleSetting("TOP-01", False, AT), RuleSetting("CAP-01", False, AT)))
    await store.put("acme", (RuleSetting("TOP-01", True, AT),))

    assert await store.all("acme") == (RuleSetting("CAP-01", False, AT), RuleSetting("TOP-01", True, AT))


async def test_settings_belong_to_an_organisation(store: RuleSettingRepository) -> None:
    await store.put("acme", (RuleSetting("TOP-01", False, AT),))

    assert await store.all("globex") == ()
