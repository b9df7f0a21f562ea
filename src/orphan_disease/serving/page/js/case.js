// The case that is being described: what is known of the patient, and nothing that identifies them.

export const OBSERVED = "observed";
export const EXCLUDED = "excluded";

export const AGE_UNITS = { years: 365.25, months: 30.4375, days: 1 };
export const MAXIMUM_AGE_DAYS = 125 * 365.25;

/** The service's field, its unit, its limits (what a living patient can show, as the service checks them) and step. */
export const VITALS = [
  { field: "temperature_c", unit: "°C", low: 20, high: 45 },
  { field: "heart_rate_bpm", unit: "bpm", low: 20, high: 300 },
  { field: "respiratory_rate_bpm", unit: "rpm", low: 3, high: 120 },
  { field: "oxygen_saturation_pct", unit: "%", low: 20, high: 100 },
  { field: "systolic_mmhg", unit: "mmHg", low: 30, high: 300 },
  { field: "diastolic_mmhg", unit: "mmHg", low: 15, high: 200 },
  { field: "pain_score", unit: "0–10", low: 0, high: 10 },
];

const empty = () => ({ symptoms: [], age: { value: "", unit: "years" }, sex: "unknown", vitals: {} });

export const patientCase = empty();

export function clearCase() {
  Object.assign(patientCase, empty());
}

export function exampleCase() {
  Object.assign(patientCase, empty(), {
    symptoms: [
      { term_id: "HP:0001250", label_en: "Seizure", label_es: "crisis convulsiva", state: OBSERVED },
      { term_id: "HP:0001252", label_en: "Hypotonia", label_es: "hipotonía", state: OBSERVED },
      { term_id: "HP:0002376", label_en: "Developmental regression", label_es: "regresión del desarrollo", state: OBSERVED },
      { term_id: "HP:0010780", label_en: "Hyperacusis", label_es: "hiperacusia", state: OBSERVED },
      { term_id: "HP:0000618", label_en: "Blindness", label_es: "ceguera", state: OBSERVED },
      { term_id: "HP:0001433", label_en: "Hepatosplenomegaly", label_es: "hepatoesplenomegalia", state: EXCLUDED },
    ],
    age: { value: "14", unit: "months" },
    sex: "female",
    vitals: { temperature_c: "36.8", heart_rate_bpm: "128", oxygen_saturation_pct: "97" },
  });
}

/** Adds a symptom, or changes what was said of it. Returns whether it is new. */
export function setSymptom(term, state) {
  const known = patientCase.symptoms.find((each) => each.term_id === term.term_id);
  if (known) known.state = state;
  else patientCase.symptoms.push({ ...term, state });
  return !known;
}

export function removeSymptom(termId) {
  patientCase.symptoms = patientCase.symptoms.filter((each) => each.term_id !== termId);
}

/** A number as people write it in either language: "38,5" and "38.5"; NaN for anything else, null for nothing. */
export function readNumber(written) {
  const trimmed = (written ?? "").trim();
  if (trimmed === "") return null;
  return /^\d+([.,]\d+)?$/.test(trimmed) ? Number(trimmed.replace(",", ".")) : NaN;
}

/** The fields that are wrong, each with its limits; empty where the case can be asked. */
export function faults() {
  const found = [];
  const age = ageDays();
  if (age !== null && !(age >= 0 && age <= MAXIMUM_AGE_DAYS)) found.push({ field: "age", low: 0, high: 125, unit: "years" });
  for (const { field, low, high, unit } of VITALS) {
    const value = readNumber(patientCase.vitals[field]);
    if (value !== null && !(value >= low && value <= high)) found.push({ field, low, high, unit });
  }
  return found;
}

function ageDays() {
  const value = readNumber(patientCase.age.value);
  return value === null ? null : value * AGE_UNITS[patientCase.age.unit];
}

const idsOf = (state) => patientCase.symptoms.filter((each) => each.state === state).map((each) => each.term_id);

/** The case as the service takes it; what nobody gave is left out, and is not a zero. */
export function requestBody() {
  const vitals = VITALS.map(({ field }) => [field, readNumber(patientCase.vitals[field])]).filter(([, value]) => value !== null);
  const age = ageDays();
  return {
    observed: idsOf(OBSERVED),
    excluded: idsOf(EXCLUDED),
    ...(age !== null && { age_days: Math.round(age * 100) / 100 }),
    sex: patientCase.sex,
    ...(vitals.length && { vitals: Object.fromEntries(vitals) }),
  };
}
