"""What monitoring says, in Spanish and English: reasons, actions, figures. A reason keeps its numbers too."""

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["ACTIONS", "ADVICE", "FIGURES", "figure_name", "reason_of"]

LANGUAGES: Final = ("es", "en")

ACTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "ok": {"es": "Todo en orden", "en": "All is well"},
    "watch": {"es": "Vigilar", "en": "Watch"},
    "retrain": {"es": "Volver a entrenar", "en": "Train again"},
    "rollback": {"es": "Volver a la versión anterior", "en": "Go back to the version before"},
    "not_enough_labels": {"es": "Faltan diagnósticos confirmados", "en": "Not enough confirmed diagnoses"},
}
ADVICE: Final[Mapping[str, Mapping[str, str]]] = {
    "ok": {"es": "No hay que hacer nada.", "en": "Nothing to do."},
    "watch": {
        "es": "Revise lo señalado abajo y compárelo con el mes próximo; el modelo sigue en uso.",
        "en": "Look at what is marked below and compare it next month; the model stays in use.",
    },
    "retrain": {
        "es": "Entrene de nuevo con lo confirmado hasta ahora: kedro run --pipeline=retraining",
        "en": "Train again on what has been confirmed so far: kedro run --pipeline=retraining",
    },
    "rollback": {
        "es": "La versión nueva acierta menos que la anterior, con los mismos pacientes: make rollback",
        "en": "The new version does worse than the one before, on the same kind of patients: make rollback",
    },
    "not_enough_labels": {
        "es": "Aún no se puede juzgar el mes; vuelva a evaluarlo cuando lleguen más diagnósticos.",
        "en": "The month cannot be judged yet; run it again when more diagnoses have arrived.",
    },
}
FIGURES: Final[Mapping[str, Mapping[str, str]]] = {
    "category.macro_f1": {"es": "macro-F1 de la categoría", "en": "macro-F1 of the category"},
    "category.accuracy": {"es": "aciertos de la categoría", "en": "accuracy of the category"},
    "category.coverage": {"es": "cobertura del conjunto de predicción", "en": "coverage of the prediction set"},
    "category.calibration_error": {"es": "error de calibración", "en": "calibration error"},
    "category.abstention_rate": {"es": "casos sin decidir (abstención)", "en": "abstention rate"},
    "orphan.area_under_roc": {"es": "área ROC de enfermedad huérfana", "en": "area under the ROC, orphan or not"},
    "differential.top_1": {
        "es": "trastorno confirmado en primer lugar",
        "en": "confirmed disorder first in the differential",
    },
    "differential.top_3": {
        "es": "trastorno confirmado entre los 3 primeros",
        "en": "confirmed disorder among the first 3",
    },
    "differential.top_10": {
        "es": "trastorno confirmado entre los 10 primeros",
        "en": "confirmed disorder among the first 10",
    },
}
_INTERVAL_ES: Final = "{figure_es}: {value:.3f}, y todo el intervalo ({low:.3f} a {high:.3f}) está por"
_INTERVAL_EN: Final = "{figure_en}: {value:.3f}, and the whole interval ({low:.3f} to {high:.3f}) is"
_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "too_few_labels": {
        "es": "{labels} casos huérfanos confirmados de categoría conocida; para decidir hacen falta {minimum}",
        "en": "{labels} confirmed orphan cases of a known category; a decision needs {minimum}",
    },
    "within_limits": {
        "es": "ninguna cifra ha cruzado su límite y los casos se parecen a los del entrenamiento",
        "en": "no figure has crossed its cut-off, and the cases resemble those of training",
    },
    "within_limits_untested": {
        "es": "ninguna cifra ha cruzado su límite; no se sabe si los casos han cambiado: {cases} llegados en el mes y "
        "{reference_cases} de referencia no bastan para compararlos",
        "en": "no figure has crossed its cut-off; whether the cases have changed is unknown: {cases} of the "
        "month and {reference_cases} of reference are too few to compare",
    },
    "below_watch": {
        "es": f"{_INTERVAL_ES} debajo de {{cut_off:g}} (vigilar)",
        "en": f"{_INTERVAL_EN} below {{cut_off:g}} (watch)",
    },
    "above_watch": {
        "es": f"{_INTERVAL_ES} encima de {{cut_off:g}} (vigilar)",
        "en": f"{_INTERVAL_EN} above {{cut_off:g}} (watch)",
    },
    "below_retrain": {
        "es": f"{_INTERVAL_ES} debajo de {{cut_off:g}} (volver a entrenar)",
        "en": f"{_INTERVAL_EN} below {{cut_off:g}} (train again)",
    },
    "above_retrain": {
        "es": f"{_INTERVAL_ES} encima de {{cut_off:g}} (volver a entrenar)",
        "en": f"{_INTERVAL_EN} above {{cut_off:g}} (train again)",
    },
    "worse_than_version_before": {
        "es": "{figure_es}: {value:.3f} ({low:.3f} a {high:.3f}); la versión anterior {version_before} tenía de "
        "{low_before:.3f} a {high_before:.3f} en {month_before}, con pacientes parecidos",
        "en": "{figure_en}: {value:.3f} ({low:.3f} to {high:.3f}); the version before, {version_before}, had "
        "{low_before:.3f} to {high_before:.3f} in {month_before}, on patients alike",
    },
    "inputs_drifted": {
        "es": "los casos han cambiado en {count} de {tested} propiedades; la mayor diferencia: {largest} "
        "({effect:.2f})",
        "en": "the cases have changed in {count} of {tested} properties; the largest: {largest} ({effect:.2f})",
    },
    "answers_drifted": {
        "es": "las respuestas han cambiado en {count} de {tested} propiedades; la mayor diferencia: {largest} "
        "({effect:.2f})",
        "en": "the answers have changed in {count} of {tested} properties; the largest: {largest} ({effect:.2f})",
    },
}


def figure_name(name: str, language: str) -> str:
    """A figure in words; one that has none is its own name.

    >>> figure_name("category.macro_f1", "en")
    'macro-F1 of the category'
    """
    return FIGURES.get(name, {}).get(language, name)


def reason_of(code: str, **values: Any) -> dict[str, Any]:
    """A reason: its code, its numbers, and a sentence in each language.

    >>> reason_of("too_few_labels", labels=3, minimum=30)["en"]
    '3 confirmed orphan cases of a known category; a decision needs 30'
    """
    names = {f"figure_{language}": figure_name(str(values.get("figure")), language) for language in LANGUAGES}
    sentences = {language: _REASONS[code][language].format(**values, **names) for language in LANGUAGES}
    return {"code": code, **values, **sentences}
