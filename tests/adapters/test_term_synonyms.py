from orphan_disease.adapters.term_synonyms import read_term_synonyms


def test_the_installed_release_names_a_term_in_several_words() -> None:
    synonyms = read_term_synonyms()
    assert list(synonyms.columns) == ["term_id", "label"]
    assert {"Epilepsy", "Epileptic seizure", "Seizures"} <= set(synonyms.loc[synonyms.term_id == "HP:0001250", "label"])
    assert not synonyms.isna().any(axis=None)
    assert not synonyms.label.eq("").any()
