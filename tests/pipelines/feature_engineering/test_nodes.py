import pandas as pd

from orphan_disease.contracts.parameters.feature_engineering import EncoderParams
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.pipelines.feature_engineering.nodes import fit_case_encoder
from tests.domain import small_predictor as small


def test_the_encoder_never_sees_a_test_case() -> None:
    cases = small.small_cases()
    nervous = cases["observed_terms"].map(lambda terms: any(term in small.NERVOUS_TERMS for term in terms))
    split = pd.DataFrame(
        {"case_id": cases["case_id"], "split": ["test_patients" if each else "train" for each in nervous]}
    )
    fitted = fit_case_encoder(small.small_predictor().knowledge, cases, split, EncoderParams(minimum_observed_cases=1))
    assert not set(CaseEncoder.from_dict(fitted).observed_terms) & {small.NERVOUS, *small.NERVOUS_TERMS}
