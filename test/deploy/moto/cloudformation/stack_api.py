"""The calls of CloudFormation that change stacks, in place of moto's, which change them as far as each resource allows."""

from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

from . import exports, stack_changes, templates
from .live_stack import LiveStack


def install() -> None:
    Stack.parse_template = staticmethod(templates.parse)
    Stack.stack_status_reason = None
    Stack.outputs = None
    ResourceMap.__getitem__ = existing
    ResourceMap.resources = property(existing_names)
    CloudFormationBackend.create_stack = create_stack
    CloudFormationBackend.update_stack = update_stack
    CloudFormationBackend.delete_stack = delete_stack
    # It refuses change sets without changes as well, which are made and fail.
    CloudFormationResponse._validate_different_update = lambda *_: None
    CloudFormationResponse.update_termination_protection = update_termination_protection


def existing(resources: ResourceMap, name: str) -> Any:
    """Moto's map makes what is not there, even if somebody only looks."""
    return resources._parsed_resources[name]


def existing_names(resources: ResourceMap) -> list[str]:
    return [name for name in resources._resource_json_map if name in resources._parsed_resources]


def create_stack(
    backend: CloudFormationBackend,
    name: str,
    template: str,
    parameters: dict[str, Any],
    enable_termination_protection: bool | None = False,
    tags: dict[str, str] | None = None,
    **_: Any,
) -> Stack:
    if any(stack.name == name for stack in backend.stacks.values()):
        raise AlreadyExistsException(f"Stack {name} already exists")
    stack = Stack(
        stack_id=models.generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template=template,
        parameters=parameters,
        account_id=backend.account_id,
        region_name=backend.region_name,
        tags=tags,
        enable_termination_protection=enable_termination_protection,
    )
    backend.stacks[stack.stack_id] = stack
    create(stack, template, parameters)
    return stack


def create(stack: Stack, text: str, parameters: dict[str, Any]) -> None:
    live = LiveStack(stack)
    live.adopt(text, parameters)
    stack_changes.start(lambda: stack_changes.create(live))


def update_stack(
    backend: CloudFormationBackend,
    name: str,
    template: str,
    parameters: list[dict[str, Any]],
    tags: dict[str, str] | None,
    **_: Any,
) -> Stack:
    stack = backend.get_stack(name)
    given = {parameter["ParameterKey"]: parameter.get("ParameterValue") for parameter in parameters}
    previous = {key: stack.parameters[key] for key, value in given.items() if value is None and key in stack.parameters}
    update(stack, template, {**previous, **{key: value for key, value in given.items() if value is not None}}, tags)
    return stack


def update(stack: Stack, text: str, parameters: dict[str, Any], tags: dict[str, str] | None) -> None:
    if stack.has_template(text) and stack.has_parameters(parameters) and tags in (None, stack.tags):
        raise ValidationError(message="No updates are to be performed.")
    if tags is not None:
        stack.tags = tags
    stack_changes.start(lambda: stack_changes.update(LiveStack(stack), text, parameters))


def delete_stack(backend: CloudFormationBackend, name_or_stack_id: str) -> None:
    found = [stack for stack in backend.stacks.values() if name_or_stack_id in (stack.name, stack.stack_id)]
    # What is not there is deleted already.
    for stack in found:
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        live = LiveStack(stack)
        try:
            exports.refuse_removal(live, kept=False)
        except exports.ExportInUse as error:
            # The stack stays in the state it was in, which now tells why.
            live.event(stack.status, reason=str(error))
            return
        stack_changes.start(lambda: stack_changes.delete(live))


def update_termination_protection(response: CloudFormationResponse) -> ActionResult:
    stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
    stack.enable_termination_protection = response._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})
