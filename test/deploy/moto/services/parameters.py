"""SSM: in a template the tags of a parameter are a map, and moto takes a list."""

from typing import Any

from moto.ssm.models import Parameter

create_parameter = Parameter.create_from_cloudformation_json.__func__


def install() -> None:
    Parameter.create_from_cloudformation_json = classmethod(create)


def create(cls: type[Parameter], name: str, definition: dict[str, Any], *place: str, **names: Any) -> Parameter:
    properties = definition["Properties"]
    tags = [{"Key": key, "Value": value} for key, value in properties.get("Tags", {}).items()]
    return create_parameter(cls, name, {**definition, "Properties": {**properties, "Tags": tags}}, *place, **names)
