import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import Sex
from orphan_disease.domain.age_likelihoods import ONSET_CLASSES, AgeModel, cells_of
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_evidence import (
    DemographicEvidence,
    DemographicSettings,
    demographic_evidence,
    prevalence_log_ratios,
)
from orphan_disease.domain.knowledge_base import DisorderFacts
from tests.domain import tiny_knowledge as tiny

YEAR = 365.25
NEONATAL, LATE, INFANTILE = "HP:0003623", "HP:0003584", "HP:0003593"
X_RECESSIVE, RECESSIVE, Y_LINKED = "HP:0001419", "HP:0000007", "HP:0001450"
# OMIM:1 neonatal and X-linked recessive; OMIM:2 late; OMIM:3 Orphanet's words; ORPHA:4 nothing at all.
ROWS = (
    ("OMIM:1", False, NEONATAL, ["PMID:1"], 3, 3, "C", None),
    ("OMIM:1", False, LATE, ["PMID:2"], 1, 1, "C", None),
    ("OMIM:1", False, X_RECESSIVE, ["PMID:1", "PMID:2"], None, None, "I", None),
    ("OMIM:2", False, LATE, ["PMID:3"], None, None, "C", None),
    ("OMIM:2", True, NEONATAL, ["PMID:3"], None, None, "C", None),
    ("OMIM:2", False, RECESSIVE, ["PMID:3"], None, None, "I", None),
)
FACTS = DisorderFacts(
    names=("A", "B", "C", "D"),
    members=(("OMIM:1",), ("OMIM:2",), ("OMIM:3", "ORPHA:3"), ("ORPHA:4",)),
    categories=("eye",) * 4,
    prevalence_classes=("1-9 / 100 000", "<1 / 1 000 000", None, "1-9 / 1 000 000"),
    onsets=(("Neonatal", "Elderly"), ("Elderly",), ("Adult",), ()),
    inheritances=(("X-linked recessive",), ("Autosomal recessive",), ("Y-linked",), ()),
)


def annotations(*rows: tuple[object, ...]) -> pd.DataFrame:
    names = [
        columns.DATABASE_ID,
        columns.NEGATED,
        columns.TERM_ID,
        columns.REFERENCES,
        columns.FREQUENCY_OBSERVED,
        columns.FREQUENCY_EXAMINED,
        columns.ASPECT,
        columns.ONSET,
    ]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype({columns.FREQUENCY_OBSERVED: "Int32", columns.FREQUENCY_EXAMINED: "Int32"})


EVIDENCE = demographic_evidence(annotations(*ROWS), tiny.tiny_ontology(), FACTS)


def batch(**case: object) -> CaseBatch:
    return tiny.tiny_batch({columns.OBSERVED_TERMS: [tiny.CATARACT], **case})


def test_what_is_unknown_says_nothing() -> None:
    nothing = EVIDENCE.log_ratios(batch())
    assert not nothing.age.any()
    assert not nothing.sex.any()
    everything = EVIDENCE.log_ratios(
        batch(**{columns.AGE_DAYS: 70 * YEAR, columns.ONSET_AGE_DAYS: 60 * YEAR, columns.SEX: Sex.MALE.value})
    )
    assert everything.age[0, 3] == 0
    assert everything.sex[0, 3] == 0


def test_sex_against_inheritance() -> None:
    male = EVIDENCE.log_ratios(batch(**{columns.SEX: Sex.MALE.value})).sex[0]
    female = EVIDENCE.log_ratios(batch(**{columns.SEX: Sex.FEMALE.value})).sex[0]
    # ln(0.95 / 0.5) and ln(0.05 / 0.5); autosomal: 0; Y-linked: ln(0.98 / 0.5) and ln(0.02 / 0.5).
    assert male.tolist() == pytest.approx([0.641854, 0.0, 0.672944, 0.0], abs=1e-5)
    assert female.tolist() == pytest.approx([-2.302585, 0.0, -3.218876, 0.0], abs=1e-5)


def test_the_age_at_onset_by_hand() -> None:
    """The stated formula on the class's own shares: ln((1 - s) mixture / mean + s), with s of so many patients."""
    ages = AgeModel()
    onset = dict(zip(("neonatal", "late", "adult"), ages.onset_shares[_classes(NEONATAL, LATE, "adult")], strict=True))
    mixture = 0.75 * onset["neonatal"] + 0.25 * onset["late"]  # three of four patients
    mean = (mixture + onset["late"] + onset["adult"]) / 3
    cell = int(cells_of(np.array([10.0]))[0])
    stray = {4: 1 / 5, 1: 1 / 2}  # prior of one patient against four, and against one
    expected = [
        np.log((1 - stray[4]) * mixture[cell] / mean[cell] + stray[4]),
        np.log((1 - stray[1]) * onset["late"][cell] / mean[cell] + stray[1]),
        np.log((1 - stray[1]) * onset["adult"][cell] / mean[cell] + stray[1]),
        0.0,
    ]
    assert EVIDENCE.log_ratios(batch(**{columns.ONSET_AGE_DAYS: 10.0})).age[0].tolist() == pytest.approx(
        expected, rel=1e-4
    )


def _classes(*names: str) -> list[int]:
    return [ONSET_CLASSES.index(name) for name in names]


def test_a_patient_is_hardly_younger_than_the_onset_and_an_old_one_speaks_softly_against_a_neonatal_disorder() -> None:
    newborn = EVIDENCE.log_ratios(batch(**{columns.AGE_DAYS: 5.0})).age[0]
    old = EVIDENCE.log_ratios(batch(**{columns.AGE_DAYS: 60 * YEAR})).age[0]
    assert newborn[0] > 0 > newborn[1]
    assert newborn[1] == pytest.approx(np.log(0.5), abs=0.05)  # one patient's word: half is left to any age
    assert old[1] > 0 > old[0] > np.log(0.2)


def test_the_onset_goes_before_the_age_at_the_visit() -> None:
    onset = EVIDENCE.log_ratios(batch(**{columns.ONSET_AGE_DAYS: 10.0})).age
    both = EVIDENCE.log_ratios(batch(**{columns.ONSET_AGE_DAYS: 10.0, columns.AGE_DAYS: 60 * YEAR})).age
    assert both.tolist() == onset.tolist()


@pytest.mark.parametrize("reference", ["PMID:1", "PMID:2", "PMID:3", "PMID:9", None])
@pytest.mark.parametrize("places", [None, np.array([[2, 1, 0]])])
def test_leaving_the_own_paper_out_is_as_if_its_rows_did_not_exist(
    reference: str | None, places: np.ndarray | None
) -> None:
    case = batch(**{columns.REFERENCE: reference, columns.ONSET_AGE_DAYS: 65 * YEAR, columns.SEX: Sex.FEMALE.value})
    own = EVIDENCE.log_ratios(case, places, own=True)
    without = DemographicEvidence(EVIDENCE.rows.without([str(reference)]), EVIDENCE.prevalence)
    chosen = np.arange(4) if places is None else places[0]
    sex = without.log_ratios(case).sex[0][chosen]
    assert own.sex[0].tolist() == pytest.approx(sex.tolist())
    touched = {"PMID:1": {0}, "PMID:2": {0}, "PMID:3": {1}}.get(str(reference), set())
    released = EVIDENCE.log_ratios(case, places).age[0]
    for column, disorder in enumerate(chosen.tolist()):
        if disorder not in touched:
            assert own.age[0, column] == released[column]
        else:
            assert own.age[0, column] != released[column]


def test_a_disorder_known_from_the_own_paper_alone_becomes_unknown() -> None:
    case = batch(**{columns.REFERENCE: "PMID:3", columns.ONSET_AGE_DAYS: 65 * YEAR})
    assert EVIDENCE.log_ratios(case).age[0, 1] > 0
    assert EVIDENCE.log_ratios(case, own=True).age[0, 1] == 0
    assert EVIDENCE.without_references(["PMID:3"]).log_ratios(case).age[0, 1] == 0


def test_the_onset_column_speaks_where_the_course_is_silent() -> None:
    rows = (
        ("OMIM:1", False, tiny.CATARACT, ["PMID:1"], None, None, "P", LATE),
        ("OMIM:1", False, tiny.MURMUR, ["PMID:1"], None, None, "P", INFANTILE),
        ("OMIM:2", False, tiny.MURMUR, ["PMID:1"], None, None, "P", INFANTILE),
        ("OMIM:2", False, LATE, ["PMID:1"], None, None, "C", None),
    )
    silent = DisorderFacts(FACTS.names, FACTS.members, FACTS.categories, (None,) * 4, ((),) * 4, ((),) * 4)
    found = demographic_evidence(annotations(*rows), tiny.tiny_ontology(), silent)
    age = found.log_ratios(batch(**{columns.ONSET_AGE_DAYS: 200.0})).age[0]
    assert age[0] > 0 > age[1]


def test_prevalence_is_left_out_unless_asked_for() -> None:
    case = batch(**{columns.SEX: Sex.MALE.value})
    assert EVIDENCE.total(case).tolist() == (0.5 * EVIDENCE.log_ratios(case).sex).tolist()
    settings = DemographicSettings(age_weight=2.0, sex_weight=1.0, prevalence_weight=0.25)
    asked = DemographicEvidence(EVIDENCE.rows, EVIDENCE.prevalence, settings)
    expected = EVIDENCE.log_ratios(case).sex[0] + 0.25 * EVIDENCE.prevalence
    assert asked.total(case)[0].tolist() == pytest.approx(expected.tolist())


def test_prevalence_against_the_median() -> None:
    # Geometric middles 3.16, 0.0316 and 0.316 in 100,000: a factor of ten above and below the median.
    assert EVIDENCE.prevalence.tolist() == pytest.approx([np.log(10), -np.log(10), 0.0, 0.0], abs=1e-5)
    assert prevalence_log_ratios([None, None]).tolist() == [0.0, 0.0]
