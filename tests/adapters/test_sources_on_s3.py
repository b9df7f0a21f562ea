"""Every file of a hospital may lie in a bucket: as it is on disk, so it is read from there."""

import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import s3fs
from kedro.io import DatasetError

from orphan_disease.adapters.knowledge_datasets import HpoTextDataset, OrphanetArchiveDataset
from orphan_disease.adapters.source_datasets import DocumentsDataset, SourceDataset, TableSourceDataset
from tests.e2e.s3_server import S3Server, s3_server

FILES = {
    "triage/date=2024-03-05/form.csv": b"patient_id,encounter_id,arrival_at\np1,e1,2024-03-05\n",
    "triage/date=2024-03-06/form.csv.gz": gzip.compress(b"patient_id;encounter_id;arrival_at\np2;e2;06/03/2024\n"),
    "triage/date=2024-03-05/late.tsv": b"patient_id\tencounter_id\tarrival_at\np3\te3\t2024-03-05\n",
    "triage/_SUCCESS": b"",
    "truth/2024-03.csv": b"patient_id,diagnosis_id,confirmed_at\np1,ORPHA:558,2024-04-01\n",
    "truth/2024-04.csv": b"patient_id,diagnosis_id,confirmed_at\np1,NONE,2024-04-20\n",
    "histories/Patient.ndjson.gz": gzip.compress(b'{"resourceType": "Patient", "id": "p1"}\n'),
    "orphanet/orphapacket-master/json/ORPHApacket_558.json": b'{"Orphapacket": {"ORPHAcode": "558"}}',
    "hp.obo.gz": gzip.compress(b"data-version: hp/releases/2025-01-16\n"),
    "histories/deep/one.json": b'{"id": "A", "subject": {"id": "p2"}}',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, and an archive of the histories."""
    root = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    with zipfile.ZipFile(root / "histories.zip", "w") as archive:
        archive.write(root / "histories" / "deep" / "one.json", "one.json")
    return root


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[S3Server]:
    """A server whose bucket holds the files."""
    with s3_server(tmp_path_factory.mktemp("server")) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.variables.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()  # another test's server had the same arguments, at another address
        running.filesystem().put(f"{folder}/", f"{running.bucket}/", recursive=True)
        yield running
        s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize(
    ("dataset", "place", "rows"),
    [
        (TableSourceDataset, "triage", 3),
        (TableSourceDataset, "triage/date=2024-03-06/form.csv.gz", 1),
        (TableSourceDataset, "truth", 2),
        (DocumentsDataset, "histories", 2),
        (DocumentsDataset, "histories.zip", 1),
        (DocumentsDataset, "histories/Patient.ndjson.gz", 1),
    ],
)
def test_a_source_in_a_bucket_is_the_source_on_disk(
    dataset: type[SourceDataset], place: str, rows: int, folder: Path, server: S3Server
) -> None:
    on_disk = dataset(filepath="absent", source_path=str(folder / place)).load()
    in_bucket = dataset(filepath="absent", source_path=f"s3://{server.bucket}/{place}").load()
    assert len(on_disk) == rows
    pd.testing.assert_frame_equal(on_disk, in_bucket)


def test_knowledge_in_a_bucket_is_that_on_disk(folder: Path, server: S3Server) -> None:
    on_disk, in_bucket = (
        OrphanetArchiveDataset(filepath=f"{root}/orphanet").load() for root in (folder, f"s3://{server.bucket}")
    )
    assert len(on_disk) == 1
    pd.testing.assert_frame_equal(on_disk, in_bucket)
    lines = HpoTextDataset(name="hp.obo", filepath=f"s3://{server.bucket}/hp.obo.gz").load()
    assert lines == ["data-version: hp/releases/2025-01-16"]


def test_a_source_that_is_not_in_the_bucket_is_named(server: S3Server) -> None:
    with pytest.raises(DatasetError, match=f"s3://{server.bucket}/nowhere does not exist"):
        TableSourceDataset(filepath="absent", source_path=f"s3://{server.bucket}/nowhere").load()
