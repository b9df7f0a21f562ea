"""A key is shown once, kept as a hash, and refused as soon as it should be."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orphan_disease.contracts.principal import Principal, Role
from orphan_disease.serving.api_keys import ApiKeyFileError, ApiKeys, create_key, read_keys, revoke_key

YEAR = timedelta(days=365)
CLINICIAN = frozenset({Role.CLINICIAN})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "api_keys.json"


def test_a_key_tells_who_has_it(path: Path) -> None:
    key = create_key(path, "ward 3", frozenset({Role.CLINICIAN, Role.AUDITOR}), YEAR)
    assert ApiKeys(path).principal(key) == Principal("ward 3", frozenset({Role.CLINICIAN, Role.AUDITOR}))


def test_the_file_holds_a_hash_and_nobody_else_reads_it(path: Path) -> None:
    key = create_key(path, "ward 3", CLINICIAN, YEAR)
    secret = key.split("_", 2)[2]
    (stored,) = read_keys(path)
    assert secret not in path.read_text()
    assert len(secret) == 43  # 256 bits in base64url
    assert stored.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_other_text_is_nobody(path: Path) -> None:
    key = create_key(path, "ward 3", CLINICIAN, YEAR)
    other = create_key(path, "ward 4", CLINICIAN, YEAR)
    prefix, key_id, secret = key.split("_", 2)
    wrong = [
        "",
        "_",
        "__",
        secret,
        f"{key_id}_{secret}",
        f"{prefix}_{key_id}",
        f"{prefix}_{key_id}_",
        f"{prefix}_{key_id}_{secret[:-1]}",
        f"{prefix}_{key_id}_{secret}x",
        f"{prefix}_{key_id}_{secret.swapcase()}",
        f"{prefix}_{'0' * 12}_{secret}",
        f"{prefix}_{key_id}_{other.split('_', 2)[2]}",
        f"xyz_{key_id}_{secret}",
        f"{prefix}_{key_id}_{read_keys(path)[0].sha256}",
        f"{prefix}_{key_id}_\ud800",
    ]
    keys = ApiKeys(path)
    assert [text for text in wrong if keys.principal(text)] == []
    assert keys.principal(key) is not None


def test_a_key_ends_at_its_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = create_key(path, "ward 3", CLINICIAN, timedelta(hours=1))
    content = json.loads(path.read_text())
    content["keys"][0]["expires_at"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    path.write_text(json.dumps(content))
    assert ApiKeys(path).principal(key) is None


def test_a_running_service_notices_a_new_key_and_a_revoked_one(path: Path) -> None:
    keys = ApiKeys(path)  # there is no file yet
    key = create_key(path, "ward 3", CLINICIAN, YEAR)
    assert keys.principal(key) is not None

    key_id = key.split("_")[1]
    assert revoke_key(path, key_id)
    assert keys.principal(key) is None
    assert not revoke_key(path, key_id)


def test_a_file_that_turns_wrong_lets_nobody_in_by_old_keys(path: Path) -> None:
    key = create_key(path, "ward 3", CLINICIAN, YEAR)
    keys = ApiKeys(path)
    path.write_text("[]")
    for _ in range(2):
        with pytest.raises(ApiKeyFileError):
            keys.principal(key)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "the whole file"),
        ('{"keys": [{}]}', r"keys\.0\.key_id"),
        ('{"keys": [], "more": 1}', "more"),
    ],
)
def test_a_file_that_holds_no_keys_is_told_by_its_fields(path: Path, content: str, named: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(ApiKeyFileError, match=named):
        ApiKeys(path)


def test_two_keys_of_one_id_are_refused(path: Path) -> None:
    create_key(path, "ward 3", CLINICIAN, YEAR)
    content = json.loads(path.read_text())
    path.write_text(json.dumps({"keys": content["keys"] * 2}))
    with pytest.raises(ApiKeyFileError, match="two have one key_id"):
        ApiKeys(path)


@pytest.mark.parametrize(
    ("subject", "roles", "lifetime"),
    [("", CLINICIAN, YEAR), ("ward", frozenset[Role](), YEAR), ("ward", CLINICIAN, timedelta(0))],
)
def test_a_key_needs_a_subject_a_role_and_a_lifetime(
    path: Path, subject: str, roles: frozenset[Role], lifetime: timedelta
) -> None:
    with pytest.raises(ValueError, match=r"subject|roles|lifetime"):
        create_key(path, subject, roles, lifetime)
    assert not path.exists()


def test_keys_made_at_one_time_are_all_kept(path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: create_key(path, f"ward {n}", CLINICIAN, YEAR), range(12)))
    keys = ApiKeys(path)
    assert all(keys.principal(key) for key in made)
