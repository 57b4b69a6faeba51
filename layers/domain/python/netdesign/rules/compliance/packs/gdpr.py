"""GDPR: the articles that a network design bears on."""

from __future__ import annotations

from netdesign.model.vocabulary import DataClass, Framework
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.GDPR,
    version="2016/679",
    accepts=("2016",),
    controls=(
        Control(
            id="5(1)(f)",
            title="Personal data is kept whole and confidential",
            data=DataClass.PII,
            evidence=("SEC-04", "SEC-05"),
        ),
        Control(
            id="25",
            title="Only what is needed can reach personal data",
            data=DataClass.PII,
            evidence=("SEC-04", "SEC-12"),
        ),
        Control(id="28", title="Processors are bound by contract", manual=True),
        Control(id="30", title="Processing of personal data is recorded", data=DataClass.PII, evidence=("CMP-21",)),
        Control(id="32(1)(a)", title="Personal data is encrypted", data=DataClass.PII, evidence=("SEC-05", "SEC-28")),
        Control(
            id="32(1)(b)",
            title="Systems stay confidential, whole, available and resilient",
            evidence=("SEC-01", "SEC-04", "TOP-01"),
        ),
        Control(
            id="32(1)(c)", title="Access to personal data can be restored", data=DataClass.PII, evidence=("TOP-17",)
        ),
        Control(id="33", title="Breaches are noticed and reported in time", evidence=("SEC-10", "CMP-10")),
        Control(id="35", title="Effects on privacy are assessed", manual=True),
        Control(
            id="44-46",
            title="Personal data leaves the economic area only under safeguards",
            data=DataClass.PII,
            evidence=("CMP-09",),
        ),
    ),
)
