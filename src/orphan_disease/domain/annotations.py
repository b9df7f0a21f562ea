"""HPO's disease annotations (`phenotype.hpoa`): which disease shows which feature, how often, and who says so.

The format: https://obophenotype.github.io/human-phenotype-ontology/annotations/phenotype_hpoa/.

Frequency comes in four shapes:

| in the file | frequency_observed / examined | frequency_low, frequency_high |
|---|---|---|
| `3/7` (patients) | 3, 7 | missing |
| `45%` | missing | 0.45, 0.45 |
| `HP:0040282` (class) | missing | the class's bounds, see `FREQUENCY_CLASSES` |
| empty, or nonsense such as `7/0` | missing | missing |
"""

from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns

__all__ = ["FREQUENCY_CLASSES", "expected_frequency", "parse_frequencies", "parse_hpoa", "release_of"]

EXCLUDED_CLASS: Final = "HP:0040285"
FREQUENCY_CLASSES: Final[Mapping[str, tuple[float, float]]] = {
    "HP:0040280": (1.0, 1.0),  # obligate: every patient
    "HP:0040281": (0.80, 0.99),  # very frequent
    "HP:0040282": (0.30, 0.79),  # frequent
    "HP:0040283": (0.05, 0.29),  # occasional
    "HP:0040284": (0.01, 0.04),  # very rare
    EXCLUDED_CLASS: (0.0, 0.0),  # excluded: no patient
}
"""Bounds of HPO's frequency classes, as fractions of patients, from the definitions of the terms under HP:0040279."""

_SOURCE_COLUMNS: Final[Mapping[str, str]] = {
    "database_id": columns.DATABASE_ID,
    "disease_name": columns.DISEASE_NAME,
    "qualifier": "qualifier",
    "hpo_id": columns.TERM_ID,
    "reference": columns.REFERENCES,
    "evidence": columns.EVIDENCE,
    "onset": columns.ONSET,
    "frequency": "frequency",
    "sex": columns.SEX,
    "modifier": columns.MODIFIER,
    "aspect": columns.ASPECT,
}
_NULLABLE: Final = (columns.ONSET, columns.SEX, columns.MODIFIER)


def parse_hpoa(lines: Iterable[str]) -> pd.DataFrame:
    r"""Read the annotation file from its lines.

    Args:
        lines: the file's lines, with or without their line ends; comments begin with `#`.

    Returns:
        One row per line, in file order: database_id, disease_name, negated, term_id, references (list), evidence,
        onset, frequency_observed, frequency_examined (both Int32), frequency_low, frequency_high (float, fractions),
        sex (lower case), modifier, aspect. A row is negated by the qualifier NOT or by the frequency class "excluded".

    Raises:
        ValueError: if a column is missing, or a row lacks its disease or its HPO id.

    >>> rows = parse_hpoa([
    ...     "\t".join(_SOURCE_COLUMNS),
    ...     "OMIM:1\tA disease\tNOT\tHP:0001250\tPMID:1;PMID:2\tPCS\t\t3/7\tMALE\t\tP",
    ... ])
    >>> rows.loc[0, "references"], rows.loc[0, "sex"]
    (['PMID:1', 'PMID:2'], 'male')
    """
    raw = _read_columns(lines)
    frequencies = parse_frequencies(raw["frequency"])
    negated = raw["qualifier"].str.upper().eq("NOT") | raw["frequency"].eq(EXCLUDED_CLASS)
    kept = raw.drop(columns=["qualifier", "frequency"])
    nullable = {name: kept[name].mask(kept[name] == "") for name in _NULLABLE}
    typed = kept.assign(
        **{
            **nullable,
            columns.SEX: nullable[columns.SEX].str.lower(),
            columns.NEGATED: negated.astype(bool),
            columns.REFERENCES: pd.Series(_split_references(kept[columns.REFERENCES]), index=kept.index, dtype=object),
        }
    )
    return pd.concat([typed, frequencies], axis="columns")[
        [
            columns.DATABASE_ID,
            columns.DISEASE_NAME,
            columns.NEGATED,
            columns.TERM_ID,
            columns.REFERENCES,
            columns.EVIDENCE,
            columns.ONSET,
            columns.FREQUENCY_OBSERVED,
            columns.FREQUENCY_EXAMINED,
            columns.FREQUENCY_LOW,
            columns.FREQUENCY_HIGH,
            columns.SEX,
            columns.MODIFIER,
            columns.ASPECT,
        ]
    ]


def _read_columns(lines: Iterable[str]) -> pd.DataFrame:
    """The wanted columns as text, empty text for nothing, checked."""
    body = "\n".join(line.rstrip("\r\n") for line in lines if not line.startswith("#"))
    header = body.partition("\n")[0].split("\t")
    missing = sorted(set(_SOURCE_COLUMNS) - set(header))
    if missing:
        raise ValueError(f"phenotype.hpoa lacks the columns {missing}; expected the layout of HPO releases since 2022")
    raw = pd.read_csv(
        StringIO(body),
        sep="\t",
        usecols=list(_SOURCE_COLUMNS),
        dtype="str",
        keep_default_na=False,
        quoting=3,  # csv.QUOTE_NONE: names hold lone quotation marks
    ).rename(columns=dict(_SOURCE_COLUMNS))
    identified = raw[columns.DATABASE_ID].str.fullmatch(r"[A-Za-z]+:\S+") & raw[columns.TERM_ID].str.fullmatch(
        r"HP:[0-9]{7}"
    )
    if not identified.all():
        row = int(np.flatnonzero(~identified.to_numpy(dtype=bool))[0])
        raise ValueError(
            f"phenotype.hpoa, annotation {row + 1}: expected ids such as OMIM:154700 and HP:0001250, "
            f"found {raw.at[row, columns.DATABASE_ID]!r} and {raw.at[row, columns.TERM_ID]!r}"
        )
    return raw


def _split_references(references: pd.Series) -> list[list[str]]:
    return [[part for part in text.split(";") if part] for text in references]


def parse_frequencies(frequencies: "pd.Series[str]") -> pd.DataFrame:
    """Type the frequency column.

    Args:
        frequencies: texts in the four shapes that the module describes.

    Returns:
        frequency_observed, frequency_examined (Int32), frequency_low, frequency_high (float64, fractions), same index.

    >>> parse_frequencies(pd.Series(["3/7", "45%", "HP:0040283", ""]))["frequency_low"].tolist()
    [nan, 0.45, 0.05, nan]
    """
    kinds = pd.Series(frequencies.unique(), dtype="str")  # 271,000 rows share some 2,700 texts
    counts = kinds.str.extract(r"^\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*$").astype("Float64")
    observed, examined = counts[0], counts[1]
    sound = ((examined >= 1) & (observed <= examined)).fillna(False)
    percent = kinds.str.extract(r"^\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*%\s*$")[0].astype("float64") / 100.0
    percent = percent.where(percent <= 1.0)
    low = kinds.map({name: bounds[0] for name, bounds in FREQUENCY_CLASSES.items()}).astype("float64")
    high = kinds.map({name: bounds[1] for name, bounds in FREQUENCY_CLASSES.items()}).astype("float64")
    typed = pd.DataFrame(
        {
            columns.FREQUENCY_OBSERVED: observed.where(sound).astype("Int32"),
            columns.FREQUENCY_EXAMINED: examined.where(sound).astype("Int32"),
            columns.FREQUENCY_LOW: low.fillna(percent),
            columns.FREQUENCY_HIGH: high.fillna(percent),
        }
    )
    places = pd.Index(kinds).get_indexer(pd.Index(frequencies))
    return typed.take(places).set_axis(frequencies.index)


def expected_frequency(annotations: pd.DataFrame, unspecified: float) -> npt.NDArray[np.float64]:
    """One fraction per annotation row: n/m, else the middle of the bounds, else `unspecified`.

    The plain estimate, for display and simulation; it carries no uncertainty of a small m.

    Args:
        annotations: rows of `parse_hpoa`.
        unspecified: the fraction where the file gives no frequency, 0 to 1.
    """
    observed = annotations[columns.FREQUENCY_OBSERVED].to_numpy(dtype=np.float64, na_value=np.nan)
    examined = annotations[columns.FREQUENCY_EXAMINED].to_numpy(dtype=np.float64, na_value=np.nan)
    low = annotations[columns.FREQUENCY_LOW].to_numpy(dtype=np.float64)
    high = annotations[columns.FREQUENCY_HIGH].to_numpy(dtype=np.float64)
    middle = np.where(np.isnan(low), unspecified, (low + high) / 2.0)
    fractions: npt.NDArray[np.float64] = np.where(np.isnan(examined), middle, observed / examined)
    return fractions


def release_of(lines: Iterable[str]) -> str:
    """The release that the file's comments state (`#version: 2025-01-16`); empty when they do not.

    >>> release_of(['#description: "HPO annotations"', "#version: 2025-01-16", "database_id"])
    '2025-01-16'
    """
    for line in lines:
        if not line.startswith("#"):
            break
        key, _, value = line[1:].partition(":")
        if key.strip() in {"version", "date"}:
            return value.strip()
    return ""
