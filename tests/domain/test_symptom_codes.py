import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.symptom_codes import LOCAL_CODE, LOCAL_TERM, current_ids, local_terms, read_symptoms

CURRENT, RETIRED, OLDER, LOST = "HP:0000001", "HP:0000002", "HP:0000003", "HP:0000004"


def known() -> dict[str, str]:
    terms = pd.DataFrame({columns.TERM_ID: [CURRENT, RETIRED], columns.IS_OBSOLETE: [False, True]})
    chain = [(RETIRED, CURRENT), (OLDER, RETIRED), (LOST, "HP:0000009")]
    return current_ids(terms, pd.DataFrame(chain, columns=[columns.ALTERNATIVE_ID, columns.TERM_ID]))


def test_a_chain_of_replacements_is_followed_to_its_end() -> None:
    assert known() == {CURRENT: CURRENT, RETIRED: CURRENT, OLDER: CURRENT}


def test_replacements_that_go_in_a_circle_lead_nowhere() -> None:
    terms = pd.DataFrame({columns.TERM_ID: [CURRENT], columns.IS_OBSOLETE: [False]})
    circle = pd.DataFrame([(RETIRED, OLDER), (OLDER, RETIRED)], columns=[columns.ALTERNATIVE_ID, columns.TERM_ID])
    assert current_ids(terms, circle) == {CURRENT: CURRENT}


def test_a_local_code_is_read_in_any_case_and_one_of_an_unknown_term_is_left_out() -> None:
    codes = pd.DataFrame({LOCAL_CODE: ["Tos", "X"], LOCAL_TERM: [OLDER, LOST]})
    assert local_terms(codes, known()) == {"TOS": CURRENT}


def test_a_cell_is_read_into_observed_excluded_and_unknown() -> None:
    full, empty = read_symptoms([f" tos ; NO:{OLDER};fiebre", None], known(), {"TOS": CURRENT})
    assert full == ([CURRENT], [CURRENT], ["fiebre"], 1, 0, 0)
    assert empty == ([], [], [], 0, 0, 0)


def test_what_is_no_code_is_read_as_words() -> None:
    phrases = {"fiebre": CURRENT}
    said, denied, doubted = read_symptoms(
        ["niega fiebre", "no:fiebre alta", "posible fiebre;tos"], known(), {}, phrases
    )
    assert said == ([], [CURRENT], [], 0, 1, 0)
    assert denied == ([], [CURRENT], ["alta"], 0, 1, 0)
    assert doubted == ([], [], ["tos"], 0, 0, 1)


def test_words_for_a_term_that_the_release_does_not_know_are_reported_by_its_id() -> None:
    phrases = {"cough": LOST, "fever": OLDER}
    (read,) = read_symptoms(["cough, fever"], known(), {}, phrases)
    assert (read.observed, read.unknown) == ([CURRENT], [LOST])
