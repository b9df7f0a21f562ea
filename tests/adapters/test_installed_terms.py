"""The installed release names a term in several words, and says what a hospital's codes mean."""

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.installed_terms import read_installed_terms


def test_the_installed_release_names_a_term_in_several_words() -> None:
    synonyms = read_installed_terms().synonyms
    assert list(synonyms.columns) == ["term_id", "label"]
    assert {"Epilepsy", "Epileptic seizure", "Seizures"} <= set(synonyms.loc[synonyms.term_id == "HP:0001250", "label"])
    assert not synonyms.isna().any(axis=None)
    assert not synonyms.label.eq("").any()


def test_the_service_and_the_pipelines_read_codes_alike() -> None:
    served, piped = read_installed_terms().vocabulary, read_vocabulary()
    assert served.codes == piped.codes
    assert served.phrases == piped.phrases
    assert [each.target for each in served.meanings("SNOMED:386661006")] == ["HP:0001945"]  # fever
