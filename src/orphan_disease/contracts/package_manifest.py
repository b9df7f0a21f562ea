"""The manifest of a model package: what is in the folder, where it comes from, and the checksum of every file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["FORMAT_VERSION", "PackageManifest"]

FORMAT_VERSION: Final = 1


class PackageManifest(BaseModel):
    """What `manifest.json` says.

    Attributes of the training are recorded for the reader; `files` is what loading verifies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = Field(default=FORMAT_VERSION, description="Layout of the folder; another one is refused.")
    name: str
    version: str = Field(description="Derived from the content of every file: equal content, equal version.")
    created_at: datetime = Field(description="UTC.")
    source_revision: str | None = Field(description="Git commit of the code, marked where it was modified.")
    knowledge_version: str
    categories: tuple[str, ...]
    data_fingerprints: Mapping[str, str] = Field(description="Dataset -> SHA-256 of the table it was trained on.")
    knowledge_fingerprint: str = Field(default="", description="SHA-256 over the files of ontology and disorders.")
    requirements: tuple[str, ...] = Field(default=(), description="Libraries and versions, as pip reads them.")
    files: Mapping[str, str] = Field(description="Path below the folder -> SHA-256.")
