"""The rules of cleaning are one table: the code's reasons are in it, it has no others, and the docs print it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from orphan_disease.contracts.cleaning_rules import CLEANING_RULES, REASONS, rules_page
from orphan_disease.contracts.frames.patients import LEDGER
from orphan_disease.contracts.frames.shape import ShapeError, require_shape
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain.ledger import Finding, findings_frame

CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)+")
KNOWLEDGE = ("orphanet.py", "orphadata.py")  # published knowledge has a quarantine of its own
FINDERS = {"Cause", "Finding", "Note", "PhenopacketError", "FhirError", "NumericCheck"}
ELSEWHERE = {"TRUTH_REVISED", "TRUTH_DUPLICATE", "TRUTH_CONFLICTING"}  # written with the status in their name


def _reasons(tree: ast.AST) -> Iterator[str]:
    """Reasons where they are handed over, and constants of the module that hold one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in REASONS:
            yield node.value
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FINDERS:
            named = [*node.args, *(keyword.value for keyword in node.keywords)]
            for each in named:
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
                    yield each.value


def test_the_table_and_the_code_name_the_same_reasons(project_root: Path) -> None:
    files = [file for file in (project_root / "src/orphan_disease/domain").glob("*.py") if file.name not in KNOWLEDGE]
    named = {reason for file in files for reason in _reasons(ast.parse(file.read_text(encoding="utf-8")))}
    assert named | ELSEWHERE == REASONS


def test_no_rule_stands_twice() -> None:
    keys = [(rule.source, rule.field, rule.reason) for rule in CLEANING_RULES]
    assert len(set(keys)) == len(keys)


def test_the_docs_print_the_table(project_root: Path) -> None:
    assert (project_root / "docs/reference/checks.md").read_text(encoding="utf-8") == rules_page()


def test_a_ledger_with_another_reason_is_refused() -> None:
    row = Finding("a.csv", 2, "v1", "sex", "NOT_IN_THE_TABLE", CleaningAction.NOTE, "x")
    with pytest.raises(ShapeError, match="reason"):
        require_shape(findings_frame([row]), LEDGER)
    assert isinstance(require_shape(findings_frame([row._replace(reason="ROW_DUPLICATED")]), LEDGER), pd.DataFrame)
