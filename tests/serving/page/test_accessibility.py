"""Every state of the page, in both languages, widths and colour schemes, against axe's rules for WCAG 2.2 AA."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(tab: Page) -> list[str]:
    found = Axe().run(tab, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def overflow(tab: Page) -> int:
    return int(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("look", ["es 360 light", "es 1280 dark", "en 360 dark", "en 1280 light"])
def test_no_state_of_the_page_breaks_a_rule_or_its_width(browser: Browser, address: str, key: str, look: str) -> None:
    language, width, scheme = look.split()
    context = browser.new_context(
        locale={"es": "es-CO", "en": "en-GB"}[language],
        viewport={"width": int(width), "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = context.new_page()
    tab.set_default_timeout(60_000)
    tab.goto(address)
    assert tab.get_attribute("html", "lang") == language
    found = {"sign-in": violations(tab)}
    tab.fill("#key", key)
    tab.press("#key", "Enter")
    tab.wait_for_selector("#workspace", state="visible")
    tab.click("#submit")  # with nothing described: a problem is told
    tab.locator("#symptom-search").press_sequentially("term 1000")
    tab.wait_for_selector("[role=option]")
    found["problem and picker"] = violations(tab)
    tab.keyboard.press("Enter")
    tab.locator("#symptom-search").press_sequentially("term 20000")
    tab.wait_for_selector("[role=option]")
    tab.keyboard.press("Shift+Enter")
    tab.click("#submit")
    tab.wait_for_selector(".question")
    tab.locator("summary").first.click()
    tab.wait_for_selector(".evidence")
    found["answer"] = violations(tab)
    assert {state: broken for state, broken in found.items() if broken} == {}
    assert overflow(tab) == 0
    context.close()


def test_a_page_without_names_is_caught(browser: Browser) -> None:
    tab = browser.new_page()
    tab.set_content("<html><body><button></button><img src='x.png'></body></html>")
    assert any(line.startswith("button-name") for line in violations(tab))
    tab.close()
