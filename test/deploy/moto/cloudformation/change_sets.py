"""Change sets, which moto looks up by their name alone: every stack has one of that name, or none any more."""

from typing import Any

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from . import templates
from .stack_api import create, update


create_change_set = CloudFormationBackend.create_change_set


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def install() -> None:
    ChangeSet._parse_template = parse
    CloudFormationBackend.create_change_set = prepare
    CloudFormationResponse.describe_change_set = describe
    CloudFormationResponse.delete_change_set = delete
    CloudFormationResponse.execute_change_set = execute


def parse(change_set: ChangeSet) -> None:
    change_set.template_dict = templates.parse(change_set.template)


def prepare(
    backend: CloudFormationBackend, stack_name: str, parameters: dict[str, str], change_set_type: str, **more: Any
) -> tuple[str, str]:
    if change_set_type == "UPDATE":
        stack = backend.get_stack(stack_name)
        # Where the previous value is wanted, moto hands over what a name in SSM stood for, and would look that up as a name.
        previous = stack.stack_parameters
        parameters = {
            key: stack.parameters.get(key) if value == previous.get(key) else value for key, value in parameters.items()
        }
        parameters = {key: value for key, value in parameters.items() if value is not None}
    return create_change_set(
        backend, stack_name=stack_name, parameters=parameters, change_set_type=change_set_type, **more
    )


def describe(response: CloudFormationResponse) -> ActionResult:
    return ActionResult(wanted(response))


def delete(response: CloudFormationResponse) -> EmptyResult:
    try:
        del response.cloudformation_backend.change_sets[wanted(response).change_set_id]
    except ChangeSetNotFound:
        # What is not there is deleted already.
        pass
    return EmptyResult()


def execute(response: CloudFormationResponse) -> EmptyResult:
    change_set = wanted(response)
    stack = response.cloudformation_backend.stacks[change_set.stack_id]
    change_set.execution_status = "EXECUTE_COMPLETE"
    if change_set.change_set_type == "CREATE":
        create(stack, change_set.template, change_set.parameters)
    else:
        update(stack, change_set.template, change_set.parameters, change_set.tags)
    return EmptyResult()


def wanted(response: CloudFormationResponse) -> ChangeSet:
    """The one that a request names, by its ARN or by its own name and that of its stack."""
    name, stack = response._get_param("ChangeSetName"), response._get_param("StackName")
    # Of several with one name all but the last are of stacks that are gone.
    for change_set in reversed(response.cloudformation_backend.change_sets.values()):
        if name == change_set.change_set_id:
            return change_set
        if name == change_set.change_set_name and stack in (change_set.stack_name, change_set.stack_id):
            return change_set
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")
