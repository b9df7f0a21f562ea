"""A tiny packaged model, a client of the service over it, and keys of an identity provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.testclient import TestClient

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.serving.application import build_application
from orphan_disease.serving.services import Services
from tests.domain.small_predictor import small_predictor
from tests.serving.parts_in_memory import bearer, parts


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with one version, which `latest` names, and its card."""
    folder = tmp_path_factory.mktemp("models")
    store = PackageStore(str(folder))
    version = store.write(small_predictor())
    store.point("latest", version)
    (folder / "card.md").write_text(f"# Model card: orphan_disease {version}\n\nFor tests.\n")
    return folder


@pytest.fixture(scope="module")
def services(models: Path) -> Services:
    return parts(models)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    return folder


@pytest.fixture(scope="module")
def client(services: Services, page: Path) -> Iterator[TestClient]:
    with TestClient(build_application(services, page), headers=bearer(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@pytest.fixture
def private_keys(
    rsa_key: rsa.RSAPrivateKey, ec_key: ec.EllipticCurvePrivateKey, stranger: rsa.RSAPrivateKey
) -> tuple[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]:
    """Two keys of the provider, and one of somebody else."""
    return rsa_key, ec_key, stranger
