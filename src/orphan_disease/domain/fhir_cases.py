"""From what FHIR resources state of one patient to one clinical case, at the patient's latest visit.

A condition that was refuted is an excluded term only where code and term mean the same: "no allergic asthma" does not
exclude asthma.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction, Provenance, Sex
from orphan_disease.domain import ages
from orphan_disease.domain.clinical_cases import ClinicalCase, Note, plausible_ages
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary, CodeMeaning
from orphan_disease.domain.code_systems import HPO
from orphan_disease.domain.fhir_resources import Certainty, Encounter, Fact, Finding, Kin, Patient, Reading
from orphan_disease.domain.free_text import normalise
from orphan_disease.domain.phenopackets import MAX_CODE_CHARACTERS, canonical_term
from orphan_disease.domain.pseudonyms import pseudonymise

__all__ = ["Place", "Stated", "case_of"]

CONSANGUINITY_CODES: Final = frozenset({"SNOMED:842009", "ICD10:Z84.3"})
SAME_VISIT: Final = timedelta(days=1)
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
_HPO_PREFIX: Final = f"{HPO}:"


class Place(NamedTuple):
    """Where a document lies."""

    source_file: str
    source_line: int | None

    def __str__(self) -> str:
        """As the mapping of a code says where it was read."""
        return self.source_file if self.source_line is None else f"{self.source_file} line {self.source_line}"


class Stated(NamedTuple):
    """The facts of one resource, where it lies, and when the server updated it."""

    facts: list[Fact]
    place: Place
    updated: datetime | None

    @property
    def is_patient(self) -> bool:
        """Whether it is the Patient resource."""
        return any(isinstance(fact, Patient) for fact in self.facts)


@dataclass
class _Signs:
    """What the findings of one patient come to."""

    observed: dict[str, None] = field(default_factory=dict)
    excluded: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    mapped: dict[str, None] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)  # of everything observed, for the comparison with relatives
    disorders: list[tuple[datetime, str]] = field(default_factory=list)
    onsets: list[datetime | float] = field(default_factory=list)
    replaced: int = 0
    uncertain: int = 0
    too_broad: int = 0
    consanguinity: float | None = None


def case_of(
    patient: str,
    stated: Sequence[Stated],
    aliases: Mapping[str, str],
    terms: Mapping[str, str],
    vocabulary: ClinicalVocabulary,
) -> ClinicalCase:
    """The case of one patient.

    Args:
        patient: the patient's id.
        stated: everything that is stated of the patient.
        aliases: id by the id in a resource's address, where they differ.
        terms: current HPO id of every known id.
        vocabulary: what codes of other terminologies mean.
    """
    facts = [fact for each in stated for fact in each.facts]
    person = next((fact for fact in reversed(facts) if isinstance(fact, Patient)), None)
    visit = _latest_visit(fact for fact in facts if isinstance(fact, Encounter))
    signs = _signs(stated, terms, vocabulary)
    vitals, vital_notes = _vitals([fact for fact in facts if isinstance(fact, Reading)], visit, aliases)
    times = [time for fact in facts if (time := _time_of(fact)) is not None]
    at = visit.at if visit is not None and visit.at is not None else max(times, default=None)
    birth = person.birth if person is not None else None
    age, age_notes = _age(birth, at)
    age, onset, range_notes = plausible_ages(age, _earliest_onset(signs.onsets, birth))
    return ClinicalCase(
        case_id=visit.encounter_id if visit is not None and visit.encounter_id else pseudonymise(patient),
        patient_id=pseudonymise(patient),
        provenance=Provenance.SIMULATED if person is not None and person.is_test else Provenance.HOSPITAL,
        reference=None,
        encounter_at=visit.at if visit is not None else None,
        recorded_at=max(times + [each.updated for each in stated if each.updated is not None], default=None),
        age_days=age,
        onset_age_days=onset,
        sex=Sex(person.sex) if person is not None and person.sex in {"female", "male"} else Sex.UNKNOWN,
        observed=tuple(signs.observed),
        excluded=tuple(signs.excluded),
        unknown_codes=tuple(signs.unknown),
        replaced=signs.replaced,
        family_history=_family_history([fact for fact in facts if isinstance(fact, Kin)], signs, terms, vocabulary),
        consanguinity=signs.consanguinity,
        diagnosis_id=max(signs.disorders)[1] if signs.disorders else None,
        notes=(*_sign_notes(signs), *vital_notes, *age_notes, *range_notes, *_person_notes(person)),
        vitals={name: value for name, value in vitals.items() if isinstance(value, float) and name != columns.PREGNANT},
        consciousness=level if isinstance(level := vitals.get(columns.CONSCIOUSNESS), str) else None,
        pregnant=said if isinstance(said := vitals.get(columns.PREGNANT), float) else None,
        mapped_codes=tuple(signs.mapped),
    )


def _latest_visit(encounters: Iterable[Encounter]) -> Encounter | None:
    return max(encounters, key=lambda visit: (visit.at or _LONG_AGO, visit.encounter_id), default=None)


def _time_of(fact: Fact) -> datetime | None:
    if isinstance(fact, Encounter | Reading):
        return fact.at
    return fact.recorded if isinstance(fact, Finding) else None


def _signs(stated: Sequence[Stated], terms: Mapping[str, str], vocabulary: ClinicalVocabulary) -> _Signs:
    signs = _Signs()
    for each in stated:
        for fact in each.facts:
            if isinstance(fact, Finding):
                _sign(fact, signs, terms, vocabulary, each.place)
    return signs


def _sign(
    finding: Finding, signs: _Signs, terms: Mapping[str, str], vocabulary: ClinicalVocabulary, place: Place
) -> None:
    if not CONSANGUINITY_CODES.isdisjoint(finding.codes) and finding.certainty is not Certainty.UNCERTAIN:
        signs.consanguinity = float(finding.certainty is Certainty.OBSERVED)
        return
    meanings = list(_meanings(finding, terms, vocabulary)) or list(_in_words(finding, terms, vocabulary))
    if not meanings:
        is_symptom = finding.kind == "Condition" or any(code.startswith(_HPO_PREFIX) for code in finding.codes)
        if is_symptom:
            signs.unknown[(next(iter(finding.codes), finding.label))[:MAX_CODE_CHARACTERS]] = None
        return
    if finding.certainty is Certainty.UNCERTAIN:
        signs.uncertain += 1
        return
    for code, meaning in meanings:
        _claim(finding, code, meaning, signs)
        if meaning.target != code:
            signs.mapped[f"{code} > {meaning.target} ({meaning.by}; {finding.kind}, {place})"] = None


def _claim(finding: Finding, code: str, meaning: CodeMeaning, signs: _Signs) -> None:
    """Enter one meaning of a finding under what is observed, excluded or diagnosed."""
    is_term = meaning.target.startswith(_HPO_PREFIX)
    if finding.certainty is Certainty.EXCLUDED:
        if is_term and meaning.is_exact:
            signs.excluded[meaning.target] = None
        else:
            signs.too_broad += is_term
        return
    signs.codes.update(finding.codes)
    if is_term:
        signs.replaced += code.startswith(_HPO_PREFIX) and code != meaning.target
        signs.observed[meaning.target] = None
    elif finding.kind == "Condition":
        signs.disorders.append((finding.recorded or _LONG_AGO, meaning.target))
    if finding.onset is not None:
        signs.onsets.append(finding.onset)


def _meanings(
    finding: Finding, terms: Mapping[str, str], vocabulary: ClinicalVocabulary
) -> Iterator[tuple[str, CodeMeaning]]:
    """The term that the first explained code means (HPO's own codes first), and every disorder that a code names."""
    ordered = sorted(finding.codes, key=lambda code: not code.startswith(_HPO_PREFIX))
    is_named = False
    for code in ordered:
        for meaning in vocabulary.meanings(code):
            if not meaning.target.startswith(_HPO_PREFIX):
                yield code, meaning
            elif not is_named and (term := canonical_term(meaning.target, terms)) is not None:
                yield code, meaning._replace(target=term)
        is_named = is_named or any(
            canonical_term(meaning.target, terms) is not None for meaning in vocabulary.meanings(code)
        )


def _in_words(
    finding: Finding, terms: Mapping[str, str], vocabulary: ClinicalVocabulary
) -> Iterator[tuple[str, CodeMeaning]]:
    """The term whose label or synonym is the whole text beside the codes."""
    if finding.kind != "Observation" and (target := vocabulary.phrases.get(normalise(finding.label))):
        if (term := canonical_term(target, terms)) is not None:
            yield "text", CodeMeaning(term, is_exact=True, by="words")


def _vitals(
    readings: list[Reading], visit: Encounter | None, aliases: Mapping[str, str]
) -> tuple[dict[str, float | str], list[Note]]:
    """The last reading of each sign at the visit; without a visit, of the last day on which any was read."""
    here = [each for each in readings if visit is not None and _is_of(each, visit, aliases)]
    if visit is None or (visit.at is None and not here):
        last = max((each.at for each in readings if each.at is not None), default=None)
        here = [each for each in readings if last is None or (each.at is not None and last - each.at < SAME_VISIT)]
    ordered = sorted(here, key=lambda each: each.at or _LONG_AGO)
    taken = {each.reading.column: each.reading.value for each in ordered if each.reading.value is not None}
    notes = [each.reading.note for each in ordered if each.reading.note is not None]
    pressures = {columns.SYSTOLIC_MMHG, columns.DIASTOLIC_MMHG}
    if pressures <= taken.keys() and taken[columns.SYSTOLIC_MMHG] < taken[columns.DIASTOLIC_MMHG]:  # type: ignore[operator]  # pressures are numbers
        low, high = taken[columns.SYSTOLIC_MMHG], taken[columns.DIASTOLIC_MMHG]
        taken |= {columns.SYSTOLIC_MMHG: high, columns.DIASTOLIC_MMHG: low}
        detail = "below the diastolic pressure; the two were swapped"
        notes.append(Note(columns.SYSTOLIC_MMHG, "PRESSURES_SWAPPED", detail, CleaningAction.REPAIR))
    return taken, notes


def _is_of(reading: Reading, visit: Encounter, aliases: Mapping[str, str]) -> bool:
    if reading.encounter_id:
        return aliases.get(reading.encounter_id, reading.encounter_id) == visit.encounter_id
    return reading.at is not None and visit.at is not None and abs(reading.at - visit.at) < SAME_VISIT


def _age(birth: datetime | None, at: datetime | None) -> tuple[float | None, list[Note]]:
    if birth is None or at is None:
        return None, []
    if at < birth - SAME_VISIT:
        return None, [Note(columns.AGE_DAYS, "VISIT_BEFORE_BIRTH", "the visit is dated before the birth")]
    return ages.days_between(birth, at), []


def _earliest_onset(onsets: Iterable[datetime | float], birth: datetime | None) -> float | None:
    stated = [onset for onset in onsets if isinstance(onset, float)]
    dated = [ages.days_between(birth, onset) for onset in onsets if birth is not None and isinstance(onset, datetime)]
    return min(stated + dated, default=None)


def _family_history(
    kin: list[Kin], signs: _Signs, terms: Mapping[str, str], vocabulary: ClinicalVocabulary
) -> float | None:
    """1 where a relative has one of the patient's signs or the disorder, 0 where what relatives have is another."""
    conditions = [codes for each in kin for codes in each.codes if codes]
    if not conditions:
        return None
    own = {*signs.observed, *signs.codes, *(disorder for _, disorder in signs.disorders)}
    theirs = {
        named
        for codes in conditions
        for code in codes
        for named in (code, *(canonical_term(each.target, terms) or each.target for each in vocabulary.meanings(code)))
    }
    return float(not own.isdisjoint(theirs))


def _sign_notes(signs: _Signs) -> Iterator[Note]:
    if signs.uncertain:
        detail = f"{signs.uncertain} conditions are suspected, not confirmed: neither observed nor excluded"
        yield Note(columns.OBSERVED_TERMS, "CONDITION_UNCONFIRMED", detail, CleaningAction.NOTE)
    if signs.too_broad:
        detail = f"{signs.too_broad} refuted codes are narrower than their term, which is not excluded by them"
        yield Note(columns.EXCLUDED_TERMS, "EXCLUSION_TOO_BROAD", detail, CleaningAction.NOTE)


def _person_notes(person: Patient | None) -> Iterator[Note]:
    if person is None:
        detail = "no Patient resource: age and sex are not known"
        yield Note(columns.PATIENT_ID, "PATIENT_NOT_DESCRIBED", detail, CleaningAction.NOTE)
