"""What tuning proposes, as lines of configuration that a person reads, judges and copies."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.tuning import CHOICE

__all__ = ["tuned_lines", "tuning_figures"]

PLACES: Final[Mapping[str, str]] = {"category": "candidates", "orphan": "orphan_candidates"}
DIGITS: Final = 4


def tuned_lines(found: Mapping[str, Any], nested: Mapping[str, Any], params: TuningParams) -> str:
    """A file of parameters: settings that nested folds show to be better; the others as comments.

    Args:
        found: family -> settings, as `Tuning.search` gives them.
        nested: as `Tuning.measure` gives it.
        params: of the searches.
    """
    measured = nested["families"]
    better = [family for family in found if measured[family]["better"]]
    lines = [*_header(nested, params), *_wrapped(tuning_figures(nested))]
    if better:
        lines += ["modelling:", f"  {PLACES[params.head]}:"]
    else:
        lines.append("# No family is shown to be better by its tuned settings: there is nothing to copy.")
    for family in found:
        block = yaml.safe_dump({family: _rounded(found[family]["settings"])}, sort_keys=False).splitlines()
        lines += [f"    {line}" if family in better else f"    # {line}" for line in block]
    return "\n".join(lines) + "\n"


def tuning_figures(nested: Mapping[str, Any]) -> dict[str, str]:
    """One line a family: what tuning is worth on outer folds that its searches never saw."""
    return {
        family: (
            f"macro-F1 {one['configured']['macro_f1']:.3f} as configured, {one['tuned']['macro_f1']:.3f} tuned: "
            f"{one['difference']['value']:+.3f} ({one['difference']['low']:+.3f} to {one['difference']['high']:+.3f}, "
            f"standard error {one['difference']['standard_error']:.3f}), p = {one['p_value']:.3f}; "
            f"log-loss {one['configured']['log_loss']:.3f}, {one['tuned']['log_loss']:.3f}"
        )
        for family, one in nested["families"].items()
    }


def _header(nested: Mapping[str, Any], params: TuningParams) -> Iterator[str]:
    yield f"# Settings found by `kedro run --pipeline=tuning`: {params.minutes:g} minutes, head `{params.head}`,"
    yield f"# objective {params.objective}; {nested['cases']} {nested['provenance']} cases, {nested['groups']} groups."
    yield "# To train with them, copy this file to conf/<environment>/parameters_tuned.yml (docs/how_to/tune.md)."
    yield "# A family is a comment where the difference on nested folds is within chance, or the log-loss is worse."
    yield f"# Nested figures, {len(nested['searches'])} outer folds, each answered by settings searched on the others;"
    yield f"# `{CHOICE}` is whichever family did best in the search:"


def _wrapped(figures: Mapping[str, str]) -> Iterator[str]:
    for family, words in figures.items():
        first, second = words.split("; ")
        yield from (f"# - {family}: {first};", f"#   {second}")


def _rounded(settings: Mapping[str, float]) -> dict[str, float]:
    """Settings to four significant digits: more were not measured."""
    return {name: value if isinstance(value, int) else float(f"{value:.{DIGITS}g}") for name, value in settings.items()}
