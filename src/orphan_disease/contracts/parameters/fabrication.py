"""Parameters of the `fabrication` pipeline, and of every other simulation of patients from the knowledge."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["DefectRates", "FabricationParams", "HospitalParams", "SimulationParams"]

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SimulationParams(_Frozen):
    """How a patient is drawn from a disorder's annotations.

    The defaults are fitted to published case reports (docs/explanation/fabricated_hospital.md has the comparison). An
    observed term comes from the disorder itself (exact, generalised or specialised), from a related disorder, or from
    the background of all annotations; an excluded term from the same three sources.
    """

    observed_terms_median: Positive = Field(default=7.5, description="terms asked for, before repeats are merged")
    observed_terms_log_sd: Positive = 0.72
    excluded_terms_median: Positive = Field(default=10.0, description="among patients with any excluded term")
    excluded_terms_log_sd: Positive = 1.2
    maximum_terms: int = Field(default=150, ge=1, description="bound of either count")
    no_excluded_rate: Share = Field(default=0.16, description="patients of whom nothing is recorded as excluded")
    thoroughness_correlation: Share = Field(default=0.45, description="of the two counts, on the normal scale")
    observed_related_share: Share = Field(
        default=0.50, description="of observed terms: borrowed from related disorders"
    )
    observed_background_share: Share = Field(default=0.08, description="of observed terms: from all annotations")
    generalised_share: Share = Field(default=0.18, description="of own terms: by an ancestor; grows with content")
    specialised_share: Share = Field(default=0.13, description="of own terms: by a descendant")
    excluded_own_share: Share = Field(default=0.30, description="of excluded terms: the disorder's own")
    excluded_related_share: Share = Field(default=0.45, description="of excluded terms: of related disorders")
    related_disorders: int = Field(default=8, ge=1, description="nearest disorders by shared, informative terms")
    unspecified_frequency: Share = Field(default=0.5, description="of a feature whose source gives no frequency")
    frequency_prior_patients: Positive = Field(default=2.0, description="weight of that prior against n/m patients")
    delay_median_years: Positive = Field(default=4.0, description="from onset to the encounter")
    delay_log_sd: Positive = 1.3
    unknown_age_rate: Share = 0.05
    unknown_onset_rate: Share = 0.5
    unknown_sex_rate: Share = 0.03
    missing_field_rate: Share = Field(default=0.1, description="each vital sign, each question on the family")

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        pairs = (
            ("observed", self.observed_related_share + self.observed_background_share),
            ("own", self.generalised_share + self.specialised_share),
            ("excluded", self.excluded_own_share + self.excluded_related_share),
        )
        for name, total in pairs:
            if total > 1:
                raise ValueError(f"the shares of {name} terms sum to {total}: expected at most 1")
        return self


class HospitalParams(_Frozen):
    """Who comes to the fabricated hospital, and when."""

    patients: int = Field(default=6_500, ge=1)
    orphan_share: Share = Field(default=0.45, description="enriched: in a true emergency room it is well under 0.01")
    nothing_found_share: Share = Field(default=0.2, description="of the patients without an orphan disorder")
    orphan_disorders: int = Field(default=1_000, ge=1, description="different orphan disorders to draw patients of")
    unknown_category_share: Share = Field(default=0.05, description="of these disorders: without a known category")
    minimum_annotated_terms: int = Field(default=4, ge=1, description="a disorder with fewer is not drawn")
    prevalence_exponent: Share = Field(default=0.2, description="1 keeps true prevalence, 0 ignores it")
    repeat_visit_rate: Share = Field(default=0.05, description="patients who come a second time")
    history_rate: Share = Field(default=0.93, description="patients who have a clinical history")
    truth_rate: Share = Field(default=0.97, description="patients whose diagnosis was settled at last")
    reference_date: datetime = Field(description="end of the window of visits; with its offset from UTC")
    first_patient: int = Field(default=0, ge=0, description="its number: a later month goes on counting")
    visit_window_days: Positive = Field(default=365.0, description="before the reference date, in which patients come")
    confirmation_pace: Positive = Field(default=1.0, description="multiplies the days from a visit to its diagnosis")
    phenocopy_share: Share = Field(
        default=0.0,
        description="of orphan patients: sent by a clinic; they look like disorders of another category",
    )
    phenocopy_disorders: int = Field(default=40, ge=1, description="different disorders that this clinic sees")
    ticked_share: Share = Field(
        default=0.0,
        description="of patients: referred by a form that ticks the same signs for everybody",
    )
    ticked_terms: tuple[str, ...] = Field(default=(), description="HPO ids of the signs that this form ticks")
    recoded_share: Share = Field(
        default=0.0,
        description="of terms: written under another term's code, after a faulty change of coding",
    )
    common_observed_terms_median: Positive = 5.0
    nothing_observed_terms_median: Positive = 3.0

    @model_validator(mode="after")
    def _date_has_offset(self) -> Self:
        if self.reference_date.tzinfo is None:
            raise ValueError("reference_date: expected an ISO 8601 time with its offset, such as 2026-01-01T00:00:00Z")
        return self


class DefectRates(_Frozen):
    """Share of the records that a defect is put into; docs/explanation/fabricated_hospital.md describes each."""

    # --- triage form: of its rows
    missing_field: Share = Field(default=0.06, description="of each optional cell")
    fahrenheit_as_celsius: Share = 0.012
    impossible_vital: Share = 0.01
    swapped_pressures: Share = 0.006
    impossible_age: Share = 0.003
    unknown_symptom_code: Share = 0.01
    contradicting_symptom: Share = 0.008
    pregnant_male: Share = 0.004
    broken_arrival: Share = 0.003
    unknown_complaint: Share = 0.004
    duplicate_row: Share = 0.012
    near_duplicate_row: Share = 0.008
    # --- histories: of the documents
    broken_document: Share = 0.006
    not_a_phenopacket: Share = 0.002
    obsolete_term: Share = 0.03
    unknown_term: Share = 0.01
    contradicting_term: Share = 0.01
    sex_differs: Share = 0.008
    onset_after_visit: Share = 0.008
    # --- truth file: of its rows
    conflicting_diagnosis: Share = 0.006
    late_confirmation: Share = Field(default=0.02, description="confirmed over 365 days after each visit it explains")
    confirmed_before_visit: Share = 0.003
    unknown_diagnosis_code: Share = 0.003


class FabricationParams(_Frozen):
    """Everything that the fabricated hospital depends on besides the knowledge."""

    seed: int = Field(ge=0, description="equal seeds, parameters and knowledge give equal bytes")
    hospital: HospitalParams
    simulation: SimulationParams = SimulationParams()
    defects: DefectRates = DefectRates()
