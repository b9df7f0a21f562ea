"""Training cases of three classes whose signal a shallow tree cannot follow, in disorders and folds."""

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import CandidateParams
from orphan_disease.domain.resampling import build_resampling_plan
from orphan_disease.domain.validation import FitSettings, TrainingSet

CLASSES = ("a", "b", "c")


def labelled_blobs(cases: int = 240, folds: int = 3, seed: int = 2) -> TrainingSet:
    """Cases whose class is the band of the sum of two features."""
    generator = np.random.default_rng(seed)
    signals = generator.uniform(size=(cases, 2))
    codes = np.digitize(signals.sum(axis=1), [0.8, 1.2])
    disorders = [f"d{code}{place}" for code, place in zip(codes, generator.integers(0, 8, cases), strict=True)]
    index = [f"case-{place:03d}" for place in range(cases)]
    labels = pd.DataFrame({columns.DISORDER_ID: disorders, columns.GROUP: disorders}, index=index)
    labels[columns.FOLD] = pd.factorize(labels[columns.GROUP])[0] % folds
    labels[columns.PROVENANCE] = "simulated"
    features = pd.DataFrame(signals, columns=["profile__first", "profile__second"], index=index)
    return TrainingSet(features.astype("float32"), labels, codes, CLASSES)


def fit_settings(params: CandidateParams) -> FitSettings:
    """Without a pool."""
    return FitSettings(params, build_resampling_plan(dict.fromkeys(CLASSES, 80), ResamplingParams()), None, seed=0)
