"""Names of all optimizers and schedules that other packages export, read from their sources without importing them.

    python peers.py        writes peers/names.json, with the versions

peers/rows.json says by hand what each of them is here, or why it is not; test/docs/elsewhere.test.ts compares the two.
"""

import ast
import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

OUTPUT = Path(__file__).parent / "peers" / "names.json"


def tree(package, *path):
    """The syntax tree of a file of a package, which is found and not imported."""
    folder = Path(find_spec(package).submodule_search_locations[0])
    return ast.parse(folder.joinpath(*path).read_text())


def listed(module, name="__all__"):
    """The strings of a list that a module assigns, in `+` and `+=` too."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                found += [leaf.value for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)]
    return found


def imported(module):
    return [alias.asname or alias.name for node in module.body if isinstance(node, ast.ImportFrom) for alias in node.names]


def functions(module):
    return [node.name for node in module.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def assigned(module):
    return [target.id for node in module.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)]


def classes(module):
    return [node.name for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def exported_by_keras(prefix):
    folder = Path(find_spec("keras").submodule_search_locations[0], "src", "optimizers")
    names = [leaf.value for path in sorted(folder.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "keras_export"
             for leaf in ast.walk(node) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)]
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix) and "." not in name.removeprefix(prefix)]


def keywords(module, call, keyword):
    """The strings given by keyword in calls of a name."""
    return [given.value.value for node in ast.walk(module)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == call
            for given in node.keywords if given.arg == keyword and isinstance(given.value, ast.Constant)]


def enumerated(module, name):
    """The values of an enumeration."""
    return [node.value.value for definition in module.body if isinstance(definition, ast.ClassDef) and definition.name == name
            for node in definition.body if isinstance(node, ast.Assign)]


def optax():
    module = tree("optax", "_src", "alias.py")
    defined = {*functions(module), *assigned(module)}
    aliases = [name for name in imported(tree("optax", "__init__.py")) if name in defined]
    contributed = [name for name in imported(tree("optax", "contrib", "__init__.py")) if name.islower() and not name.startswith("scale_by")]
    return aliases + contributed, [name for name in imported(tree("optax", "schedules", "__init__.py")) if name.islower()]


def pytorch():
    optimizers = [name for name in listed(tree("torch", "optim", "__init__.py")) if not name.islower()]
    return optimizers, listed(tree("torch", "optim", "lr_scheduler.py")) + listed(tree("torch", "optim", "swa_utils.py"))


def keras():
    schedules = exported_by_keras("keras.optimizers.schedules.")
    return exported_by_keras("keras.optimizers."), schedules


def timm():
    classes = [name for name in imported(tree("timm", "scheduler", "__init__.py")) if name[0].isupper()]
    return keywords(tree("timm", "optim", "_optim_factory.py"), "OptimInfo", "name"), classes


def pytorch_optimizer():
    return listed(tree("pytorch_optimizer", "optimizer", "__init__.py")), listed(tree("pytorch_optimizer", "lr_scheduler", "__init__.py"))


def transformers():
    module = tree("transformers", "optimization.py")
    schedules = [name for name in functions(module) if name.endswith("_schedule") or "_schedule_" in name]
    own = [name for name in classes(module) if name.startswith("Adafactor")]
    greedy = [name for name in classes(module) if name.endswith("LR")]
    return enumerated(tree("transformers", "training_args.py"), "OptimizerNames") + own, schedules + greedy


PACKAGES = {
    "PyTorch": ("torch", pytorch), "Optax": ("optax", optax), "Keras": ("keras", keras), "timm": ("timm", timm),
    "pytorch_optimizer": ("pytorch_optimizer", pytorch_optimizer), "transformers": ("transformers", transformers)}


def collect():
    names = {}
    for name, (package, read) in PACKAGES.items():
        optimizers, schedules = read()
        assert optimizers and schedules, name
        names[name] = {"version": f"{package} {version(package)}", "optimizers": list(dict.fromkeys(optimizers)),
                       "schedules": list(dict.fromkeys(schedules))}
    return names


if __name__ == "__main__":
    OUTPUT.write_text(json.dumps(collect(), indent=2) + "\n")
