"""HIPAA security rule: technical safeguards and the physical and administrative ones that touch a network."""

from __future__ import annotations

from netdesign.model.vocabulary import DataClass, Framework
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.HIPAA,
    version="45 CFR 164",
    accepts=(),
    controls=(
        Control(id="164.308(a)(1)", title="Risks are analysed and managed", manual=True),
        Control(
            id="164.308(a)(7)",
            title="Health data stays available in an emergency",
            data=DataClass.EPHI,
            evidence=("TOP-01", "TOP-16", "TOP-17", "CMP-18"),
        ),
        Control(
            id="164.310(a)",
            title="Equipment that holds health data is kept apart",
            data=DataClass.EPHI,
            evidence=("TOP-13",),
            manual=True,
        ),
        Control(
            id="164.312(a)(1)",
            title="Only those allowed reach health data",
            data=DataClass.EPHI,
            evidence=("SEC-01", "SEC-04", "SEC-12"),
        ),
        Control(
            id="164.312(a)(2)(iv)",
            title="Stored and carried health data can be encrypted",
            data=DataClass.EPHI,
            evidence=("SEC-05", "SEC-28"),
        ),
        Control(
            id="164.312(b)",
            title="Activity on systems with health data is recorded",
            data=DataClass.EPHI,
            evidence=("SEC-10", "CMP-10"),
        ),
        Control(
            id="164.312(c)(1)",
            title="Health data cannot be changed unnoticed",
            data=DataClass.EPHI,
            evidence=("SEC-05", "SEC-28"),
        ),
        Control(
            id="164.312(d)",
            title="Whoever asks for health data proves who they are",
            data=DataClass.EPHI,
            evidence=("SEC-06",),
        ),
        Control(
            id="164.312(e)(1)",
            title="Health data is protected on networks",
            data=DataClass.EPHI,
            evidence=("SEC-04", "SEC-05", "CMP-18"),
        ),
        Control(
            id="164.312(e)(2)(i)",
            title="Health data arrives unchanged",
            data=DataClass.EPHI,
            evidence=("SEC-05", "SEC-28"),
        ),
        Control(
            id="164.312(e)(2)(ii)",
            title="Health data is encrypted where the risk calls for it",
            data=DataClass.EPHI,
            evidence=("SEC-05", "SEC-28"),
        ),
        Control(
            id="164.314(a)",
            title="Partners that handle health data are bound by contract",
            data=DataClass.EPHI,
            evidence=("CMP-25",),
            manual=True,
        ),
    ),
)
