"""A network design: facts only, grouped for a reader. Nothing in it judges itself."""

from __future__ import annotations

from netdesign.model.addressing import Addressing
from netdesign.model.cabling import Cabling
from netdesign.model.cloud import Cloud
from netdesign.model.fact import fact
from netdesign.model.governance import Governance
from netdesign.model.infrastructure import Infrastructure
from netdesign.model.inventory import Inventory
from netdesign.model.overlay import Overlay
from netdesign.model.parts import Parts
from netdesign.model.rationale import Rationale
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.routing import Routing
from netdesign.model.security import Security
from netdesign.model.switching import Switching
from netdesign.model.traffic import Traffic
from netdesign.model.vocabulary import Archetype

SCHEMA_VERSION = 1


@fact
class Design:
    """The resolved requirements and every fact of the network that answers them."""

    schema_version: int = SCHEMA_VERSION
    id: str
    name: str
    archetype: Archetype
    requirements: ResolvedRequirements
    inventory: Inventory = Inventory()
    cabling: Cabling = Cabling()
    addressing: Addressing = Addressing()
    switching: Switching = Switching()
    routing: Routing = Routing()
    overlay: Overlay = Overlay()
    security: Security = Security()
    infrastructure: Infrastructure = Infrastructure()
    cloud: Cloud = Cloud()
    traffic: Traffic = Traffic()
    parts: Parts = Parts()
    rationale: Rationale = Rationale()
    governance: Governance
