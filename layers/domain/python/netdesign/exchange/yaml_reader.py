"""YAML from its event stream: no recursion, no tags, bounded aliases, scalars by the YAML 1.2 core schema."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

from netdesign.exchange.documents import MAX_DEPTH, refuse

MAX_NODES: Final = 2_000_000
_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_CORE: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = {f"{_CORE}{kind}" for kind in ("str", "map", "seq")}


@dataclass(slots=True)
class _Open:
    """A mapping or sequence still being read; `size` and `height` count what it holds, aliases expanded."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    key: str | None = None
    size: int = 1
    height: int = 1


class _Reader:
    """Builds one value out of events, and refuses whatever a plain tree of values cannot hold."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[object, int, int] | None] = {}
        self.documents = 0
        self.root: object = None

    def take(self, event: yaml.Event) -> None:
        """Use one event of the stream."""
        match event:
            case yaml.ScalarEvent():
                self._check_tag(event, event.tag)
                if "\0" in event.value:
                    self.fail(event, "a text holds a NUL character (\\0)", "remove it: no store keeps it")
                value = event.value if self._awaits_key() else self._scalar(event)
                self._remember(event.anchor, value, 1, 0)
                self._put(event, value, 1, 0)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self.open.pop()
                self._remember(done.anchor, done.value, done.size, done.height)
                self._put(event, done.value, done.size, done.height)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.fail(event, "a second document starts", "send one document at a time")

    def fail(self, event: yaml.Event, problem: str, remedy: str) -> NoReturn:
        """Refuse the document at the place of `event`."""
        mark: Any = event.start_mark
        refuse(self.subject, f"{problem} at line {mark.line + 1}, column {mark.column + 1}", remedy)

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._check_tag(event, event.tag)
        if self._awaits_key():
            self.fail(event, "a key is a mapping or a list", "use plain words as keys")
        if len(self.open) >= MAX_DEPTH:
            self.fail(event, f"values are nested more than {MAX_DEPTH} deep", "flatten the document")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.open.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))

    def _remember(self, anchor: str | None, value: object, size: int, height: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, size, height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor is None or event.anchor not in self.anchors:
            self.fail(event, f"the alias *{event.anchor} names no anchor", "define the anchor first")
        known = self.anchors[event.anchor]
        if known is None:
            self.fail(event, f"the alias *{event.anchor} contains itself", "remove it")
        self._put(event, *known)

    def _put(self, event: yaml.Event, value: object, size: int, height: int) -> None:
        """Add a finished value to the collection around it, or make it the document."""
        if not self.open:
            self.root = value
            return
        outer = self.open[-1]
        outer.size += size
        outer.height = max(outer.height, height + 1)
        if outer.size > MAX_NODES:
            self.fail(event, f"aliases expand to more than {MAX_NODES:,} values", "write fewer aliases")
        if len(self.open) + height > MAX_DEPTH:
            self.fail(event, f"values are nested more than {MAX_DEPTH} deep", "flatten the document")
        if isinstance(outer.value, list):
            outer.value.append(value)
        elif outer.key is None:
            self._key(event, outer, value)
        else:
            outer.value[outer.key] = value
            outer.key = None

    def _key(self, event: yaml.Event, outer: _Open, value: object) -> None:
        if not isinstance(value, str):
            self.fail(event, "a key is not a text", "use plain words as keys")
        key = value
        if key == "<<":
            self.fail(event, "merge keys (<<) are not part of YAML 1.2", "write the values out")
        if key in outer.value:
            self.fail(event, f"the key {key!r} is written twice", "keep one of them")
        outer.key = key

    def _check_tag(self, event: yaml.NodeEvent, tag: str | None) -> None:
        if tag is not None and tag != "!" and tag not in _PLAIN_TAGS:
            self.fail(event, f"the tag {tag[:40]!r} is not allowed", "remove the tag")

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        text = event.value
        if not event.implicit[0] or event.tag == "!":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            self.fail(event, f"{text} is not a finite number", "write a finite number")
        if _INT.fullmatch(text) or _FLOAT.fullmatch(text):
            return self._number(event, text)
        return text

    def _number(self, event: yaml.ScalarEvent, text: str) -> object:
        if len(text) > 40:
            self.fail(event, "a number is impossibly long", "write fewer digits, or put a text in quotes")
        if _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        number = float(text)
        if not math.isfinite(number):
            self.fail(event, f"{text} is not a finite number", "write a finite number")
        return number


def read_yaml(text: str, subject: str) -> object:
    """The value of the one YAML document in `text`; raises `InvalidInputError` with line and column."""
    reader = _Reader(subject)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        refuse(subject, f"not YAML: {error.problem or error.context}{where}", "mend the syntax")
    except yaml.reader.ReaderError as error:
        refuse(subject, f"not YAML: {error.reason} (character {error.position})", "remove the character")
    if reader.documents == 0:
        refuse(subject, "the document is empty", "write a JSON or YAML document")
    return reader.root
