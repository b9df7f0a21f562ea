// Builds elements without markup in strings: text is always text, never HTML.

/**
 * @param {string} name tag, with classes behind dots: "p.hint"
 * @param {Object<string, *>} attributes `on*` are listeners, `true` sets an empty attribute, null and false set none
 * @param {...(Node|string|null|undefined|boolean)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && typeof child !== "boolean"));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Tells users of screen readers what has changed elsewhere on the page. */
export function announce(text) {
  const region = byId("announcement");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** A bar of a share from 0 to 1; its figure stands beside it in text, so that the bar itself is decoration. */
export function bar(share, ...classes) {
  const fill = element("span.bar-fill");
  fill.style.setProperty("inline-size", `${Math.max(0, Math.min(1, share)) * 100}%`);
  return element(["span", "bar", ...classes].join("."), { "aria-hidden": "true" }, fill);
}
