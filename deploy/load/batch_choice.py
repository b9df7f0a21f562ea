"""Which batches to gather: the cost of a batch by its size, and what a queue of such batches makes of the latency.

The cost is measured on the packaged model, in processor time, which other work on the machine changes little. The queue
is computed: requests at a fixed rate, one batch at a time, each slower by a factor that varies, and now and then a
stall of 150 ms, as a busy host causes them. That says what a policy does; measuring would say what the machine does.

    python deploy/load/batch_choice.py --rate 100
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import orjson
from threadpoolctl import threadpool_limits

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.load.open_loop import HISTORIES, percentile, read_cases
from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.domain.phenopacket_frames import phenopacket_row
from orphan_disease.domain.phenopackets import read_phenopackets
from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.answering import AskedCase, answer_cases
from orphan_disease.serving.case_documents import CaseDocument
from orphan_disease.serving.memory import settle_memory
from orphan_disease.serving.settings import Settings

SIZES: Final = (1, 2, 4, 8, 16, 24, 32, 64)
REPEATS: Final = 20
SPREAD: Final = 0.25  # standard deviation of the logarithm of a batch's time
STALL_SECONDS: Final = 0.15
BETWEEN_STALLS_SECONDS: Final = 5.0


class Policy(NamedTuple):
    """The most cases of a batch, and the seconds that its first case waits for others."""

    largest: int
    wait: float


def batch_seconds(predictor: Predictor, cases: Sequence[AskedCase]) -> dict[int, float]:
    """Median processor time of a batch by its size, every case having been seen before."""
    for case in cases:
        answer_cases(predictor, [case])
    return {size: statistics.median(_timed(predictor, cases, size)) for size in SIZES if size <= len(cases)}


def _timed(predictor: Predictor, cases: Sequence[AskedCase], size: int) -> Iterator[float]:
    for start in range(0, min(REPEATS * size, len(cases) - size + 1), size):
        began = time.process_time()
        answer_cases(predictor, cases[start : start + size])
        yield time.process_time() - began


def latencies(
    cost: Callable[[int], float], policy: Policy, arrivals: Sequence[float], stalls: Iterator[float]
) -> list[float]:
    """Seconds from each arrival to the end of its batch, where one batch is scored at a time.

    Args:
        cost: seconds of a batch of so many.
        policy: how batches are gathered.
        arrivals: times, ascending.
        stalls: seconds that each batch takes longer, in turn.

    >>> latencies(lambda size: 1.0, Policy(2, 0.0), [0.0, 0.5, 0.6, 0.7], iter([0.0] * 3))
    [1.0, 1.5, 1.4, 2.3]
    """
    found: list[float] = []
    now = 0.0
    while len(found) < len(arrivals):
        first = arrivals[len(found)]
        closes = max(now, first + policy.wait)
        window = arrivals[len(found) : len(found) + policy.largest]
        batch = [each for each in window if each <= closes]
        begins = max(now, batch[-1]) if len(batch) == policy.largest else closes
        now = begins + cost(len(batch)) + next(stalls)
        found += [now - each for each in batch]
    return [round(each, 9) for each in found]


def stalls_of(seed: int, per_batch: float) -> Iterator[float]:
    """Stalls of a busy host: most batches have none."""
    draws = random.Random(seed)  # noqa: S311  # a model of waiting, no secret
    while True:
        yield STALL_SECONDS if draws.random() < per_batch else 0.0


def expected(costs: Mapping[int, float], policy: Policy, rate: float, slower: float) -> tuple[float, float]:
    """Milliseconds at the median and at the 99th percentile of ten minutes.

    Args:
        costs: seconds of a batch by its size.
        policy: how batches are gathered.
        rate: requests a second.
        slower: how many times slower the host is than the one that the costs were measured on.
    """
    draws = random.Random(0)  # noqa: S311  # a model of waiting, no secret
    sizes = list(costs)
    arrivals = sorted(number / rate + draws.expovariate(500) for number in range(int(600 * rate)))

    def cost(size: int) -> float:
        typical = float(np.interp(size, sizes, [costs[each] for each in sizes]))
        return typical * slower * draws.lognormvariate(0, SPREAD)

    often = costs[sizes[0]] * slower / BETWEEN_STALLS_SECONDS
    ordered = sorted(latencies(cost, policy, arrivals, stalls_of(1, often)))
    return 1_000 * percentile(ordered, 0.5), 1_000 * percentile(ordered, 0.99)


def load(settings: Settings, archive: Path) -> tuple[Predictor, list[AskedCase]]:
    """The model that the service would answer with, and cases of an archive."""
    store = PackageStore(settings.model_root)
    with store.local_copy(store.resolve(settings.model_pointer, LATEST)) as folder:
        packaged = read_package(folder)
    predictor = replace(packaged, ranking=replace(packaged.ranking, cached_terms=settings.cached_terms))
    settle_memory()
    ontology = predictor.knowledge.ontology
    current = {**ontology.replacements, **{term: term for term in ontology.term_ids}}
    cases = []
    for number, body in enumerate(read_cases(archive, REPEATS * 16)):
        named = orjson.dumps({**orjson.loads(body), "id": f"case-{number}"}).decode()
        row = phenopacket_row(read_phenopackets(named, current)[0])  # type: ignore[arg-type]  # they were read before
        cases.append(AskedCase(f"{number}", CaseDocument(row)))
    return predictor, cases


def main() -> None:
    """Measure, compute, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second")
    parser.add_argument("--slower", type=float, nargs="*", default=[1.0, 1.5, 2.0], help="hosts so many times slower")
    parser.add_argument("--cases", type=Path, default=HISTORIES, help="zip of phenopackets")
    options = parser.parse_args()
    with threadpool_limits(limits=1):
        costs = batch_seconds(*load(Settings(), options.cases))
    for size, seconds in costs.items():
        sys.stdout.write(f"a batch of {size}: {1_000 * seconds:.1f} ms, {1_000 * seconds / size:.1f} ms a case\n")
    for slower in options.slower:
        for policy in (Policy(largest, wait) for largest in (8, 16, 32) for wait in (0.0, 0.003, 0.01)):
            median, high = expected(costs, policy, options.rate, slower)
            told = f"{slower:g} times slower, at most {policy.largest}, waiting {1_000 * policy.wait:g} ms"
            sys.stdout.write(f"{told}: p50 {median:.0f} ms, p99 {high:.0f} ms\n")


if __name__ == "__main__":
    main()
