"""The model card: what the model is for, what it learned from, how well it does and where it must not be trusted.

After Mitchell et al. (2019), https://doi.org/10.1145/3287560.3287596. Simulated and real data have tables of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.prediction import Predictor

__all__ = ["ModelFacts", "build_model_card", "count_cases", "facts_of"]

HEADLINES: Final = (
    ("macro_f1", "macro-F1"),
    ("accuracy", "accuracy"),
    ("log_loss", "log-loss (nats)"),
    ("calibration_error", "expected calibration error"),
    ("coverage", "coverage of the prediction set"),
    ("coverage_of_disorders", "the same, each disorder counting once"),
    ("mean_set_size", "mean size of the prediction set"),
    ("abstention_rate", "abstention rate"),
    ("accuracy_when_answered", "accuracy when answered"),
)
SPLITS: Final[Mapping[str, str]] = {
    "out_of_fold": "Headline: disorders unseen in training, cross-validated over the training cases",
    "test_disorders": "Held out: disorders that training has never seen",
    "test_patients": "Held out: new patients of disorders seen in training (easier, never the headline)",
}
PROVENANCES: Final[Mapping[str, str]] = {
    "simulated": "SIMULATED cases (fabricated from the knowledge; they flatter reality)",
    "publication": "real cases, from publications (their own paper's annotations left out)",
    "hospital": "real cases, from a hospital",
}


@dataclass(frozen=True)
class ModelFacts:
    """What the card says of the model beside its figures.

    Attributes:
        model_version: version of the package.
        knowledge_version: releases behind the knowledge.
        categories: names, in their order.
        category_family: family of the category classifier.
        orphan_family: family of the orphan classifier.
        disorders: number of disorders that the differential ranks.
        coverage: nominal coverage of the prediction sets.
        orphan_prevalence: share of orphan visits for which the orphan probability is corrected.
    """

    model_version: str
    knowledge_version: str
    categories: tuple[str, ...]
    category_family: str
    orphan_family: str
    disorders: int
    coverage: float
    orphan_prevalence: float


def facts_of(predictor: Predictor) -> ModelFacts:
    """What the card says of a packaged model."""
    return ModelFacts(
        model_version=predictor.model_version,
        knowledge_version=predictor.knowledge_version,
        categories=predictor.categories,
        category_family=predictor.category_classifier.family.value,
        orphan_family=predictor.orphan_classifier.family.value,
        disorders=len(predictor.knowledge),
        coverage=predictor.rule.coverage,
        orphan_prevalence=predictor.rule.orphan_deployed,
    )


def count_cases(labels: pd.DataFrame, split_assignment: pd.DataFrame) -> pd.DataFrame:
    """Cases, orphan cases and disorders of each split and provenance, sorted.

    Args:
        labels: the `labels` table.
        split_assignment: the `split_assignment` table.
    """
    joined = labels.merge(split_assignment[[columns.CASE_ID, columns.SPLIT]], on=columns.CASE_ID)
    grouped = joined.groupby([columns.SPLIT, columns.PROVENANCE], sort=True)
    counts = grouped.agg(
        cases=(columns.CASE_ID, "size"),
        orphan_cases=(columns.IS_ORPHAN, "sum"),
        disorders=(columns.DISORDER_ID, "nunique"),
    )
    return counts.reset_index()


def build_model_card(
    facts: ModelFacts, selected: Mapping[str, Any], metrics: Mapping[str, Any], counts: pd.DataFrame
) -> str:
    """The card as Markdown.

    Args:
        facts: of the model.
        selected: the choice of each head, see `domain.selection.Selection`.
        metrics: as `domain.evaluation.measure_answers` gives them.
        counts: as `count_cases` gives them.
    """
    lines = [
        f"# Model card: orphan_disease {facts.model_version}",
        "",
        *_about(facts),
        *_choice(selected),
        "## Data",
        "",
        *_table(("split", "provenance", "cases", "orphan cases", "disorders"), counts.to_numpy().tolist()),
        "",
        "## Figures",
        "",
        "Each value stands with its bootstrap interval over whole groups (disorders, with the publications that join "
        "them). Simulated and real cases are never mixed.",
        "",
        *_figures(metrics, facts.categories),
        *_limits(metrics),
    ]
    return "\n".join(lines) + "\n"


def _about(facts: ModelFacts) -> Iterator[str]:
    yield from ("## Intended use", "")
    yield (
        "Given a triage form and a clinical history as HPO terms: is an orphan disease possible, and which of the "
        f"categories {', '.join(facts.categories)} is it, so that the right reference service sees the patient? It "
        "supports a clinician's decision and makes none. It is no diagnosis, no medical device, and not validated on "
        "any hospital's patients unless a table below says so."
    )
    yield from ("", "## Model", "")
    yield from _table(
        ("part", "value"),
        (
            ("version", facts.model_version),
            ("knowledge", facts.knowledge_version),
            ("disorders ranked", facts.disorders),
            ("category classifier", facts.category_family),
            ("orphan classifier", facts.orphan_family),
            (
                "prediction sets",
                f"conformal, nominal coverage {facts.coverage:.0%}, calibrated on whole unseen disorders",
            ),
            ("orphan probability", f"corrected to a prevalence of {facts.orphan_prevalence:.1%} of visits"),
        ),
    )
    yield ""


def _choice(selected: Mapping[str, Any]) -> Iterator[str]:
    """Which candidate each head took, against the best of the others."""
    yield from ("## Choice", "")
    yield (
        "Macro-F1 of the candidate taken less that of the best other, out of fold on the cases that decide, with the "
        "interval over resamples of whole groups and the two-sided p-value of exchanging whole groups' answers. Where "
        "candidates are tied within chance, the better probabilities decide, then the smaller size."
    )
    yield ""
    rows = [
        (
            head,
            choice["name"],
            choice["provenance"],
            *(
                (test["rival"], _signed(test), f"{test['p_value']:.3f}")
                if (test := choice.get("paired"))
                else ("no other", "", "")
            ),
        )
        for head, choice in selected.items()
    ]
    yield from _table(("head", "taken", "cases that decide", "best other", "difference", "p"), rows)
    yield ""


def _figures(metrics: Mapping[str, Any], categories: Sequence[str]) -> Iterator[str]:
    for split in (*SPLITS, *(name for name in metrics if name not in SPLITS)):
        for provenance, section in metrics.get(split, {}).items():
            yield from (f"### {SPLITS.get(split, split)}", "")
            yield (
                f"{PROVENANCES.get(provenance, provenance)}: {section['cases']} cases, {section['orphan_cases']} with "
                f"an orphan disease, {section['cases_of_known_category']} of them of a known category, in "
                f"{section['groups']} groups."
            )
            yield ""
            if "category" in section:
                yield from _table(
                    ("figure", "value"), [(name, _interval(section["category"][key])) for key, name in HEADLINES]
                )
                yield ""
                yield from _table(
                    ("category", "precision", "recall", "F1", "coverage of its cases"),
                    [
                        (
                            name,
                            *(
                                _interval(section["category"].get(f"{kind}_{name}"))
                                for kind in ("precision", "recall", "f1", "coverage")
                            ),
                        )
                        for name in categories
                    ],
                )
                yield ""
            if "orphan" in section:
                rows = [(name.replace("_", " "), _interval(value)) for name, value in section["orphan"].items()]
                yield from _table(("orphan or not", "value"), rows)
                yield ""


def _limits(metrics: Mapping[str, Any]) -> Iterator[str]:
    provenances = {provenance for by_provenance in metrics.values() for provenance in by_provenance}
    yield from ("## Limits", "")
    if provenances <= {"simulated"}:
        yield (
            "- **Every figure above is measured on simulated patients**, drawn from the annotations that the model "
            "also reads. Real patients will score lower. Train and evaluate with `--env published` for real cases."
        )
    yield "- Symptoms do not carry prevalence: rarity and legal status are looked up for candidates, never predicted."
    yield "- A disorder that the knowledge does not hold is never in the differential; its category may still be right."
    yield "- Non-orphan patients are fabricated from a table of common conditions, unless a hospital's own are given."
    yield (
        "- Out of fold, neither the classifier nor the calibration that answers a case has seen its disorder, but the "
        "candidate was selected on these answers: the held-out tables alone have no part in any choice of the training."
    )
    yield "- A symptom that nobody recorded is unknown, not absent; short records give uncertain answers."
    yield "- Published cases are more typical and more completely described than a hospital's patients."


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"


def _signed(test: Mapping[str, float]) -> str:
    return f"{test['difference']:+.3f} ({test['low']:+.3f} to {test['high']:+.3f})"


def _interval(figure: Mapping[str, float] | None) -> str:
    if figure is None:  # a category without cases has no coverage
        return "-"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
