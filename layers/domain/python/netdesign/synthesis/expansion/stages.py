"""The order in which an extension is built: what is reached from what comes after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from netdesign.model.inventory import Device
from netdesign.model.vocabulary import Role


class Step(IntEnum):
    """What is built when; each step needs those before it."""

    STANDS = 0
    OUT_OF_BAND = 1
    CORE = 2
    EDGE = 3
    CONTROLLERS = 4
    ACCESS = 5
    ENDPOINTS = 6


STEPS: Final[Mapping[Role, Step]] = {
    Role.MANAGEMENT_SWITCH: Step.OUT_OF_BAND,
    Role.CONSOLE_SERVER: Step.OUT_OF_BAND,
    Role.SUPER_SPINE: Step.CORE,
    Role.CORE: Step.CORE,
    Role.BORDER_LEAF: Step.EDGE,
    Role.FIREWALL: Step.EDGE,
    Role.INTERNET_EDGE: Step.EDGE,
    Role.WAN_EDGE: Step.EDGE,
    Role.PROVIDER: Step.EDGE,
    Role.LOAD_BALANCER: Step.EDGE,
    Role.WIRELESS_CONTROLLER: Step.CONTROLLERS,
    Role.SPINE: Step.ACCESS,
    Role.DISTRIBUTION: Step.ACCESS,
    Role.LEAF: Step.ACCESS,
    Role.ACCESS: Step.ACCESS,
    Role.ACCESS_POINT: Step.ENDPOINTS,
}
NAMES: Final[Mapping[Step, tuple[str, str]]] = {
    Step.OUT_OF_BAND: (
        "premises, services and out-of-band network",
        "racks stand, services are large enough, and every device to come can be reached before it carries traffic",
    ),
    Step.CORE: ("core", "the switches above have room for those below"),
    Step.EDGE: ("edge", "the ways out carry what is to come"),
    Step.CONTROLLERS: ("controllers", "more access points can be managed"),
    Step.ACCESS: ("switches", "the switches that endpoints attach to are joined to the network and carry nothing yet"),
    Step.ENDPOINTS: ("endpoints, flows and policies", "the new endpoints attach, and their flows are let through"),
}


@dataclass(frozen=True, slots=True, order=True)
class Stage:
    """A step, or the part of it in one block of the network."""

    step: Step
    block: str = ""

    @property
    def name(self) -> str:
        """What is built, for a reader."""
        return f"{NAMES[self.step][0]} of {self.block}" if self.block else NAMES[self.step][0]

    @property
    def purpose(self) -> str:
        """What holds once it is built."""
        return NAMES[self.step][1]


STANDS: Final = Stage(Step.STANDS)
LAST: Final = Stage(Step.ENDPOINTS)


def stage_of(device: Device) -> Stage:
    """The stage in which a new device is built: a pod or block as one, for its upper switches are idle alone."""
    step = STEPS.get(device.role, Step.ENDPOINTS)
    return Stage(step, device.block or "") if step is Step.ACCESS else Stage(step)
