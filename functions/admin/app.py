"""The admin group: the rule catalogue and the policy parameters of an organisation."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from functions.admin.schemas import (
    OwnRuleView,
    ParameterChange,
    ParameterView,
    RuleStatistics,
    RuleView,
    SeverityChange,
    own_rule_view,
    rule_view,
)
from netdesign.http.bodies import document_of
from netdesign.http.group import Group
from netdesign.http.openapi import body_of, schemas_of
from netdesign.model.profile import OrganisationRule
from netdesign.model.vocabulary import Category, Severity
from netdesign.ports.policies import ParameterOverrides
from netdesign.rules.registry import all_rules, pack_version
from netdesign.services.container import settings_of
from netdesign.services.keep_own_rules import put_own_rule, remove_own_rule
from netdesign.services.set_rules import rule_named, rules_of, set_parameters, set_severity, switch_rules

OwnCode = Annotated[str, Path(pattern=r"^ORG-[0-9]{2,4}$")]
Reason = Annotated[str, Query(max_length=2_000, description="Why; it stands in every report.")]

SCHEMAS = schemas_of(OrganisationRule)


def build_router(group: Group) -> APIRouter:
    """Return the routes of the group."""
    router = APIRouter(prefix="/api/v1/admin", tags=["admin"])
    _reading(router, group)
    _switching(router, group)
    _own_rules(router, group)
    _parameters(router, group)
    _health(router, group)
    return router


def _reading(router: APIRouter, group: Group) -> None:
    @router.get("/rules")
    async def rules(
        category: Category | None = None, severity: Severity | None = None, enabled: bool | None = None
    ) -> list[RuleView]:
        """The rules that match every filter given."""
        states = await rules_of(group.principal, group.container, category=category, severity=severity, enabled=enabled)
        return [rule_view(state) for state in states]

    @router.get("/rules/statistics")
    async def statistics() -> RuleStatistics:
        """How many rules there are, by category and severity."""
        states = await rules_of(group.principal, group.container)
        return RuleStatistics(
            total=len(states),
            enabled=sum(state.enabled for state in states),
            by_category=Counter(state.rule.category.value for state in states),
            by_severity=Counter(state.rule.severity.value for state in states),
        )

    @router.get("/rules/{code}")
    async def rule(code: str) -> RuleView:
        """One rule: what it flags, why, what to do, how it is tested."""
        return rule_view(await rule_named(code, group.principal, group.container))


def _switching(router: APIRouter, group: Group) -> None:
    def switch(verb: str, *, enabled: bool) -> None:
        async def one(code: str, reason: Reason = "") -> list[RuleView]:
            found = (await rule_named(code, group.principal, group.container)).rule
            states = await switch_rules([found], group.principal, group.container, enabled=enabled, reason=reason)
            return [rule_view(state) for state in states]

        async def whole(category: Category, reason: Reason = "") -> list[RuleView]:
            chosen = [rule for rule in all_rules() if rule.category is category]
            states = await switch_rules(chosen, group.principal, group.container, enabled=enabled, reason=reason)
            return [rule_view(state) for state in states]

        router.post(f"/rules/category/{{category}}/{verb}", summary=f"Switch a category: {verb}")(whole)
        router.post(f"/rules/{{code}}/{verb}", summary=f"Switch a rule: {verb}")(one)

    switch("enable", enabled=True)
    switch("disable", enabled=False)

    @router.put("/rules/{code}/severity")
    async def severity(code: str, wanted: SeverityChange) -> RuleView:
        """Give a rule another severity, or its own again."""
        found = (await rule_named(code, group.principal, group.container)).rule
        return rule_view(await set_severity(found, wanted.severity, wanted.reason, group.principal, group.container))


def _own_rules(router: APIRouter, group: Group) -> None:
    @router.get("/organisation-rules")
    async def own_rules() -> list[OwnRuleView]:
        """The organisation's own rules."""
        return [own_rule_view(kept) for kept in await group.container.own_rules.all(group.principal.organisation)]

    @router.put("/organisation-rules/{code}", openapi_extra=body_of(OrganisationRule))
    async def put(code: OwnCode, request: Request) -> OwnRuleView:
        """Keep a rule declared in JSON or YAML; what is wrong with an expression is said with its place."""
        document = await document_of(request)
        return own_rule_view(await put_own_rule(code, document, group.principal, group.container))

    @router.delete("/organisation-rules/{code}", status_code=204)
    async def remove(code: OwnCode) -> None:
        """Forget a rule that no waiver is of; reports that it is in stay as they are."""
        await remove_own_rule(code, group.principal, group.container)


def _parameters(router: APIRouter, group: Group) -> None:
    def view(current: ParameterOverrides) -> ParameterView:
        parameters = group.container.bench.parameters.with_overrides(current.overrides)
        return ParameterView(version=current.version, document=parameters.version, overrides=current.overrides)

    @router.get("/parameters")
    async def parameters() -> ParameterView:
        """The overrides in force and the version of the document they make."""
        return view(await group.container.parameters.current(group.principal.organisation))

    @router.put("/parameters")
    async def change(wanted: ParameterChange) -> ParameterView:
        """Keep a new version of the overrides."""
        return view(await set_parameters(wanted.overrides, group.principal, group.container, after=wanted.after))


def _health(router: APIRouter, group: Group) -> None:
    @router.get("/health/detailed")
    async def detailed() -> dict[str, Any]:
        """Each dependency, and the state of the rule pack."""
        answers = await asyncio.gather(*(dependency.ask() for dependency in group.container.dependencies))
        disabled = (await settings_of(group.principal.organisation, group.container)).disabled
        pack = {"version": pack_version(), "rules": len(all_rules()), "disabled": sorted(disabled)}
        return {"dependencies": [asdict(found) for found in answers], "rule_pack": pack}
