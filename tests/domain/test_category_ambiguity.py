"""Which errors name a category that the disorder is filed under as well."""

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.category_ambiguity import filed_categories, measure_ambiguity
from tests.domain.organ_systems import toy_scheme

PARAMS = EvaluationParams(bootstrap_samples=20, minimum_cases=4, seed=0)


def test_a_disorder_is_filed_under_the_categories_of_all_its_entries() -> None:
    disorders = pd.DataFrame(
        {"disorder_id": ["OMIM:1", "OMIM:2", "OMIM:3"], "member_ids": [["OMIM:1", "ORPHA:7"], ["OMIM:2"], ["OMIM:3"]]}
    )
    orphanet = pd.DataFrame(
        {
            "orpha_code": ["7", "8", "9"],
            "disorder_type": ["Disease", "Disease", "Clinical group"],
            "heads": [["3"], ["1", "5"], ["3"]],
        }
    )
    references = pd.DataFrame({"orpha_code": ["8", "8", "9"], "reference_id": ["OMIM:1", "OMIM:2", "OMIM:2"]})
    # OMIM:1 is 7 and 8: bone, nerve and, for head 5, the rest. For OMIM:2 the disorder 8 speaks, the group 9 does not.
    assert filed_categories(disorders, orphanet, references, toy_scheme(), {"Clinical group"}) == {
        "OMIM:1": {"bone", "nerve", "rest"},
        "OMIM:2": {"nerve", "rest"},
    }


def _answers() -> pd.DataFrame:
    """Five cases, all of nerve: right, answered as bone with 0.8, 0.7 and 0.6, and of a disorder that nobody files."""
    confidence = [0.9, 0.8, 0.7, 0.6, 0.6]
    return pd.DataFrame(
        {
            "probability_nerve": [0.9, 0.2, 0.3, 0.4, 0.4],
            "probability_bone": [0.1, *confidence[1:]],
            "probability_rest": 0.0,
            "category": ["nerve", "bone", "bone", "bone", "bone"],
            "category_actual": "nerve",
            "is_orphan": True,
            "disorder_id": ["OMIM:1", "OMIM:1", "OMIM:2", "OMIM:1", "OMIM:9"],
            "prediction_set": [["nerve"]] * 5,
            "group": ["a", "a", "b", "a", "c"],
            "split": "out_of_fold",
            "provenance": "publication",
        }
    )


def test_errors_are_held_against_what_the_disorder_is_filed_under() -> None:
    filed = {"OMIM:1": frozenset({"nerve", "bone"}), "OMIM:2": frozenset({"nerve", "rest"})}
    found = measure_ambiguity(_answers(), filed, 0.75, PARAMS)["out_of_fold"]["publication"]
    assert (found["cases"], found["errors"], found["errors_among_the_surest"]) == (4, 3, 2)
    # Of the errors, those at 0.8 and 0.6 are of OMIM:1, which is filed under bone; the one at 0.7 is not.
    assert found["errors_of_a_second_category"]["value"] == pytest.approx(2 / 3)
    assert found["the_same_among_the_surest"]["value"] == pytest.approx(1 / 2)
    assert found["by_chance"]["value"] == pytest.approx(1 / 2)  # one of two other categories, for every error
    assert found["accuracy"]["value"] == pytest.approx(1 / 4)
    assert found["accuracy_if_a_second_category_is_right"]["value"] == pytest.approx(3 / 4)


def test_without_a_classification_nothing_is_measured() -> None:
    assert measure_ambiguity(_answers(), {}, 0.75, PARAMS) == {}
