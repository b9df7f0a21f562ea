"""The commands as a person types them."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orphan_disease.__main__ import main
from orphan_disease.adapters.audit_trail import AuditTrail
from orphan_disease.contracts.principal import Principal, Role
from orphan_disease.serving.api_keys import ApiKeys
from tests.adapters.audit_writer import event


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "api_keys.json"


def test_a_key_is_made_listed_and_revoked(keys: Path) -> None:
    made = run("keys", "create", "--subject", "ward 3", "--role", "clinician", "--role", "auditor", "--file", keys)
    key = made.stdout.strip()
    assert made.exit_code == 0
    assert ApiKeys(keys).principal(key) == Principal("ward 3", frozenset({Role.CLINICIAN, Role.AUDITOR}))

    listed = run("keys", "list", "--file", keys).stdout
    key_id, secret = key.split("_", 2)[1:]
    assert listed.startswith(f"{key_id}  auditor,clinician  expires ")
    assert listed.rstrip().endswith("ward 3")
    assert secret not in listed

    assert run("keys", "revoke", key_id, "--file", keys).exit_code == 0
    assert ApiKeys(keys).principal(key) is None
    again = run("keys", "revoke", key_id, "--file", keys)
    assert again.exit_code == 1
    assert f"has no key {key_id}" in again.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["create", "--subject", "ward"],
        ["create", "--role", "clinician"],
        ["create", "--subject", "ward", "--role", "director"],
        ["create", "--subject", "", "--role", "clinician"],
        ["create", "--subject", "ward", "--role", "clinician", "--days", "0"],
    ],
)
def test_a_key_without_what_it_needs_is_not_made(keys: Path, words: list[str]) -> None:
    assert run("keys", *words, "--file", keys).exit_code != 0
    assert not keys.exists()


def test_a_file_that_holds_no_keys_is_left_alone(keys: Path) -> None:
    keys.write_text("something else")
    for words in (["create", "--subject", "ward", "--role", "clinician"], ["list"], ["revoke", "0"]):
        refused = run("keys", *words, "--file", keys)
        assert (refused.exit_code, "not a file of API keys" in refused.stderr) == (1, True)
    assert keys.read_text() == "something else"


def test_a_trail_is_verified_by_key_and_by_anchors_kept(tmp_path: Path) -> None:
    path, key_file, kept = tmp_path / "audit.jsonl", tmp_path / "key", tmp_path / "anchor-of-monday.json"
    key_file.write_bytes(b"k" * 32)
    trail = AuditTrail(path, key_file.read_bytes())
    for number in range(3):
        trail.write(event(str(number)))
    trail.close()
    shutil.copy(f"{path}.anchor", kept)

    whole = run("audit", "verify", path, "--key-file", key_file, "--kept-anchor", kept)
    assert (whole.exit_code, whole.stdout) == (0, f"{path}: intact, 3 events (signature checked)\n")
    assert "signature not checked" in run("audit", "verify", path).stdout

    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    cut = run("audit", "verify", path, "--key-file", key_file)
    assert cut.exit_code == 1
    assert cut.stdout.splitlines() == [
        "deleted: event 2 is not in the file",
        f"{path}: NOT intact, 2 events (signature checked)",
    ]
    path.write_bytes(lines[0].replace(b"dr", b"mr") + lines[1] + lines[2])
    assert run("audit", "verify", path).stdout.startswith("edited: line 1: ")


def test_no_trail_is_an_error(tmp_path: Path) -> None:
    refused = run("audit", "verify", tmp_path / "nothing.jsonl")
    assert (refused.exit_code, "there is no audit trail" in refused.stderr) == (1, True)
