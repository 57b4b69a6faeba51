"""YAML for people: block style, keys in the order given, quotes wherever some reader could misread a text."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from netdesign.exchange.yaml_reader import core_value

_UNSAFE: Final = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


class _Dumper(yaml.CSafeDumper):
    """The safe dumper without aliases, and with quotes around what YAML 1.2 would read as no text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write every value out."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if _UNSAFE.search(text):
        style = '"'
    elif core_value(text) is None or text == "<<":
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _float(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    mantissa, exponent, power = text.partition("e")
    if exponent and "." not in mantissa:
        text = f"{mantissa}.0e{power}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_multi_representer(str, _text)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
_Dumper.add_representer(tuple, lambda dumper, items: dumper.represent_list(items))


def dump_yaml(value: object) -> bytes:
    """`value` as one YAML document in UTF-8."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return str(text).encode("utf-8")
