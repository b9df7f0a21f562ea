"""The page over a tiny model, and a browser that opens it."""

from collections.abc import Iterator

import pandas as pd
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from orphan_disease.contracts import columns
from orphan_disease.domain.term_search import TermSearch
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_ontology, small_predictor
from tests.serving.browser import FLAGS, installed_chromium, served
from tests.serving.page_service import KEY, build_page_service

CARD = "# Model card\n\n| split | provenance | cases |\n|---|---|---|\n| train | simulated | 40 |\n"
SPANISH_NAMES = {NERVOUS_TERMS[0]: "convulsión", NERVOUS_TERMS[1]: "hipotonía", SKIN_TERMS[0]: "erupción"}


@pytest.fixture(scope="module")
def service() -> FastAPI:
    spanish = pd.DataFrame(SPANISH_NAMES.items(), columns=["hpo_id", "label_es"])
    synonyms = pd.DataFrame({columns.TERM_ID: [NERVOUS_TERMS[0]], columns.LABEL: ["Fits"]})
    names = TermSearch.from_ontology(small_ontology(), spanish, synonyms)
    return build_page_service(small_predictor(), names, CARD, least_disorders=1)


@pytest.fixture(scope="module")
def address(service: FastAPI) -> Iterator[str]:
    with served(service) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = installed_chromium()
    if path is None:
        pytest.skip("no Chromium is installed: `apt-get install chromium` on Debian")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: Browser, address: str, service: FastAPI) -> Iterator[Page]:
    """The page, just opened by a Spanish browser; any error in it fails the test."""
    service.state.refusal = None
    service.state.asked.clear()
    context = browser.new_context(locale="es-ES", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(5_000)
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    tab.on("request", lambda request: None if request.url.startswith(address) else faults.append(request.url))
    tab.goto(address)
    yield tab
    context.close()
    assert faults == []


@pytest.fixture
def workspace(tab: Page) -> Page:
    """The page after signing in."""
    tab.fill("#key", KEY)
    tab.press("#key", "Enter")
    tab.wait_for_selector("#workspace", state="visible")
    return tab
