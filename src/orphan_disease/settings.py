"""Kedro's settings: where configuration is read, which resolvers it may use, and which hooks run."""

from kedro.config import OmegaConfigLoader
from omegaconf.resolvers import oc

from orphan_disease.adapters.mlflow_hooks import RunRecordHooks
from orphan_disease.adapters.notifications import NotificationHooks
from orphan_disease.adapters.progress_hooks import ProgressHooks
from orphan_disease.adapters.published_data import published_file
from orphan_disease.adapters.retraining_hooks import RetrainingHooks
from orphan_disease.adapters.summary import SummaryHooks

CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
    "custom_resolvers": {"oc.env": oc.env, "published": published_file},
}

HOOKS = (ProgressHooks(), RunRecordHooks(), SummaryHooks(), NotificationHooks(), RetrainingHooks())

# Patients' data pass through here: nothing about a run is sent anywhere.
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
