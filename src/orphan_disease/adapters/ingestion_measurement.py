"""How fast hospitals' files are read and typed, and in how much memory, by the number of their records.

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

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.knowledge_datasets import HpoTextDataset
from orphan_disease.adapters.package_tables import read_package_table
from orphan_disease.adapters.source_datasets import DocumentsDataset, TableSourceDataset
from orphan_disease.contracts import triage_form
from orphan_disease.domain.obograph import parse_ontology
from orphan_disease.domain.phenopacket_frames import type_histories
from orphan_disease.domain.symptom_codes import current_ids, local_terms
from orphan_disease.domain.triage import type_triage

__all__ = ["IngestionFigure", "measure_ingestion"]

_TERMS: Final = ("HP:0001250", "HP:0001945", "HP:0002315", "HP:0012735", "HP:0001252", "HP:0000252", "HP:0001263")
_CELLS: Final = (
    "HP:0001250;no:HP:0001945",
    "fiebre de 3 días, niega tos",
    "headache and vomiting, no fever",
    "HP:0002315;TOS;no:HP:0001252",
    "dolor abdominal; cansancio",
    "HP:0001263;HP:0000252",
    "sin disnea ni dolor torácico",
)


class IngestionFigure(NamedTuple):
    """One measurement: seconds of reading and typing, peak memory of the process in MiB."""

    kind: str
    records: int
    kept: int
    seconds: float
    peak_mib: float


def measure_ingestion(triage_rows: Iterable[int], phenopackets: Iterable[int]) -> Iterable[IngestionFigure]:
    """Write files of so many records, and read each in a process of its own."""
    for kind, sizes in (("triage", triage_rows), ("phenopackets", phenopackets)):
        for size in sizes:
            with TemporaryDirectory() as folder:
                path = _WRITERS[kind](Path(folder), size)
                command = [sys.executable, "-m", __name__, kind, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # this module
                kept, seconds, peak = json.loads(done.stdout.splitlines()[-1])
                yield IngestionFigure(kind, size, kept, seconds, peak)


def _write_triage(folder: Path, size: int) -> Path:
    path = folder / "triage.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(triage_form.TRIAGE_COLUMNS) + "\n")
        for number in range(size):
            stream.write(
                f"SIM-{number // 2:08d},V{number:08d},2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}T10:00:00Z,"
                f"{number % 90},years,{('female', 'male')[number % 2]},{36 + number % 40 / 10:.1f},C,"
                f"{60 + number % 80},{12 + number % 20},{100 + number % 60},{50 + number % 40},{90 + number % 10},"
                f"{number % 11},alert,other,"
                f'"{_CELLS[number % len(_CELLS)]}",{number % 30},no,,,{number % 7},yes\n'
            )
    return path


def _write_phenopackets(folder: Path, size: int) -> Path:
    path = folder / "histories.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for number in range(size):
            features = [
                {"type": {"id": term, "label": "a sign"}, "excluded": (number + place) % 5 == 0}
                for place, term in enumerate(_TERMS)
            ]
            packet = {
                "id": f"case-{number}",
                "subject": {"id": f"SIM-{number:08d}", "sex": "FEMALE"},
                "phenotypicFeatures": features,
                "metaData": {"created": "2024-01-01T00:00:00Z", "createdBy": "simulated"},
            }
            stream.write(json.dumps(packet) + "\n")
    return path


_WRITERS: Final[Mapping[str, Callable[[Path, int], Path]]] = MappingProxyType(
    {"triage": _write_triage, "phenopackets": _write_phenopackets}
)


def _ingest(kind: str, path: str) -> tuple[int, float, float]:
    """Records kept, seconds and peak MiB of reading and typing one file; the vocabulary is read before."""
    vocabulary = read_vocabulary()
    content = parse_ontology(HpoTextDataset(name="hp.obo").load())
    terms = current_ids(content.terms, content.alternatives)
    started = time.perf_counter()
    if kind == "triage":
        local = local_terms(read_package_table("local_codes"), terms)
        form = TableSourceDataset(filepath=path).load()
        typed, _ = type_triage(form, terms, local, vocabulary.phrases)
    else:
        typed, _ = type_histories(DocumentsDataset(filepath=path).load(), terms, vocabulary)
    seconds = time.perf_counter() - started
    return len(typed), seconds, _peak_mib()


def _peak_mib() -> float:
    """The most memory that this process held; where the system says it only with the parent's, that."""
    status = Path("/proc/self/status")
    if status.is_file():
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_ingest(*sys.argv[1:3])) + "\n")
