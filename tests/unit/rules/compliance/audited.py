"""Designs and requests that the tests of compliance rules share."""

from __future__ import annotations

from typing import Any

from netdesign.model.compliance import FrameworkRef
from netdesign.model.design import Design
from netdesign.model.inventory import Site
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.vocabulary import DataClass, Framework
from tests.support.stronghold import SYSLOG, flow, stronghold


def refs(*frameworks: Framework) -> tuple[FrameworkRef, ...]:
    """Plain requests for frameworks."""
    return tuple(FrameworkRef(framework=framework) for framework in frameworks)


def holding(*classes: DataClass, zone: str = "server") -> Set:
    """A zone that holds data of the classes."""
    return Set("zones", zone, {"data_classes": classes})


def audited(*changes: Operation, asked: tuple[Framework, ...] = (), place: str = "US", **wanted: Any) -> Design:
    """A stronghold at a site of a jurisdiction whose servers log, for which frameworks are asked."""
    logs = flow("logs", ("apps",), ("log1", "log2"), service=SYSLOG, data_class=DataClass.INTERNAL)
    here = Site(id="dc1", name="dc1", jurisdiction=place)
    return stronghold(Add("sites", here), Add("flows", logs), *changes, **{"frameworks": refs(*asked), **wanted})
