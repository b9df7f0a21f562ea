// Wires the page: signs in, keeps the case and the answer, and draws again when either or the language changes.

import { answerView, caseSummary, categoryName, emptyView } from "./answer-view.js";
import { Problem, explain, predict, readModel } from "./api.js";
import { EXCLUDED, OBSERVED, VITALS, clearCase, exampleCase, patientCase, requestBody, setSymptom } from "./case.js";
import { differentialView } from "./differential-view.js";
import { announce, byId, element } from "./elements.js";
import { applyLanguage, language, moment, onLanguageChange, percent, setLanguage, termName, text } from "./language.js";
import { faultText, measurements, unitText } from "./measurements.js";
import { questionsView } from "./questions-view.js";
import * as session from "./session.js";
import { symptomList } from "./symptom-list.js";
import { symptomPicker } from "./symptom-picker.js";

const QUESTIONS = 5;

let model = null;
// Of the last answer: itself, the one before, the case as it was sent and as it was described, the questions (null while
// they load, undefined where they could not be), the explanations by disorder, and what of the differential is shown.
let answered = null;
let problem = null; // what is shown above the form: a function that gives its nodes in the current language
let isOutOfDate = false;

const picker = symptomPicker(byId("picker"), chosen, signedOut);
const symptoms = symptomList(changed);
const fields = measurements(changed);

function changed() {
  if (answered && !isOutOfDate) {
    isOutOfDate = true;
    renderAnswer();
  }
}

function chosen(term, state) {
  const key = setSymptom(term, state) ? "added" : "changed";
  announce(text(key, { name: termName(term).name, state: text(state).toLowerCase() }));
  symptoms.render();
  changed();
}

function renderCase() {
  symptoms.render();
  fields.render();
}

function renderAnswer() {
  byId("print").hidden = answered === null;
  byId("answered-at").textContent = answered ? text("answeredAt", { moment: moment(answered.answer.predicted_at) }) : "";
  if (answered === null) {
    byId("answer-body").replaceChildren(emptyView());
    return;
  }
  const state = { ...answered, model, isOutOfDate };
  byId("answer-body").replaceChildren(
    caseSummary(summaryLines(answered.described)), ...answerView(state),
    questionsView(answered.questions, replied, () => loadExplanations(answered)),
    differentialView(answered.answer, model, answered.shown, explanationOf));
}

/** The case that was asked, which is not always the one that the form shows now. */
function summaryLines({ symptoms, age, sex, vitals }) {
  const names = (state) => symptoms.filter((each) => each.state === state).map((each) => termName(each).name).join(", ");
  const lines = [[OBSERVED, names(OBSERVED)], [EXCLUDED, names(EXCLUDED)]].filter(([, found]) => found);
  if (age.value) lines.push(["age", `${age.value} ${text(age.unit)}`]);
  lines.push(["sex", text(sex)]);
  for (const { field, unit } of VITALS) if (vitals[field]) lines.push([field, `${vitals[field]} ${unitText(unit)}`]);
  return lines.map(([key, value]) => `${text(key)}: ${value}`);
}

function renderModel() {
  byId("model-line").textContent = model
    ? text("modelLine", { model: model.model_version, knowledge: model.knowledge_version })
    : "";
  const warning = { simulated: "simulatedModel", unknown: "unknownModel" }[model?.learned_from];
  byId("simulated-notice").hidden = !warning;
  byId("simulated-notice").textContent = warning ? text(warning) : "";
}

async function ask({ reply = false } = {}) {
  const faults = fields.showFaults(["age", ...Object.keys(requestBody().vitals ?? {}), ...Object.keys(patientCase.vitals)]);
  const reasons = () => [
    ...(patientCase.symptoms.some((each) => each.state === OBSERVED) ? [] : [text("symptomsMissing")]),
    ...faults.map(faultText),
  ];
  if (reasons().length) {
    showProblem(() => problemNodes(text("correct"), reasons()));
    return;
  }
  busy(true);
  try {
    const body = requestBody();
    const described = structuredClone(patientCase);
    const answer = await predict(body, crypto.randomUUID());
    const before = reply ? answered?.answer : null;
    answered = { answer, before, body, described, questions: null, explanations: new Map(), shown: { length: 0, open: new Set() } };
    isOutOfDate = false;
    showProblem(null);
    renderAnswer();
    byId(reply ? "questions-title" : "answer-title").focus();
    const category = answer.category in answer.category_probabilities ? categoryName(answer.category, model) : text("abstainedTitle");
    announce((reply ? `${text("updated")} ` : "") + text("answered", { probability: percent(answer.orphan_probability), category }));
    await loadExplanations(answered);
  } catch (error) {
    refused(error);
  } finally {
    busy(false);
  }
}

/** The next questions and why the first disorder stands first; the answer is on the page before they are. */
async function loadExplanations(asked) {
  try {
    const found = await explain({ case: asked.body, disorders: 1, questions: QUESTIONS });
    asked.questions = found.next_questions;
    for (const each of found.differential) asked.explanations.set(each.disorder_id, each);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) signedOut(error);
    asked.questions = undefined;
  }
  if (answered !== asked) return;
  const hadFocus = document.activeElement?.id;
  renderAnswer();
  if (hadFocus && document.activeElement?.id !== hadFocus) byId(hadFocus)?.focus();
}

async function explanationOf(disorderId) {
  const asked = answered;
  if (!asked.explanations.has(disorderId)) {
    const found = await explain({ case: asked.body, disorder_ids: [disorderId], questions: 0 });
    asked.explanations.set(disorderId, found.differential[0]);
  }
  return asked.explanations.get(disorderId);
}

function replied(term, state) {
  if (isBusy()) return;
  setSymptom({ term_id: term.term_id, label_en: term.label, label_es: term.label_es }, state);
  symptoms.render();
  ask({ reply: true });
}

const isBusy = () => byId("submit").getAttribute("aria-disabled") === "true";

function busy(is) {
  byId("submit").textContent = text(is ? "asking" : "ask");
  byId("submit").setAttribute("aria-disabled", String(is));
  byId("answer").setAttribute("aria-busy", String(is));
}

function refused(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) {
    signedOut(error);
    return;
  }
  showProblem(() => problemNodes(...problemText(error)));
}

function problemText({ status, errors, message, retryAfter }) {
  if (status === 0) return [text("problemNetwork"), []];
  if (status === 403) return [text("problemForbidden"), []];
  if (status === 429 || status === 503) return [text("problemBusy", { seconds: retryAfter ?? 5 }), []];
  if (status < 500) return [text("problemInvalid"), errors.length ? errors.map(({ field, reason }) => `${field}: ${reason}`) : [message]];
  return [text("problemOther", { status }), []];
}

const problemNodes = (lead, items) => [
  element("p", {}, element("strong", {}, lead)),
  items.length > 0 && element("ul", {}, ...items.map((each) => element("li", {}, each))),
].filter(Boolean);

function showProblem(nodes) {
  problem = nodes;
  const place = byId("problem");
  place.hidden = problem === null;
  place.replaceChildren(...(problem ? problem() : []));
  if (problem) place.focus();
}

async function signIn(event) {
  event.preventDefault();
  const given = byId("key").value.trim();
  byId("key-error").textContent = given ? "" : text("keyMissing");
  if (!given) {
    byId("key").focus();
    return;
  }
  session.remember(given);
  await enter();
  if (model) picker.focus();
}

/** Shows the workspace where the key is accepted, the form for a key where it is not. */
async function enter() {
  try {
    model = await readModel();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    signedOut(error);
    return;
  }
  byId("key").value = "";
  show(true);
}

function signedOut(error) {
  session.forget();
  model = null;
  show(false);
  const reasons = { 401: "problemKey", 403: "problemForbidden", 0: "problemNetwork" };
  byId("key-error").textContent = error ? text(reasons[error.status] ?? "problemOther", { status: error.status }) : "";
  byId("key").focus();
}

function show(isSignedIn) {
  byId("sign-in").hidden = isSignedIn;
  byId("workspace").hidden = !isSignedIn;
  byId("sign-out").hidden = !isSignedIn;
  renderModel();
}

function startCase(prepare) {
  prepare();
  answered = null;
  isOutOfDate = false;
  showProblem(null);
  renderCase();
  renderAnswer();
  picker.focus();
}

onLanguageChange(() => {
  renderCase();
  renderAnswer();
  renderModel();
  if (problem) byId("problem").replaceChildren(...problem());
});
for (const each of document.querySelectorAll("[data-language]")) {
  each.addEventListener("click", () => each.dataset.language !== language() && setLanguage(each.dataset.language));
}
byId("sign-in-form").addEventListener("submit", signIn);
byId("case-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isBusy()) ask();
});
byId("sign-out").addEventListener("click", () => {
  startCase(clearCase);
  signedOut(null);
  announce(text("signedOut"));
});
byId("example").addEventListener("click", () => startCase(exampleCase));
byId("clear").addEventListener("click", () => startCase(clearCase));
byId("print").addEventListener("click", () => window.print());

applyLanguage();
if (session.key()) enter();
else show(false);
