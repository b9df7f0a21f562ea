"""How fast hospitals' files are read, typed and joined, and in how much memory, by the number of their records.

Each measurement runs in a process of its own, whose peak memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.ingestion_files import write_phenopackets, write_triage
from orphan_disease.adapters.knowledge_datasets import HpoTextDataset
from orphan_disease.adapters.package_tables import read_package_table
from orphan_disease.adapters.source_datasets import DOCUMENT_COLUMNS, DocumentsDataset, TableSourceDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.cases import build_cases
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.near_duplicates import find_near_duplicates
from orphan_disease.domain.obo import OboContent
from orphan_disease.domain.obograph import parse_ontology
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.phenopacket_frames import type_histories
from orphan_disease.domain.symptom_codes import current_ids, local_terms
from orphan_disease.domain.triage import type_triage

__all__ = ["IngestionFigure", "measure_ingestion"]


class IngestionFigure(NamedTuple):
    """One measurement: seconds of the work on so many records, peak memory in MiB, and the findings by reason.

    `processor_seconds` are those that the process computed: on a shared machine they say more than `seconds`.
    """

    kind: str
    records: int
    kept: int
    seconds: float
    processor_seconds: float
    peak_mib: float
    findings: Mapping[str, int]


def measure_ingestion(
    triage_rows: Iterable[int], phenopackets: Iterable[int], visits: Iterable[int] = ()
) -> Iterable[IngestionFigure]:
    """Write files of so many records, and work on each in a process of its own.

    Args:
        triage_rows: rows of triage forms, each read and typed.
        phenopackets: histories, each read and typed.
        visits: rows of triage forms that are typed beforehand; joining them to cases and comparing each with all that
            it may resemble is what is timed.
    """
    for kind, sizes in (("triage", triage_rows), ("phenopackets", phenopackets), ("cases", visits)):
        for size in sizes:
            with TemporaryDirectory() as folder:
                path = _WRITERS[kind](Path(folder), size)
                command = [sys.executable, "-m", __name__, kind, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # this module
                yield IngestionFigure(kind, size, *json.loads(done.stdout.splitlines()[-1]))


_WRITERS: Final[Mapping[str, Callable[[Path, int], Path]]] = MappingProxyType(
    {"triage": write_triage, "phenopackets": write_phenopackets, "cases": write_triage}
)


def _ingest(kind: str, path: str) -> tuple[int, float, float, float, dict[str, int]]:
    """Records kept, seconds (also the processor's), peak MiB and findings; the vocabulary is read before."""
    vocabulary = read_vocabulary()
    content = parse_ontology(HpoTextDataset(name="hp.obo").load())
    started, computed = time.perf_counter(), time.process_time()
    if kind == "phenopackets":
        terms = current_ids(content.terms, content.alternatives)
        kept, found = type_histories(DocumentsDataset(filepath=path).load(), terms, vocabulary)
    else:
        kept, found = _typed_form(path, content, vocabulary)
    if kind == "cases":
        started, computed = time.perf_counter(), time.process_time()
        ontology = Ontology.from_frames(content.terms, content.edges, content.alternatives)
        nothing, _ = type_histories(pd.DataFrame(columns=list(DOCUMENT_COLUMNS)), {})
        kept, _ = build_cases(kept, nothing, nothing, ontology)
        _, found = find_near_duplicates(kept)
    seconds, computed = time.perf_counter() - started, time.process_time() - computed
    counts = {str(reason): int(count) for reason, count in found[columns.REASON].value_counts().items()}
    return len(kept), seconds, computed, _peak_mib(), counts


def _typed_form(path: str, content: OboContent, vocabulary: ClinicalVocabulary) -> tuple[pd.DataFrame, pd.DataFrame]:
    terms = current_ids(content.terms, content.alternatives)
    local = local_terms(read_package_table("local_codes"), terms)
    return type_triage(TableSourceDataset(filepath=path).load(), terms, local, vocabulary.phrases)


def _peak_mib() -> float:
    """The most memory that this process held; where the system says it only with the parent's, that."""
    status = Path("/proc/self/status")
    if status.is_file():
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_ingest(*sys.argv[1:3])) + "\n")
