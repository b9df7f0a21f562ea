"""Demographic evidence as named arrays and JSON-able metadata, and back: how it travels inside a packaged model."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from orphan_disease.domain.age_likelihoods import AgeModel
from orphan_disease.domain.demographic_evidence import DemographicEvidence, DemographicSettings
from orphan_disease.domain.demographic_facts import TRAITS
from orphan_disease.domain.evidence_rows import EvidenceRows

__all__ = ["demographics_from_arrays", "demographics_to_arrays"]

_PREFIX: Final = "demographics"
_ROW_COLUMNS: Final = ("disorder", "term", "present", "examined", "kind", "cited_row", "cited_reference")


def demographics_to_arrays(evidence: DemographicEvidence) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Take the evidence apart.

    Returns:
        Arrays of numbers, their names beginning with "demographics.", and metadata for `json.dumps`.
    """
    arrays = {f"{_PREFIX}.{name}": np.ascontiguousarray(getattr(evidence.rows, name)) for name in _ROW_COLUMNS}
    arrays[f"{_PREFIX}.prevalence"] = evidence.prevalence
    metadata = {
        "reference_ids": list(evidence.rows.reference_ids),
        "traits": list(TRAITS),
        "settings": asdict(evidence.settings),
    }
    return arrays, metadata


def demographics_from_arrays(
    arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, Any]
) -> DemographicEvidence:
    """Put the evidence together again.

    Raises:
        KeyError: if an array or a field is missing.
        ValueError: if it was saved with other traits than this release of the software knows.
    """
    if tuple(metadata["traits"]) != TRAITS:
        raise ValueError(
            f"demographic evidence was saved with {len(metadata['traits'])} traits that differ from the {len(TRAITS)} "
            "of this release: build the knowledge base again"
        )
    settings = dict(metadata["settings"])
    ages = AgeModel(**settings.pop("ages"))
    return DemographicEvidence(
        rows=EvidenceRows(
            **{name: arrays[f"{_PREFIX}.{name}"] for name in _ROW_COLUMNS},
            reference_ids=tuple(metadata["reference_ids"]),
        ),
        prevalence=arrays[f"{_PREFIX}.prevalence"],
        settings=DemographicSettings(**settings, ages=ages),
    )
