"""The command that kills the ledger's writer counts what it claims to count."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.load import kill_ledger
from deploy.load.kill_ledger import Outcome


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [
        (Outcome(1, 5, 6, 6, lost=0, doubled=0), 0),
        (Outcome(1, 5, 6, 6, lost=1, doubled=0), 1),
        (Outcome(1, 5, 6, 7, lost=0, doubled=1), 1),
        (Outcome(1, 5, 6, 5, lost=0, doubled=0), 1),
    ],
)
def test_a_loss_is_an_error(outcome: Outcome, exit_code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome_of(_: Path, kills: int) -> Outcome:
        assert kills == 7
        return outcome

    monkeypatch.setattr(kill_ledger, "kill_writers", outcome_of)
    ended = CliRunner().invoke(kill_ledger.main, ["--kills", "7"])
    assert ended.exit_code == exit_code
    assert json.loads(ended.stdout)["lost"] == outcome.lost
