// Age, sex and vital signs, each with its unit and its limits.

import { AGE_UNITS, VITALS, faults, patientCase } from "./case.js";
import { byId, element } from "./elements.js";
import { number, text } from "./language.js";

const SEXES = ["female", "male", "unknown"];

/** A unit as it is written in the shown language. */
export const unitText = (unit) => (["bpm", "rpm"].includes(unit) ? text(`unit_${unit}`) : unit in AGE_UNITS ? text(unit) : unit);

/** @param {function(): void} changed told after every change */
export function measurements(changed) {
  function render() {
    byId("patient").replaceChildren(ageField(), sexField());
    byId("vitals").replaceChildren(...VITALS.map(vitalField));
  }

  function numberField(id, label, unit, value, write) {
    const input = element("input", {
      id, type: "text", inputmode: "decimal", autocomplete: "off", maxlength: 8, value: value ?? "",
      "aria-describedby": unit ? `${id}-unit ${id}-error` : `${id}-error`,
      // A fault is told when the case is asked, and goes as soon as it is mended: telling it on leaving the field would
      // move the button that is being pressed.
      oninput: () => { write(input.value); mend(id); changed(); },
    });
    return element("div.field", {},
      element("label", { for: id }, label),
      element("div.with-unit", {}, input, unit),
      element("p.field-error", { id: `${id}-error` }));
  }

  function ageField() {
    const unit = element("select", {
      id: "age-unit", "aria-label": text("ageUnit"),
      onchange: () => { patientCase.age.unit = unit.value; mend("age"); changed(); },
    }, ...Object.keys(AGE_UNITS).map((each) =>
      element("option", { value: each, selected: each === patientCase.age.unit }, text(each))));
    const field = numberField("age", text("age"), null, patientCase.age.value, (value) => { patientCase.age.value = value; });
    field.querySelector(".with-unit").append(unit);
    return field;
  }

  function sexField() {
    const choices = SEXES.flatMap((sex) => [
      element("input", {
        type: "radio", name: "sex", id: `sex-${sex}`, value: sex, checked: patientCase.sex === sex,
        onchange: () => { patientCase.sex = sex; changed(); },
      }),
      element("label", { for: `sex-${sex}` }, text(sex)),
    ]);
    return element("div.field", {},
      element("span.label", { id: "sex-label" }, text("sex")),
      element("div.switch.sex", { role: "radiogroup", "aria-labelledby": "sex-label" }, ...choices));
  }

  function vitalField({ field, unit }) {
    return numberField(field, text(field), element("span.unit", { id: `${field}-unit` }, unitText(unit)),
      patientCase.vitals[field], (value) => { patientCase.vitals[field] = value; });
  }

  function mend(field) {
    if (!faults().some((each) => each.field === field)) setFault(field, "");
  }

  /** Shows the faults of the named fields beside them; returns all faults of the case. */
  function showFaults(fields) {
    const found = faults();
    for (const field of fields) {
      const fault = found.find((each) => each.field === field);
      setFault(field, fault ? faultText(fault) : "");
    }
    return found;
  }

  return { render, showFaults };
}

export const faultText = ({ field, low, high, unit }) =>
  text("outside", { field: text(field), low: number(low, 0), high: number(high, 0), unit: unitText(unit) });

/** Writes what is wrong beside a field, or clears it. */
export function setFault(field, reason) {
  byId(`${field}-error`).textContent = reason;
  if (reason) byId(field).setAttribute("aria-invalid", "true");
  else byId(field).removeAttribute("aria-invalid");
}
