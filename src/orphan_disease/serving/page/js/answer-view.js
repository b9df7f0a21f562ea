// The answer in words and bars: whether an orphan disease, and which of the categories.

import { bar, element } from "./elements.js";
import { language, list, percent, text } from "./language.js";

const ABSTAINED = "abstained";

/** A category as the model labels it in the shown language; its key where the model has no label. */
export const categoryName = (name, model) => model.category_labels[name]?.[language()] ?? name;

/** @param {object} state answer, the answer before it, model, and whether the case has changed since */
export function answerView({ answer, before, model, isOutOfDate }) {
  return [
    isOutOfDate && element("p.notice", {}, text("outOfDate")),
    answer.notes.length > 0 && element("div.notice", {}, element("p", {}, text("leftOut")),
      element("ul", { lang: "en" }, ...answer.notes.map(({ field, detail }) => element("li", {}, `${field}: ${detail}`)))),
    element("div.verdict", {}, orphanCard(answer, before), categoryCard(answer, model)),
  ].filter(Boolean);
}

function orphanCard({ orphan_probability: probability }, before) {
  const changed = before && percent(before.orphan_probability) !== percent(probability);
  return element("section.card.orphan", { "aria-labelledby": "orphan-title" },
    element("h3", { id: "orphan-title" }, text("orphanTitle")),
    element("p.figure", {},
      element("strong", {}, percent(probability)), " ",
      changed && element("span.before", {}, text("before", { probability: percent(before.orphan_probability) }))),
    people(probability),
    element("p", {}, orphanSentence(probability)));
}

/** A hundred people, as many of them marked as the probability says; the sentence beside it says it in words. */
function people(probability) {
  const marked = Math.round(probability * 100);
  return element("div.people", { "aria-hidden": "true" },
    ...Array.from({ length: 100 }, (_, place) => element(place < marked ? "span.marked" : "span")));
}

function orphanSentence(probability) {
  if (probability < 0.01) return text("orphanFew");
  if (probability > 0.99) return text("orphanMost");
  return text("orphanSentence", { count: Math.round(probability * 100) });
}

function categoryCard(answer, model) {
  const names = Object.entries(answer.category_probabilities).sort(([, one], [, other]) => other - one);
  return element("section.card.category", { "aria-labelledby": "category-title" },
    element("h3", { id: "category-title" }, text("categoryTitle")),
    ...verdict(answer, model),
    ...categoryGroup("inSet", "possible", names.filter(([name]) => answer.prediction_set.includes(name)), model),
    ...categoryGroup("outOfSet", "ruled-out", names.filter(([name]) => !answer.prediction_set.includes(name)), model),
    element("p.hint", {}, text("setMeaning", { coverage: percent(model.coverage) })));
}

function verdict(answer, model) {
  const possible = answer.prediction_set.map((each) => categoryName(each, model));
  if (answer.category === ABSTAINED) {
    const isWide = possible.length > 2;
    return [element("div.abstained", {},
      element("p", {}, element("strong", {}, text("abstainedTitle"))),
      element("p", {}, isWide ? text("abstainedWide", { categories: list(possible, "conjunction") }) : text("abstainedNew")))];
  }
  const sentence = possible.length > 1
    ? text("setSome", { categories: list(possible, "conjunction") })
    : text("setOne");
  return [
    element("p.lead", {}, text("categorySentence", { category: categoryName(answer.category, model) })),
    element("p", {}, sentence),
  ];
}

function categoryGroup(key, kind, names, model) {
  if (names.length === 0) return [];
  const rows = names.map(([name, probability]) =>
    element("li", {},
      element("span.category-name", {}, categoryName(name, model)), bar(probability),
      element("span.category-figure", {}, percent(probability))));
  return [element("h4", { id: `categories-${kind}` }, text(key)),
    element(`ul.categories.${kind}`, { "aria-labelledby": `categories-${kind}` }, ...rows)];
}

/** What is shown before the first answer. */
export function emptyView() {
  return element("div.card.empty", {},
    element("h3", {}, text("emptyTitle")),
    element("p", {}, text("emptyText")),
    element("ul", {}, ...["emptyOne", "emptyTwo", "emptyThree", "emptyFour"].map((key) => element("li", {}, text(key)))));
}

/** The case in one line each, for print: the form itself is not printed. */
export function caseSummary(lines) {
  return element("div.printed-case", {}, element("h3", {}, text("printedCase")),
    element("ul", {}, ...lines.map((line) => element("li", {}, line))));
}
