"""The tables of the report on the decision, as lines of words: the first line is the head."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.modelling import Resampling
from orphan_disease.domain.balancing_figures import EVERY
from orphan_disease.domain.evaluation_plots import PROVENANCE_TITLES, SPLIT_TITLES
from orphan_disease.domain.feature_groups import GROUP_LABELS

__all__ = [
    "ablation_lines",
    "ambiguity_lines",
    "balancing_category_lines",
    "balancing_lines",
    "category_lines",
    "contribution_lines",
    "decision_lines",
    "learning_lines",
    "orphan_lines",
    "provenance_words",
    "risk_lines",
    "scarce_lines",
    "set_lines",
    "split_words",
    "subgroup_lines",
]

Lines = list[list[str]]
DECISION: Final = ("macro_f1", "accuracy", "log_loss", "calibration_error")
SETS: Final = ("coverage", "coverage_of_disorders", "mean_set_size", "abstention_rate", "accuracy_when_answered")
BALANCED: Final = ("macro_f1", "log_loss", "calibration_error")
WORDS: Final = {
    "macro_f1": "macro-F1",
    "f1": "F1",
    "log_loss": "log-loss",
    "smote": "SMOTE",
    "area_under_roc": "area under the ROC",
    "out_of_fold": "unseen disorders, out of fold",
    "test_disorders": "unseen disorders, held out",
    "test_patients": "new patients of known disorders",
    "findings": "number of findings",
    "prevalence": "rarity (prevalence)",
}
NONE: Final = Resampling.NONE.value
OF_DISORDERS: Final = "_of_disorders"  # the ending of figures that count each disorder once
SUBGROUP: Final = ("macro_f1", "accuracy", "coverage", "mean_set_size", "calibration_error", "abstention_rate")


def decision_lines(metrics: Mapping[str, Any]) -> Lines:
    """Figures of the most probable category by split and provenance."""
    return _by_split(metrics, DECISION)


def set_lines(metrics: Mapping[str, Any]) -> Lines:
    """Figures of the prediction sets and of abstention by split and provenance."""
    return _by_split(metrics, SETS)


def category_lines(metrics: Mapping[str, Any]) -> Lines:
    """Precision, recall, F1 and coverage of each category by split and provenance."""
    found = []
    for split, by_provenance in metrics.items():
        for provenance, section in by_provenance.items():
            figures = section.get("category", {})
            for name in (each.removeprefix("recall_") for each in figures if each.startswith("recall_")):
                kinds = [figures.get(f"{kind}_{name}") for kind in ("precision", "recall", "f1", "coverage")]
                cells = [_interval(each) if each else "-" for each in kinds]
                found.append([_words(name), _words(split), provenance, *cells])
    return _headed(["category", "split", "provenance", "precision", "recall", "F1", "coverage"], found)


def risk_lines(document: Mapping[str, Any]) -> Lines:
    """Accuracy at full coverage and at the share answered, the gain and the largest possible; by case, by disorder."""
    found, head = [], list[str]()
    for split, by_provenance in document.items():
        for provenance, figures in by_provenance.items():
            by_case = [name for name in figures if not name.endswith(OF_DISORDERS)]
            head = ["split", "provenance", "counted", *(name.replace("_answered", "_%_answered") for name in by_case)]
            for counted, ending in (("case by case", ""), ("each disorder once", OF_DISORDERS)):
                cells = [_interval(figures[name + ending]) for name in by_case]
                found.append([_words(split), provenance, counted, *cells])
    return _headed(head, found)


def ambiguity_lines(document: Mapping[str, Any]) -> Lines:
    """Wrong answers that name a second category of the disorder, by split and provenance."""
    found, head = [], list[str]()
    for split, by_provenance in document.items():
        for provenance, figures in by_provenance.items():
            head = ["split", "provenance", *figures]
            cells = [_interval(each) if isinstance(each, Mapping) else str(each) for each in figures.values()]
            found.append([_words(split), provenance, *cells])
    return _headed(head, found)


def subgroup_lines(subgroups: pd.DataFrame) -> Lines:
    """One line a subgroup of one split and provenance, figures side by side."""
    keys = ["kind", "subgroup"]
    found = []
    for key, rows in _parts(subgroups, keys):
        figures = _by_metric(rows)
        cells = [_interval(figures[name]) if name in figures else "-" for name in SUBGROUP]
        found.append([*map(_words, key), *_counts(rows), *cells])
    return _headed([*keys, "cases", "groups", *SUBGROUP], found)


def balancing_lines(balancing: pd.DataFrame) -> Lines:
    """One line a strategy, of one provenance: macro-F1, log-loss, calibration; over all cases, and scarce disorders."""
    own = balancing[balancing["category"] == EVERY]
    found = []
    for key, rows in _parts(own, ["cases_of", "strategy"]):
        figures = _by_metric(rows)
        cells = _against_none(figures, BALANCED, key[-1])
        found.append([_words(key[1]), _words(key[0]), *_counts(rows), *cells])
    head = [each for name in BALANCED for each in (name, "against none")]
    return _headed(["strategy", "patients of", "cases", "groups", *head], found)


def balancing_category_lines(balancing: pd.DataFrame) -> Lines:
    """One line a category and strategy, of one provenance: F1, log-loss of its cases, its calibration."""
    own = balancing[(balancing["category"] != EVERY) & (balancing["cases_of"] == EVERY)]
    names = own["category"].unique()
    own = own.set_index("category").loc[list(names)].reset_index()  # a category's strategies side by side
    found = []
    for key, rows in _parts(own, ["category", "strategy"]):
        figures = _by_metric(rows)
        cells = _against_none(figures, ("f1", *BALANCED[1:]), key[-1])
        found.append([_words(key[0]), _words(key[1]), *cells])
    head = [each for name in ("f1", *BALANCED[1:]) for each in (name, "against none")]
    return _headed(["category", "strategy", *head], found)


def ablation_lines(ablation: pd.DataFrame) -> Lines:
    """One line a variant: macro-F1 and log-loss, and the difference to all features."""
    found = []
    for (head, provenance, variant, group), rows in _parts(ablation, ["head", columns.PROVENANCE, "variant", "group"]):
        figures = _by_metric(rows)
        cells = []
        for name in ("macro_f1", "log_loss"):
            cells += [_interval(figures[name]), "" if variant == "all" else _difference(figures[name])]
        what = "all features" if variant == "all" else f"{variant}: {GROUP_LABELS.get(group, group)}"
        found.append([what, head, provenance, str(int(rows["features"].iloc[0])), *cells])
    return _headed(
        ["features", "head", "provenance", "columns", "macro-F1", "against all", "log-loss", "against all"], found
    )


def learning_lines(learning: pd.DataFrame) -> Lines:
    """One line a point, of one provenance."""
    found = []
    for (by, share), rows in _parts(learning, ["by", "share"]):
        figures = _by_metric(rows)
        counts = [str(int(rows[name].iloc[0])) for name in ("patients", "disorders")]
        cells = [_interval(figures[name]) for name in ("macro_f1", "accuracy", "log_loss")]
        found.append([f"{float(share):.0%} of {by}", *counts, *cells])
    head = ["teachers", "patients that teach", "their disorders", "macro-F1", "accuracy", "log-loss"]
    return _headed(head, found)


def scarce_lines(scarce: pd.DataFrame) -> Lines:
    """One line a split, provenance and strategy."""
    found = []
    for (split, provenance, strategy), rows in _parts(scarce, ["split", columns.PROVENANCE, "strategy"]):
        figures = _by_metric(rows)
        cells = _against_none(figures, BALANCED[:2], strategy)
        found.append([_words(split), provenance, _words(strategy), *_counts(rows), *cells])
    head = [
        "split",
        "provenance",
        "strategy",
        "cases",
        "groups",
        "macro_f1",
        "against none",
        "log_loss",
        "against none",
    ]
    return _headed(head, found)


def orphan_lines(document: Mapping[str, Any]) -> Lines:
    """Matched, unmatched, and counting alone."""
    kinds = [each for each in ("matched", "unmatched", "counting_findings_alone") if each in document]
    names = list(document[kinds[0]]) if kinds else []
    found = [[_words(kind), *(_interval(document[kind][name]) for name in names)] for kind in kinds]
    return _headed(["comparison", *(name.replace("_specificity", "_%_specificity") for name in names)], found)


def contribution_lines(contributions: pd.DataFrame, size: int) -> Lines:
    """The features that weigh most for one class, in both languages."""
    named = contributions.nlargest(size, "mean_size")[["es", "en", "mean_size", "mean"]]
    found = [
        [str(es), str(en), f"{mean_size:.3f}", f"{mean:+.3f}"]
        for es, en, mean_size, mean in named.itertuples(index=False, name=None)
    ]
    return _headed(["variable", "feature", "mean size (nats)", "mean"], found)


def _by_split(metrics: Mapping[str, Any], names: Sequence[str]) -> Lines:
    found = [
        [_words(split), provenance, str(section["cases_of_known_category"]), str(section["groups"])]
        + [_interval(section["category"][name]) for name in names]
        for split, by_provenance in metrics.items()
        for provenance, section in by_provenance.items()
        if "category" in section
    ]
    return _headed(["split", "provenance", "cases", "groups", *names], found)


def _parts(table: pd.DataFrame, keys: list[str]) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The rows of each key, in the order in which the keys come."""
    for key, rows in table.groupby(keys, sort=False):
        yield tuple(map(str, key)) if isinstance(key, tuple) else (str(key),), rows


def _by_metric(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(metric): {str(name): value for name, value in row.items()} for metric, row in
            rows.set_index("metric").to_dict(orient="index").items()}  # fmt: skip


def _headed(head: Iterable[str], found: Sequence[list[str]]) -> Lines:
    return [[_words(each) for each in head], *found] if found else []


def _interval(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f})"


def _difference(figure: Mapping[str, Any]) -> str:
    bounds = (figure["difference_low"], figure["difference_high"])
    return f"{figure['difference']:+.3f} ({bounds[0]:+.3f} to {bounds[1]:+.3f})"


def _against_none(figures: Mapping[str, Mapping[str, Any]], names: Sequence[str], strategy: str) -> list[str]:
    """Each figure and its difference to "none", which has none to itself; a dash where it is not defined."""
    cells = []
    for name in names:
        own = figures.get(name)
        cells += ["-", "-"] if own is None else [_interval(own), "" if strategy == NONE else _difference(own)]
    return cells


def _counts(rows: pd.DataFrame) -> list[str]:
    return [str(int(rows[name].iloc[0])) for name in ("cases", "groups")]


def split_words(name: object) -> str:
    """A split as a reader calls it.

    >>> split_words("test_disorders")
    'disorders unseen in training (held out)'
    """
    return SPLIT_TITLES.get(str(name), _words(name))


def provenance_words(name: object) -> str:
    """A provenance as a reader calls it."""
    return PROVENANCE_TITLES.get(str(name), _words(name))


def _words(name: object) -> str:
    """A name of the code in words."""
    return WORDS.get(str(name), str(name).replace("_", " "))
