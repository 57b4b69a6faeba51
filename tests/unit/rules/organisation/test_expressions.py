"""The language of organisations' rules computes like Python where it overlaps, and offers nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.model.inventory import Site
from netdesign.model.vocabulary import Role
from netdesign.rules.organisation import scope as scopes
from netdesign.rules.organisation.expressions import SELF, compiled
from netdesign.rules.organisation.scope import MissingError, Scope, UnfitError
from tests.support.sketch import case, design, device, link

DESIGN = design(
    Site(id="dc1", name="One", users=12, jurisdiction="DE"),
    device("s1", Role.SPINE),
    device("l1", Role.LEAF),
    device("l2", Role.LEAF),
    link("l1:Ethernet1", "s1:Ethernet1"),
    link("l2:Ethernet1", "s1:Ethernet2"),
)
CASE = case(DESIGN)


def value(text: str, collection: str = "devices", place: int = 0):
    facts = {"devices": DESIGN.inventory.devices, "links": DESIGN.cabling.links, "sites": DESIGN.inventory.sites}
    return compiled(text, collection, pointer="/x").compute(Scope(CASE, {SELF: facts[collection][place]}))


@pytest.mark.parametrize(
    ("text", "collection", "expected"),
    [
        ('id == "s1"', "devices", True),
        ("in_service and not managed", "devices", False),
        ('role in ["spine", "leaf"]', "devices", True),
        ('role not in ("core",)', "devices", True),
        ("site.users", "devices", 12),
        ('self.site.jurisdiction == "DE"', "devices", True),
        ("a.device.role", "links", Role.LEAF),
        ('a.port == "Ethernet1"', "links", True),
        ("link_count", "devices", 2),
        ("count(related('devices', 'site'))", "sites", 3),
        ("count(d for d in related('devices', 'site') if d.role == 'leaf')", "sites", 2),
        ("all(d.in_service for d in related('devices', 'site'))", "sites", True),
        ("any(d.link_count > 1 for d in related('devices', 'site'))", "sites", True),
        ("max(d.link_count for d in related('devices', 'site'))", "sites", 2),
        ("min(d.link_count for d in related('devices', 'site'))", "sites", 1),
        ("sum(d.link_count for d in related('devices', 'site'))", "sites", 4),
        ("min(d.link_count for d in related('devices', 'site') if d.link_count > 9) == null", "sites", True),
        ("has(latitude)", "sites", False),
        ("rack == null", "devices", True),
        ("1 if users > 10 else 2", "sites", 1),
        ("round(abs(0 - 7 / 2))", "sites", 4),
        ("requirements.users >= 0", "sites", True),
        ("1 < users < 20", "sites", True),
        ("count(power_feeds)", "devices", 0),
    ],
)
def test_what_an_expression_comes_to(text: str, collection: str, expected: object) -> None:
    assert value(text, collection) == expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "().__class__",
        "id.__class__",
        "id.upper()",
        "[x for x in power_feeds]",
        "lambda: 1",
        "f'{id}'",
        "2 ** 9",
        "1 << 9",
        "b'x'",
        "1j",
        "id if",
        "id; id",
        "a := 1",
        "open('x')",
        "nothing_like_this",
        "site.nothing",
        "related('devices', 'nothing')",
        "related('links', 'srlgs')",
        "related(id, id)",
        "count(1, 2)",
        "count()",
        "count(x=1)",
        "any(x for x in id)",
        "any(d for d in power_feeds for e in power_feeds)",
        "any(self for self in power_feeds)",
        "power_feeds.x",
        "requirements.nothing",
        "~1",
        "x" * 2_001,
        "+".join("1" * 400),
        "(" * 500 + "1" + ")" * 500,
        "*[1]",
        "id[0]",
        "{1: 2}",
        "",
        "\x00",
    ],
)
def test_whatever_is_no_form_of_the_language_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        compiled(text, "devices", pointer="/organisation_rules/0/require")
    assert caught.value.faults[0].pointer == "/organisation_rules/0/require"
    assert caught.value.faults[0].remedy


@pytest.mark.parametrize(
    ("text", "collection", "error"),
    [
        ("latitude > 1", "sites", MissingError),
        ("latitude + 1", "sites", MissingError),
        ("rack.row", "devices", MissingError),
        ("1 / (users - 12)", "sites", UnfitError),
        ("name + 1", "sites", UnfitError),
        ("name < 1", "sites", UnfitError),
        ("1 in name", "sites", UnfitError),
        ("1 in users", "sites", UnfitError),
        ("true + 1", "sites", UnfitError),
        ("count(users)", "sites", UnfitError),
        ("999999999999 * 999999999999 * 2", "sites", UnfitError),
        ("sum(d.id for d in related('devices', 'site'))", "sites", UnfitError),
    ],
)
def test_what_cannot_be_computed_says_why(text: str, collection: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        value(text, collection)
    assert str(caught.value)


def test_work_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scopes, "MAX_STEPS", 10)
    scope = Scope(CASE, {SELF: DESIGN.inventory.sites[0]}, [10])
    nested = "sum(sum(1 for e in related('devices', 'site')) for d in related('devices', 'site'))"
    with pytest.raises(UnfitError, match="more than"):
        compiled(nested, "sites", pointer="/x").compute(scope)


NUMBERS = st.integers(-9, 9).map(lambda n: f"({n})")
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "/"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=8,
)
CONDITIONS = st.recursive(
    st.tuples(ARITHMETIC, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), ARITHMETIC).map(" ".join),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=4,
)


@given(CONDITIONS)
def test_conditions_mean_what_they_mean_in_python(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}})  # noqa: S307 - the oracle, on text that this test wrote
    except (ZeroDivisionError, OverflowError):
        with pytest.raises(UnfitError):
            value(text)
        return
    assert value(text) is expected


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with suppress(InvalidInputError):
        assert compiled(text, "devices", pointer="/x").text == text
