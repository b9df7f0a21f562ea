"""The house's rules as functions: each returns one sentence per violation, and none where the rule is kept."""

import ast
import inspect
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import yaml
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

MAX_FILE_LINES = 300
MAX_NODE_LINES = 15
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
VERBS = (
    "type",
    "build",
    "split",
    "fit",
    "apply",
    "measure",
    "plot",
    "summarise",
    "check",
    "fabricate",
    "compare",
    "select",
    "simulate",
    "score",
    "join",
    "decide",
    "predict",
)
SEED_ARGUMENTS = frozenset({"seed", "random_state", "random_seed"})
SEEDING_CALLS = frozenset({"default_rng", "manual_seed", "RandomState", "seed"})
DATASET_NAME = re.compile(r"[a-z][a-z0-9_]*")


def empty_names(files: Iterable[Path]) -> list[str]:
    """A module's name says what it holds."""
    return [f"{file}: rename it after what it holds" for file in files if {*file.with_suffix("").parts} & EMPTY_NAMES]


def long_files(files: Iterable[Path]) -> list[str]:
    """A file can be read in one sitting."""
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    return [
        f"{file}: {lines} lines, over {MAX_FILE_LINES}" for file, lines in lengths.items() if lines > MAX_FILE_LINES
    ]


def _seeds(tree: ast.AST) -> Iterable[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            literal = [arg for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)]
            if name in SEEDING_CALLS and (literal or not (node.args or node.keywords)):
                yield node
            for keyword in node.keywords:
                if keyword.arg in SEED_ARGUMENTS and isinstance(keyword.value, ast.Constant):
                    yield node
        if isinstance(node, ast.arguments):
            named = [*zip(reversed(node.posonlyargs + node.args), reversed(node.defaults), strict=False)]
            named += [*zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            yield from (arg for arg, default in named if arg.arg in SEED_ARGUMENTS and default is not None)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id in SEED_ARGUMENTS and isinstance(node.value, ast.Constant):
                yield node


def seeds_in_code(files: Iterable[Path]) -> list[str]:
    """A seed comes from globals.yml, so that one line makes a run another draw."""
    return [
        f"{file}:{getattr(seed, 'lineno', 0)}: take the seed from parameters"
        for file in files
        for seed in _seeds(ast.parse(file.read_text(encoding="utf-8")))
    ]


def _seed_keys(content: object) -> Iterable[str]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            if key in SEED_ARGUMENTS and "${globals:seed}" not in str(value):
                yield f"{key}: {value}"
            yield from _seed_keys(value)
    elif isinstance(content, list):
        for value in content:
            yield from _seed_keys(value)


def seeds_in_configuration(files: Iterable[Path]) -> list[str]:
    """Only globals.yml gives a seed a value."""
    return [
        f"{file}: `{seed}` instead of ${{globals:seed}}"
        for file in files
        if not file.name.startswith("globals")
        for seed in _seed_keys(yaml.safe_load(file.read_text(encoding="utf-8")))
    ]


def _body_lines(node: Node) -> int:
    """Count a function's lines after its docstring."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(node.func))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        return 0
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def badly_named_nodes(nodes: Iterable[Node]) -> list[str]:
    """A node bears its function's name, a verb phrase from the list."""
    return [
        f"node {node.name}, function {node.func.__name__}: the same name, and one of {', '.join(VERBS)} first"
        for node in nodes
        if node.name != node.func.__name__ or node.func.__name__.split("_")[0] not in VERBS
    ]


def long_nodes(nodes: Iterable[Node]) -> list[str]:
    """A node unpacks, calls the domain and returns."""
    return [f"{node.name}: over {MAX_NODE_LINES} lines" for node in nodes if _body_lines(node) > MAX_NODE_LINES]


def bare_parameters(nodes: Iterable[Node]) -> list[str]:
    """A node says which parameters it takes."""
    return [f"{node.name} takes bare `parameters`" for node in nodes if "parameters" in node.inputs]


def positional_inputs(nodes: Iterable[Node]) -> list[str]:
    """A node's inputs are named by argument, so that wiring reads without opening the function."""
    return [f"{node.name}: inputs as a dict" for node in nodes if node.inputs and not isinstance(node._inputs, dict)]


def fitting_nodes(pipeline: Pipeline) -> list[str]:
    """What answers for a patient applies what was fitted, and fits nothing."""
    return [f"{node.name} fits outside training" for node in pipeline.nodes if node.name.startswith("fit_")]


def undeclared_datasets(pipelines: Mapping[str, Pipeline], declared: Iterable[str]) -> list[str]:
    """Every dataset has an entry in the catalog: a person can look at it after the run."""
    known = set(declared)
    return [
        f"{name}: {dataset} has no entry in the catalog"
        for name, pipeline in pipelines.items()
        for dataset in sorted(pipeline.datasets())
        if not dataset.startswith("params:") and dataset not in known
    ]


def badly_named_datasets(names: Iterable[str]) -> list[str]:
    """A dataset is a snake_case noun without dots, which Kedro reserves."""
    return [f"{name}: snake_case without dots" for name in names if not DATASET_NAME.fullmatch(name)]


def circular_layers(name: str, pipeline: Pipeline, layers: Mapping[str, str]) -> list[str]:
    """The layers of a room lead one way, so that the drawing can set them side by side."""
    before: dict[str, set[str]] = {}
    for node in pipeline.nodes:
        from_layers = {layers[dataset] for dataset in node.inputs if dataset in layers}
        for layer in {layers[dataset] for dataset in node.outputs if dataset in layers}:
            before.setdefault(layer, set()).update(from_layers - {layer})
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return [f"{name}: the layers lead back, {' <- '.join(error.args[1])}"]
    return []
