"""A service that gives the page what it asks, in the shapes of the API, from any predictor: no ledger, no limits."""

import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.staticfiles import StaticFiles

import orphan_disease.serving
from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.domain.explanation import explain
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.questions import next_questions
from orphan_disease.domain.term_search import Language, TermSearch

PAGE = Path(orphan_disease.serving.__file__).parent / "page"
KEY = "correct-key"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Refusal(Exception):  # noqa: N818  # what the test makes the service answer
    def __init__(self, status: int, errors: list[dict[str, str]] | None = None) -> None:
        self.status, self.errors = status, errors or []


def build_page_service(predictor: Predictor, names: TermSearch, card: str, least_disorders: int) -> FastAPI:
    """The page over a predictor; `state.refusal` makes the next predictions fail with that status."""
    app = FastAPI()
    app.state.refusal = None
    app.state.asked = []

    def spanish(term_id: str) -> str | None:
        return names.search(term_id, "es", 1)[0].label_es if names.search(term_id, "es", 1) else None

    def frame_of(form: dict[str, Any]) -> pd.DataFrame:
        fields = {**form, **form.get("vitals", {}), "case_id": "asked"}
        fields |= {"observed_terms": form["observed"], "excluded_terms": form["excluded"]}
        return complete_cases(pd.DataFrame([fields]))

    def checked(x_api_key: Annotated[str, Header()] = "") -> None:
        if x_api_key != KEY:
            raise Refusal(401)

    @app.exception_handler(Refusal)
    def refused(_: Request, refusal: Refusal) -> JSONResponse:
        body = {"title": "refused", "status": refusal.status, "detail": "refused", "errors": refusal.errors}
        return JSONResponse(body, refusal.status, {"Retry-After": "7"}, "application/problem+json")

    @app.middleware("http")
    async def with_policy(request: Request, answer: RequestResponseEndpoint) -> Response:
        response = await answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/v1/model", dependencies=[Depends(checked)])
    def model() -> dict[str, Any]:
        return {
            "model_version": predictor.model_version,
            "knowledge_version": predictor.knowledge_version,
            "categories": predictor.categories,
            "category_labels": predictor.category_labels,
            "coverage": predictor.rule.coverage,
            "disorders": len(predictor.knowledge),
        }

    @app.get("/v1/model/card", dependencies=[Depends(checked)])
    def model_card() -> Response:
        if not card:
            raise HTTPException(404)
        return Response(card, media_type="text/markdown")

    @app.get("/v1/terms", dependencies=[Depends(checked)])
    def terms(q: str, language: Language, limit: int) -> dict[str, Any]:
        return {"terms": [hit._asdict() for hit in names.search(q, language, limit)]}

    @app.post("/v1/predictions", dependencies=[Depends(checked)])
    def predictions(form: dict[str, Any]) -> dict[str, Any]:
        if app.state.refusal:
            raise app.state.refusal
        app.state.asked.append(form)
        row = predictor.predict(frame_of(form)).to_dict(orient="records")[0]
        record = PredictionRecord.from_row({str(name): value for name, value in row.items()})
        return {**record.model_dump(mode="json"), "prediction_id": uuid.uuid4().hex, "notes": []}

    @app.post("/v1/explanations", dependencies=[Depends(checked)])
    def explanations(body: dict[str, Any]) -> dict[str, Any]:
        batch = CaseBatch.from_frame(frame_of(body["case"]), predictor.knowledge.ontology)
        scores = predictor.ranker.score(batch, "own")
        wanted = body.get("disorder_ids") or [
            predictor.knowledge.disorder_ids[place] for place in (-scores.fused[0]).argsort()[: body["disorders"]]
        ]
        asked = next_questions(
            batch, scores.probabilities[0], predictor.knowledge, size=body["questions"], least_disorders=least_disorders
        )
        return {
            "differential": [_explained(batch, each, predictor, spanish) for each in wanted],
            "next_questions": [{**asdict(each), "label_es": spanish(each.term_id)} for each in asked],
        }

    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


def _explained(batch: CaseBatch, disorder_id: str, predictor: Predictor, spanish: Any) -> dict[str, Any]:
    why = asdict(explain(batch, disorder_id, predictor.knowledge))
    for part in ("contributions", "missing"):
        why[part] = [{**each, "label_es": spanish(each["term_id"])} for each in why[part]]
    return why
