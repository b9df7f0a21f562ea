from orphan_disease.adapters.search_measurement import measure_term_search


def test_the_measurement_counts_the_queries_of_every_kind() -> None:
    table = measure_term_search(3)
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert {row[0].strip("| "): row[1] for row in rows} == {
        "whole": "3",
        "begun": "3",
        "misspelt": "3",
        "beginnings": "3",
        "all": "12",
    }
