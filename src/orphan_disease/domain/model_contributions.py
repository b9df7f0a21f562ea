"""What the packaged model's features weigh on held-out cases, named for readers."""

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.vocabulary import Split
from orphan_disease.domain.contributions import Contributions
from orphan_disease.domain.feature_groups import source_of
from orphan_disease.domain.feature_names import FeatureNamer
from orphan_disease.domain.prediction import Predictor

__all__ = ["case_contributions", "measure_contributions"]


def measure_contributions(
    predictor: Predictor, cases: pd.DataFrame, split_assignment: pd.DataFrame, params: DecisionReportParams
) -> pd.DataFrame:
    """Mean absolute contribution of each feature to the log-odds of each class, over held-out orphan and other cases.

    Each provenance apart. For the orphan head the one class shown is `orphan`.

    Args:
        predictor: the packaged model.
        cases: the `cases` table.
        split_assignment: the `split_assignment` table.
        params: how many cases, drawn at random, and the seed.

    Returns:
        Columns head, class, provenance, feature, group, es, en, mean_size (nats), mean (nats), cases.
    """
    held_out = split_assignment.loc[split_assignment[columns.SPLIT] != Split.TRAIN.value, columns.CASE_ID]
    namer = FeatureNamer(predictor.knowledge.ontology, predictor.category_labels)
    chosen = cases[cases[columns.CASE_ID].isin(held_out)]
    tables = []
    for provenance, part in chosen.groupby(columns.PROVENANCE, sort=True):
        few = part.sample(min(len(part), params.explained_cases), random_state=params.seed)
        for head, found in predictor.contributions(few).items():
            tables.append(_summed(found, namer).assign(head=head, provenance=str(provenance), cases=len(few)))
    return pd.concat(tables, ignore_index=True)


def case_contributions(predictor: Predictor, case: pd.DataFrame, told: int) -> dict[str, pd.DataFrame]:
    """One case: for its most probable category and for the orphan answer, the features that weigh most, named.

    Args:
        predictor: the packaged model.
        case: one row of the `cases` table.
        told: how many features.

    Returns:
        Class name -> columns es, en, nats, the largest size first.
    """
    namer = FeatureNamer(predictor.knowledge.ontology, predictor.category_labels)
    found = predictor.contributions(case)
    tables = {}
    for head, answer in found.items():
        log_odds = answer.base[0] + answer.parts[0].sum(axis=1)
        name = answer.classes[-1] if head == "orphan" else answer.classes[int(log_odds.argmax())]
        parts = answer.of_case(0)[name]
        largest = parts.reindex(parts.abs().sort_values(ascending=False).index).head(told)
        named = [namer.name(str(feature)) for feature in largest.index]
        tables[name] = pd.DataFrame(
            {"es": [each.es for each in named], "en": [each.en for each in named], "nats": largest.to_numpy()}
        )
    return tables


def _summed(found: Contributions, namer: FeatureNamer) -> pd.DataFrame:
    shown = found.classes[-1:] if "orphan" in found.classes else found.classes
    named = [namer.name(feature) for feature in found.features]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "class": name,
                    "feature": list(found.features),
                    "group": [source_of(feature) for feature in found.features],
                    "es": [each.es for each in named],
                    "en": [each.en for each in named],
                    "mean_size": np.abs(found.parts[:, found.classes.index(name)]).mean(axis=0),
                    "mean": found.parts[:, found.classes.index(name)].mean(axis=0),
                }
            )
            for name in shown
        ],
        ignore_index=True,
    )
