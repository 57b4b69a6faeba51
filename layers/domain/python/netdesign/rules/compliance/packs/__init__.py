"""The control packs, by framework."""

from __future__ import annotations

from netdesign.model.vocabulary import Framework
from netdesign.rules.compliance.packs import fedramp, gdpr, hipaa, iso27001, nist, pci_dss, soc2
from netdesign.rules.controls import Pack

PACKS: dict[Framework, Pack] = {
    module.PACK.framework: module.PACK for module in (pci_dss, hipaa, soc2, iso27001, gdpr, nist, fedramp)
}
