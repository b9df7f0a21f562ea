"""The policies give each role what it needs and no more; the template's parts know each other."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from orphan_disease.serving.metric_lines import figures_between

ROLES = ("training", "serving", "monitoring")
BUCKET = "arn:aws:s3:::${Bucket}"
DATA = f"{BUCKET}/${{Prefix}}"
STORED = f"{DATA}/07_model_output/stored_predictions/date=2026-03-01/a.parquet"
PARTS_OF_AWS = {"AWS::AccountId", "AWS::Region", "AWS::Partition"}


def _policy(project_root: Path, role: str) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads((project_root / "deploy" / "aws" / "iam" / f"{role}.json").read_text())
    return policy


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def too_wide(policy: dict[str, Any]) -> list[str]:
    """Statements that allow every action of a service, or anything on every resource."""
    return [
        statement.get("Sid", "?")
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        and (
            any("*" in action for action in _as_list(statement.get("Action", "*")))
            or any(re.fullmatch(r"\*|arn:aws:\w+:[^/]*\*", name) for name in _as_list(statement.get("Resource", "*")))
            or {"NotAction", "NotResource"} & statement.keys()
        )
        and not (
            _as_list(statement.get("Action")) == ["logs:CreateLogStream", "logs:PutLogEvents"]
            and statement["Resource"].endswith("log-group:${LogGroup}:*")  # the streams of one group
        )
    ]


def may(policy: dict[str, Any], action: str, resource: str) -> bool:
    """Whether the policy lets its role do this, as AWS decides: a deny wins, and nothing is allowed unsaid."""

    def speaks(statement: dict[str, Any]) -> bool:
        actions, resources = _as_list(statement["Action"]), _as_list(statement["Resource"])
        return any(fnmatchcase(action, each) for each in actions) and any(
            fnmatchcase(resource, each) for each in resources
        )

    effects = {statement["Effect"] for statement in policy["Statement"] if speaks(statement)}
    return effects == {"Allow"}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_do_everything_or_anything_everywhere(project_root: Path, role: str) -> None:
    policy = _policy(project_root, role)
    assert policy["Version"] == "2012-10-17"
    assert too_wide(policy) == []
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert len(set(sids)) == len(sids)


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": f"{BUCKET}/a"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"], "Resource": f"{BUCKET}/a"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{BUCKET}/a", "arn:aws:s3:::*"]},
        {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": f"{BUCKET}/a"},
        {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:*"},
    ],
)
def test_a_policy_that_is_too_wide_is_caught(statement: dict[str, Any]) -> None:
    assert too_wide({"Statement": [statement]})


@pytest.mark.parametrize(
    ("role", "action", "resource", "is_allowed"),
    [
        ("serving", "s3:GetObject", f"{DATA}/06_models/model_package/latest.json", True),
        ("serving", "s3:PutObject", STORED, True),
        ("serving", "s3:GetObject", STORED, False),
        ("serving", "s3:DeleteObject", STORED, False),
        ("serving", "s3:GetObject", f"{DATA}/01_raw/histories.zip", False),
        ("serving", "s3:PutObject", f"{DATA}/06_models/model_package/latest.json", False),
        ("training", "s3:GetObject", f"{DATA}/01_raw/histories.zip", True),
        ("training", "s3:PutObject", f"{DATA}/06_models/model_package/a", True),
        ("training", "s3:PutObject", f"{DATA}/01_raw/histories.zip", False),
        ("training", "s3:PutObject", STORED, False),
        ("training", "s3:GetObject", "arn:aws:s3:::another-bucket/a", False),
        ("monitoring", "s3:GetObject", STORED, True),
        ("monitoring", "s3:PutObject", STORED, False),
        ("monitoring", "s3:PutObject", f"{DATA}/08_reporting/monitoring_report.md", True),
        ("monitoring", "s3:PutObject", f"{DATA}/06_models/model_package/latest.json", False),
    ],
)
def test_each_role_may_do_its_work_alone(
    project_root: Path, role: str, action: str, resource: str, is_allowed: bool
) -> None:
    assert may(_policy(project_root, role), action, resource) is is_allowed


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref x`) as their long ones (`{"Ref": x}`)."""


def _long_form(loader: _Template, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise TypeError(f"!{tag} on a mapping")
    return {tag if tag == "Ref" else f"Fn::{tag}": value}


_Template.add_multi_constructor("!", _long_form)


@pytest.fixture(scope="module")
def template(project_root: Path) -> dict[str, Any]:
    text = (project_root / "deploy" / "aws" / "observability.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=_Template)  # noqa: S506  # a safe loader, with tags as mappings
    return content


def references(content: Any) -> Iterator[str]:
    """Every name that a template's intrinsic functions point at."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name == "Ref":
                yield value
            elif name == "Fn::GetAtt":
                yield value.split(".")[0]
            elif name == "Fn::Sub":
                yield from (part.split(".")[0] for part in re.findall(r"\$\{([^!}]+)\}", value))
            else:
                yield from references(value)
    elif isinstance(content, list):
        for value in content:
            yield from references(value)


def _of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    resources = template["Resources"].items()
    return {name: resource["Properties"] for name, resource in resources if resource["Type"] == kind}


def test_every_reference_of_the_template_names_a_part_of_it(template: dict[str, Any]) -> None:
    known = {*template["Parameters"], *template["Resources"], *PARTS_OF_AWS}
    pointed_at = set(references(template["Resources"])) | set(references(template["Outputs"]))
    assert pointed_at - known == set()
    assert set(template["Parameters"]) - pointed_at == set()  # none is asked for in vain
    for resource in template["Resources"].values():
        assert set(resource) <= {"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"}
        assert set(_as_list(resource.get("DependsOn", []))) <= set(template["Resources"])


def test_a_reference_into_nothing_is_caught() -> None:
    assert set(references([{"Ref": "A"}, {"Fn::Sub": "${B.Arn}/${C}"}, {"Fn::GetAtt": "D.Arn"}])) == {*"ABCD"}


def test_every_alarm_looks_at_a_metric_that_is_written_and_tells_somebody(template: dict[str, Any]) -> None:
    filters = _of_type(template, "AWS::Logs::MetricFilter").values()
    from_log = {each["MetricTransformations"][0]["MetricName"] for each in filters}
    by_version = set(figures_between({}, {}))
    alarms = _of_type(template, "AWS::CloudWatch::Alarm")
    assert len(alarms) >= 5
    for alarm in alarms.values():
        looked_at = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each] or [
            alarm
        ]
        for metric in looked_at:
            dimensions = [each["Name"] for each in metric.get("Dimensions", [])]
            assert metric["MetricName"] in (by_version if dimensions == ["model_version"] else from_log)
            assert metric["Namespace"] == {"Ref": "MetricNamespace"}
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["ComparisonOperator"] in {"GreaterThanThreshold", "LessThanThreshold"}
        assert alarm["EvaluationPeriods"] >= 1


def test_the_trail_sees_every_object_and_cannot_be_emptied(template: dict[str, Any]) -> None:
    (trail,) = _of_type(template, "AWS::CloudTrail::Trail").values()
    selectors = [
        {field["Field"]: field.get("Equals") or field["StartsWith"] for field in selector["FieldSelectors"]}
        for selector in trail["AdvancedEventSelectors"]
    ]
    assert {
        "eventCategory": ["Data"],
        "resources.type": ["AWS::S3::Object"],
        "resources.ARN": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${DataBucket}/${Prefix}/"}],
    } in selectors
    assert trail["EnableLogFileValidation"] is True
    assert trail["IsLogging"] is True
    (bucket,) = _of_type(template, "AWS::S3::Bucket").values()
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] == "COMPLIANCE"
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert template["Resources"]["TrailBucket"]["DeletionPolicy"] == "Retain"
