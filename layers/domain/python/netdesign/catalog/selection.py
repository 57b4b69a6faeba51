"""The catalogue as one value: what is in it, and which parts fit a question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from netdesign.catalog import documents, reading, validation
from netdesign.catalog.circuits import CircuitKind, CircuitType, circuit
from netdesign.catalog.media import PhyType, media
from netdesign.catalog.sku import DeviceType
from netdesign.catalog.vendors import vendor_slug
from netdesign.errors import CatalogError
from netdesign.model.vocabulary import Role


class Catalog:
    """Device types by part number, with the physical layers and circuits that join them."""

    def __init__(self, devices: Iterable[DeviceType], version: str) -> None:
        self.version = version
        self._devices: dict[str, DeviceType] = {}
        for device in devices:
            if device.sku in self._devices:
                raise CatalogError(f"the catalogue has two devices {device.sku!r}")
            self._devices[device.sku] = device
        self._by_role = {
            role: tuple(sorted((one for one in self._devices.values() if role in one.roles), key=_by_sku))
            for role in Role
        }

    def narrowed(self, allowed: Mapping[Role, Collection[str]]) -> Catalog:
        """The same catalogue in which some roles take the part numbers given for them alone."""
        made = Catalog(self._devices.values(), self.version)
        for role, skus in allowed.items():
            made._by_role[role] = tuple(device for device in self._by_role[role] if device.sku in skus)
        return made

    def marked(self, drawback: Callable[[DeviceType], str]) -> Catalog:
        """The same catalogue in which a type that something speaks against says so, for others to be taken first."""
        devices = (device if not (why := drawback(device)) else replace(device, drawback=why) for device in self)
        made = Catalog(devices, self.version)
        for role, offered in self._by_role.items():
            made._by_role[role] = tuple(made._devices[device.sku] for device in offered)
        return made

    def __iter__(self) -> Iterator[DeviceType]:
        """All device types, in the order in which they were read."""
        return iter(self._devices.values())

    def __contains__(self, sku: object) -> bool:
        return sku in self._devices

    def __len__(self) -> int:
        return len(self._devices)

    def device(self, sku: str) -> DeviceType:
        """The device type of a part number; raises `CatalogError` when there is none."""
        try:
            return self._devices[sku]
        except KeyError:
            raise CatalogError(f"the catalogue has no device {sku!r}") from None

    def devices(
        self,
        role: Role | str | None = None,
        *,
        vendors: Collection[str] | None = None,
        excluded: Collection[str] = (),
        features: Iterable[str] = (),
    ) -> tuple[DeviceType, ...]:
        """Device types fit for `role` that have all `features`, by part number.

        `vendors` (None: any) and `excluded` take any usual spelling; an unknown spelling matches nothing.
        """
        offered = self._by_role[Role(role)] if role else tuple(sorted(self._devices.values(), key=_by_sku))
        allowed = None if vendors is None else {vendor_slug(name) for name in vendors}
        refused = {vendor_slug(name) for name in excluded}
        wanted = frozenset(features)
        return tuple(
            device
            for device in offered
            if (allowed is None or device.vendor in allowed)
            and device.vendor not in refused
            and wanted <= device.features
        )

    def vendors(self, role: Role | str | None = None) -> tuple[str, ...]:
        """Vendors that offer something (for `role`), in alphabetical order."""
        return tuple(sorted({device.vendor for device in self.devices(role)}))

    def phy(self, name: str) -> PhyType:
        """The physical layer of a name; raises `CatalogError` when there is none."""
        try:
            return media().phys[name]
        except KeyError:
            raise CatalogError(f"the catalogue has no physical layer {name!r}") from None

    def circuit(self, kind: CircuitKind | str) -> CircuitType:
        """The facts of a kind of circuit; raises `CatalogError` when there is none."""
        return circuit(kind)


def _by_sku(device: DeviceType) -> str:
    """The part number, to sort by."""
    return device.sku


@cache
def default_catalog() -> Catalog:
    """The catalogue that ships with the system, read on first use."""
    names = documents.device_files()
    known = validation.shipped_validations()
    devices = (device for name in names for device in reading.device_types(documents.parsed(name), known))
    return Catalog(devices, documents.version())
