"""Following the pointer: a newly promoted model takes over without anybody asking each worker to reload."""

import asyncio

import structlog

from orphan_disease.serving.logs import describe_error
from orphan_disease.serving.services import Services

__all__ = ["follow_pointer"]

_log = structlog.get_logger()


async def follow_pointer(services: Services) -> None:
    """Look every interval whether the pointer has moved, and load what it names; until cancelled.

    A package that is refused, or a store that does not answer, leaves the old model; the next look tries again.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(services.settings.model_poll_seconds)
        try:
            if await loop.run_in_executor(services.writers, services.holder.is_behind):
                model = await loop.run_in_executor(services.writers, services.reload)
                _log.info("model_loaded", model_version=model.version)
        except Exception as error:  # whatever it is, the model of now answers on
            _log.error("model_refused", error=describe_error(error))
