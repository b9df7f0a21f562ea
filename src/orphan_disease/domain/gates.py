"""The gates before production: each a check with its figure, its cut-off, and whether it is passed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from orphan_disease.contracts.parameters.gates import GateParams
from orphan_disease.contracts.vocabulary import Provenance

__all__ = ["COSTS_SECTION", "Check", "CheckStatus", "check_gates", "judged_provenance"]


COSTS_SECTION: Final = "Costs"  # its figures are the machine's, all others the model's


class CheckStatus(StrEnum):
    """What came of a check. A figure that could not be measured fails; a subgroup with too few cases is not judged."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Check:
    """One gate.

    Attributes:
        name: stable name.
        section: part of the report.
        figure: what was measured; None where it could not be.
        cut_off: what it is held against.
        at_least: whether the figure must be at least the cut-off, or at most.
        status: what came of it.
        note: on what it was measured.
    """

    name: str
    section: str
    figure: float | None
    cut_off: float
    at_least: bool
    status: CheckStatus
    note: str


def check_gates(  # noqa: PLR0913  # one argument per measurement
    *,
    model_version: str,
    metrics: Mapping[str, Any],
    subgroups: Mapping[str, Any],
    behaviour: Mapping[str, Any],
    costs: Mapping[str, Any],
    params: GateParams,
) -> dict[str, Any]:
    """Hold every figure against its cut-off.

    Args:
        model_version: whose figures they are.
        metrics: see `domain.evaluation.measure_answers`.
        subgroups: see `domain.subgroups.measure_subgroups`.
        behaviour: `use_cases`, `invariances` and `directions`.
        costs: see `adapters.serving_costs`.
        params: cut-offs.

    Returns:
        `model_version`, `passed` (no check failed), `provenance`, `macro_f1` with its interval, `checks`.
    """
    provenance = judged_provenance(metrics.get(params.split, {}))
    section = metrics.get(params.split, {}).get(provenance, {}).get("category", {})
    checks = [
        *_figures(section, f"{params.split}, {provenance}", params),
        *_subgroups(subgroups.get(provenance, {}), provenance, params),
        *_use_cases(behaviour["use_cases"], params),
        *_behaviour(behaviour, params),
        *_costs(costs, params),
    ]
    return {
        "model_version": model_version,
        "passed": all(check.status is not CheckStatus.FAILED for check in checks),
        "provenance": provenance,
        "macro_f1": {**section["macro_f1"], "provenance": provenance} if section else None,
        "checks": [asdict(check) for check in checks],
    }


def judged_provenance(by_provenance: Mapping[str, Any]) -> str:
    """Whose cases are judged: the real provenance with the most measured cases, else the simulated ones.

    >>> judged_provenance({"simulated": {"cases": 90, "category": {}}, "hospital": {"cases": 12, "category": {}}})
    'hospital'
    >>> judged_provenance({"simulated": {"cases": 90, "category": {}}, "hospital": {"cases": 2}})
    'simulated'
    """
    measured = {name: int(part["cases"]) for name, part in by_provenance.items() if "category" in part}
    real = {name: cases for name, cases in measured.items() if name != Provenance.SIMULATED.value}
    return max(real, key=lambda name: (real[name], name)) if real else Provenance.SIMULATED.value


def _check(  # noqa: PLR0913  # the fields of a check
    section: str, name: str, figure: float | None, cut_off: float, note: str, *, at_least: bool = True
) -> Check:
    passes = figure is not None and (figure >= cut_off if at_least else figure <= cut_off)
    status = CheckStatus.PASSED if passes else CheckStatus.FAILED
    return Check(name, section, figure, cut_off, at_least, status, note)


def _figures(category: Mapping[str, Any], where: str, params: GateParams) -> Iterator[Check]:
    section = "Figures on unseen disorders"
    low = category.get("macro_f1", {}).get("low")
    yield _check(section, "macro_f1_low", low, params.macro_f1_low, f"lower bound of the interval; {where}")
    recalls = sorted(name for name in category if name.startswith("recall_"))
    if not recalls:
        yield _check(section, "recall", None, params.category_recall, f"not measured; {where}")
    for name in recalls:
        yield _check(section, name, category[name]["value"], params.category_recall, where)
    for name, cut_off, at_least in (
        ("calibration_error", params.calibration_error, False),
        ("coverage", params.coverage, True),
    ):
        yield _check(section, name, category.get(name, {}).get("value"), cut_off, where, at_least=at_least)


def _subgroups(document: Mapping[str, Any], provenance: str, params: GateParams) -> Iterator[Check]:
    section = "Subgroups"
    if not document:
        yield _check(section, "subgroups", None, 0.0, f"not measured; {params.subgroup_split}, {provenance}")
        return
    floor = round(document["overall"]["macro_f1"] - params.subgroup_margin, 9)  # 0.8 - 0.1 is not quite 0.7
    for group in document["subgroups"]:
        where = f"macro-F1; {params.subgroup_split}, {provenance}, {group['cases']} cases"
        if group["macro_f1"] is None:
            few = f"{where}; {group['fewest']} of the rarest category, {params.subgroup_minimum_cases} are needed"
            yield Check(group["name"], section, None, floor, True, CheckStatus.NOT_APPLICABLE, few)
        else:
            yield _check(section, group["name"], group["macro_f1"], floor, where)


def _use_cases(found: Mapping[str, Any], params: GateParams) -> Iterator[Check]:
    section = "Clinical use cases"
    cut_offs = {
        "orphan": params.use_case_orphan,
        "common": params.use_case_common,
        "category": params.use_case_category,
        "disorder": params.use_case_disorder,
    }
    for name, cut_off in cut_offs.items():
        met, asked = found[name]["met"], found[name]["asked"]
        note = f"{met} of {asked}; {found['pack']}, {found['provenance']}"
        if not asked:
            yield Check(f"use_case_{name}", section, None, cut_off, True, CheckStatus.NOT_APPLICABLE, note)
        else:
            yield _check(section, f"use_case_{name}", met / asked, cut_off, note + _missed(found[name]["missed"]))


def _missed(names: Sequence[str]) -> str:
    return f"; missed: {', '.join(names)}" if names else ""


def _behaviour(document: Mapping[str, Any], params: GateParams) -> Iterator[Check]:
    section = "Behaviour"
    for name, found in document["invariances"].items():
        note = f"largest change of a probability over {found['cases']:g} use cases"
        change = found["largest_change"]
        yield _check(section, f"unmoved_by_{name}", change, params.invariance_tolerance, note, at_least=False)
    found = document["directions"]
    note = f"of {found['added']:g} added signs; at most {found['most_places_lost']:g} places lost"
    figure = found["not_lowered"] if found["added"] else None
    yield _check(section, "sign_never_lowers_its_disorder", figure, params.direction_share, note)


def _costs(costs: Mapping[str, Any], params: GateParams) -> Iterator[Check]:
    elapsed = f"; elapsed here: median {costs['elapsed_median_ms']:.1f} ms, p99 {costs['elapsed_p99_ms']:.1f} ms"
    notes = {
        "processor_median_ms": f"{costs['cases']} single cases on one core of this machine{elapsed}",
        "processor_p99_ms": "the same",
        "memory_megabytes": "largest resident set of that process",
    }
    for name, note in notes.items():
        yield _check(COSTS_SECTION, name, costs.get(name), getattr(params, name), note, at_least=False)
