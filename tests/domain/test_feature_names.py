import pytest

from orphan_disease.domain.encoding import slug
from orphan_disease.domain.feature_names import FeatureName, FeatureNamer
from tests.domain.small_predictor import small_cases, small_ontology, small_predictor

LABELS = {"neurological": {"es": "neurológica", "en": "neurological"}}


@pytest.mark.parametrize(
    ("feature", "es", "en"),
    [
        ("demographics__log_age_days_missing", "edad (no consta)", "age (not recorded)"),
        (
            "evidence__likelihood_pooled_t2_neurological",
            "verosimilitud: todas las enfermedades de la categoría «neurológica» (temperatura 2)",
            "likelihood: all disorders of the category “neurological” (temperature 2)",
        ),
        (
            "evidence__resnik_share_top5_neurological",
            "semejanza: proporción de la categoría «neurológica» entre las 5 primeras enfermedades",
            "similarity: share of the category “neurological” among the first 5 disorders",
        ),
        (
            "evidence__learned_margin",
            "evidencia aprendida: ventaja de la primera categoría",
            "learned evidence: lead of the first category",
        ),
        ("history__complaint_fever", "motivo de consulta: fiebre", "chief complaint: fever"),
        ("unheard_of", "unheard_of", "unheard_of"),
    ],
)
def test_a_feature_is_named_by_its_parts(feature: str, es: str, en: str) -> None:
    assert FeatureNamer(small_ontology(), LABELS).name(feature) == FeatureName(es, en)


def test_a_finding_bears_its_hpo_label() -> None:
    ontology = small_ontology()
    label = ontology.labels[1]
    named = FeatureNamer(ontology, LABELS).name(f"profile__observed_{slug(label)}")
    assert named == FeatureName(f"{label} (presente)", f"{label} (present)")


def test_every_feature_of_a_model_has_a_name_of_its_own() -> None:
    predictor = small_predictor()
    namer = FeatureNamer(predictor.knowledge.ontology, predictor.category_labels)
    features = list(predictor._features_of(small_cases().iloc[:1], "own").columns)
    for language in ("es", "en"):
        names = [getattr(namer.name(feature), language) for feature in features]
        assert len(set(names)) == len(features)
        assert not [name for name in names if "__" in name]
