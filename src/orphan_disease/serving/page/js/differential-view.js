// The ranked disorders, each with its facts and, once opened, what speaks for and against it.

import { bar, element } from "./elements.js";
import { list, number, percent, termName, text, word } from "./language.js";

const SHOWN_FIRST = 10;
const NEGLIGIBLE_RATIO = 1.05;

/**
 * @param {object} answer
 * @param {object} model
 * @param {{length: number, open: Set<string>}} shown how many disorders are listed and which are open
 * @param {function(string): Promise<object>} explanationOf loads, or remembers, one disorder's explanation
 */
export function differentialView(answer, model, shown, explanationOf) {
  const disorders = answer.differential;
  const fit = relativeFit(disorders);
  const listed = element("ol.differential");
  const more = element("button", { type: "button", class: "quiet more" });
  const titled = element("section.card", { "aria-labelledby": "differential-title" },
    element("h3", { id: "differential-title" }, text("differentialTitle")),
    element("p.hint", {}, text("differentialText", { disorders: number(model.disorders, 0) })), listed, more);

  function show(count) {
    const first = listed.children.length;
    listed.append(...disorders.slice(first, count).map((each, place) => row(each, first + place, fit, shown, explanationOf)));
    shown.length = listed.children.length;
    more.hidden = shown.length >= disorders.length;
    more.textContent = text("more", { count: Math.min(SHOWN_FIRST, disorders.length - shown.length) });
    return listed.children[first];
  }

  more.addEventListener("click", () => show(shown.length + SHOWN_FIRST).querySelector("summary").focus());
  show(Math.max(shown.length, SHOWN_FIRST));
  return titled;
}

/** A disorder's score between the last of the list, 0, and the first, 1: scores are comparable inside one case only. */
function relativeFit(disorders) {
  const scores = disorders.map(({ score }) => score);
  const least = Math.min(...scores);
  const span = Math.max(...scores) - least;
  return ({ score }) => (span > 0 ? (score - least) / span : 1);
}

function row(disorder, place, fit, shown, explanationOf) {
  const body = element("div.explanation");
  const details = element("details", { open: shown.open.has(disorder.disorder_id) },
    element("summary", {},
      element("span.rank", {}, element("span.visually-hidden", {}, text("rank", { rank: place + 1 })), element("span", { "aria-hidden": "true" }, String(place + 1))),
      element("span.disorder", {}, element("span.disorder-name", { lang: "en" }, disorder.disorder_name), " ",
        element("span.term-id", {}, disorder.disorder_id)),
      bar(fit(disorder), "small"),
      element("span.share", {}, element("span.visually-hidden", {}, text("share", { share: percent(disorder.probability) })),
        element("span", { "aria-hidden": "true" }, percent(disorder.probability)))),
    body);
  details.addEventListener("toggle", () => {
    if (!details.open) {
      shown.open.delete(disorder.disorder_id);
      return;
    }
    shown.open.add(disorder.disorder_id);
    fill(body, disorder, explanationOf);
  });
  return element("li", {}, details);
}

async function fill(body, disorder, explanationOf) {
  if (!body.hasChildNodes()) body.replaceChildren(facts(disorder), element("p.hint", {}, text("loading")));
  try {
    const explanation = await explanationOf(disorder.disorder_id);
    body.replaceChildren(facts(disorder), ...evidence(explanation, disorder));
  } catch {
    const again = element("button", { type: "button", class: "quiet", onclick: () => fill(body, disorder, explanationOf) }, text("retry"));
    body.replaceChildren(facts(disorder), element("p.hint", {}, text("explanationFailed"), " ", again));
  }
}

function facts(disorder) {
  const others = disorder.equivalent_ids.filter((each) => each !== disorder.disorder_id);
  const fact = (key, value) => element("div", {}, element("dt", {}, text(key)), element("dd", {}, value));
  const words = (values) => (values.length ? list(values.map(word), "conjunction") : text("notDocumented"));
  return element("dl.facts", {},
    fact("prevalence", disorder.prevalence_class ? word(disorder.prevalence_class) : text("notDocumented")),
    fact("onset", words(disorder.onset)),
    fact("inheritance", words(disorder.inheritance)),
    disorder.references.length > 0 && fact("references", list(disorder.references, "unit")),
    others.length > 0 && fact("sameAs", others.join(", ")));
}

function evidence({ contributions: findings, missing }, disorder) {
  const person = { label: text("ageAndSex"), lang: null, is_excluded: false, nats: disorder.demographic_nats };
  const contributions = [...findings, ...(disorder.demographic_nats ? [person] : [])].sort((one, other) => other.nats - one.nats);
  const most = Math.max(...contributions.map(({ nats }) => Math.abs(nats)), 1e-9);
  const supports = ({ nats }) => Math.exp(nats) >= NEGLIGIBLE_RATIO;
  const column = (kind, key, items, none) => element(`section.${kind}`, {}, element("h4", {}, text(key)),
    items.length ? element("ul", {}, ...items) : element("p.hint", {}, text(none)));
  const rows = (chosen) => chosen.map((each) => contribution(each, most));
  return [
    element("div.evidence", {},
      column("for", "speaksFor", rows(contributions.filter(supports)), "nothingFor"),
      column("against", "speaksAgainst", rows(contributions.filter((each) => !supports(each)).reverse()), "nothingAgainst"),
      column("missing", "typicalMissing", missing.map(missingFeature), "nothingMissing")),
    element("p.hint", {}, text("ratioHint"), " ", text("missingHint")),
  ];
}

function contribution(each, most) {
  const { name, lang } = each.lang === null ? { name: each.label, lang: null } : termName(each);
  const size = Math.exp(Math.abs(each.nats));
  const isNeutral = size < NEGLIGIBLE_RATIO;
  const times = number(size, size < 10 ? 1 : 0);
  const short = isNeutral ? text("negligible") : text(each.nats > 0 ? "times" : "timesLess", { ratio: times });
  const long = isNeutral ? text("negligible") : text(each.nats > 0 ? "ratio" : "ratioAgainst", { times });
  const shownName = each.is_excluded ? text("absentFinding", { name }) : name;
  return element("li", {},
    element("span.finding", { lang: each.is_excluded ? null : lang }, shownName),
    element("span.weight", {}, isNeutral || bar(Math.abs(each.nats) / most, "small"),
      element("span", { "aria-hidden": "true" }, short), element("span.visually-hidden", {}, long)));
}

function missingFeature(each) {
  const { name, lang } = termName(each);
  return element("li", {}, element("span.finding", { lang }, name),
    element("span.weight", {}, text("frequency", { share: percent(each.frequency) })));
}
