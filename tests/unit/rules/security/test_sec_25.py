import pytest

from netdesign.model.patch import Add, Remove, Set, SetRequirement, apply
from netdesign.model.security import Action, IpProtocol, PolicyRule, RemoteAccess, Service
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Role, SecurityLevel
from netdesign.rules.security.sec_25_remote_access import NEW, one_factor, remote_access, tighten
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


def admitting(shape="campus"):
    """A design with a sound way in, as the mutants put it there."""
    made = built(shape)
    patch = one_factor(case(made))
    assert patch is not None
    (*added, _) = patch
    return apply(made, tuple(added))


def test_a_sound_way_in_holds_and_every_mutant_is_seen_and_mended():
    made = admitting()

    assert said(remote_access, built("campus")).status is Status.NOT_APPLICABLE
    assert unmended(remote_access, made, but=("a part of the traffic passes outside",)) == []
    assert unmended(remote_access, apply(made, (SetRequirement({"security_level": SecurityLevel.GOVERNMENT}),))) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"multifactor": False}, "asks for no second factor"),
        ({"heads": ()}, "0 head-ends in service; 2 are asked for"),
        ({"heads": ("nobody", "nobody")}, "0 head-ends in service"),
        ({"crypto": None}, "names nothing, which is no known cipher suite"),
        ({"crypto": "gone"}, "names gone, which is no known cipher suite"),
    ],
)
def test_what_is_at_fault(changes, words):
    assert any(words in message for message in found(remote_access, admitting(), Set("remote_accesses", NEW, changes)))


def test_a_weak_suite_and_an_unknown_one():
    made = admitting()

    assert (
        "is encrypted by remote-access: 3des-cbc is broken"
        in found(remote_access, made, Set("crypto_profiles", NEW, {"cipher": "3des-cbc"}))[0]
    )
    verdict = said(remote_access, made, Set("crypto_profiles", NEW, {"certificate_days": None}))
    assert verdict.status is Status.UNKNOWN


def enforced(made):
    walls = {one.id for one in made.inventory.devices if one.role is Role.FIREWALL}
    return next(one.id for one in made.security.policies if walls.intersection(one.devices))


def rule(made, **changes):
    policy = enforced(made)
    zone = made.security.remote_accesses[0].zone
    values = {"id": "new", "policy": policy, "order": 0, "action": Action.PERMIT, "source_zones": (zone,), "log": True}
    return Add("policy_rules", PolicyRule(**(values | changes)))


ANY = (Service(name="all", protocol=IpProtocol.TCP, first_port=0, last_port=65535),)
WEB = (Service(name="web", protocol=IpProtocol.TCP, first_port=443, last_port=443),)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 1),
        ({"services": ANY, "destination_zones": ("server",)}, 1),
        ({"services": WEB}, 1),
        ({"services": WEB, "destination_zones": ("server",)}, 0),
    ],
)
def test_what_those_who_came_in_may_do(changes, count):
    made = admitting()

    assert len(found(remote_access, made, rule(made, **changes))) == count


def test_rules_for_others_do_not_count():
    made = admitting()
    subnet = next(one for one in made.addressing.subnets if one.vlan and ":" not in one.prefix)
    pool = Set("remote_accesses", NEW, {"subnets": (subnet.id,)})

    assert len(found(remote_access, made, pool, rule(made, sources=("192.0.2.0/24",)))) == 0
    assert len(found(remote_access, made, pool, rule(made, sources=(subnet.prefix,)))) == 1
    defaults = Set("policies", enforced(made), {"default_action": Action.PERMIT})
    last = [Remove("policy_rules", one.id) for one in made.security.policy_rules if one.action is Action.DENY]
    assert any(enforced(made) in message for message in found(remote_access, made, defaults, *last))


def test_head_ends_that_are_too_small_are_a_finding():
    made = admitting()
    messages = found(remote_access, made, Set("remote_accesses", NEW, {"users": 10_000_000}))

    assert any("CAP-20" in message for message in messages)


def test_nothing_to_mend():
    bare = case(design())
    one = RemoteAccess(id=NEW, heads=(), zone="dmz", users=1)

    assert all(mutant.mutate(bare) is None for mutant in remote_access.mutants)
    assert tighten(bare, Finding(message="")) is None
    alone = case(design(one))
    assert tighten(alone, Finding(message="", witness={"access": NEW, "suite": None})) is None
    assert tighten(alone, Finding(message="", witness={"access": NEW, "heads": 0})) is None
    assert tighten(alone, Finding(message="", witness={"access": NEW, "rule": "r"})) is None
