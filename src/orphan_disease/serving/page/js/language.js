// Which language is shown, its texts and its way of writing numbers.

import { english } from "./texts-en.js";
import { spanish } from "./texts-es.js";

const TEXTS = { es: spanish, en: english };
const REMEMBERED = "language";
const listeners = [];

/** The remembered choice, else the browser's first language that the page has, else Spanish. */
function first() {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered in TEXTS) return remembered;
  const known = navigator.languages.map((each) => each.slice(0, 2)).find((each) => each in TEXTS);
  return known ?? "es";
}

let current = first();

export const language = () => current;

/** A text by its key, with `{name}` replaced; an unknown key is a fault of the page and shows as such. */
export function text(key, values = {}) {
  const found = TEXTS[current][key];
  if (found === undefined) throw new Error(`no text ${key} in ${current}`);
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A word of a closed vocabulary (onset, inheritance, category), or itself where the table does not know it. */
export const word = (value) => TEXTS[current].words[value] ?? value;

/** A symptom's name in the shown language; English, marked as such, where there is no Spanish one. */
export function termName(term) {
  const spanishName = current === "es" && term.label_es;
  return spanishName ? { name: term.label_es, lang: "es" } : { name: term.label_en ?? term.label, lang: "en" };
}

export function onLanguageChange(listener) {
  listeners.push(listener);
}

export function setLanguage(chosen) {
  current = chosen;
  localStorage.setItem(REMEMBERED, chosen);
  applyLanguage();
}

/** Writes the static texts and lets every view write its own. */
export function applyLanguage() {
  document.documentElement.lang = current;
  document.title = text("documentTitle");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = text(each.dataset.text);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", text(each.dataset.label));
  for (const each of document.querySelectorAll("[data-language]")) {
    each.setAttribute("aria-pressed", String(each.dataset.language === current));
  }
  for (const listener of listeners) listener();
}

const format = (value, options) => new Intl.NumberFormat(current, options).format(value);

/** A share from 0 to 1 as a percentage; very small and very large ones are never rounded to 0 or 100. */
export function percent(share) {
  if (share > 0 && share < 0.0001) return `< ${format(0.0001, { style: "percent", maximumFractionDigits: 2 })}`;
  if (share < 1 && share > 0.999) return `> ${format(0.999, { style: "percent", maximumFractionDigits: 1 })}`;
  const digits = share < 0.001 ? 2 : share < 0.1 || share > 0.99 ? 1 : 0;
  return format(share, { style: "percent", maximumFractionDigits: digits });
}

export const number = (value, digits) => format(value, { maximumFractionDigits: digits, minimumFractionDigits: digits });

export const list = (items, type) => new Intl.ListFormat(current, { type }).format(items);

export const moment = (iso) =>
  new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
