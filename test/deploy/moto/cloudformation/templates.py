"""Reads templates: what they say, and which resource needs which others."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

Template = dict[str, Any]

# `${Name}` or `${Name.Attribute}` in Fn::Sub, but not the literal `${!Name}`.
substitution = re.compile(r"\$\{([^!}.]+)[^}]*\}")


def parse(text: str) -> Template:
    """JSON first: most templates are, and the parser of YAML takes seconds for them."""
    try:
        return json.loads(text)
    except ValueError:
        return yaml.load(text, Loader=yaml.Loader)


def creation_order(template: Template) -> list[str]:
    """The resources so that each comes after those it needs."""
    resources = template["Resources"]
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in order:
            return
        for needed in needs(resources[name]):
            if needed in resources and needed != name:
                visit(needed)
        order[name] = None

    for name in resources:
        visit(name)
    return list(order)


def needs(resource: dict[str, Any]) -> set[str]:
    """What a resource refers to or depends on, parameters included."""
    depends_on = resource.get("DependsOn", [])
    return {*references(resource), *([depends_on] if isinstance(depends_on, str) else depends_on)}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for value in node:
            yield from references(value)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else value.split(".")[0]
            elif key == "Fn::Sub":
                yield from substitution.findall(value if isinstance(value, str) else value[0])
            if not isinstance(value, str):
                yield from references(value)


def imports(node: Any) -> Iterator[Any]:
    """The arguments of all `Fn::ImportValue`."""
    if isinstance(node, list):
        for value in node:
            yield from imports(value)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Fn::ImportValue":
                yield value
            yield from imports(value)
