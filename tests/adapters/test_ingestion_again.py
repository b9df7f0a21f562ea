"""A run that was killed and run again leaves the bytes of one that was not."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

from orphan_disease.adapters.atomic import AtomicParquetDataset
from orphan_disease.adapters.ingestion_files import write_phenopackets, write_triage
from orphan_disease.adapters.source_datasets import DocumentsDataset, TableSourceDataset
from orphan_disease.domain.phenopacket_frames import type_histories
from orphan_disease.domain.triage import type_triage

TERMS = {"HP:0001250": "HP:0001250", "HP:0001945": "HP:0001945"}
OUTPUTS = ("typed_triage", "triage_quarantine", "typed_histories", "histories_quarantine")
KILLS = 6


def _ingest(source: Path, target: Path) -> None:
    """Read and type both files, and save as a run does."""
    tables = (
        *type_triage(
            TableSourceDataset(filepath=str(source / "triage.csv")).load(), TERMS, {}, {"fiebre": "HP:0001945"}
        ),
        *type_histories(DocumentsDataset(filepath=str(source / "histories.jsonl")).load(), TERMS),
    )
    for name, table in zip(OUTPUTS, tables, strict=True):
        AtomicParquetDataset(filepath=str(target / f"{name}.parquet")).save(table)


def test_killed_and_run_again_gives_the_bytes_of_an_uninterrupted_run(tmp_path: Path) -> None:
    write_triage(tmp_path, 400)
    write_phenopackets(tmp_path, 200)
    started = time.perf_counter()
    _ingest(tmp_path, tmp_path / "whole")
    lasted = time.perf_counter() - started
    context = multiprocessing.get_context("fork")
    unfinished = 0
    for kill in range(KILLS):
        child = context.Process(target=_ingest, args=(tmp_path, tmp_path / "killed"))
        child.start()
        time.sleep(lasted * (kill + 0.5) / KILLS)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        unfinished += child.exitcode == -signal.SIGKILL
    assert unfinished, "no kill came in time: the test shows nothing"
    _ingest(tmp_path, tmp_path / "killed")
    for name in OUTPUTS:
        whole, again = ((tmp_path / place / f"{name}.parquet").read_bytes() for place in ("whole", "killed"))
        assert whole == again, name
