"""Defects of the clinical histories: broken documents, retired and unknown codes, contradictions."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns, triage_form
from orphan_disease.contracts.parameters.fabrication import DefectRates
from orphan_disease.domain.hospital_defects import details, hits, ledger_rows
from orphan_disease.domain.hospital_histories import iso_duration, payload_of

__all__ = ["spoil_histories"]

Packet = dict[str, Any]
Keys = npt.NDArray[np.uint64]

_FEATURES: Final = "phenotypicFeatures"
_OTHER_SEX: Final = {"FEMALE": "MALE", "MALE": "FEMALE"}
_CENTURY_DAYS: Final = 36_525.0


def spoil_histories(
    histories: pd.DataFrame, keys: Keys, retired: Mapping[str, str], rates: DefectRates
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The documents with their defects, and the ledger's parts.

    Args:
        histories: patient_id, encounter_id, payload (a phenopacket as a dict).
        keys: each document's random key.
        retired: a retired id of a term, by its current id.
        rates: share of the documents that bear each defect.

    Returns:
        source_file, source_line, payload (text); and the ledger's parts.
    """
    packets: list[Packet] = histories[columns.PAYLOAD].to_list()
    parts = []
    for defect, field, rate, change in _changes(rates, retired):
        chances = details(keys, defect)
        changed = [
            change(packet, chance) if struck else packet
            for packet, chance, struck in zip(packets, chances, hits(keys, defect, rate), strict=True)
        ]
        moved = np.array([new is not old for new, old in zip(changed, packets, strict=True)], dtype=bool)
        parts.append(ledger_rows("histories", histories.loc[moved], field, defect))
        packets = changed
    broken = hits(keys, "broken_document", rates.broken_document)
    alien = hits(keys, "not_a_phenopacket", rates.not_a_phenopacket) & ~broken
    parts.append(ledger_rows("histories", histories.loc[broken], columns.PAYLOAD, "broken_document"))
    parts.append(ledger_rows("histories", histories.loc[alien], columns.PAYLOAD, "not_a_phenopacket"))
    cuts = details(keys, "broken_document")
    texts = [
        _text(packet, is_broken, is_alien, cut)
        for packet, is_broken, is_alien, cut in zip(packets, broken, alien, cuts, strict=True)
    ]
    documents = pd.DataFrame(
        {
            columns.SOURCE_FILE: [f"{patient}.json" for patient in histories[triage_form.PATIENT_ID]],
            columns.SOURCE_LINE: 1,
            columns.PAYLOAD: texts,
        }
    )
    return documents.astype({columns.SOURCE_FILE: "str", columns.PAYLOAD: "str"}), parts


def _text(packet: Packet, is_broken: bool, is_alien: bool, cut: float) -> str:
    if is_alien:
        return payload_of({"note": "scanned letter, text not recognised"})
    whole = payload_of(packet)
    return whole[: int(len(whole) * (0.1 + 0.8 * cut))] if is_broken else whole


def _changes(
    rates: DefectRates, retired: Mapping[str, str]
) -> list[tuple[str, str, float, Callable[[Packet, float], Packet]]]:
    def retire(packet: Packet, _chance: float) -> Packet:
        return _rewrite_first(packet, retired.get)

    return [
        ("obsolete_term", _FEATURES, rates.obsolete_term, retire),
        ("unknown_term", _FEATURES, rates.unknown_term, _add_unknown),
        ("contradicting_term", _FEATURES, rates.contradicting_term, _contradict),
        ("sex_differs", "subject.sex", rates.sex_differs, _other_sex),
        ("onset_after_visit", _FEATURES, rates.onset_after_visit, _late_onset),
    ]


def _rewrite_first(packet: Packet, other: Callable[[str], str | None]) -> Packet:
    """The packet with the first feature whose id has another one so written; itself where none has."""
    for place, feature in enumerate(packet[_FEATURES]):
        found = other(feature["type"]["id"])
        if found is not None:
            changed = {**feature, "type": {**feature["type"], "id": found}}
            return {**packet, _FEATURES: [*packet[_FEATURES][:place], changed, *packet[_FEATURES][place + 1 :]]}
    return packet


def _add_unknown(packet: Packet, chance: float) -> Packet:
    feature = {"type": {"id": f"HP:99{int(chance * 99_999):05d}", "label": "withdrawn local term"}}
    return {**packet, _FEATURES: [*packet[_FEATURES], feature]}


def _contradict(packet: Packet, chance: float) -> Packet:
    observed = [feature for feature in packet[_FEATURES] if not feature.get("excluded")]
    if not observed:
        return packet
    chosen = observed[int(chance * len(observed))]
    return {**packet, _FEATURES: [*packet[_FEATURES], {"type": dict(chosen["type"]), "excluded": True}]}


def _other_sex(packet: Packet, _chance: float) -> Packet:
    subject = packet["subject"]
    if subject["sex"] not in _OTHER_SEX:
        return packet
    return {**packet, "subject": {**subject, "sex": _OTHER_SEX[subject["sex"]]}}


def _late_onset(packet: Packet, chance: float) -> Packet:
    """An onset that nobody of any recorded age can have reached."""
    if not packet[_FEATURES]:
        return packet
    onset = {"age": {"iso8601duration": iso_duration(_CENTURY_DAYS * (1.0 + 0.1 * chance))}}
    return {**packet, _FEATURES: [{**packet[_FEATURES][0], "onset": onset}, *packet[_FEATURES][1:]]}
