"""How far the dominance rule agrees with Orphanet: several definitions of "dominates", margin by margin."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.categories import term_voices
from orphan_disease.domain.dominance import AnnotatedEntries, Lead, fit_dominance, leading_categories, system_shares
from orphan_disease.domain.ontology import Ontology, information_contents

__all__ = ["FITTED", "LEAST_SHARE", "agreement_table", "entries_apart", "leads_by_definition"]

FITTED: Final = "fitted on the facts table"
LEAST_SHARE: Final = 0.25  # of the annotations, for a category to be named by precedence

Floats = npt.NDArray[np.float64]


def leads_by_definition(
    entries: AnnotatedEntries, known: Mapping[str, str], ontology: Ontology, scheme: CategoryScheme
) -> dict[str, Lead]:
    """What each definition of "dominates" makes of the entries.

    All but the last share each term among the categories as `term_voices` does and take the largest sum. They differ in
    what a term weighs: 1; 1 for it and each ancestor, once; its information content (Resnik 1995); its frequency; both.
    `first in precedence` names the first category with a quarter of the annotations, and has its share as margin.
    """
    terms = (entries.frequencies > 0).astype(np.float64)
    closed = ((terms @ ontology.closure) > 0).astype(np.float64)
    counts = np.asarray(closed.sum(axis=0)).ravel()
    contents = sparse.diags_array(information_contents(counts, len(entries.entry_ids)))
    voices = term_voices(ontology, scheme)
    names = scheme.names
    by_frequency = entries.frequencies @ voices
    leads = {
        "terms, each once": leading_categories(terms @ voices, names),
        "terms and their ancestors, each once": leading_categories(closed @ voices, names),
        "weighted by information content": leading_categories(terms @ contents @ voices, names),
        "weighted by frequency": leading_categories(by_frequency, names),
        "weighted by both": leading_categories(entries.frequencies @ contents @ voices, names),
        "first in precedence": _first_in_precedence(by_frequency, names),
    }
    rule = fit_dominance(entries, known, ontology, scheme)
    fitted = {} if rule is None else {FITTED: rule.lead(system_shares(entries, ontology, rule.systems))}
    return leads | fitted


def _first_in_precedence(scores: Floats, names: Sequence[str]) -> Lead:
    total = scores.sum(axis=1, keepdims=True)
    shares = np.divide(scores, total, out=np.zeros_like(scores), where=total > 0)
    first = (shares >= LEAST_SHARE).argmax(axis=1)
    return Lead(np.array(names, dtype=object)[first], shares[np.arange(len(shares)), first])


def entries_apart(
    entry_ids: Sequence[str], facts: Collection[str], cross_references: pd.DataFrame, parents: pd.DataFrame
) -> npt.NDArray[np.bool_]:
    """Which entries the rule was not fitted on: neither a fact, nor a subtype or another number of one.

    Args:
        entry_ids: N ids.
        facts: entry ids of the facts table.
        cross_references: orpha_code, reference_id.
        parents: orpha_code, parent_code.
    """
    below: defaultdict[str, list[str]] = defaultdict(list)
    for code, parent in zip(parents[columns.ORPHA_CODE], parents[columns.PARENT_CODE], strict=True):
        below[parent].append(code)
    family: set[str] = set()
    waiting = [fact.removeprefix("ORPHA:") for fact in facts if fact.startswith("ORPHA:")]
    while waiting:
        code = waiting.pop()
        if code not in family:
            family.add(code)
            waiting.extend(below.get(code, ()))
    mapped = cross_references[columns.ORPHA_CODE].isin(list(family))
    related = {*facts, *(f"ORPHA:{code}" for code in family), *cross_references.loc[mapped, columns.REFERENCE_ID]}
    return np.array([entry not in related for entry in entry_ids], dtype=np.bool_)


def agreement_table(
    lead: Lead, truth: Sequence[str], judged: npt.NDArray[np.bool_], margins: Sequence[float]
) -> pd.DataFrame:
    """Agreement and coverage of a rule that answers only from a margin on.

    Args:
        lead: what the rule says of N entries.
        truth: N categories, `unknown` where there is none: such an entry is not counted.
        judged: N truth values: entries that the rule may answer at all (enough annotations); the others count as
            unanswered.
        margins: the margins to try.

    Returns:
        One row per margin: margin, agreement (share of the answers that are right; missing without answers), coverage
        (share of the entries of known category that are answered), answers (count).
    """
    known = np.array([category != UNKNOWN_CATEGORY for category in truth], dtype=np.bool_)
    right = lead.categories == np.array(truth, dtype=object)
    rows = []
    for margin in margins:
        answered = known & judged & (lead.margins >= margin)
        count = int(answered.sum())
        agreement = float(right[answered].mean()) if count else float("nan")
        rows.append((margin, agreement, count / max(int(known.sum()), 1), count))
    return pd.DataFrame(rows, columns=["margin", "agreement", "coverage", "answers"])
