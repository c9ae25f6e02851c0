"""Names that CloudFormation makes up: a resource keeps its own until it goes. Moto makes up another with each update."""

from moto.cloudformation import parsing

generate = parsing.generate_resource_name

# By stack and logical id.
names: dict[tuple[str, str], str] = {}


def install() -> None:
    parsing.generate_resource_name = name_of


def name_of(resource_type: str, stack_name: str, logical_id: str) -> str:
    key = (stack_name, logical_id)
    if key not in names:
        names[key] = generate(resource_type, stack_name, logical_id)
    return names[key]


def forget(stack_name: str, logical_id: str) -> None:
    names.pop((stack_name, logical_id), None)
