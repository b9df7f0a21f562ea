"""Planted changes: systematic, and nothing without their share."""

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import triage_form, truth_file
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.domain.hospital import fabricate_hospital
from orphan_disease.domain.hospital_shifts import recode_terms, refer_phenocopies, tick_signs
from orphan_disease.domain.simulation_knowledge import SimulationKnowledge, build_simulation_knowledge
from tests.domain import simulation_world as world


def params(**hospital: object) -> FabricationParams:
    given = world.params(150)
    return given.model_copy(update={"hospital": given.hospital.model_copy(update=hospital)})


def knowledge() -> SimulationKnowledge:
    sources = world.sources()
    return build_simulation_knowledge(
        sources.ontology, sources.annotations, sources.disorders.reset_index(drop=True), params().simulation
    )


def test_a_later_month_is_of_the_same_hospital_and_of_other_patients() -> None:
    both = fabricate_hospital(world.sources(), params(patients=150))
    later = fabricate_hospital(world.sources(), params(patients=50, first_patient=100))
    numbers = sorted(set(later.triage[triage_form.PATIENT_ID]))
    assert numbers[0] == "SIM-000100" and numbers[-1] == "SIM-000149"
    truth = both.truth[both.truth[truth_file.PATIENT_ID].isin(numbers)]
    columns = [truth_file.PATIENT_ID, truth_file.DIAGNOSIS_ID]
    first, second = (
        table[columns].drop_duplicates(truth_file.PATIENT_ID, keep="last").sort_values(columns[0], ignore_index=True)
        for table in (truth, later.truth)
    )
    same = (first[truth_file.DIAGNOSIS_ID] == second[truth_file.DIAGNOSIS_ID]).mean()
    assert len(first) == len(second)
    assert same > 0.95  # a conflicting diagnosis is drawn of the other patients, who are others


def test_visits_fill_the_window_and_diagnoses_keep_the_pace() -> None:
    slow, fast = (
        fabricate_hospital(world.sources(), params(visit_window_days=30.0, confirmation_pace=pace))
        for pace in (1.0, 0.1)
    )
    arrivals = pd.to_datetime(fast.triage[triage_form.ARRIVAL_AT], utc=True, format="ISO8601", errors="coerce").dropna()
    assert arrivals.max() - arrivals.min() <= pd.Timedelta(days=30)
    days = [
        pd.to_datetime(each.truth[truth_file.CONFIRMED_AT], utc=True, format="ISO8601").median()
        for each in (slow, fast)
    ]
    assert days[1] < days[0]


def test_phenocopies_have_one_disorder_and_show_another_of_another_category() -> None:
    given, known = params(phenocopy_share=0.5, phenocopy_disorders=2), knowledge()
    disorders = world.sources().disorders.reset_index(drop=True).assign(category=["a", "b", "b", "a"] * 3)
    categories = disorders["category"].to_numpy(dtype=object)
    pool = np.flatnonzero(np.arange(len(disorders)) % 4 < 2).astype(np.int64)
    keys = np.arange(400, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    rows = np.resize(pool, 400)
    has, shows = refer_phenocopies(known, disorders, keys, pool, rows, given)
    copies = has != shows
    assert 0.4 < copies.mean() < 0.6
    assert len(np.unique(has[copies])) <= 2
    assert (categories[has[copies]] != categories[shows[copies]]).all()
    assert np.isin(has, pool).all()
    assert not np.isin(shows[copies], pool).any()
    assert (has[~copies] == rows[~copies]).all()
    untouched = refer_phenocopies(known, disorders, keys, pool, rows, params())
    assert untouched[0] is rows and untouched[1] is rows
    with pytest.raises(ValueError, match="no disorder of another category is left"):
        refer_phenocopies(known, disorders.assign(category="a"), keys, pool, rows, given)


def test_recoding_is_the_same_for_every_patient_and_loses_no_sign() -> None:
    known = knowledge()
    signs = known.ontology.indicator([[world.KINDS[0], world.KINDS[5]], [world.KINDS[0]], []])
    recoded = recode_terms(signs, known, params(recoded_share=1.0))
    assert recoded.sum(axis=1).tolist() == signs.sum(axis=1).tolist()
    assert (recoded != signs).nnz > 0
    assert len(set(recoded[1].indices) & set(recoded[0].indices)) == 1
    assert recode_terms(signs, known, params()) is signs


def test_a_form_ticks_the_same_signs_for_whoever_comes_with_it_and_rules_none_of_them_out() -> None:
    known = knowledge()
    own, other, ticked = world.KINDS[0], world.KINDS[5], world.KINDS[3]
    observed = known.ontology.indicator([[own]] * 300)
    excluded = known.ontology.indicator([[ticked, other]] * 300)
    keys = np.arange(300, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    given = params(ticked_share=0.5, ticked_terms=(own, ticked))

    seen, ruled_out = tick_signs(observed, excluded, keys, known, given)

    place = {name: known.ontology.index[name] for name in (own, other, ticked)}
    comes = seen[:, [place[ticked]]].toarray().ravel() > 0
    assert 0.4 < comes.mean() < 0.6
    assert (seen[:, [place[own]]].toarray() == 1).all()
    assert (ruled_out[:, [place[ticked]]].toarray().ravel() == ~comes).all()
    assert (ruled_out[:, [place[other]]].toarray() == 1).all()
    assert seen.sum() == 300 + comes.sum()
    assert ruled_out.nnz == 600 - comes.sum()
    untouched = tick_signs(observed, excluded, keys, known, params())
    assert untouched[0] is observed and untouched[1] is excluded
    with pytest.raises(ValueError, match="HP:9999999 not in HPO"):
        tick_signs(observed, excluded, keys, known, params(ticked_share=1.0, ticked_terms=("HP:9999999",)))
