"""A JSON document that may not be there yet, with what is read in its place."""

from typing import Any

from orphan_disease.adapters.atomic import AtomicJSONDataset

__all__ = ["OptionalJSONDataset"]


class OptionalJSONDataset(AtomicJSONDataset):
    """As `AtomicJSONDataset`, but an absent file is read as the default.

    Args:
        default: what is read where the file is absent.
        settings: as for `AtomicJSONDataset`.
    """

    def __init__(self, *, default: Any, **settings: Any) -> None:
        """Keep the settings; nothing is read or written yet."""
        super().__init__(**settings)
        self._default = default

    def load(self) -> Any:
        """The document, or the default."""
        return super().load() if super()._exists() else self._default
