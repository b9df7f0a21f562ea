// The service's routes, as functions. Every failure is a Problem; nothing else is thrown.

import { key } from "./session.js";

/** What the service refused, as RFC 9457 problem details say it, or that it could not be reached (status 0). */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0 without an answer
   * @param {string} detail what the service says
   * @param {Array<{field: string, reason: string}>} errors fields that are wrong
   * @param {number|null} retryAfter seconds to wait, where the service says so
   */
  constructor(status, detail, errors = [], retryAfter = null) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

async function call(path, { method = "GET", body, signal, headers = {} } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        "X-API-Key": key() ?? "",
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, String(error.message));
  }
  if (response.ok) return response.headers.get("Content-Type")?.startsWith("text/") ? response.text() : response.json();
  const details = await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After"));
  throw new Problem(response.status, details.detail ?? details.title ?? "", details.errors ?? [], wait || null);
}

export async function searchTerms(query, language, limit, signal) {
  const found = await call(`v1/terms?${new URLSearchParams({ q: query, language, limit })}`, { signal });
  return found.terms;
}

/** What the model is, and what its card says that it learned from: "simulated", "real", or "unknown" without a card. */
export async function readModel() {
  const model = await call("v1/model");
  const card = await readCard();
  return { ...model, learned_from: card === null ? "unknown" : TRAINED_ON_SIMULATED.test(card) ? "simulated" : "real" };
}

/** The row of the card's table "Data" that counts fabricated patients of training. */
const TRAINED_ON_SIMULATED = /^\| train \| simulated \|/m;

async function readCard() {
  try {
    return await call("v1/model/card");
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null; // a model may come without its card
    throw error;
  }
}

/** A retry with the same idempotency key gets the first answer instead of a second prediction. */
export const predict = (body, idempotencyKey) =>
  call("v1/predictions", { method: "POST", body, headers: { "Idempotency-Key": idempotencyKey } });

export const explain = (body) => call("v1/explanations", { method: "POST", body });
