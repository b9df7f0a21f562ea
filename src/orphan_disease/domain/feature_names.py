"""Features in a clinician's words, Spanish and English, put together from the parts of a feature's name.

No list of features is kept by hand: HPO's label, the scorer, the temperature, the statistic and the category's label
are read off the name, so that a feature that is new tomorrow is named tomorrow.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from orphan_disease.domain.encoding import slug
from orphan_disease.domain.ontology import Ontology

__all__ = ["FeatureName", "FeatureNamer"]

_Labels = Mapping[str, Mapping[str, str]]

SCORERS: Final[_Labels] = {
    "likelihood": {"en": "likelihood", "es": "verosimilitud"},
    "resnik": {"en": "similarity", "es": "semejanza"},
    "learned": {"en": "learned evidence", "es": "evidencia aprendida"},
}
NUMBERS: Final[_Labels] = {
    "demographics__log_age_days": {"en": "age", "es": "edad"},
    "demographics__log_onset_age_days": {"en": "age at onset", "es": "edad de inicio"},
    "demographics__sex_female": {"en": "female", "es": "mujer"},
    "demographics__sex_male": {"en": "male", "es": "hombre"},
    "demographics__age_band_neonate": {"en": "newborn (under 28 days)", "es": "recién nacido (menos de 28 días)"},
    "demographics__age_band_infant": {"en": "infant (under 1 year)", "es": "lactante (menos de 1 año)"},
    "demographics__age_band_child": {"en": "child (1 to 11 years)", "es": "niño (1 a 11 años)"},
    "demographics__age_band_adolescent": {"en": "adolescent (12 to 17)", "es": "adolescente (12 a 17 años)"},
    "demographics__age_band_adult": {"en": "adult (18 to 64 years)", "es": "adulto (18 a 64 años)"},
    "demographics__age_band_older_adult": {"en": "65 years or older", "es": "65 años o más"},
    "vitals__temperature_c": {"en": "temperature (°C)", "es": "temperatura (°C)"},
    "vitals__heart_rate_bpm": {"en": "heart rate (bpm)", "es": "frecuencia cardiaca (lpm)"},
    "vitals__respiratory_rate_bpm": {"en": "respiratory rate (per min)", "es": "frecuencia respiratoria (por min)"},
    "vitals__systolic_mmhg": {"en": "systolic pressure (mmHg)", "es": "presión sistólica (mmHg)"},
    "vitals__diastolic_mmhg": {"en": "diastolic pressure (mmHg)", "es": "presión diastólica (mmHg)"},
    "vitals__oxygen_saturation_pct": {"en": "oxygen saturation (%)", "es": "saturación de oxígeno (%)"},
    "vitals__pain_score": {"en": "pain (0 to 10)", "es": "dolor (0 a 10)"},
    "vitals__consciousness": {"en": "impaired consciousness", "es": "alteración de la conciencia"},
    "history__log_symptom_duration_days": {"en": "duration of symptoms", "es": "duración de los síntomas"},
    "history__log_previous_visits": {"en": "previous visits", "es": "visitas previas"},
    "history__family_history": {"en": "a relative has the same signs", "es": "familiar con los mismos signos"},
    "history__consanguinity": {"en": "related parents", "es": "padres consanguíneos"},
    "profile__terms_observed": {"en": "number of findings", "es": "número de hallazgos"},
    "profile__terms_excluded": {"en": "number of excluded findings", "es": "número de hallazgos descartados"},
    "profile__information_sum": {"en": "specificity of all findings", "es": "especificidad de todos los hallazgos"},
    "profile__information_mean": {"en": "mean specificity of findings", "es": "especificidad media de los hallazgos"},
    "profile__information_max": {"en": "most specific finding", "es": "hallazgo más específico"},
}
COMPLAINTS_ES: Final[Mapping[str, str]] = {
    "behaviour_or_mood": "conducta o ánimo", "bleeding": "sangrado", "breathing": "respiración", "cough": "tos",
    "development": "desarrollo", "ear_nose_throat": "oído, nariz o garganta", "eye": "ojo",
    "fainting_or_palpitations": "desmayo o palpitaciones", "feeding_or_growth": "alimentación o crecimiento",
    "fever": "fiebre", "injury": "lesión", "malformation": "malformación", "other": "otro",
    "pain_abdomen": "dolor abdominal", "pain_chest": "dolor torácico", "pain_head": "dolor de cabeza",
    "pain_limb_or_back": "dolor de extremidad o espalda", "pregnancy": "embarazo", "seizure": "convulsión",
    "skin": "piel", "urinary_or_genital": "urinario o genital", "vomiting_or_diarrhoea": "vómitos o diarrea",
    "weakness_or_gait": "debilidad o marcha",
}  # fmt: skip
SYSTEM_FIGURES: Final[_Labels] = {
    "count": {"en": "findings of", "es": "hallazgos de"},
    "share": {"en": "share of findings of", "es": "proporción de hallazgos de"},
    "information": {"en": "specificity of findings of", "es": "especificidad de los hallazgos de"},
}


@dataclass(frozen=True)
class FeatureName:
    """One feature in both languages."""

    es: str
    en: str


class FeatureNamer:
    """Names features for a reader.

    Terms are named as HPO labels them, in English in both languages: HPO's release carries no Spanish.
    """

    def __init__(self, ontology: Ontology, category_labels: _Labels) -> None:
        """Index the labels of terms and categories.

        Args:
            ontology: whose labels name findings and organ systems.
            category_labels: category -> language ("es", "en") -> label.
        """
        self._terms = {slug(label): label for label in ontology.labels}
        self._categories = category_labels

    def name(self, feature: str) -> FeatureName:
        """The feature in both languages; a name of no known form is shown as it is."""
        missing = feature.endswith("_missing")
        stem = feature.removesuffix("_missing")
        if stem in NUMBERS:
            known = NUMBERS[stem]
            return FeatureName(*(known[each] + _unrecorded(each) * missing for each in ("es", "en")))
        for pattern, words in self._forms:
            found = re.fullmatch(pattern, feature)
            if found:
                return words(found)
        return FeatureName(feature, feature)

    @property
    def _forms(self) -> tuple[tuple[str, Callable[[re.Match[str]], FeatureName]], ...]:
        return (
            (r"profile__observed_(?P<term>.+)", lambda each: self._finding(each, "presente", "present")),
            (r"profile__excluded_(?P<term>.+)", lambda each: self._finding(each, "descartado", "excluded")),
            (r"profile__system_(?P<term>.+)_(?P<figure>count|share|information)", self._system),
            (r"history__complaint_(?P<what>.+)", _complaint),
            (r"evidence__(?P<scorer>[a-z]+)_best_(?P<category>.+)", self._best),
            (r"evidence__(?P<scorer>[a-z]+)_level", self._level),
            (r"evidence__(?P<scorer>[a-z]+)_share_top(?P<rank>\d+)_(?P<category>.+)", self._share),
            (r"evidence__(?P<scorer>[a-z]+)_pooled_t(?P<t>[\d.]+)_(?P<category>.+)", self._pooled),
            (r"evidence__(?P<scorer>[a-z]+)_(?P<category>.+)", self._pooled),
        )

    def _label(self, category: str, language: str) -> str:
        return self._categories.get(category, {}).get(language, category.replace("_", " "))

    def _finding(self, found: re.Match[str], es: str, en: str) -> FeatureName:
        label = self._terms.get(found["term"], found["term"].replace("_", " "))
        return FeatureName(f"{label} ({es})", f"{label} ({en})")

    def _system(self, found: re.Match[str]) -> FeatureName:
        label = self._terms.get(found["term"], found["term"].replace("_", " "))
        words = SYSTEM_FIGURES[found["figure"]]
        return FeatureName(f"{words['es']} «{label}»", f"{words['en']} “{label}”")

    def _best(self, found: re.Match[str]) -> FeatureName:
        scorer, category = _scorer(found["scorer"]), found["category"]
        return FeatureName(
            f"{scorer['es']}: mejor enfermedad de la categoría «{self._label(category, 'es')}», frente a la mejor de "
            "todas",
            f"{scorer['en']}: best disorder of the category “{self._label(category, 'en')}”, against the best of all",
        )

    def _level(self, found: re.Match[str]) -> FeatureName:
        scorer = _scorer(found["scorer"])
        return FeatureName(
            f"{scorer['es']}: cuánto se parece el caso a algo conocido",
            f"{scorer['en']}: how well anything known fits the case",
        )

    def _share(self, found: re.Match[str]) -> FeatureName:
        scorer, category, rank = _scorer(found["scorer"]), found["category"], found["rank"]
        return FeatureName(
            f"{scorer['es']}: proporción de la categoría «{self._label(category, 'es')}» entre las {rank} primeras "
            "enfermedades",
            f"{scorer['en']}: share of the category “{self._label(category, 'en')}” among the first {rank} disorders",
        )

    def _pooled(self, found: re.Match[str]) -> FeatureName:
        scorer, what = _scorer(found["scorer"]), found["category"]
        heat = found.groupdict().get("t")
        es, en = (f" (temperatura {heat})", f" (temperature {heat})") if heat else ("", "")
        if what == "margin":
            return FeatureName(
                f"{scorer['es']}: ventaja de la primera categoría{es}",
                f"{scorer['en']}: lead of the first category{en}",
            )
        if what == "entropy":
            return FeatureName(
                f"{scorer['es']}: duda entre categorías{es}", f"{scorer['en']}: doubt between categories{en}"
            )
        return FeatureName(
            f"{scorer['es']}: todas las enfermedades de la categoría «{self._label(what, 'es')}»{es}",
            f"{scorer['en']}: all disorders of the category “{self._label(what, 'en')}”{en}",
        )


def _scorer(name: str) -> Mapping[str, str]:
    return SCORERS.get(name, {"en": name, "es": name})


def _unrecorded(language: str) -> str:
    return {"es": " (no consta)", "en": " (not recorded)"}[language]


def _complaint(found: re.Match[str]) -> FeatureName:
    what = found["what"]
    return FeatureName(
        f"motivo de consulta: {COMPLAINTS_ES.get(what, what.replace('_', ' '))}",
        f"chief complaint: {what.replace('_', ' ')}",
    )
