"""CMP-09: what keeps data abroad, and what carries it there in the clear, also once something failed."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, Site
from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import CryptoKind, CryptoProfile, Residency
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Framework, LinkPurpose, Medium, Redundancy, Role, Severity, Trust
from netdesign.rules.compliance.cmp_09_residency import data_residency as cmp_09
from tests.support.sketch import case, design, device, link
from tests.support.stronghold import flow, messages, survivors, verdict
from tests.unit.rules.compliance.audited import audited, holding


def kept(*codes: str, data: DataClass = DataClass.CONFIDENTIAL, identity: str = "r") -> Add:
    return Add("residencies", Residency(id=identity, data_class=data, jurisdictions=codes))


def abroad(identity: str = "far", jurisdiction: str = "AQ") -> Add:
    return Add("sites", Site(id=identity, name=identity, jurisdiction=jurisdiction))


def test_it_applies_where_something_says_where_data_may_be() -> None:
    assert verdict(cmp_09, audited(holding(DataClass.PII))).status is Status.NOT_APPLICABLE
    assert verdict(cmp_09, audited(abroad())).status is Status.NOT_APPLICABLE
    assert verdict(cmp_09, audited(kept("US"))).status is Status.PASS
    assert verdict(cmp_09, audited(holding(DataClass.PII), asked=(Framework.GDPR,), place="FR")).status is Status.PASS
    assert verdict(cmp_09, audited(holding(DataClass.CUI), asked=(Framework.FEDRAMP,))).status is Status.PASS


def test_regulated_data_in_several_countries_without_a_word_is_a_gap() -> None:
    found = verdict(cmp_09, audited(holding(DataClass.EPHI), abroad()))

    assert found.status is Status.UNKNOWN
    assert found.gaps[0].message.endswith("nothing says where data of class ephi may be")


@pytest.mark.parametrize(("place", "fine"), [("NL", True), ("eu", True), ("GB", True), ("US", False), ("NL-NH", True)])
def test_personal_data_stays_where_the_gdpr_protects_it(place: str, fine: bool) -> None:
    found = verdict(cmp_09, audited(holding(DataClass.PII), asked=(Framework.GDPR,), place=place))

    assert found.status is (Status.PASS if fine else Status.FAIL)
    assert found.severity is Severity.CRITICAL
    if not fine:
        assert {"holder": "apps", "site": "dc1", "jurisdiction": "US", "data_class": "pii"} in [
            finding.witness for finding in found.findings
        ]


def test_a_stated_residency_goes_before_the_frameworks() -> None:
    stated = audited(holding(DataClass.PII), kept("US", data=DataClass.PII), asked=(Framework.GDPR,))

    assert verdict(cmp_09, stated).status is Status.PASS


def test_of_two_residencies_both_hold() -> None:
    both = audited(
        Set("zones", "server", {"data_classes": (DataClass.CONFIDENTIAL,)}), kept("US", "CA"), kept("CA", identity="s")
    )

    assert messages(cmp_09, both)[0].endswith("which may be in CA")


def test_an_unknown_jurisdiction_is_a_gap() -> None:
    found = verdict(cmp_09, audited(holding(DataClass.PII), asked=(Framework.GDPR,), place="unknown"))

    assert (found.status, found.gaps[0].elements) == (Status.UNKNOWN, ("dc1",))


def test_a_copy_and_a_collector_abroad_are_found() -> None:
    copy = EndpointGroup(id="copy", name="c", site="far", kind=EndpointKind.SERVER, count=1, zone="server")
    made = audited(
        holding(DataClass.PII),
        abroad(),
        Add("endpoint_groups", copy),
        Set("service_instances", "log2", {"site": "far"}),
        asked=(Framework.GDPR,),
        place="DE",
    )
    found = verdict(cmp_09, made)

    assert {finding.elements for finding in found.findings} == {("copy", "far"), ("log2", "far")}
    assert found.findings[0].message.startswith("copy at far (AQ) keeps data of class pii or records of it")
    assert "and 4" in found.findings[0].message
    assert found.measures[0].value == 2


def test_data_in_the_clear_to_the_internet_is_found() -> None:
    made = audited(kept("US"), Set("flows", "public", {"encrypted": False}))

    assert messages(cmp_09, made) == [
        "flow public takes data of class confidential to the Internet in the clear, past any border"
    ]


def detour(*more: Operation, via: str = "far", **flow_changes: object) -> list[Operation]:
    """Two sites at home, joined by a line of our own, and by a longer way over a router at a third site."""
    made: list[Operation] = [abroad(), Add("sites", Site(id="b1", name="b1", jurisdiction="US"))]
    made += [Add("devices", device("home", Role.CORE, site="b1")), Add("devices", device("pop", Role.CORE, site=via))]
    made.append(
        Add(
            "endpoint_groups",
            EndpointGroup(id="branch", name="b", site="b1", kind=EndpointKind.USER, count=5, zone="user"),
        )
    )
    made.append(
        Add(
            "attachments",
            Attachment(id="branch-home", group="branch", device="home", endpoints=5, ports=("p",), profile="desk"),
        )
    )
    for a, b in (("core1:x", "home:x"), ("core1:y", "pop:y"), ("pop:z", "home:z")):
        made.append(Add("links", link(a, b, LinkPurpose.UPLINK)))
    values = {"encrypted": False, "data_class": DataClass.CONFIDENTIAL, **flow_changes}
    return [*made, Add("flows", flow("inter", ("branch",), ("apps",), **values)), *more]


def test_a_path_abroad_that_only_a_failure_opens_is_found_with_the_failure() -> None:
    (finding,) = verdict(cmp_09, audited(kept("US"), *detour())).findings

    assert finding.witness == {"flow": "inter", "device": "pop", "site": "far", "failed": "core1:x--home:x"}
    assert "in the clear once core1:x--home:x has failed" in finding.message


def test_without_failures_to_survive_only_the_usual_path_counts() -> None:
    assert messages(cmp_09, audited(kept("US"), *detour(), redundancy=Redundancy.LOW)) == []
    usual = detour(Set("links", "core1:x--home:x", {"in_service": False}))
    (finding,) = verdict(cmp_09, audited(kept("US"), *usual, redundancy=Redundancy.LOW)).findings
    assert finding.witness["failed"] is None
    assert "in the clear; its data" in finding.message


def test_what_is_encrypted_end_to_end_may_pass_anywhere() -> None:
    assert messages(cmp_09, audited(kept("US"), *detour(encrypted=True))) == []
    assert messages(cmp_09, audited(kept("US"), *detour(via="b1"))) == []


def leased(crypto: str | None) -> list[Operation]:
    """As `detour`, but what is abroad is a provider's device, and both its lines are leased."""
    made = detour(Set("devices", "pop", {"role": Role.PROVIDER, "managed": False}))
    line = {"trust": Trust.LEASED, "purpose": LinkPurpose.CIRCUIT, "medium": Medium.VIRTUAL, "crypto": crypto}
    return [
        *made,
        Set("links", "core1:x--home:x", {"in_service": False}),
        *(Set("links", name, line) for name in ("core1:y--pop:y", "pop:z--home:z")),
    ]


def test_a_provider_sees_nothing_of_circuits_that_are_encrypted() -> None:
    sound = CryptoProfile(id="sound", kind=CryptoKind.MACSEC, cipher="aes-256-gcm", key_bits=256, integrity="aead")
    bare = verdict(cmp_09, audited(kept("US"), *leased(None)))
    covered = verdict(cmp_09, audited(kept("US"), Add("crypto_profiles", sound), *leased("sound")))

    assert [finding.witness["device"] for finding in bare.findings] == ["pop"]
    assert covered.status is Status.PASS


def test_mutants_are_seen_where_residency_is_a_matter_and_where_it_is_made_one() -> None:
    assert survivors(cmp_09, audited(kept("US"))) == ["run networks at a provider where their data may not be"]
    for mutant in cmp_09.mutants[:2]:
        made = audited()
        patch = mutant.mutate(case(made))
        assert patch is not None
        assert verdict(cmp_09, apply(made, patch)).status is Status.FAIL


def test_mutants_need_sites_groups_and_providers() -> None:
    assert [mutant.mutate(case(design())) for mutant in cmp_09.mutants] == [None, None, None]
    everywhere = audited(kept("US", "AQ", "BV"))
    assert [mutant.mutate(case(everywhere)) for mutant in cmp_09.mutants] == [None, None, None]
    silent = audited(
        kept("US"), *(Set("flows", name, {"sources": (), "targets": ()}) for name in ("public", "staff-web"))
    )
    assert cmp_09.mutants[1].mutate(case(silent)) is None
