import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.source_datasets import DOCUMENT_COLUMNS, DocumentsDataset, TableSourceDataset
from orphan_disease.contracts import columns
from tests.adapters.damage import damaged


def documents(*names: str) -> pd.DataFrame:
    rows = [(name, None, f'{{"id": "{name}"}}') for name in names]
    return pd.DataFrame(rows, columns=list(DOCUMENT_COLUMNS))


def test_documents_come_back_from_their_archive_and_equal_ones_give_equal_bytes(tmp_path: Path) -> None:
    for place in ("a.zip", "b.zip"):
        DocumentsDataset(filepath=str(tmp_path / place)).save(documents("x.json", "y/z.json"))
    loaded = DocumentsDataset(filepath=str(tmp_path / "a.zip")).load()
    assert loaded[columns.SOURCE_FILE].tolist() == ["x.json", "y/z.json"]
    assert loaded[columns.PAYLOAD].tolist() == ['{"id": "x.json"}', '{"id": "y/z.json"}']
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_folder_file_lines_and_archive_tell_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one.json").write_text("{}")
    (folder / "two.jsonl").write_text("{}\n\n[]\n")
    (folder / "ignored.txt").write_text("no")
    with zipfile.ZipFile(tmp_path / "same.zip", "w") as archive:
        archive.write(folder / "deep" / "one.json", "deep/one.json")
        archive.write(folder / "two.jsonl", "two.jsonl")
    of_folder = DocumentsDataset(filepath="absent", source_path=str(folder)).load()
    of_archive = DocumentsDataset(filepath="absent", source_path=str(tmp_path / "same.zip")).load()
    assert of_folder.astype(object).where(of_folder.notna(), None).to_numpy().tolist() == [
        ["deep/one.json", None, "{}"],
        ["two.jsonl", 1, "{}"],
        ["two.jsonl", 3, "[]"],
    ]
    pd.testing.assert_frame_equal(of_folder, of_archive)
    assert len(DocumentsDataset(filepath="absent", source_path=str(folder / "two.jsonl")).load()) == 2


def test_archives_in_a_folder_are_read_and_a_torn_one_is_one_unreadable_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("deep/one.json", "{}")
        archive.writestr("two.jsonl", "1\n2\n")
    (tmp_path / "a.ZIP").write_bytes((tmp_path / "b.zip").read_bytes()[:40])
    read = DocumentsDataset(filepath="absent", source_path=str(tmp_path)).load()
    assert read["source_file"].tolist() == ["a.ZIP", "b.zip/deep/one.json", "b.zip/two.jsonl", "b.zip/two.jsonl"]
    assert read["payload"].isna().tolist() == [True, False, False, False]
    assert read["source_line"].tolist()[2:] == [1, 2]


def test_what_cannot_be_read_is_a_document_without_payload(tmp_path: Path) -> None:
    archive_path = tmp_path / "torn.zip"
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("good.json", "{}")
        archive.writestr("latin.json", "ñ".encode("latin-1"))
        archive.writestr("torn.json", "TORN-CONTENT")
    archive_path.write_bytes(archive_path.read_bytes().replace(b"TORN-CONTENT", b"XXXX-CONTENT", 1))
    loaded = DocumentsDataset(filepath=str(archive_path)).load().set_index(columns.SOURCE_FILE)
    assert loaded[columns.PAYLOAD].isna().to_dict() == {"good.json": False, "latin.json": True, "torn.json": True}


def test_a_given_path_wins_over_the_default_and_saving_never_touches_it(tmp_path: Path) -> None:
    default, given = tmp_path / "default.csv", tmp_path / "given.csv"
    given.write_text("a\n1\n")
    dataset = TableSourceDataset(filepath=str(default), source_path=str(given))
    dataset.save(pd.DataFrame({"a": ["2"]}))
    assert dataset.load()["a"].tolist() == ["1"]
    assert default.read_text() == "a\n2\n"


def test_a_hospitals_missing_file_is_empty_never_fabricated(tmp_path: Path) -> None:
    default = tmp_path / "truth.csv"
    default.write_text("a\nfabricated\n")
    paths = {"triage_path": "mine.csv", "truth_path": None}
    assert TableSourceDataset(filepath=str(default), hospital_paths=paths).load().empty
    assert DocumentsDataset(filepath=str(default), hospital_paths=paths).load().columns.tolist() == list(
        DOCUMENT_COLUMNS
    )
    none_given = TableSourceDataset(filepath=str(default), hospital_paths={"triage_path": None})
    assert none_given.load()["a"].tolist() == ["fabricated"]


def test_an_optional_source_is_empty_until_given(tmp_path: Path) -> None:
    assert DocumentsDataset(filepath=str(tmp_path / "absent.zip"), optional=True).load().empty


def test_an_absent_default_says_what_to_run_and_an_absent_path_says_which(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"kedro run --pipeline=fabrication.*triage_path="):
        TableSourceDataset(filepath=str(tmp_path / "absent.csv")).load()
    with pytest.raises(DatasetError, match=r"mine\.csv does not exist"):
        TableSourceDataset(filepath="x.csv", source_path=str(tmp_path / "mine.csv")).load()


@pytest.mark.parametrize(
    "content",
    [b"id,name\n007,NA\n1.50,\n", "\ufeffid;name\n007;NA\n1.50;\n".encode(), b"id\tname\n007\tNA\n1.50\t\n"],
)
def test_cells_keep_their_spelling(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    table = TableSourceDataset(filepath=str(path)).load()
    assert table["id"].tolist() == ["007", "1.50"]
    assert table["name"].isna().tolist() == [False, True]
    assert table[columns.SOURCE_FILE].tolist() == ["table.csv", "table.csv"]


def test_parquet_is_read_as_text_and_windows_text_is_understood(tmp_path: Path) -> None:
    pd.DataFrame({"pulse": [80.5, None]}).to_parquet(tmp_path / "t.parquet")
    table = TableSourceDataset(filepath=str(tmp_path / "t.parquet")).load()
    assert table["pulse"].isna().tolist() == [False, True]
    assert table["pulse"].iloc[0] == "80.5"
    (tmp_path / "w.csv").write_bytes("complaint\nconvulsión\n".encode("cp1252"))
    assert TableSourceDataset(filepath=str(tmp_path / "w.csv")).load()["complaint"].tolist() == ["convulsión"]


def test_a_broken_row_costs_no_other_row(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text('a,b\n1,2\n"open,3,4,5\n1,2,3\n5,6\n')
    table = TableSourceDataset(filepath=str(tmp_path / "b.csv")).load()
    assert table["a"].where(table["a"].notna(), "").tolist() == ["1", "", "", "5"]
    assert table[columns.UNREADABLE].isna().tolist() == [True, False, False, True]
    assert table[columns.SOURCE_LINE].tolist() == [2, 3, 4, 5]


def test_a_folder_by_day_is_one_table_whatever_its_files_are(tmp_path: Path) -> None:
    for day, number in (("2024-01-01", 1), ("2024-01-02", 2)):
        (tmp_path / f"date={day}").mkdir()
        pd.DataFrame({"pulse": [number]}).to_csv(tmp_path / f"date={day}" / "form.csv", index=False)
    pd.DataFrame({"pulse": [80.5]}).to_parquet(tmp_path / "other.parquet")
    sheet = pd.DataFrame({"pulse": [72], "seen": [pd.Timestamp("2024-03-05")], "note": ["38,5"]})
    sheet.to_excel(tmp_path / "sheet.xlsx", index=False)
    (tmp_path / "torn.xlsx").write_bytes(b"PK torn")
    table = TableSourceDataset(filepath="absent", source_path=str(tmp_path)).load().set_index(columns.SOURCE_FILE)
    assert table.loc["date=2024-01-01/form.csv", "pulse"] == "1"
    assert table.loc["other.parquet", "pulse"] == "80.5"
    assert table.loc["sheet.xlsx", ["pulse", "seen", "note"]].tolist() == ["72", "2024-03-05", "38,5"]
    assert table[columns.UNREADABLE].notna().to_dict()["torn.xlsx"]
    assert table[columns.SOURCE_LINE].drop("torn.xlsx").tolist() == [2, 2, 2, 2]


def test_gzipped_forms_are_read_and_a_torn_one_costs_no_other_day(tmp_path: Path) -> None:
    for day, content in (("01", gzip.compress(b"a;b\n1,5;x\n")), ("02", gzip.compress(b"a;b\n2;y\n")[:-5])):
        (tmp_path / f"date=2024-03-{day}").mkdir()
        (tmp_path / f"date=2024-03-{day}" / "form.CSV.gz").write_bytes(content)
    (tmp_path / "date=2024-03-01" / "_SUCCESS").touch()
    table = TableSourceDataset(filepath="absent", source_path=str(tmp_path)).load()
    assert table["a"].tolist()[0] == "1,5"
    assert table[columns.UNREADABLE].isna().tolist() == [True, False]
    with pytest.raises(DatasetError, match="not a gzipped file"):
        TableSourceDataset(filepath="absent", source_path=str(tmp_path / "date=2024-03-02" / "form.CSV.gz")).load()


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "csv.gz"])
def test_a_damaged_file_of_a_folder_is_read_or_one_unreadable_row(suffix: str, tmp_path: Path) -> None:
    form, whole, place = pd.DataFrame({"a": ["1,5", None], "b": ["x", "y"]}), BytesIO(), tmp_path / f"form.{suffix}"
    if suffix == "xlsx":
        form.to_excel(whole, index=False)
    elif suffix == "parquet":
        form.to_parquet(whole)
    else:
        whole.write(gzip.compress(form.to_csv(index=False).encode()))
    unreadable = 0
    for seed in range(120):
        place.write_bytes(damaged(whole.getvalue(), seed))
        table = TableSourceDataset(filepath="absent", source_path=str(tmp_path)).load()
        unreadable += len(table) == 1 and table[columns.UNREADABLE].notna().all()
    assert unreadable > 60


def test_a_single_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    for name in ("torn.xlsx", "torn.parquet"):
        (tmp_path / name).write_bytes(b"torn")
        with pytest.raises(DatasetError, match=r"torn\.\w+ is not "):
            TableSourceDataset(filepath=str(tmp_path / name)).load()


def test_utf_16_is_understood(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("motivo\nconvulsión\n", encoding="utf-16")
    assert TableSourceDataset(filepath=str(tmp_path / "u.csv")).load()["motivo"].tolist() == ["convulsión"]
