"""`Fn::GetStackOutput`, which moto does not know."""

from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends

clean_json = parsing.clean_json


def install() -> None:
    # It calls itself for what is inside, by this name.
    parsing.clean_json = resolve


def resolve(node: Any, resources: parsing.ResourceMap) -> Any:
    if isinstance(node, dict) and "Fn::GetStackOutput" in node:
        return output(clean_json(node["Fn::GetStackOutput"], resources), resources)
    return clean_json(node, resources)


def output(wanted: dict[str, str], resources: parsing.ResourceMap) -> str:
    region = wanted.get("Region", resources["AWS::Region"])
    stack = cloudformation_backends[resources["AWS::AccountId"]][region].get_stack(wanted["StackName"])
    for found in stack.outputs or []:
        if found["OutputKey"] == wanted["OutputName"]:
            return found["OutputValue"]
    raise ValueError(f"Stack {wanted['StackName']} has no output {wanted['OutputName']}")
