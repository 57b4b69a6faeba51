"""The control pack of every framework."""

from __future__ import annotations

import importlib

from netdesign.model.vocabulary import Framework
from netdesign.rules.controls import Pack


def pack_of(framework: Framework) -> Pack:
    """The controls of a framework; only its module is imported."""
    module = importlib.import_module(f"netdesign.rules.compliance.packs.{framework.value.replace('-', '_')}")
    pack: Pack = module.PACK
    return pack
