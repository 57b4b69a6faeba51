"""The catalogue as a design in place leaves it: for each role that is filled, the types that fill it."""

from __future__ import annotations

from netdesign.catalog.selection import Catalog
from netdesign.model.design import Design
from netdesign.model.vocabulary import Role


def pinned(catalog: Catalog, existing: Design) -> Catalog:
    """The catalogue in which each role that a device has takes the types that stand, and no other."""
    stands = {device.sku for device in existing.inventory.devices if device.sku in catalog}
    kinds = [catalog.device(sku) for sku in sorted(sku for sku in stands if sku is not None)]
    filled = {device.role for device in existing.inventory.devices if device.sku is not None}
    return catalog.narrowed({role: [kind.sku for kind in kinds if role in kind.roles] for role in filled})


def filled_roles(existing: Design) -> frozenset[Role]:
    """The roles that devices of ours have."""
    return frozenset(device.role for device in existing.inventory.devices if device.sku is not None)
