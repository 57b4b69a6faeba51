"""The language of organisations' rules: Python's notation for conditions, read as text and never run as Python.

A text becomes a tree of functions made here; only the forms named in `_FORMS` exist, so there is no way to a module,
an attribute that is no fact, or work without end.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from netdesign.errors import Fault, InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.model.patch import collection_of
from netdesign.model.references import REFERENCES, names_in
from netdesign.model.resolved import ResolvedRequirements
from netdesign.rules.organisation.comparisons import COMPARISONS
from netdesign.rules.organisation.computed import COMPUTED
from netdesign.rules.organisation.functions import FUNCTIONS, GREATEST, number
from netdesign.rules.organisation.kinds import VALUE, Kind, Named, Part, Several, element, fields_of
from netdesign.rules.organisation.scope import MissingError, Scope, UnfitError

MAX_TEXT = 2_000
MAX_NODES = 300


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition or value, ready to be computed; `kind` says what comes out.

    `readings` are the parts that a witness shows: what each asks of the element, and how to compute it.
    """

    compute: Callable[[Scope], Any]
    kind: Kind
    text: str = ""
    readings: tuple[tuple[str, Callable[[Scope], Any]], ...] = ()


SELF = "self"
"""The element that a rule is about."""

MOST_SHOWN = 60
CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


def compiled(text: str, collection: str, *, pointer: str) -> Expression:
    """The expression that `text` writes about facts of `collection`.

    Raises `InvalidInputError` with the place `pointer` for what is no expression, a form that the language has not,
    and a name that is no fact.
    """
    reader = _Reader(collection, pointer)
    return reader.read(text)


class _Reader:
    """Turns one text into an expression, knowing what names there are."""

    def __init__(self, collection: str, pointer: str) -> None:
        self.collection = collection
        self.pointer = pointer
        self.kinds: dict[str, Kind] = {SELF: element(collection)}
        self.readings: dict[str, Callable[[Scope], Any]] = {}
        self.loops = 0

    def read(self, text: str) -> Expression:
        if len(text) > MAX_TEXT:
            raise self.refused(f"the expression has more than {MAX_TEXT:,} characters", "shorten it")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            problem = f"{text[:MOST_SHOWN]!r} is no expression: {getattr(error, 'msg', error)}"
            raise self.refused(problem, "write a condition such as uplink_count >= 2") from None
        if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
            raise self.refused(f"the expression has more than {MAX_NODES} parts", "split it into several rules")
        made = self.node(tree.body)
        told = (one for one in self.readings if not any(other.startswith(f"{one}.") for other in self.readings))
        return Expression(made.compute, made.kind, text, tuple((one, self.readings[one]) for one in told))

    def reads(self, node: ast.AST, expression: Expression) -> Expression:
        """Keep what a part asks of the element, unless it depends on what a loop goes through."""
        if not self.loops:
            self.readings.setdefault(ast.unparse(node), expression.compute)
        return expression

    def refused(self, problem: str, remedy: str) -> InvalidInputError:
        return InvalidInputError("profile", (Fault(self.pointer, problem, remedy),))

    def node(self, node: ast.expr) -> Expression:
        form = _FORMS.get(type(node))
        if form is None:
            forms = "comparisons, and/or/not, arithmetic, lists, and the functions " + ", ".join(FUNCTIONS)
            raise self.refused(f"{ast.unparse(node)!r} is no form of this language", f"use {forms}")
        return form(self, node)

    def value(self, node: ast.expr) -> Callable[[Scope], Any]:
        return self.node(node).compute


def _constant(reader: _Reader, node: Any) -> Expression:
    if not isinstance(node.value, bool | int | float | str | None):
        raise reader.refused(f"{ast.unparse(node)} is no value of this language", "use numbers, texts, true, false")
    constant = node.value
    if isinstance(constant, int | float) and abs(constant) > GREATEST:
        raise reader.refused(f"a number is beyond {GREATEST:g}", "write a smaller number")
    return Expression(lambda _: constant, VALUE)


def _name(reader: _Reader, node: Any) -> Expression:
    name: str = node.id
    if name in CONSTANTS:
        constant = CONSTANTS[name]
        return Expression(lambda _: constant, VALUE)
    if name in reader.kinds:
        return Expression(lambda scope: scope.facts[name], reader.kinds[name])
    found = _field(reader, Expression(lambda scope: scope.facts[SELF], reader.kinds[SELF]), name)
    return reader.reads(node, found)


def _attribute(reader: _Reader, node: Any) -> Expression:
    if isinstance(node.value, ast.Name) and node.value.id == "requirements":
        return reader.reads(node, _requirement(reader, node.attr))
    return reader.reads(node, _field(reader, reader.node(node.value), node.attr))


def _requirement(reader: _Reader, name: str) -> Expression:
    known = sorted(one.name for one in fields(ResolvedRequirements))
    if name not in known:
        raise reader.refused(f"requirements have no field {name!r}", f"use one of {', '.join(known)}")
    return Expression(lambda scope: getattr(scope.case.requirements, name), VALUE)


def _field(reader: _Reader, owner: Expression, name: str) -> Expression:
    """A field, or a computed number, of one fact; a name of a fact leads to the fact."""
    kind, compute = owner.kind, owner.compute
    if isinstance(kind, Named):
        collection = kind.collection
        kind, compute = element(collection), _followed(compute, collection)
    if not isinstance(kind, Part):
        raise reader.refused(
            f"{name!r} is asked of something that is no single fact", "ask it of each: any(x.y for x in …)"
        )
    computed = {} if kind.path else COMPUTED.get(kind.collection, {})
    if name in computed:
        value = computed[name].value
        return Expression(lambda scope: value(scope.case.network, compute(scope)), VALUE)
    known = fields_of(kind)
    if name not in known:
        offered = ", ".join(sorted((*known, *computed)))
        raise reader.refused(f"{kind.collection} have no {name!r}", f"use one of {offered}")
    return Expression(lambda scope: getattr(compute(scope), name), known[name])


def _followed(compute: Callable[[Scope], Any], collection: str) -> Callable[[Scope], Any]:
    def fact(scope: Scope) -> Any:
        identity = compute(scope)
        found = scope.case.network.by_id(collection).get(identity)
        if found is None:
            raise MissingError(
                f"nothing in {collection} is named {identity!r}" if identity else f"no {collection} named"
            )
        return found

    return fact


def _and_or(reader: _Reader, node: Any) -> Expression:
    parts = [reader.value(part) for part in node.values]
    combined = all if isinstance(node.op, ast.And) else any
    return Expression(lambda scope: combined(bool(part(scope)) for part in parts), VALUE)


_ARITHMETIC: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _arithmetic(reader: _Reader, node: Any) -> Expression:
    act = _ARITHMETIC.get(type(node.op))
    if act is None:
        raise reader.refused(f"{ast.unparse(node)!r} uses an operation that does not exist here", "use + - * / // %")
    left, right = reader.value(node.left), reader.value(node.right)

    def result(scope: Scope) -> Any:
        scope.step()
        try:
            return act(number(left(scope)), number(right(scope)))
        except (ZeroDivisionError, OverflowError) as error:
            raise UnfitError(str(error)) from None

    return Expression(result, VALUE)


def _unary(reader: _Reader, node: Any) -> Expression:
    inner = reader.value(node.operand)
    if isinstance(node.op, ast.Not):
        return Expression(lambda scope: not inner(scope), VALUE)
    if isinstance(node.op, ast.USub):
        return Expression(lambda scope: -number(inner(scope)), VALUE)
    raise reader.refused(f"{ast.unparse(node)!r} is no form of this language", "use not or -")


def _comparison(reader: _Reader, node: Any) -> Expression:
    values = [reader.value(part) for part in (node.left, *node.comparators)]
    acts = [_compare(reader, one) for one in node.ops]

    def holds(scope: Scope) -> bool:
        scope.step()
        seen = [value(scope) for value in values]
        return all(act(a, b) for act, a, b in zip(acts, seen, seen[1:], strict=False))

    return Expression(holds, VALUE)


def _compare(reader: _Reader, op: ast.cmpop) -> Callable[[Any, Any], bool]:
    act = COMPARISONS.get(type(op))
    if act is None:
        raise reader.refused("there is no 'is' in this language", "write == or !=")
    return act


def _list(reader: _Reader, node: Any) -> Expression:
    parts = [reader.value(part) for part in node.elts]
    return Expression(lambda scope: tuple(part(scope) for part in parts), Several(VALUE))


def _choice(reader: _Reader, node: Any) -> Expression:
    test, then, otherwise = (reader.value(part) for part in (node.test, node.body, node.orelse))
    return Expression(lambda scope: then(scope) if test(scope) else otherwise(scope), VALUE)


def _loop(reader: _Reader, node: Any) -> Expression:
    """`value for name in several if condition`, inside any, all, sum, min, max or count."""
    if len(node.generators) != 1 or node.generators[0].is_async or not isinstance(node.generators[0].target, ast.Name):
        raise reader.refused("only one plain loop can stand here", "write: condition for x in several")
    part = node.generators[0]
    name: str = part.target.id
    if name in reader.kinds or name in CONSTANTS:
        raise reader.refused(f"the name {name!r} is taken", "choose another loop name")
    several = reader.node(part.iter)
    if not isinstance(several.kind, Several):
        raise reader.refused(f"{ast.unparse(part.iter)!r} is not several", "loop over a list of facts or values")
    item = several.kind.item
    follow = item.collection if isinstance(item, Named) else None
    reader.kinds[name] = element(follow) if follow else item
    reader.loops += 1
    conditions = [reader.value(one) for one in part.ifs]
    value = reader.value(node.elt)
    reader.loops -= 1
    del reader.kinds[name]

    def seen(scope: Scope) -> Iterator[Scope]:
        for one in several.compute(scope):
            scope.step()
            inner = Scope(scope.case, {**scope.facts, name: _fact(scope, follow, one)}, scope.left)
            if all(condition(inner) for condition in conditions):
                yield inner

    head = ast.copy_location(ast.GeneratorExp(part.target, node.generators), node)
    reader.reads(head, Expression(lambda scope: tuple(inner.facts[name] for inner in seen(scope)), several.kind))
    return Expression(lambda scope: (value(inner) for inner in seen(scope)), Several(VALUE))


def _fact(scope: Scope, collection: str | None, one: Any) -> Any:
    if collection is None:
        return one
    found = scope.case.network.by_id(collection).get(one)
    if found is None:
        raise MissingError(f"nothing in {collection} is named {one!r}")
    return found


def _call(reader: _Reader, node: Any) -> Expression:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "related":
        return _related(reader, node)
    if name not in FUNCTIONS or node.keywords:
        offered = ", ".join((*FUNCTIONS, "related"))
        raise reader.refused(f"{ast.unparse(node.func)!r} is no function here", f"use {offered}")
    arguments = [reader.value(argument) for argument in node.args]
    if len(arguments) != 1:
        raise reader.refused(f"{name} takes one argument", f"write {name}(…)")
    act, inner = FUNCTIONS[name], arguments[0]

    def result(scope: Scope) -> Any:
        scope.step()
        try:
            return act(inner(scope))
        except (TypeError, ValueError, OverflowError) as error:
            raise UnfitError(f"{name}: {error}") from None

    return reader.reads(node, Expression(result, VALUE))


def _related(reader: _Reader, node: Any) -> Expression:
    """`related("collection", "field")`: the facts of a collection that name the element in that field."""
    texts = [str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)]
    if len(texts) != 2 or len(node.args) != 2 or texts[1] not in REFERENCES.get(texts[0], {}):
        remedy = 'write related("attachments", "device"): a collection, and its field that names the element'
        raise reader.refused(f"{ast.unparse(node)!r} relates nothing", remedy)
    collection, path = texts
    if reader.collection not in REFERENCES[collection][path]:
        raise reader.refused(f"{path!r} of {collection} does not name {reader.collection}", "name a field that does")
    found = Expression(
        lambda scope: _index(scope.case.network, collection, path).get(scope.facts[SELF].id, ()),
        Several(element(collection)),
    )
    return reader.reads(node, found)


@analysis
def _index(network: Network, collection: str, path: str) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for fact in collection_of(network.design, collection):
        for name in dict.fromkeys(names_in(fact, path)):
            found.setdefault(name, []).append(fact)
    return {name: tuple(facts) for name, facts in found.items()}


_FORMS: dict[type[ast.expr], Callable[[_Reader, Any], Expression]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BoolOp: _and_or,
    ast.BinOp: _arithmetic,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.List: _list,
    ast.Tuple: _list,
    ast.IfExp: _choice,
    ast.GeneratorExp: _loop,
    ast.Call: _call,
}
