// The chosen symptoms, each with its state, which a click changes.

import { EXCLUDED, OBSERVED, patientCase, removeSymptom, setSymptom } from "./case.js";
import { announce, byId, element } from "./elements.js";
import { termName, text } from "./language.js";

/** @param {function(): void} changed told after every change */
export function symptomList(changed) {
  const place = byId("symptom-list");

  function render() {
    place.replaceChildren(...patientCase.symptoms.map(row));
    byId("symptoms-empty").hidden = patientCase.symptoms.length > 0;
    place.hidden = patientCase.symptoms.length === 0;
  }

  function row(symptom, position) {
    const { name, lang } = termName(symptom);
    const states = [OBSERVED, EXCLUDED].map((state) =>
      element("button", {
        type: "button", "aria-pressed": String(symptom.state === state), class: state,
        onclick: () => {
          if (symptom.state === state) return;
          setSymptom(symptom, state);
          announce(text("changed", { name, state: text(state).toLowerCase() }));
          render();
          place.children[position].querySelector(`.${state}`).focus();
          changed();
        },
      }, text(state)));
    return element(
      `li.symptom.${symptom.state}`, {},
      element("div.symptom-name", {}, element("span", { lang }, name), " ", element("span.term-id", {}, symptom.term_id)),
      element("div.switch", { role: "group", "aria-label": text("stateOf", { name }) }, ...states),
      element("button.remove", {
        type: "button", "aria-label": text("remove", { name }), title: text("remove", { name }),
        onclick: () => remove(symptom.term_id, position, name),
      }, element("span", { "aria-hidden": "true" }, "×")),
    );
  }

  function remove(termId, position, name) {
    removeSymptom(termId);
    announce(text("removed", { name }));
    render();
    const next = place.children[Math.min(position, place.children.length - 1)];
    (next?.querySelector(".remove") ?? byId("symptom-search")).focus();
    changed();
  }

  return { render };
}
