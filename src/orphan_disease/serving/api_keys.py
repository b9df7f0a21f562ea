"""API keys: made once, shown once, kept as hashes.

A key reads `odk_<key id>_<secret>`. The secret is 256 random bits, so that its SHA-256 is enough: there is nothing to
guess, and a slow hash would only slow every request. The file holds hashes; who reads it cannot call the service.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from orphan_disease.adapters.atomic_files import atomic_open, create_folder
from orphan_disease.adapters.process_lock import ProcessLock
from orphan_disease.contracts.principal import Principal, Role

__all__ = ["ApiKeyFileError", "ApiKeys", "StoredKey", "create_key", "read_keys", "revoke_key"]

PREFIX: Final = "odk"
SECRET_BYTES: Final = 32
KEY_ID_BYTES: Final = 6
_NOBODY: Final = "0" * 64  # compared with where a key is unknown, so that it takes as long


class ApiKeyFileError(RuntimeError):
    """The file of API keys cannot be read, or does not hold what it should."""


class StoredKey(BaseModel):
    """One key as the file keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str = Field(pattern=r"^[0-9a-f]{12}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="of the secret")
    subject: str = Field(min_length=1, max_length=200, description="who has the key; it stands in the audit trail")
    roles: frozenset[Role] = Field(min_length=1)
    created_at: AwareDatetime
    expires_at: AwareDatetime


class _KeyFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[StoredKey, ...] = ()

    def by_id(self) -> dict[str, StoredKey]:
        return {key.key_id: key for key in self.keys}


def read_keys(path: Path) -> tuple[StoredKey, ...]:
    """The keys of a file, expired ones too; none where there is no file.

    Raises:
        ApiKeyFileError: if the file does not hold keys.
    """
    if not path.exists():
        return ()
    try:
        content = _KeyFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ApiKeyFileError(f"{path}: the file of API keys cannot be read ({error.strerror})") from error
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) or "the whole file" for each in error.errors())
    else:
        if len(content.by_id()) == len(content.keys):
            return content.keys
        fields = "keys: two have one key_id"
    raise ApiKeyFileError(f"{path}: not a file of API keys (see {fields}); `orphan-disease keys create` writes one")


def create_key(path: Path, subject: str, roles: frozenset[Role], lifetime: timedelta) -> str:
    """Add a key to the file, which is created where it is absent, and return it: it is not kept anywhere.

    Args:
        path: the file of hashes.
        subject: who will use the key.
        roles: what it may do; at least one.
        lifetime: after which it is refused.

    Raises:
        ApiKeyFileError: if the file does not hold keys.
        ValueError: if subject, roles or lifetime are not allowed.
    """
    secret, now = secrets.token_urlsafe(SECRET_BYTES), datetime.now(UTC)
    if lifetime <= timedelta(0):
        raise ValueError(f"the lifetime of a key is positive; got {lifetime}")
    stored = StoredKey(
        key_id=secrets.token_hex(KEY_ID_BYTES),
        sha256=hashlib.sha256(secret.encode()).hexdigest(),
        subject=subject,
        roles=roles,
        created_at=now,
        expires_at=now + lifetime,
    )
    with _locked(path):
        _write(path, (*read_keys(path), stored))
    return f"{PREFIX}_{stored.key_id}_{secret}"


def revoke_key(path: Path, key_id: str) -> bool:
    """Remove a key from the file, and tell whether it was there. Running services notice at the next request."""
    with _locked(path):
        keys = read_keys(path)
        rest = tuple(key for key in keys if key.key_id != key_id)
        if len(rest) < len(keys):
            _write(path, rest)
    return len(rest) < len(keys)


class ApiKeys:
    """The keys of a file, looked at again whenever the file has changed.

    Args:
        path: the file of hashes.

    Raises:
        ApiKeyFileError: if the file does not hold keys.
    """

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self._path = path
        self._keys: Mapping[str, StoredKey] = {}
        self._seen: tuple[int, ...] | None = None
        self._current()

    def principal(self, key: str) -> Principal | None:
        """Who has the key; None for one that is malformed, unknown or expired.

        Raises:
            ApiKeyFileError: if the file has changed into something that holds no keys: nobody is let in by old ones.
        """
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        stored = self._current().get(key_id) if prefix == PREFIX else None
        given = hashlib.sha256(secret.encode(errors="replace")).hexdigest()
        is_right = hmac.compare_digest(given, stored.sha256 if stored else _NOBODY)
        if stored is None or not is_right or stored.expires_at <= datetime.now(UTC):
            return None
        return Principal(subject=stored.subject, roles=stored.roles)

    def _current(self) -> Mapping[str, StoredKey]:
        seen = self._signature()
        if seen != self._seen:
            self._keys = {key.key_id: key for key in read_keys(self._path)}
            self._seen = seen
        return self._keys

    def _signature(self) -> tuple[int, ...]:
        """What changes with the file: every write replaces it, so that its inode is another one."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return ()
        return status.st_ino, status.st_mtime_ns, status.st_size


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two commands at one time do not lose a key."""
    create_folder(path.parent)
    lock = ProcessLock(path.with_name(f".{path.name}.lock"))
    try:
        with lock:
            yield
    finally:
        lock.close()


def _write(path: Path, keys: tuple[StoredKey, ...]) -> None:
    with atomic_open(path) as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(_KeyFile(keys=keys).model_dump_json(indent=2).encode() + b"\n")
