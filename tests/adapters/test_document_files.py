import gzip
import zipfile
from io import BytesIO

import pytest

from orphan_disease.adapters.document_files import documents_of, holds_documents
from tests.adapters.damage import damaged


def archive(compression: int = zipfile.ZIP_STORED, /, **members: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as stream:
        for name, content in members.items():
            stream.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def test_a_gzipped_file_is_its_documents_and_a_torn_one_is_one_that_cannot_be_read() -> None:
    packed = gzip.compress(b"{}\n\n[]\n")
    assert list(documents_of("a.ndjson.gz", packed)) == [("a.ndjson.gz", 1, "{}"), ("a.ndjson.gz", 3, "[]")]
    assert list(documents_of("a.json.gz", gzip.compress(b"{}\n"))) == [("a.json.gz", None, "{}\n")]
    assert list(documents_of("a.ndjson.gz", packed[:-6])) == [("a.ndjson.gz", None, None)]


def test_an_archive_holds_plain_and_gzipped_files() -> None:
    content = archive(a_ndjson_gz=gzip.compress(b"1\n2"), b_json=b"3", c_txt=b"4", d_json_gz=b"no gzip")
    assert list(documents_of("x.zip", content)) == [
        ("x.zip/a.ndjson.gz", 1, "1"),
        ("x.zip/a.ndjson.gz", 2, "2"),
        ("x.zip/b.json", None, "3"),
        ("x.zip/d.json.gz", None, None),
    ]


@pytest.mark.parametrize("name", ["a.JSON", "a/b.ndjson", "a.jsonl.GZ", "a.zip"])
def test_names_tell_which_files_are_read(name: str) -> None:
    assert holds_documents(name)
    assert not holds_documents(f"{name}.txt")


def test_a_damaged_archive_costs_its_documents_and_no_crash() -> None:
    members = {"a_ndjson": b'{"a": 1}\n' * 50, "b_json_gz": gzip.compress(b"{}")}
    whole = archive(zipfile.ZIP_DEFLATED, **members)
    read = [list(documents_of("x.zip", damaged(whole, seed))) for seed in range(1_500)]
    assert all(text is None or isinstance(text, str) for documents in read for _, _, text in documents)
    assert any(text is None for documents in read for _, _, text in documents)
    assert max(map(len, read)) == 51
