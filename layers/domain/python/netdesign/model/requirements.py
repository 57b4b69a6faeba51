"""Requirements as clients send them: the names are fixed, unknown ones are refused, values are frozen."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StrictBool, model_validator

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.written import (
    Amount,
    AnyDataClass,
    AnyNetworkType,
    AnyRedundancy,
    AnySecurityLevel,
    AnyServiceClass,
    AnyTopology,
    Availability,
    Bandwidth,
    Count,
    CurrencyCode,
    Demand,
    ExistingDesign,
    Flag,
    Fraction,
    FrameworkName,
    Gigabits,
    Growth,
    Kilowatts,
    LongText,
    Milliseconds,
    Moment,
    Name,
    Positive,
    Prefix,
    ServiceName,
    SquareMetres,
    Text,
    Texts,
    choice,
)


class ContradictionError(InvalidInputError, ValueError):
    """Fields well formed each that cannot all be meant; a `ValueError` too, so that models collect it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("requirements", faults)


class ConstraintType(StrEnum):
    BUDGET = "budget"
    TIMELINE = "timeline"
    VENDOR = "vendor"
    TECHNOLOGY = "technology"
    REGULATORY = "regulatory"
    PHYSICAL = "physical"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


AnyPriority = Annotated[Priority, choice(Priority)]


class Request(BaseModel):
    """The manners of every part of a request."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Scale(Request):
    """How much there is of everything; `devices` counts what the client knows of, for the record."""

    devices: Count
    users: Count
    sites: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    vlans: Annotated[int, Field(strict=True, ge=1, le=4094)] | None = None
    subnets: Positive | None = None


class BandwidthRange(Request):
    """Rates at the edge of the network: of the slowest and the fastest attachment, and the usual one."""

    min: Bandwidth
    max: Bandwidth
    average: Bandwidth | None = None


class Constraint(Request):
    """Something that bounds the design; a budget's `value` is an amount, the others are read by people."""

    constraint_type: Annotated[ConstraintType, choice(ConstraintType)]
    description: Text
    value: JsonValue = None
    priority: AnyPriority | Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    is_hard_constraint: Flag = None


class SiteRequest(Request):
    """A place to build for; `endpoints` counts wired devices other than those of users.

    `power_grid` names the utility's section of the grid that feeds it; sites of one section lose power together.
    """

    name: Name
    lat: Annotated[float, Field(strict=True, ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)] | None = None
    tier: Annotated[int, Field(strict=True, ge=1, le=3)] | None = None
    users: Count | None = None
    endpoints: Count | None = None
    servers: Count | None = None
    area_m2: SquareMetres | None = None
    buildings: Annotated[int, Field(strict=True, ge=1, le=500)] | None = None
    closets: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    racks: Annotated[int, Field(strict=True, ge=0, le=20_000)] | None = None
    kw: Kilowatts | None = None
    power_grid: Name | None = None
    jurisdiction: Name | None = None


class ServersRequest(Request):
    """All servers together: network ports of each, and their speed."""

    count: Count
    nics: Annotated[int, Field(strict=True, ge=1, le=16)] | None = None
    nic_speed: Bandwidth | None = None


class FlowRequest(Request):
    """A demand at peak between two populations or sites; `up` runs from `from` to `to`."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    service: ServiceName
    up: Demand
    down: Demand = 0
    service_class: AnyServiceClass | None = Field(default=None, alias="class")
    data_class: AnyDataClass | None = None
    latency_ms: Milliseconds | None = None


class AddressingRequest(Request):
    """Address space to use (`supernets`), whether IPv6 runs as well, and prefixes to stay out of."""

    supernets: tuple[Prefix, ...] = Field(default=(), max_length=64)
    ipv6: Flag = None
    reserved: tuple[Prefix, ...] = Field(default=(), max_length=1000)


class Requirements(Request):
    """What a client asks for. Fields without a default must be there; resolving supplies the rest."""

    project_name: Name
    description: LongText
    network_type: AnyNetworkType
    topology_preference: AnyTopology | None = None
    scale: Scale
    bandwidth: BandwidthRange
    redundancy: AnyRedundancy
    availability_requirement: Availability | None = None
    max_downtime_minutes_per_year: Annotated[float, Field(strict=True, gt=0, le=525_600)] | None = None
    security_level: AnySecurityLevel
    compliance: tuple[FrameworkName, ...] = Field(default=(), max_length=20)
    requires_segmentation: Flag = None
    requires_encryption: Flag = None
    preferred_vendors: Texts = ()
    excluded_vendors: Texts = ()
    technology_stack: Texts = ()
    sdn_required: Flag = None
    cloud_integration: StrictBool | Texts | None = None
    max_latency_ms: Milliseconds | None = None
    min_throughput_gbps: Gigabits | None = None
    packet_loss_threshold: Fraction | None = None
    number_of_sites: Annotated[int, Field(strict=True, ge=1, le=10_000)] | None = None
    site_locations: Texts = ()
    requires_wireless: Flag = None
    requires_voip: Flag = None
    requires_video_conferencing: Flag = None
    constraints: tuple[Constraint, ...] = Field(default=(), max_length=100)
    budget: Amount | None = None
    deployment_timeline: Text | None = None
    expected_growth_rate: Growth | None = None
    scalability_horizon_years: Annotated[int, Field(strict=True, ge=0, le=20)] | None = None
    special_requirements: Texts = ()
    use_cases: Texts = ()
    critical_applications: Texts = ()
    submitted_by: Name | None = None
    submitted_at: Moment | None = None
    priority: AnyPriority | Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    sites: tuple[SiteRequest, ...] = Field(default=(), max_length=10_000)
    servers: ServersRequest | None = None
    flows: tuple[FlowRequest, ...] = Field(default=(), max_length=10_000)
    data_classes: tuple[AnyDataClass, ...] = Field(default=(), max_length=20)
    internet_facing: Annotated[
        tuple[ServiceName, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
    ] = Field(default=(), max_length=200)
    addressing: AddressingRequest | None = None
    currency: CurrencyCode | None = None
    existing: ExistingDesign = Field(default=None, exclude=True, repr=False)

    @model_validator(mode="after")
    def _consistent(self) -> Requirements:
        from netdesign.model.consistency import contradictions

        if faults := contradictions(self):
            raise ContradictionError(faults)
        return self
