"""The validation results of a model: each gate with figure and cut-off, as report and archive hold them."""

from typing import Final

__all__ = ["VALIDATION_REPORT_FILE", "VALIDATION_RESULTS_FILE"]

VALIDATION_RESULTS_FILE: Final = "validation_results.json"
VALIDATION_REPORT_FILE: Final = "validation_report.md"
