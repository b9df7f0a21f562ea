"""The page in a real browser: what a clinician does, and what they are shown, against the model's own figures."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Page, Route, expect

from orphan_disease.contracts import columns
from orphan_disease.contracts.principal import Role
from orphan_disease.contracts.vocabulary import ABSTAINED
from orphan_disease.domain import ages, checks
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.serving.api_keys import create_key, revoke_key
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_predictor

Cases = list[dict[str, Any]]


def add(tab: Page, query: str, key: str = "Enter") -> None:
    tab.locator("#symptom-search").press_sequentially(query)
    tab.wait_for_selector("[role=option]")
    tab.keyboard.press(key)


def ask(tab: Page) -> None:
    tab.click("#submit")
    tab.wait_for_selector(".question")


def model_answer(observed: list[str], excluded: list[str], **fields: object) -> pd.Series:
    case = {"case_id": "c", columns.OBSERVED_TERMS: observed, columns.EXCLUDED_TERMS: excluded, **fields}
    return small_predictor().predict(complete_cases(pd.DataFrame([case]))).iloc[0]


def shown_percent(text: str) -> float:
    return float(re.sub(r"[^\d,.]", "", text).replace(",", ".")) / 100


def test_a_wrong_key_is_refused_and_the_right_one_lasts_as_long_as_the_tab(tab: Page, key: str) -> None:
    expect(tab.locator("#workspace")).to_be_hidden()
    tab.fill("#key", "wrong")
    tab.press("#key", "Enter")
    expect(tab.locator("#key-error")).to_have_text("La clave de acceso no es válida o ha caducado.")
    expect(tab.locator("#key")).to_be_focused()
    tab.fill("#key", key)
    tab.press("#key", "Enter")
    expect(tab.locator("#symptom-search")).to_be_focused()
    assert tab.evaluate("JSON.stringify(localStorage)").count(key) == 0
    tab.reload()
    expect(tab.locator("#workspace")).to_be_visible()
    tab.click("#sign-out")
    tab.reload()
    expect(tab.locator("#sign-in")).to_be_visible()


def test_a_case_is_described_and_asked_by_keyboard_alone(workspace: Page, asked: Cases) -> None:
    add(workspace, "convuls")
    add(workspace, "term 10000", "ArrowDown")  # the second of the list
    workspace.keyboard.press("Enter")
    add(workspace, "erupcion", "Shift+Enter")  # as absent
    expect(workspace.locator("#symptom-search")).to_be_focused()
    expect(workspace.locator(".symptom.observed")).to_have_count(2)
    expect(workspace.locator(".symptom.excluded")).to_contain_text("erupción")
    for _ in range(60):
        workspace.keyboard.press("Tab")
        focused = workspace.evaluate("document.activeElement.id")
        if focused == "age":
            workspace.keyboard.type("2,5")
        elif focused == "temperature_c":
            workspace.keyboard.type("38.5")
        elif focused == "submit":
            break
    workspace.keyboard.press("Enter")
    workspace.wait_for_selector(".question")
    expect(workspace.locator("#answer-title")).to_be_focused()
    case = asked[-1]
    assert len(case["observed"]) == 2
    assert case["observed"][0] == NERVOUS_TERMS[0]
    assert case["excluded"] == [SKIN_TERMS[0]]
    assert case["age_days"] == pytest.approx(2.5 * ages.YEAR_DAYS, abs=0.01)
    assert case["vitals"] == {"temperature_c": 38.5}


def test_the_answer_is_the_models_own_in_figures_and_words(workspace: Page) -> None:
    add(workspace, "convuls")
    add(workspace, "hipotonia")
    workspace.click("label[for=sex-female]")
    ask(workspace)
    expected = model_answer(list(NERVOUS_TERMS[:2]), [], sex="female")
    shown = shown_percent(workspace.inner_text(".orphan .figure strong"))
    assert shown == pytest.approx(expected.orphan_probability, abs=0.006)
    rows = dict(
        zip(
            workspace.locator(".category-name").all_inner_texts(),
            map(shown_percent, workspace.locator(".category-figure").all_inner_texts()),
            strict=True,
        )
    )
    for name, probability in expected.category_probabilities:
        assert rows[f"{name} es"] == pytest.approx(probability, abs=0.006)
    assert workspace.locator(".possible li").count() == len(expected.prediction_set)
    expect(workspace.locator(".lead")).to_have_text(f"Más probable: {expected.category} es")
    first = workspace.locator(".differential > li").first
    expect(first).to_contain_text(expected.differential[0]["disorder_name"])
    expect(workspace.locator("#simulated-notice")).to_contain_text("pacientes simulados")
    expect(workspace.locator(".footer")).to_contain_text("Apoya al médico y no lo sustituye.")


def test_a_disorder_opens_on_what_speaks_for_and_against_it(workspace: Page) -> None:
    add(workspace, "convuls")
    add(workspace, "erupcion")
    ask(workspace)
    first = workspace.locator(".differential details").first
    first.locator("summary").press("Enter")
    expect(first.locator(".evidence")).to_be_visible()
    findings = first.locator(":is(.for, .against) .finding")
    assert set(findings.all_inner_texts()) - {"edad y sexo"} == {"convulsión", "erupción"}
    expect(first.locator(".facts")).to_contain_text("infancia")  # Childhood, in Spanish
    expect(first.locator(".missing li").first).to_be_visible()


def test_a_question_is_answered_into_the_case_and_asked_again(workspace: Page, asked: Cases) -> None:
    add(workspace, "convuls")
    ask(workspace)
    question = workspace.locator(".question").first
    name = question.locator(".question-name > span").first.inner_text()
    question.locator(".reply.excluded").click()
    expect(workspace.locator(".symptom.excluded")).to_contain_text(name)
    expect(workspace.locator("#questions-title")).to_be_focused()
    assert len(asked) == 2
    assert len(asked[-1]["excluded"]) == 1
    expect(workspace.locator(".question-name > span").first).not_to_have_text(name)


def test_an_answer_says_when_the_case_has_changed_since(workspace: Page) -> None:
    add(workspace, "convuls")
    ask(workspace)
    expect(workspace.locator("#answer .notice")).to_have_count(0)
    workspace.locator(".symptom .excluded").click()
    expect(workspace.locator("#answer .notice")).to_contain_text("ha cambiado")


def test_a_symptom_is_turned_and_removed_and_the_focus_stays_near(workspace: Page) -> None:
    add(workspace, "convuls")
    add(workspace, "hipotonia")
    workspace.locator(".symptom .excluded").first.click()
    expect(workspace.locator(".symptom .excluded").first).to_be_focused()
    workspace.locator(".remove").first.click()
    expect(workspace.locator(".symptom")).to_have_count(1)
    expect(workspace.locator(".remove")).to_be_focused()
    workspace.keyboard.press("Enter")
    expect(workspace.locator("#symptom-search")).to_be_focused()


@pytest.mark.parametrize("prediction_set", [["nerve", "skin", "third"], ["nerve"]])
def test_an_abstention_is_explained(workspace: Page, prediction_set: list[str]) -> None:
    def abstain(route: Route) -> None:
        response = route.fetch()
        answer = {**response.json(), "category": ABSTAINED, "prediction_set": prediction_set}
        route.fulfill(response=response, json=answer)

    workspace.route("**/v1/predictions", abstain)
    add(workspace, "convuls")
    ask(workspace)
    reason = "siguen siendo posibles nerve es, skin es y third" if len(prediction_set) > 2 else "se parece poco"
    expect(workspace.locator(".abstained")).to_contain_text(reason)
    expect(workspace.locator(".lead")).to_have_count(0)


def test_impossible_values_are_told_beside_their_field_and_never_sent(workspace: Page, asked: Cases) -> None:
    workspace.click("#submit")
    expect(workspace.locator("#problem")).to_contain_text("al menos un síntoma")
    add(workspace, "convuls")
    workspace.fill("#heart_rate_bpm", "820")
    workspace.click("#submit")
    expect(workspace.locator("#heart_rate_bpm-error")).to_have_text("Frec. cardíaca: entre 20 y 300 lpm.")
    expect(workspace.locator("#heart_rate_bpm")).to_have_attribute("aria-invalid", "true")
    expect(workspace.locator("#problem")).to_be_focused()
    assert asked == []


def test_the_pages_limits_are_the_services(tab: Page) -> None:
    limits = tab.evaluate("import('./js/case.js').then(({ VITALS }) => VITALS)")
    known = {check.column: check for check in (*checks.NUMERIC_CHECKS, checks.TEMPERATURE_CHECK)}
    assert {each["field"] for each in limits} == set(columns.VITAL_SIGNS)
    assert all((each["low"], each["high"]) == (known[each["field"]].low, known[each["field"]].high) for each in limits)
    assert tab.evaluate("import('./js/case.js').then((each) => each.MAXIMUM_AGE_DAYS)") == ages.MAX_AGE_DAYS


def test_what_the_service_does_not_accept_is_told_in_its_words(workspace: Page) -> None:
    add(workspace, "convuls")
    workspace.fill("#systolic_mmhg", "80")
    workspace.fill("#diastolic_mmhg", "120")
    workspace.click("#submit")
    expect(workspace.locator("#problem")).to_contain_text("diastolic_mmhg is above systolic_mmhg")


@pytest.mark.parametrize(("status", "told"), [(503, "Inténtelo de nuevo en 7 s"), (500, "código 500")])
def test_a_failure_is_told_and_the_case_stays(workspace: Page, status: int, told: str) -> None:
    add(workspace, "convuls")
    workspace.route("**/v1/predictions", lambda route: route.fulfill(status=status, headers={"Retry-After": "7"}))
    workspace.click("#submit")
    expect(workspace.locator("#problem")).to_contain_text(told)
    expect(workspace.locator(".symptom")).to_have_count(1)
    workspace.unroute("**/v1/predictions")
    ask(workspace)
    expect(workspace.locator("#problem")).to_be_hidden()


def test_a_service_that_cannot_be_reached_is_told(workspace: Page) -> None:
    add(workspace, "convuls")
    workspace.context.set_offline(True)
    workspace.click("#submit")
    expect(workspace.locator("#problem")).to_contain_text("El servicio no responde")


def test_a_key_that_is_revoked_leads_back_to_signing_in(tab: Page, key_file: Path) -> None:
    short = create_key(key_file, "eva", frozenset({Role.CLINICIAN}), timedelta(minutes=5))
    tab.fill("#key", short)
    tab.press("#key", "Enter")
    tab.wait_for_selector("#workspace", state="visible")
    add(tab, "convuls")
    assert revoke_key(key_file, short.split("_")[1])
    tab.click("#submit")
    expect(tab.locator("#key-error")).to_contain_text("ha caducado")
    expect(tab.locator("#key")).to_be_focused()


def test_every_text_is_there_in_both_languages_and_nothing_stays_behind(workspace: Page) -> None:
    tables = workspace.evaluate(
        "Promise.all([import('./js/texts-es.js'), import('./js/texts-en.js')])"
        ".then(([es, en]) => ({ es: es.spanish, en: en.english }))"
    )
    spanish, english = tables["es"], tables["en"]
    assert set(spanish) == set(english)
    assert set(spanish["words"]) == set(english["words"])
    placeholders = re.compile(r"\{\w+\}")
    for key in set(spanish) - {"words"}:
        assert sorted(placeholders.findall(spanish[key])) == sorted(placeholders.findall(english[key])), key
    add(workspace, "convuls")
    ask(workspace)
    workspace.click("[data-language=en]")
    assert workspace.get_attribute("html", "lang") == "en"
    expect(workspace.locator(".symptom-name")).to_contain_text("Term 1000000")
    expect(workspace.locator(".lead")).to_contain_text("Most probable")
    shown = workspace.inner_text("body")
    longer = [text for key, text in spanish.items() if key != "words" and len(text) > 12 and text != english[key]]
    assert [text for text in longer if text in shown] == []
    workspace.reload()
    assert workspace.get_attribute("html", "lang") == "en"


def test_a_model_without_its_card_is_warned_of_too(tab: Page, key: str) -> None:
    tab.route("**/v1/model/card", lambda route: route.fulfill(status=404))
    tab.fill("#key", key)
    tab.press("#key", "Enter")
    expect(tab.locator("#simulated-notice")).to_contain_text("no se sabe con qué pacientes")


def test_on_paper_there_is_the_case_that_was_asked_and_the_answer_without_the_form(workspace: Page) -> None:
    add(workspace, "convuls")
    ask(workspace)
    workspace.locator(".symptom .excluded").click()  # after the answer: the answer is not about this
    workspace.emulate_media(media="print")
    expect(workspace.locator("#case-form")).to_be_hidden()
    expect(workspace.locator(".printed-case")).to_contain_text("Presente: convulsión")
    expect(workspace.locator(".orphan")).to_be_visible()
    expect(workspace.locator(".footer")).to_be_visible()


def test_questions_that_fail_to_load_can_be_asked_for_again(workspace: Page) -> None:
    workspace.route("**/v1/explanations", lambda route: route.fulfill(status=503))
    add(workspace, "convuls")
    workspace.click("#submit")
    expect(workspace.locator(".questions")).to_contain_text("No se pudo cargar la explicación.")
    expect(workspace.locator(".orphan .figure")).to_be_visible()
    workspace.unroute("**/v1/explanations")
    workspace.locator(".questions button").click()
    expect(workspace.locator(".question").first).to_be_visible()
