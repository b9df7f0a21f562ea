"""The files of a hospital as they grow month by month: what has happened by a day, and nothing still to come."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from orphan_disease.adapters.atomic import AtomicCSVDataset, AtomicParquetDataset, AtomicTextDataset, atomic_open
from orphan_disease.adapters.atomic_files import atomic_folder
from orphan_disease.adapters.prediction_dataset import PredictionsDataset
from orphan_disease.contracts import columns, truth_file

__all__ = ["TABLES", "HospitalArchive"]

TABLES: Final = ("triage.csv", "truth.csv")
HISTORIES: Final = "histories.zip"


class HospitalArchive:
    """Folders of one simulated year.

    Args:
        folder: holds `data` (the pipelines' data root), `months/<month>` (what each month brought), `so_far` (the files
            as they stand at a month's end), `ledger` (stored answers) and `answered` (their cases).
    """

    def __init__(self, folder: Path) -> None:
        """Name the folders; nothing is read or written yet."""
        self.folder = folder
        self.data_root = folder / "data"
        self.so_far = folder / "so_far"
        self.ledger = folder / "ledger"
        self.answered = folder / "answered"

    def month(self, month: str) -> Path:
        """What a month brought."""
        return self.folder / "months" / month

    def close_month(self, months: Sequence[str], end: pd.Timestamp) -> None:
        """Put together the history and the months; a diagnosis that is confirmed later is not known yet."""
        places = [self.data_root / "01_raw", *(self.month(each) for each in months)]
        for name in TABLES:
            parts = [pd.read_csv(place / name, dtype="str", keep_default_na=False) for place in places]
            table = pd.concat(parts, ignore_index=True)
            if name == "truth.csv":
                confirmed = pd.to_datetime(table[truth_file.CONFIRMED_AT], utc=True, format="ISO8601")
                table = table[confirmed < end]
            AtomicCSVDataset(filepath=str(self.so_far / name)).save(table)
        with atomic_open(self.so_far / HISTORIES) as stream, zipfile.ZipFile(stream, "w") as archive:
            for place in places:
                with zipfile.ZipFile(place / HISTORIES) as part:
                    for entry in part.infolist():
                        archive.writestr(entry, part.read(entry))

    def ship_answers(self, month: str, predictions: Path, cases: Path, answered_at: pd.Timestamp) -> int:
        """File a month's answers as if they had been given in it, beside the cases; returns how many."""
        answers = PredictionsDataset(filepath=str(predictions)).load()
        moments = pd.Series(answered_at, index=answers.index).astype("datetime64[us, UTC]")
        target = self.ledger / f"date={answered_at:%Y-%m-%d}" / "part-0.parquet"
        PredictionsDataset(filepath=str(target)).save(answers.assign(**{columns.PREDICTED_AT: moments}))
        AtomicParquetDataset(filepath=str(self.answered / f"{month}.parquet")).save(
            AtomicParquetDataset(filepath=str(cases)).load()
        )
        return len(answers)

    def adopt(self, data_root: Path) -> None:
        """Begin from a copy of a trained data root, whole or not at all."""
        if not self.data_root.exists():
            with atomic_folder(self.data_root) as partial:
                ignored = shutil.ignore_patterns(self.folder.name)
                shutil.copytree(data_root, partial, ignore=ignored, dirs_exist_ok=True)

    def served_in(self, month: str, served_now: str) -> str:
        """The version that answers a month: the one served when it began, also where the month is begun again.

        Args:
            month: YYYY-MM.
            served_now: the version that is served at the moment, kept when the month begins.
        """
        kept = AtomicTextDataset(filepath=str(self.month(month) / "served.txt"))
        if not kept.exists():
            kept.save(served_now)
        return kept.load()
