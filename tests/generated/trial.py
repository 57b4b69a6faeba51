"""What a client gets for drawn requirements: a valid design, or a refusal whose ways out are ways out."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from signal import ITIMER_REAL, SIGALRM, setitimer, signal
from time import perf_counter, process_time
from typing import Any, Final

from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.model.conflict import Conflict, Proof, Relaxation
from netdesign.model.edits import edited
from netdesign.model.verdict import Report, Status, Verdict
from netdesign.model.vocabulary import Severity
from netdesign.services.synthesize_design import synthesize_design
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.trial import Shop, understood
from tests.generated.drawing import FULL, Limits, requirements

SLOW_S: Final = 60.0
GIVEN_UP_S: Final = 400.0
ROUNDS: Final = 6
"""Refusals in a row until ways out of them count as leading nowhere."""
DESIGN, REFUSAL, INVALID, CRASH, UNREADABLE, LATE = "design", "refusal", "invalid", "crash", "unreadable", "late"
GOOD: Final = (DESIGN, REFUSAL)


class TooLateError(BaseException):
    """A trial that did not end within its time."""


@dataclass(slots=True)
class Row:
    """What came of a seed; `seconds` is what the client waits for the first answer."""

    seed: int
    type: str
    sites: int
    users: int
    devices: int
    outcome: str = LATE
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    carried_seconds: float = 0.0
    codes: list[str] = field(default_factory=list)
    """The conflicts of a refusal, or the rules that a design fails."""
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it is what a client may be given."""
        return self.outcome in GOOD and not self.faults


def row(seed: int, limits: Limits = FULL) -> Row:
    """The row of a seed, with everything tried that its refusal offers."""
    document = requirements(seed, limits)
    scale = document["scale"]
    made = Row(seed, document["network_type"], scale["sites"], scale["users"], scale["devices"])
    signal(SIGALRM, _give_up)
    setitimer(ITIMER_REAL, GIVEN_UP_S)
    try:
        _answered(made, document)
    except TooLateError:
        made.faults.append(f"not done after {GIVEN_UP_S:.0f} s")
    except Exception as error:  # whatever it is, the client sees it
        made.outcome = CRASH
        made.faults.append(_told(error))
    finally:
        setitimer(ITIMER_REAL, 0)
    return made


def _give_up(*_: object) -> None:
    raise TooLateError


def _told(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('/netdesign/')[2]}:{frame.lineno}"
    return f"{type(error).__name__}: {str(error)[:200]} at {place}"


def _answered(made: Row, document: dict[str, Any]) -> None:
    start, cpu = perf_counter(), process_time()
    conflicts: list[Conflict] = []
    try:
        report = synthesize_design(document, default_workbench()).report
        made.outcome = DESIGN if report.valid else INVALID
        made.codes, made.warnings = failing(report)
        made.faults += [] if report.valid else [f"{code} {words}" for code, words in told(report).items()] or ["score"]
    except InvalidInputError as error:
        made.outcome = UNREADABLE
        made.faults.append(str(error)[:300])
    except InfeasibleError as error:
        made.outcome = REFUSAL
        conflicts = [one for one in error.conflicts if isinstance(one, Conflict)]
        made.codes = [one.code for one in conflicts]
    finally:
        made.seconds, made.cpu_seconds = perf_counter() - start, process_time() - cpu
    if made.outcome == REFUSAL:
        made.faults += broken_ways(document, conflicts)
        made.carried_seconds = perf_counter() - start - made.seconds


def failing(report: Report) -> tuple[list[str], list[str]]:
    """The codes of the rules that keep a design from being valid, and of the others that do not pass."""
    bad = [one for one in report.verdicts if one.status in (Status.FAIL, Status.UNKNOWN)]
    blocking = [one.rule for one in bad if _blocks(one)]
    return blocking, [one.rule for one in bad if not _blocks(one)]


def _blocks(verdict: Verdict) -> bool:
    return verdict.status is Status.FAIL and verdict.severity in (Severity.CRITICAL, Severity.ERROR)


def told(report: Report) -> dict[str, str]:
    """The first finding of each rule that keeps a design from being valid."""
    return {one.rule: one.findings[0].message[:240] for one in report.verdicts if _blocks(one)}


def broken_ways(document: dict[str, Any], conflicts: list[Conflict]) -> list[str]:
    """What is wrong with the ways out of a refusal; nothing where all are feasible and one leads to a design."""
    faults = [f"{one.code}: no way out" for one in conflicts if not any(way.edits for way in one.relaxations)]
    for conflict in conflicts:
        for way in conflict.relaxations:
            if way.edits:
                faults += _infeasible(document, conflicts, conflict, way)
    proven = sorted(
        (way for one in conflicts[:1] for way in one.relaxations if way.edits),
        key=lambda way: way.proof is not Proof.DESIGN,
    )
    reasons = []
    for way in proven:
        reason = _carried(edited(document, way.edits))
        if reason is None:
            return faults
        reasons.append(f"{way.statement}: {reason}")
    return faults + [f"no way leads to a valid design: {reason}" for reason in reasons]


def _infeasible(document: dict[str, Any], known: list[Conflict], own: Conflict, way: Relaxation) -> list[str]:
    """Why a way out is none by the conditions: its conflict stays, another comes up, or it is no request any longer."""
    bench = default_workbench()
    try:
        found = understood(edited(document, way.edits), Shop(bench.catalog, bench.parameters))
    except InvalidInputError as error:
        return [f"{own.code}: {way.statement}: unreadable: {str(error)[:200]}"]
    allowed = {one.code for one in known} - {own.code}
    return [f"{own.code}: {way.statement}: {one.code}" for one in found.conflicts if one.code not in allowed]


def _carried(document: Any) -> str | None:
    """Why a request with a way out taken leads to no valid design, further ways out taken as they are offered."""
    for _ in range(ROUNDS):
        try:
            report = synthesize_design(document, default_workbench()).report
        except InfeasibleError as error:
            conflicts = [one for one in error.conflicts if isinstance(one, Conflict)]
            ways = [way for one in conflicts[:1] for way in one.relaxations if way.edits]
            if not ways:
                return f"refused: {[one.code for one in conflicts]}"
            document = edited(document, min(ways, key=lambda way: way.proof is not Proof.DESIGN).edits)
        except InvalidInputError as error:
            return f"unreadable: {str(error)[:200]}"
        else:
            return None if report.valid else "; ".join(f"{code} {words}" for code, words in told(report).items())
    return "refused again and again"
