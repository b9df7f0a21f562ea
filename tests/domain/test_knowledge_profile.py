"""The profile: one line for people, and a version that changes when the knowledge does."""

import re

import pandas as pd

from orphan_disease.contracts.parameters.knowledge import CategoryScheme, CategorySpec
from orphan_disease.domain.knowledge_profile import describe_knowledge

SCHEME = CategoryScheme(
    name="r",
    categories=(
        CategorySpec(name="one", label_es="1", label_en="1"),
        CategorySpec(name="two", label_es="2", label_en="2"),
    ),
)
TERMS = pd.DataFrame({"is_obsolete": [False, False, True], "release": "2025-01-16"})
ANNOTATIONS = pd.DataFrame({"database_id": ["OMIM:1", "OMIM:1", "ORPHA:2"]})
DISORDERS = pd.DataFrame(
    {"is_annotated": [True, False], "category": ["one", "unknown"], "category_source": ["orphanet", "none"]}
)
ARCHIVE = pd.DataFrame({"release": ["1.3.42 / 4.1.8"] * 1_200})
ABSENT = pd.DataFrame({"release": pd.Series([], dtype="str")})


def test_the_line_says_releases_and_counts() -> None:
    profile = describe_knowledge(TERMS, ANNOTATIONS, "2025-01-16", ARCHIVE, DISORDERS, SCHEME)
    assert profile["line"] == (
        "Knowledge: HPO 2025-01-16 (2 terms), 2 annotated diseases in 1 disorders, "
        "Orphanet 1.3.42/4.1.8 archive (1,200 entries)"
    )
    assert profile["counts"]["annotated_disorders_by_category"] == {"one": 1}


def test_the_line_says_that_the_archive_is_absent() -> None:
    profile = describe_knowledge(TERMS, ANNOTATIONS, "", ABSENT, DISORDERS, SCHEME)
    assert "no Orphanet archive" in profile["line"]
    assert profile["orphanet"] == "facts_table"
    assert profile["releases"] == {"hpo": "2025-01-16", "annotations": "unstated", "orphanet": "unstated"}


def test_the_version_is_stable_and_changes_with_the_knowledge() -> None:
    first, again, other = (
        describe_knowledge(TERMS, ANNOTATIONS, release, ARCHIVE, DISORDERS, SCHEME)["knowledge_version"]
        for release in ("2025-01-16", "2025-01-16", "2025-09-01")
    )
    assert first == again != other
    assert re.fullmatch(r"hpo-2025-01-16\.orphanet-1\.3\.42-4\.1\.8\.[0-9a-f]{8}", first)
