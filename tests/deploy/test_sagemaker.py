"""SageMaker's definitions know each other, and set what the service reads."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orphan_disease.serving.settings import PREFIX, Settings
from tests.deploy.test_aws import PARTS_OF_AWS, _Template, references


@pytest.fixture(scope="module")
def folder(project_root: Path) -> Path:
    return project_root / "deploy" / "sagemaker"


@pytest.fixture(scope="module")
def template(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((folder / "endpoint.yml").read_text(), Loader=_Template)  # noqa: S506  # safe
    return content


def test_every_reference_names_a_part_and_every_parameter_is_used(template: dict[str, Any]) -> None:
    named = set(references(template["Resources"])) | set(references(template["Outputs"]))
    assert named <= {*template["Parameters"], *template["Resources"], *PARTS_OF_AWS}
    assert set(template["Parameters"]) <= named


def test_model_configuration_and_endpoint_are_one_chain(template: dict[str, Any]) -> None:
    kinds = {name: each["Type"] for name, each in template["Resources"].items()}
    assert kinds == {
        "Model": "AWS::SageMaker::Model",
        "EndpointConfig": "AWS::SageMaker::EndpointConfig",
        "Endpoint": "AWS::SageMaker::Endpoint",
    }
    (variant,) = template["Resources"]["EndpointConfig"]["Properties"]["ProductionVariants"]
    assert variant["ModelName"] == {"Fn::GetAtt": "Model.ModelName"}
    assert template["Resources"]["Model"]["Properties"]["VpcConfig"]["Subnets"]


def test_the_variables_that_are_set_are_settings(folder: Path, template: dict[str, Any]) -> None:
    set_there = set(template["Resources"]["Model"]["Properties"]["PrimaryContainer"]["Environment"])
    for file in ("Dockerfile", "serve"):
        set_there |= set(re.findall(rf"({PREFIX}\w+)=", (folder / file).read_text()))
    assert {f"{PREFIX}SAGEMAKER", f"{PREFIX}MODEL", f"{PREFIX}PORT"} <= set_there
    assert set_there <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_image_runs_without_rights_and_starts_by_sagemakers_command(folder: Path) -> None:
    lines = (folder / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")][-1] == "USER 10001:10001"
    assert 'CMD ["serve"]' in lines
    assert (folder / "serve").stat().st_mode & 0o111
    assert "exec python -m orphan_disease.serving" in (folder / "serve").read_text()


def test_the_transform_job_sends_lines_as_the_route_takes_them(folder: Path) -> None:
    job = json.loads((folder / "batch-transform.json").read_text())
    assert job["TransformInput"]["ContentType"] == job["TransformOutput"]["Accept"] == "application/jsonlines"
    assert (job["TransformInput"]["SplitType"], job["BatchStrategy"]) == ("Line", "MultiRecord")
    assert job["MaxPayloadInMB"] * 1_000_000 <= Settings().batch_body_bytes
    asked = set(re.findall(r"\$\{(\w+)\}", json.dumps(job)))
    assert asked == {"Date", "ModelName", "Bucket", "Prefix", "KmsKeyArn"}
