"""Request bodies and answers in the OpenAPI document, from the models that decode and write them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

TEMPLATE = "#/components/schemas/{model}"


def schemas_of(*kinds: type[Any]) -> dict[str, Any]:
    """Return the JSON Schemas of `kinds` and of all they refer to, for the components of a document."""
    found: dict[str, Any] = {}
    for kind in kinds:
        schema = TypeAdapter(kind).json_schema(ref_template=TEMPLATE)
        found |= schema.pop("$defs", {})
        found[kind.__name__] = schema
    return found


def body_of(kind: type[Any]) -> dict[str, Any]:
    """Return the `openapi_extra` of a route that reads a `kind` as JSON or YAML."""
    schema = {"schema": {"$ref": TEMPLATE.format(model=kind.__name__)}}
    content = {"application/json": schema, "application/yaml": schema}
    return {"requestBody": {"required": True, "content": content}}
