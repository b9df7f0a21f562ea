// The questions whose answer would tell most, each with a yes and a no that ask the model again.

import { EXCLUDED, OBSERVED } from "./case.js";
import { bar, element } from "./elements.js";
import { number, termName, text } from "./language.js";

/**
 * @param {Array<object>|null|undefined} questions null while they load, undefined where they could not be loaded
 * @param {function(object, string): void} reply told the term and whether it is observed or excluded
 * @param {function(): void} again loads them again
 */
export function questionsView(questions, reply, again) {
  const title = element("h3", { id: "questions-title", tabindex: "-1" }, text("questionsTitle"));
  const section = element("section.card.questions", { "aria-labelledby": "questions-title" }, title);
  if (questions === null) section.append(element("p.hint", {}, text("loading")));
  else if (questions === undefined) {
    const retry = element("button", { type: "button", class: "quiet", onclick: again }, text("retry"));
    section.append(element("p.hint", {}, text("explanationFailed"), " ", retry));
  } else if (questions.length === 0) section.append(element("p.hint", {}, text("questionsNone")));
  else {
    const most = Math.max(...questions.map(worth));
    section.append(
      element("p.hint", {}, text("questionsText")),
      element("ol", {}, ...questions.map((each) => question(each, most, reply))),
      element("p.hint", {}, text("gainMeaning")));
  }
  return section;
}

/** What the questions are ordered by. */
const worth = (asked) => asked.bits + asked.category_bits;

function question(asked, most, reply) {
  const { name, lang } = termName(asked);
  const answer = (state, key, label) =>
    element("button", { type: "button", class: `reply ${state}`, "aria-label": text(label, { name }), onclick: () => reply(asked, state) }, text(key));
  return element("li.question", {},
    element("div.question-text", {},
      element("span.question-name", {}, element("span", { lang }, name), " ",
        element("span.found-by", {}, text(`foundBy_${asked.found_by}`))),
      element("span.gain", {}, bar(worth(asked) / most, "small"), text("gain", { bits: number(asked.bits, 2), categoryBits: number(asked.category_bits, 2) }))),
    element("div.replies", {}, answer(OBSERVED, "yes", "answerYes"), answer(EXCLUDED, "no", "answerNo")));
}
