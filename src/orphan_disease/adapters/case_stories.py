"""Cases of a file, a folder or a zip, told one by one by a packaged model."""

from collections.abc import Collection, Iterator

import orjson
import pandas as pd

from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.source_datasets import DocumentsDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.case_story import tell_case
from orphan_disease.domain.cases_to_answer import cases_to_answer
from orphan_disease.domain.phenopacket_frames import type_phenopackets
from orphan_disease.domain.prediction import Predictor

__all__ = ["tell_cases"]


def tell_cases(path: str, wanted: Collection[str], models: str, model: str) -> Iterator[str]:
    """Tell the cases of a source.

    Args:
        path: phenopackets: a file, a folder or a zip.
        wanted: ids of the phenopackets to tell; all of them where empty.
        models: folder of the model packages.
        model: a version or a pointer.

    Yields:
        One Markdown text a case.
    """
    store = PackageStore(models)
    with store.local_copy(store.resolve(model)) as folder:
        predictor = read_package(folder)
    documents = DocumentsDataset(filepath=path).load()
    if wanted:
        named = documents[columns.PAYLOAD].map(_document_id)
        documents = documents[named.isin(list(wanted))]
    yield from _stories(documents, predictor)


def _document_id(payload: str) -> str | None:
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None  # typing sets it aside with its reason
    return str(document.get("id")) if isinstance(document, dict) else None


def _stories(documents: pd.DataFrame, predictor: Predictor) -> Iterator[str]:
    whole = documents.reset_index(drop=True)
    ontology = predictor.knowledge.ontology
    cases, _ = cases_to_answer(whole, ontology)
    typed, _ = type_phenopackets(whole, ontology.every_id)
    confirmed = typed.set_index(columns.CASE_ID)[columns.DIAGNOSIS_ID]
    for place, case_id in enumerate(cases[columns.CASE_ID]):
        diagnosis = confirmed.get(case_id)
        yield tell_case(predictor, cases.iloc[[place]], diagnosis if isinstance(diagnosis, str) else None)
