"""An encoder laid over an ontology: what does not depend on the case is worked out once, as cases come one by one."""

from dataclasses import dataclass
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
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
        observed_closure: T x observed columns, 1 where the column's term is the term or an ancestor of it.
        excluded_closure: T x excluded columns, 1 where the column's term is the term or a descendant of it.
        systems: T x organ systems, 1 where the term belongs to the system.
        medians: fill value of each number, in the order of `NUMBERS`.
    """

    encoder: CaseEncoder
    ontology: Ontology
    names: pd.Index
    contents: npt.NDArray[np.float64]
    observed_closure: sparse.csr_matrix
    excluded_closure: sparse.csr_matrix
    systems: sparse.csr_matrix
    medians: _FloatArray

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
        return cls(
            encoder=encoder,
            ontology=ontology,
            names=pd.Index(_column_names(encoder, ontology)),
            contents=np.array(
                [encoder.information.get(term, encoder.maximum_information) for term in ontology.term_ids]
            ),
            observed_closure=sparse.csr_matrix(closure[:, places["observed"]]),
            excluded_closure=sparse.csr_matrix(closure[places["excluded"]].T),
            systems=sparse.csr_matrix(closure[:, places["systems"]]),
            medians=np.array([encoder.medians[name] for name in NUMBERS], dtype=np.float32),
        )

    def encode(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Encode cases: one row each, in their order, float32, without missing values; the index is the case id."""
        blocks = [*self._phenotype(cases), *case_demographics(cases), self._filled(cases), self._complaints(cases)]
        matrix = np.concatenate([np.asarray(block, dtype=np.float32) for block in blocks], axis=1)
        return pd.DataFrame(matrix, columns=self.names, index=pd.Index(cases[columns.CASE_ID], name=columns.CASE_ID))

    def _phenotype(self, cases: pd.DataFrame) -> list[npt.NDArray[np.floating]]:
        """Observed and excluded terms, organ systems, and how much was recorded."""
        stated = self.ontology.indicator(list(cases[columns.OBSERVED_TERMS]))
        ruled_out = self.ontology.indicator(list(cases[columns.EXCLUDED_TERMS]))
        count = np.diff(stated.indptr).astype(np.float32)
        total = stated @ self.contents
        contents = self.contents[stated.indices]
        weighted = sparse.csr_matrix((contents.astype(np.float32), stated.indices, stated.indptr), shape=stated.shape)
        counts = (stated @ self.systems).toarray()
        shares = counts / np.maximum(count, 1)[:, None]
        by_system = np.stack([counts, shares, (weighted @ self.systems).toarray()], axis=2).reshape(
            len(cases), 3 * counts.shape[1]
        )
        maxima = np.maximum.reduceat(np.append(contents, 0.0), stated.indptr[:-1]) if len(cases) else np.zeros(0)
        return [
            (stated @ self.observed_closure).toarray() > 0,
            (ruled_out @ self.excluded_closure).toarray() > 0,
            by_system.reshape(len(cases), 3 * counts.shape[1]),
            np.stack(
                [count, np.diff(ruled_out.indptr), total, total / np.maximum(count, 1), np.where(count > 0, maxima, 0)],
                axis=1,
            ),
        ]

    def _filled(self, cases: pd.DataFrame) -> _FloatArray:
        """Each number, the median where it is missing, and whether it was."""
        values = np.stack(list(case_numbers(cases).values()), axis=1)
        missing = np.isnan(values)
        filled = np.where(missing, self.medians, values)
        return cast(_FloatArray, np.stack([filled, missing], axis=2).reshape(len(cases), 2 * len(NUMBERS)))

    def _complaints(self, cases: pd.DataFrame) -> npt.NDArray[np.bool_]:
        stated = cases[columns.CHIEF_COMPLAINT].to_numpy(dtype=object)[:, None]
        return np.asarray(stated == np.array(self.encoder.complaints, dtype=object)[None, :], dtype=bool)


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
