"""The JSON documents in one file: plain or gzipped, one a file or one a line, or an archive of such files.

What cannot be unpacked or decoded is a document without a text, so that it costs no other document.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Final

from orphan_disease.adapters.gzipped import GZIP, UnpackError, unpacked

__all__ = ["MAX_MEMBER_BYTES", "Document", "documents_of", "documents_of_archive", "holds_documents"]

Document = tuple[str, int | None, str | None]  # the file, the line of a JSON-lines file, the text if it can be read

MAX_MEMBER_BYTES: Final = 256 * 1024 * 1024  # what one archive member may unpack to
_LINES: Final = (".jsonl", ".ndjson")
_JSON: Final = (".json", *_LINES)
_ARCHIVE: Final = ".zip"


def holds_documents(name: str) -> bool:
    """Whether a file of a folder is one to read, by its name.

    >>> holds_documents("export/Patient.ndjson.gz"), holds_documents("README.txt")
    (True, False)
    """
    return name.lower().removesuffix(GZIP).endswith(_JSON) or name.lower().endswith(_ARCHIVE)


def documents_of(name: str, content: bytes) -> Iterator[Document]:
    """The documents of one file; an archive, or a gzipped file, that is torn is one document that cannot be read."""
    if name.lower().endswith(_ARCHIVE):
        if zipfile.is_zipfile(BytesIO(content)):
            yield from ((f"{name}/{member}", line, text) for member, line, text in _members(BytesIO(content), name))
        else:
            yield name, None, None
        return
    try:
        plain = unpacked(content) if name.lower().endswith(GZIP) else content
    except UnpackError:
        yield name, None, None
        return
    yield from _split(name, plain)


def documents_of_archive(stream: IO[bytes]) -> Iterator[Document]:
    """The documents of an archive, by name; a member that cannot be unpacked is one document that cannot be read.

    Raises:
        BadZipFile: if the archive's directory cannot be read.
    """
    with _opened(stream) as archive:
        for entry in sorted(archive.infolist(), key=lambda member: member.filename):
            name = entry.filename
            if not name.lower().removesuffix(GZIP).endswith(_JSON):
                continue
            content = _unzipped(archive, entry)
            yield from [(name, None, None)] if content is None else documents_of(name, content)


def _opened(stream: IO[bytes]) -> zipfile.ZipFile:
    """The archive, its directory read; one that needs a later version of zip is one that cannot be read."""
    try:
        return zipfile.ZipFile(stream)
    except (NotImplementedError, ValueError, OSError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error


def _members(stream: IO[bytes], name: str) -> Iterator[Document]:
    """The documents of an archive in a folder; one whose directory cannot be read is one unreadable document."""
    try:
        yield from documents_of_archive(stream)
    except zipfile.BadZipFile:
        yield name, None, None


def _unzipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """A member's bytes; None where it is torn, encrypted (RuntimeError), too large or packed by an unknown method."""
    if entry.file_size > MAX_MEMBER_BYTES:
        return None
    try:
        return archive.read(entry)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ):
        return None


def _split(name: str, content: bytes) -> Iterator[Document]:
    """One document a file, or one a line that is not blank."""
    if not name.lower().removesuffix(GZIP).endswith(_LINES):
        yield name, None, _decode(content)
        return
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield name, number, _decode(line)


def _decode(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
