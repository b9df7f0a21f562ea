"""The real service over a tiny model, and a browser that opens its page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.principal import Role
from orphan_disease.domain import prediction
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.questions import next_questions
from orphan_disease.domain.term_search import TermSearch
from orphan_disease.serving.api_keys import ApiKeys, create_key
from orphan_disease.serving.application import build_application
from orphan_disease.serving.authentication import Authenticator
from orphan_disease.serving.model_holder import ModelHolder
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS
from tests.serving.page.browser import FLAGS, installed_chromium, served
from tests.serving.parts_in_memory import parts

SPANISH_NAMES = {NERVOUS_TERMS[0]: "convulsión", NERVOUS_TERMS[1]: "hipotonía", SKIN_TERMS[0]: "erupción"}
DATA_TABLE = "\n| split | provenance | cases |\n|---|---|---|\n| train | simulated | 40 |\n"


def _names(ontology: Ontology) -> TermSearch:
    spanish = pd.DataFrame(SPANISH_NAMES.items(), columns=["hpo_id", "label_es"])
    return TermSearch.from_ontology(ontology, spanish)


@pytest.fixture(scope="package")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "api_keys.json"


@pytest.fixture(scope="package")
def key(key_file: Path) -> str:
    return create_key(key_file, "ana", frozenset({Role.CLINICIAN}), timedelta(hours=1))


@pytest.fixture(scope="package")
def address(models: Path, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    card = tmp_path_factory.mktemp("card") / "card.md"
    card.write_text((models / "card.md").read_text() + DATA_TABLE)
    memory = parts(models, model_card=str(card))
    services = replace(
        memory,
        holder=ModelHolder(PackageStore(memory.settings.model_root), memory.settings.model_pointer, _names),
        authenticator=Authenticator(keys=ApiKeys(key_file)),
    )
    with pytest.MonkeyPatch.context() as patch:
        # Twelve disorders are too few for the questions of a real model, which at least twenty must know.
        patch.setattr(prediction, "next_questions", partial(next_questions, least_disorders=1))
        with served(build_application(services)) as address:
            yield address


@pytest.fixture(scope="module")  # an open browser keeps an event loop running, which the tests of other modules start
def browser() -> Iterator[Browser]:
    path = installed_chromium()
    if path is None:
        pytest.skip("no Chromium is installed: `apt-get install chromium` on Debian")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Page]:
    """The page, just opened by a Spanish browser; an error in it or a request elsewhere fails the test."""
    context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    tab.on("request", lambda request: None if request.url.startswith(address) else faults.append(request.url))
    tab.goto(address)
    yield tab
    context.close()
    assert faults == []


@pytest.fixture
def workspace(tab: Page, key: str) -> Page:
    """The page after signing in."""
    tab.fill("#key", key)
    tab.press("#key", "Enter")
    tab.wait_for_selector("#workspace", state="visible")
    return tab


@pytest.fixture
def asked(tab: Page) -> list[dict[str, Any]]:
    """The cases that the page has sent, as it sent them."""
    cases: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/v1/predictions"):
            cases.append(request.post_data_json)

    tab.on("request", note)
    return cases
