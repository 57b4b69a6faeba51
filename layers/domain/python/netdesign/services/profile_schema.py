"""The JSON Schema of a profile: what decodes it, with the names, forms and bounds that are checked besides."""

from __future__ import annotations

from typing import Any

from netdesign.catalog.parameters import Card, Parameters
from netdesign.model.canonical import json_schema
from netdesign.model.patch import collections
from netdesign.model.profile import Profile
from netdesign.rules.organisation.definition import CODE, MOST_TEXT, NAME
from netdesign.rules.organisation.expressions import MAX_TEXT
from netdesign.services.waiver_input import DAY, LONGEST, MOST_ELEMENTS, WAIVER_ID

TYPES = {"bool": "boolean", "str": "string", "int": "integer", "float": "number"}


def profile_schema(parameters: Parameters) -> dict[str, Any]:
    """Return the schema, draft 2020-12; every parameter stands in it by path with unit, reason and present value."""
    schema = json_schema(Profile)
    properties = {card.path: _parameter(card) for card in parameters.cards()}
    schema["properties"]["parameters"] |= {"properties": properties, "additionalProperties": False}
    for name, fields in _forms().items():
        known = schema["$defs"][name]["properties"]
        for field, form in fields.items():
            target = next((one for one in known[field].get("anyOf", ()) if one.get("type") == "string"), known[field])
            target |= form
    return schema


def _forms() -> dict[str, dict[str, dict[str, Any]]]:
    day = {"pattern": f"^{DAY.pattern}$"}
    said = {name: {"maxLength": most} for name, most in LONGEST.items()}
    filled = {name: said[name] | {"pattern": r"\S"} for name in ("owner", "compensating_control")}
    texts = {name: {"pattern": r"\S", "maxLength": MOST_TEXT} for name in ("title", "message")}
    expressions = {name: {"maxLength": MAX_TEXT} for name in ("where", "require")}
    return {
        "Waiver": {
            **said,
            **filled,
            "id": {"pattern": f"^{WAIVER_ID.pattern}$"},
            "granted": day,
            "expires": day,
            "elements": {"maxItems": MOST_ELEMENTS},
        },
        "RuleChange": {"reason": {"pattern": r"\S"}},
        "OrganisationRule": {
            **texts,
            **expressions,
            "code": {"pattern": f"^{CODE.pattern}$"},
            "name": {"pattern": f"^{NAME.pattern}$"},
            "select": {"enum": list(collections())},
        },
    }


def _parameter(card: Card) -> dict[str, Any]:
    kinds = [TYPES[one] for one in card.kind.replace("|", " ").split() if one in TYPES]
    made: dict[str, Any] = {"description": f"{card.reason} ({card.unit})", "default": card.value}
    if card.kind.startswith("tuple"):
        return made | {"type": "array"}
    if "None" in card.kind:
        kinds.append("null")
    made["type"] = kinds[0] if len(kinds) == 1 else kinds
    return made | ({"enum": list(card.choices)} if card.choices else {})
