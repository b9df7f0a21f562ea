"""How fast the differential comes, and what it costs as cases grow: printed as a Markdown table, drawn as a picture."""

import resource
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from tqdm import tqdm

from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts import columns
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.ranking import Ranker

__all__ = ["draw_cases", "measure_speed"]

BATCH_CASES = 64
ALONE_CASES = 300
QUESTION_CASES = 50
TERMS = (3, 15)  # observed terms of a drawn case, first and last


def measure_speed(models: str, sizes: tuple[int, ...], seed: int, plot: Path | None) -> str:
    """Time the packaged model's ranking on cases drawn from its own knowledge.

    Each case is scored against every disorder, with the case base, the re-ranker and the contributions of each finding.

    Args:
        models: folder of the model packages; the latest is measured.
        sizes: numbers of cases, in ascending order, as memory is the process's peak so far.
        seed: of the cases drawn.
        plot: where to draw time and memory; None draws nothing.

    Returns:
        Markdown.
    """
    store = PackageStore(models)
    begun = time.perf_counter()
    with store.local_copy(store.resolve("latest")) as folder:
        predictor = read_package(folder)
    loaded = time.perf_counter() - begun
    cases = draw_cases(predictor.knowledge, ALONE_CASES, seed)
    alone = {
        "one alone, its terms not met before": _alone(predictor, cases, fresh=True),
        "one alone, its terms met before": _alone(predictor, cases, fresh=False),
        "the questions of one case": _questions(predictor, cases),
        "one whole answer, decision included": _answers(predictor, cases),
        "the two classifiers alone, on features that are ready": _classifiers(predictor, cases),
    }
    growth = [_growth(predictor, size, seed) for size in sizes]
    if plot is not None:
        growth_figure(growth).savefig(plot, dpi=120)
    lines = [f"Model {predictor.model_version}; loaded in {loaded:.2f} s.", "", "| | median ms | 99th percentile ms |"]
    lines += ["| --- | --- | --- |"]
    lines += [f"| {name} | {np.median(ms):.1f} | {np.percentile(ms, 99):.1f} |" for name, ms in alone.items()]
    lines += ["", f"| cases, in batches of {BATCH_CASES} | seconds | ms a case | peak memory MiB |"]
    lines += ["| --- | --- | --- | --- |"]
    lines += [f"| {n:,} | {seconds:.1f} | {1000 * seconds / n:.2f} | {mib:.0f} |" for n, seconds, mib in growth]
    return "\n".join(lines)


def draw_cases(knowledge: KnowledgeBase, size: int, seed: int) -> pd.DataFrame:
    """Cases of random disorders, a few terms of each disorder's profile: enough to be timed, not to be believed."""
    drawn = np.random.default_rng(seed)
    disorders = drawn.choice(np.flatnonzero(knowledge.annotated), size=size)
    bounds = knowledge.profiles.indptr
    terms = [
        drawn.choice(knowledge.profiles.indices[bounds[place] : bounds[place + 1]], size=drawn.integers(*TERMS))
        for place in disorders
    ]
    ids = np.array(knowledge.ontology.term_ids)
    return pd.DataFrame(
        {
            columns.CASE_ID: [f"drawn-{number}" for number in range(size)],
            columns.OBSERVED_TERMS: [sorted(set(ids[each].tolist())) for each in terms],
        }
    )


def _score(ranker: Ranker, batch: CaseBatch, depth: int) -> None:
    scores = ranker.score(batch, "own")
    ranker.contributions(batch, scores, ranker.best_disorders(scores, depth))


def _alone(predictor: Predictor, cases: pd.DataFrame, *, fresh: bool) -> npt.NDArray[np.float64]:
    """Milliseconds of one case at a time; where fresh, the ranker remembers no term's scores from the cases before."""
    milliseconds = []
    ranker = predictor.ranker
    for number in range(min(ALONE_CASES, len(cases))):
        batch = CaseBatch.from_frame(cases.iloc[[number]], predictor.knowledge.ontology)
        if fresh:
            ranker.forget()
        else:
            _score(ranker, batch, predictor.differential_length)
        begun = time.perf_counter()
        _score(ranker, batch, predictor.differential_length)
        milliseconds.append(1000 * (time.perf_counter() - begun))
    return np.array(milliseconds)


def _questions(predictor: Predictor, cases: pd.DataFrame) -> npt.NDArray[np.float64]:
    milliseconds = []
    for number in range(min(QUESTION_CASES, len(cases))):
        begun = time.perf_counter()
        predictor.next_questions(cases.iloc[[number]], 5)
        milliseconds.append(1000 * (time.perf_counter() - begun))
    return np.array(milliseconds)


def _answers(predictor: Predictor, cases: pd.DataFrame) -> npt.NDArray[np.float64]:
    complete = complete_cases(cases.head(ALONE_CASES))
    milliseconds = []
    for number in range(len(complete)):
        begun = time.perf_counter()
        predictor.predict(complete.iloc[[number]])
        milliseconds.append(1000 * (time.perf_counter() - begun))
    return np.array(milliseconds)


def _classifiers(predictor: Predictor, cases: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Milliseconds of the bare estimators, beside which the way from a case to its features can be seen."""
    complete = complete_cases(cases.head(QUESTION_CASES))
    batch = CaseBatch.from_frame(complete, predictor.knowledge.ontology)
    features = predictor.features(complete, batch, predictor.ranker.score(batch, "own"))
    milliseconds = []
    for number in range(len(features)):
        row = features.iloc[[number]]
        begun = time.perf_counter()
        for classifier in (predictor.orphan_classifier, predictor.category_classifier):
            classifier.predict_probabilities(row)
        milliseconds.append(1000 * (time.perf_counter() - begun))
    return np.array(milliseconds)


def _growth(predictor: Predictor, size: int, seed: int) -> tuple[int, float, float]:
    """Cases, seconds of ranking them, and the process's peak memory so far in MiB."""
    ranker = predictor.ranker
    ranker.forget()
    seconds = 0.0
    for start in tqdm(range(0, size, BATCH_CASES), desc=f"{size:,} cases", unit="batch"):
        cases = draw_cases(predictor.knowledge, min(BATCH_CASES, size - start), seed + start)
        begun = time.perf_counter()
        _score(ranker, CaseBatch.from_frame(cases, predictor.knowledge.ontology), predictor.differential_length)
        seconds += time.perf_counter() - begun
    return size, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth_figure(growth: list[tuple[int, float, float]]) -> Figure:
    """Seconds and peak memory over the number of cases."""
    sizes, seconds, mib = zip(*growth, strict=True)
    figure = Figure(figsize=(10, 4), layout="constrained")
    time_axes, memory_axes = figure.subplots(1, 2)
    time_axes.loglog(sizes, seconds, marker="o", color="#0072B2")
    time_axes.set(xlabel="cases", ylabel="seconds", title=f"Ranking in batches of {BATCH_CASES}, one core")
    memory_axes.semilogx(sizes, mib, marker="o", color="#D55E00")
    memory_axes.axhline(1024, color="#666666", linestyle=":", label="1 GiB")
    memory_axes.set(xlabel="cases", ylabel="peak memory, MiB", title="Peak memory of the process")
    memory_axes.set_ylim(0, 1.1 * max(1024, *mib))
    memory_axes.legend()
    for axes in (time_axes, memory_axes):
        axes.grid(alpha=0.3)
    return figure
