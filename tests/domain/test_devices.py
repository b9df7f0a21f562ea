"""A GPU is taken where one is found and asked for, and the answers do not hang on it."""

from typing import Any

import numpy as np
import pytest
import torch
import xgboost

from orphan_disease.contracts.parameters.modelling import CandidateParams, Device, Family, MlpParams, XgboostParams
from orphan_disease.domain import devices
from orphan_disease.domain.classifiers import XgboostClassifier, build_estimator
from tests.domain.labelled_blobs import labelled_blobs


def _found(monkeypatch: pytest.MonkeyPatch, *, gpus: int, torch_finds: bool, xgboost_built: bool) -> None:
    monkeypatch.setattr(devices, "gpus", lambda: gpus)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: torch_finds)
    monkeypatch.setattr(xgboost, "build_info", lambda: {"USE_CUDA": xgboost_built})


@pytest.mark.parametrize(
    ("found", "for_torch", "for_xgboost"),
    [
        ((1, True, True), "cuda", "cuda"),
        ((0, False, True), "cpu", "cpu"),
        ((1, True, False), "cuda", "cpu"),  # the serving image's XGBoost
        ((1, False, True), "cpu", "cuda"),  # torch's build for the processor
    ],
)
def test_each_library_takes_the_gpu_that_it_can_use(
    monkeypatch: pytest.MonkeyPatch, found: tuple[int, bool, bool], for_torch: str, for_xgboost: str
) -> None:
    gpus, torch_finds, xgboost_built = found
    _found(monkeypatch, gpus=gpus, torch_finds=torch_finds, xgboost_built=xgboost_built)
    assert devices.torch_device(Device.AUTO) == for_torch
    assert devices.xgboost_device(Device.AUTO) == for_xgboost
    assert (devices.torch_device(Device.CPU), devices.xgboost_device(Device.CPU)) == ("cpu", "cpu")


def test_a_gpu_that_is_asked_for_and_absent_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _found(monkeypatch, gpus=0, torch_finds=False, xgboost_built=True)
    for chosen in (devices.torch_device, devices.xgboost_device):
        with pytest.raises(ValueError, match="device: auto"):
            chosen(Device.CUDA)


def test_without_a_driver_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "DRIVER", "no-such-library.so")
    assert devices.gpus() == 0


def test_boosting_is_told_where_to_train_and_answers_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    train = xgboost.train

    def recorded(settings: dict[str, Any], *rest: Any) -> xgboost.Booster:
        told.append(settings["device"])
        return train({**settings, "device": "cpu"}, *rest)

    _found(monkeypatch, gpus=1, torch_finds=True, xgboost_built=True)
    monkeypatch.setattr(xgboost, "train", recorded)
    training = labelled_blobs(60)
    rows = training.features.to_numpy(dtype=np.float32)
    for device in (Device.AUTO, Device.CPU):
        fitted = XgboostClassifier(XgboostParams(trees=3), device=device, seed=0).fit(rows, training.codes)
        assert '"device":"cpu"' in fitted.booster_.save_config()
    assert told == ["cuda", "cpu"]


@pytest.mark.skipif(not torch.cuda.is_available() or not devices.gpus(), reason="needs a GPU")
@pytest.mark.parametrize("family", [Family.XGBOOST, Family.MLP])
def test_a_gpu_gives_the_same_decisions(family: Family) -> None:
    training = labelled_blobs(600)
    rows = training.features.to_numpy(dtype=np.float32)
    answers = []
    for device in (Device.CPU, Device.CUDA):
        params = CandidateParams(xgboost=XgboostParams(trees=40), mlp=MlpParams(epochs=20), device=device)
        estimator = build_estimator(family, params, seed=1)
        estimator.fit(rows, training.codes)
        answers.append(estimator.predict_proba(rows))
    assert np.abs(answers[0] - answers[1]).mean() < 0.02
    assert (answers[0].argmax(axis=1) == answers[1].argmax(axis=1)).mean() > 0.97
