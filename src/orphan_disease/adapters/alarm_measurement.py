"""False alarms and missed shifts of monitoring, measured on the answers that a training run has stored."""

from pathlib import Path

import pandas as pd
from kedro.framework.session import KedroSession

from orphan_disease.domain.alarm_rates import alarm_pool, measure_alarms

__all__ = ["measure_stored_alarms"]


def measure_stored_alarms(project: Path, env: str) -> pd.DataFrame:
    """Alarm rates by the parameters of an environment; see `domain.alarm_rates.measure_alarms`.

    Args:
        project: the project's folder, bootstrapped already.
        env: the environment whose training run is read; its cases must be of one provenance.
    """
    session = KedroSession.create(project, env=env)
    with session:
        catalog = session.load_context().catalog
        answers, cases = catalog.load("evaluated_answers"), catalog.load("cases")
        knowledge, params = catalog.load("model_package").knowledge, catalog.load("params:monitoring")
    pool = alarm_pool(answers, cases, knowledge.ontology)
    whole = [part for _, part in pool.groupby("provenance", sort=True)]
    return measure_alarms(max(whole, key=len).reset_index(drop=True), params)
