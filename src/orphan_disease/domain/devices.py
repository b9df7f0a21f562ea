"""Where classifiers are trained: on a GPU where one is present and the library can use it, else on the processor.

Answers are always given on the processor: one case is faster there, and what is measured in training is what serves.
"""

import ctypes
import sys
from typing import Final, Literal

import torch
import xgboost

from orphan_disease.contracts.parameters.modelling import Device

__all__ = ["Place", "gpus", "torch_device", "xgboost_device"]

Place = Literal["cpu", "cuda"]
DRIVER: Final = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"


def gpus() -> int:
    """GPUs that the NVIDIA driver finds; 0 where there is no driver.

    The driver itself is asked, since torch may be the processor's build where XGBoost is not.
    """
    try:
        driver = ctypes.CDLL(DRIVER)
    except OSError:
        return 0
    count = ctypes.c_int()
    succeeded = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if succeeded else 0


def torch_device(device: Device) -> Place:
    """Where torch trains.

    Raises:
        ValueError: if a GPU is asked for and torch finds none.
    """
    return _place(device, torch.cuda.is_available(), "torch finds none that it can use")


def xgboost_device(device: Device) -> Place:
    """Where XGBoost trains.

    Raises:
        ValueError: if a GPU is asked for and there is none, or XGBoost was built without CUDA.
    """
    usable = bool(xgboost.build_info().get("USE_CUDA", False)) and gpus() > 0
    return _place(device, usable, "none is found, or XGBoost was built without CUDA")


def _place(device: Device, usable: bool, reason: str) -> Place:
    if device is Device.CUDA and not usable:
        raise ValueError(f"device cuda, but no GPU: {reason}; `device: auto` would take the processor")
    return "cuda" if usable and device is not Device.CPU else "cpu"
