// The search field with its list of terms: an ARIA 1.2 combobox with list autocomplete.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { searchTerms } from "./api.js";
import { EXCLUDED, OBSERVED } from "./case.js";
import { announce, element } from "./elements.js";
import { language, onLanguageChange, termName, text } from "./language.js";

const LEAST_CHARACTERS = 2;
const PAUSE_MS = 120;
const LIMIT = 10;

/**
 * @param {HTMLElement} place where the picker goes
 * @param {function(object, string): void} choose told the term and whether it is observed or excluded
 * @param {function(Error): void} fail told of a problem that the picker cannot show itself
 */
export function symptomPicker(place, choose, fail) {
  let hits = [];
  let active = -1;
  let timer;
  let running;
  let status = null; // the text shown instead of results: key and values

  const input = element("input", {
    id: "symptom-search", type: "text", role: "combobox", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    maxlength: 100, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "symptom-options",
    "aria-describedby": "symptom-hint", oninput: later, onkeydown: pressed, onblur: close,
  });
  const options = element("ul", { id: "symptom-options", role: "listbox", hidden: true });
  const message = element("p.picker-status", { hidden: true });
  const label = element("label", { for: "symptom-search" });
  const hint = element("p.hint", { id: "symptom-hint" });
  const mode = modeSwitch();
  place.append(element("div.picker-head", {}, label, mode.group), element("div.picker-field", {}, input, options, message), hint);
  onLanguageChange(() => {
    label.textContent = text("find");
    hint.textContent = text("findHint");
    input.placeholder = text("findPlaceholder");
    options.setAttribute("aria-label", text("results"));
    mode.write();
    close();
  });

  function later() {
    clearTimeout(timer);
    running?.abort();
    if (input.value.trim().length < LEAST_CHARACTERS) {
      close();
      return;
    }
    timer = setTimeout(search, PAUSE_MS);
  }

  async function search() {
    running = new AbortController();
    const query = input.value.trim();
    try {
      hits = await searchTerms(query, language(), LIMIT, running.signal);
      status = hits.length ? null : ["noResults", { query }];
    } catch (error) {
      if (error.name === "AbortError") return;
      hits = [];
      status = ["searchFailed", {}];
      if (error.status === 401) fail(error);
    }
    active = hits.length ? 0 : -1;
    show();
  }

  function show() {
    options.replaceChildren(...hits.map(option));
    options.hidden = hits.length === 0;
    message.hidden = status === null;
    message.textContent = status ? text(...status) : "";
    input.setAttribute("aria-expanded", String(hits.length > 0));
    mark();
    announce(status ? text(...status) : text("resultCount", { count: hits.length, first: termName(hits[0]).name }));
  }

  function option(hit, position) {
    const { name, lang } = termName(hit);
    const differs = hit.matched.toLowerCase() !== name.toLowerCase() && hit.matched !== hit.term_id;
    return element(
      "li",
      {
        id: `symptom-option-${position}`, role: "option", "aria-selected": "false",
        onpointerdown: (event) => event.preventDefault(), // the field keeps the focus
        onclick: (event) => take(position, event.shiftKey ? EXCLUDED : mode.chosen()),
      },
      element("span.option-name", { lang }, name),
      element("span.option-more", {},
        differs && element("span.option-matched", {}, text("alsoKnown", { matched: hit.matched })),
        element("span.term-id", {}, hit.term_id)),
    );
  }

  function mark() {
    for (const [position, each] of [...options.children].entries()) {
      each.setAttribute("aria-selected", String(position === active));
      if (position === active) each.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) input.setAttribute("aria-activedescendant", `symptom-option-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function pressed(event) {
    if (event.key === "Enter") {
      event.preventDefault(); // Enter chooses a term and never sends the case
      if (active >= 0) take(active, event.shiftKey ? EXCLUDED : mode.chosen());
    } else if (event.key === "Escape") {
      if (options.hidden && message.hidden) input.value = "";
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && hits.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      active = (active + step + hits.length) % hits.length;
      mark();
    } else if (event.key === "ArrowDown" && input.value) later();
  }

  function take(position, state) {
    const { term_id, label_en, label_es } = hits[position];
    input.value = "";
    close();
    choose({ term_id, label_en, label_es }, state);
    input.focus();
  }

  function close() {
    clearTimeout(timer);
    running?.abort();
    hits = [];
    active = -1;
    status = null;
    options.replaceChildren();
    options.hidden = true;
    message.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  return { focus: () => input.focus() };
}

/** Whether what is chosen next is present or absent. */
function modeSwitch() {
  const choices = [OBSERVED, EXCLUDED].map((state) => ({
    state,
    input: element("input", { type: "radio", name: "mode", value: state, id: `mode-${state}`, checked: state === OBSERVED }),
    label: element(`label.${state}`, { for: `mode-${state}` }),
  }));
  const group = element("div.switch", { role: "radiogroup" }, ...choices.flatMap(({ input, label }) => [input, label]));
  return {
    group,
    chosen: () => choices.find(({ input }) => input.checked).state,
    write() {
      group.setAttribute("aria-label", text("addAs"));
      for (const { state, label } of choices) label.textContent = text(state);
    },
  };
}
