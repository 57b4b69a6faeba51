import pytest

from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.rules.security.sec_16_management_protocols import encrypt, management_protocols, tls_version
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


def profile(**changes):
    return Set("management_profiles", "managed", changes)


def test_the_design_manages_devices_soundly():
    verdict = said(management_protocols, built("campus"))

    assert verdict.status is Status.PASS
    assert {one.name: one.value for one in verdict.measures} == {
        "insecure_protocols": 0,
        "devices_without_protocols": 0,
    }


@pytest.mark.parametrize("shape", ["campus", "centre"])
def test_every_mutant_is_seen_and_mended(shape):
    assert unmended(management_protocols, built(shape)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocols": ("ssh", "telnet")}, "managed by telnet"),
        ({"protocols": ("ssh", "snmpv3-noauth")}, "managed by snmpv3-noauth"),
        ({"protocols": ("ssh", "homemade")}, "managed by homemade"),
        ({"ntp_authenticated": False}, "take the time from whoever answers"),
        ({"tls_version": "1.1"}, "accept TLS 1.1"),
        ({"tls_version": "new"}, "accept TLS new"),
        ({"protocols": ()}, "no protocol to be managed by"),
    ],
)
def test_what_is_at_fault(changes, words):
    (message,) = found(management_protocols, built("campus"), profile(**changes))

    assert words in message


def test_an_unknown_tls_version_leaves_it_open_and_matters_only_where_tls_runs():
    verdict = said(management_protocols, built("campus"), profile(tls_version=None))

    assert verdict.status is Status.UNKNOWN
    assert "which TLS version managed accepts" in verdict.gaps[0].message
    assert found(management_protocols, built("campus"), profile(tls_version="1.0", protocols=("ssh",))) == []


def test_nothing_to_manage_and_nothing_to_lend():
    assert said(management_protocols, design()).status is Status.NOT_APPLICABLE
    bare = case(design())
    assert all(mutant.mutate(bare) is None for mutant in management_protocols.mutants)
    assert encrypt(bare, Finding(message="", elements=("nobody",))) is None


@pytest.mark.parametrize(
    ("text", "version"), [("1.2", (1, 2)), ("tls1.3", (1, 3)), ("TLSv1.0", (1, 0)), (None, None), ("1", None)]
)
def test_versions_are_read(text, version):
    assert tls_version(text) == version
