"""An encoder laid over an ontology: what does not depend on the case is worked out once, as cases come one by one."""

from dataclasses import dataclass
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.case_numbers import AGE_BANDS, NUMBERS, SEXES, case_demographics, case_numbers
from orphan_disease.domain.encoding import CaseEncoder, named_columns, slug
from orphan_disease.domain.ontology import Ontology

__all__ = ["EncodingPlan"]

_FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EncodingPlan:
    """An encoder laid over an ontology: which columns there are, and where each finds its terms.

    Attributes:
        encoder: what the training cases fixed.
        ontology: HPO.
        names: the columns.
        contents: T information contents in nats.
        observed_columns: of each of the T terms, its place among the observed columns, or -1.
        excluded_closure: T x excluded columns, 1 where the column's term is the term or a descendant of it.
        systems: T x organ systems, 1 where the term belongs to the system.
        medians: fill value of each number, in the order of `NUMBERS`.
        complaints: the chief complaints that have a column.
    """

    encoder: CaseEncoder
    ontology: Ontology
    names: tuple[str, ...]
    contents: npt.NDArray[np.float64]
    observed_columns: npt.NDArray[np.intp]
    excluded_closure: sparse.csr_matrix
    systems: _FloatArray
    medians: _FloatArray
    complaints: npt.NDArray[np.object_]

    @classmethod
    def of(cls, encoder: CaseEncoder, ontology: Ontology) -> Self:
        """Lay an encoder over an ontology."""
        places = {
            kind: np.array([ontology.index[term] for term in terms], dtype=np.intp)
            for kind, terms in (
                ("observed", encoder.observed_terms),
                ("excluded", encoder.excluded_terms),
                ("systems", encoder.systems),
            )
        }
        closure = ontology.closure
        observed_columns = np.full(len(ontology.term_ids), -1, dtype=np.intp)
        observed_columns[places["observed"]] = np.arange(len(places["observed"]))
        return cls(
            encoder=encoder,
            ontology=ontology,
            names=tuple(_column_names(encoder, ontology)),
            contents=np.array(
                [encoder.information.get(term, encoder.maximum_information) for term in ontology.term_ids]
            ),
            observed_columns=observed_columns,
            excluded_closure=sparse.csr_matrix(closure[places["excluded"]].T),
            systems=closure[:, places["systems"]].toarray(),
            medians=np.array([encoder.medians[name] for name in NUMBERS], dtype=np.float32),
            complaints=np.array(encoder.complaints, dtype=object),
        )

    def encode(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Encode cases: one row each, in their order, float32, without missing values; the index is the case id."""
        batch = CaseBatch.from_frame(cases, self.ontology)
        index = pd.Index(cases[columns.CASE_ID], name=columns.CASE_ID)
        return pd.DataFrame(self.matrix(cases, batch), columns=list(self.names), index=index)

    def matrix(self, cases: pd.DataFrame, batch: CaseBatch) -> _FloatArray:
        """The values of `encode`, cases by `names`.

        Args:
            cases: n rows of the `cases` table.
            batch: the same cases.
        """
        blocks = [*self._phenotype(batch), *case_demographics(cases), self._filled(cases), self._complaints(cases)]
        return np.concatenate([np.asarray(block, dtype=np.float32) for block in blocks], axis=1)

    def _phenotype(self, batch: CaseBatch) -> list[npt.NDArray[np.floating]]:
        """Observed and excluded terms, organ systems, and how much was recorded."""
        stated, size = batch.observed, len(batch)
        count = np.diff(stated.indptr).astype(np.float32)
        total = stated @ self.contents
        contents = self.contents[stated.indices]
        weighted = sparse.csr_matrix((contents.astype(np.float32), stated.indices, stated.indptr), shape=stated.shape)
        counts = stated @ self.systems
        by_system = np.stack([counts, counts / np.maximum(count, 1)[:, None], weighted @ self.systems], axis=2)
        maxima = np.maximum.reduceat(np.append(contents, 0.0), stated.indptr[:-1]) if size else np.zeros(0)
        excluded_count = np.diff(batch.excluded.indptr)
        return [
            self._observed(batch),
            (batch.excluded @ self.excluded_closure).toarray() > 0,
            by_system.reshape(size, 3 * counts.shape[1]),
            np.stack(
                [count, excluded_count, total, total / np.maximum(count, 1), np.where(count > 0, maxima, 0)], axis=1
            ),
        ]

    def _observed(self, batch: CaseBatch) -> npt.NDArray[np.floating]:
        """Whether the term of each observed column is a finding or an ancestor of one: n x columns of 0 and 1."""
        found = np.zeros((len(batch), len(self.encoder.observed_terms)), dtype=np.float32)
        columns_of = self.observed_columns[batch.implied.indices]
        rows = np.repeat(np.arange(len(batch)), np.diff(batch.implied.indptr))
        found[rows[columns_of >= 0], columns_of[columns_of >= 0]] = 1.0
        return found

    def _filled(self, cases: pd.DataFrame) -> _FloatArray:
        """Each number, the median where it is missing, and whether it was."""
        values = np.stack(list(case_numbers(cases).values()), axis=1)
        missing = np.isnan(values)
        filled = np.where(missing, self.medians, values)
        return cast(_FloatArray, np.stack([filled, missing], axis=2).reshape(len(cases), 2 * len(NUMBERS)))

    def _complaints(self, cases: pd.DataFrame) -> npt.NDArray[np.bool_]:
        stated = cases[columns.CHIEF_COMPLAINT].to_numpy(dtype=object)[:, None]
        return np.asarray(stated == self.complaints[None, :], dtype=bool)


def _column_names(encoder: CaseEncoder, ontology: Ontology) -> list[str]:
    """Every column, in the order of `EncodingPlan.encode`."""
    return [
        *named_columns("profile__observed_", encoder.observed_terms, ontology),
        *named_columns("profile__excluded_", encoder.excluded_terms, ontology),
        *(
            f"{name}_{figure}"
            for name in named_columns("profile__system_", encoder.systems, ontology)
            for figure in ("count", "share", "information")
        ),
        "profile__terms_observed",
        "profile__terms_excluded",
        "profile__information_sum",
        "profile__information_mean",
        "profile__information_max",
        *(f"demographics__age_band_{name}" for name, _, _ in AGE_BANDS),
        *(f"demographics__sex_{sex.value}" for sex in SEXES),
        *(name for number in NUMBERS for name in (number, f"{number}_missing")),
        *(f"history__complaint_{slug(each)}" for each in encoder.complaints),
    ]
