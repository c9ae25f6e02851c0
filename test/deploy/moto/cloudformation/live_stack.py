"""One stack whose resources are made, changed and removed one by one, each with its events."""

from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Event, Stack, cloudformation_backends

from . import names, removal, templates
from .custom_resources import CustomResource, CustomResourceFailed


class LiveStack:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.backend: CloudFormationBackend = cloudformation_backends[stack.account_id][stack.region_name]
        # What updates put others in the place of, which is deleted when the stack has been updated.
        self.replaced: list[tuple[str, Any]] = []

    @property
    def template(self) -> templates.Template:
        return self.stack.template_dict

    @property
    def resources(self) -> dict[str, Any]:
        """What is there, by logical id, beside parameters and pseudo parameters."""
        return self.stack.resource_map._parsed_resources

    def adopt(self, text: str, parameters: dict[str, Any]) -> None:
        """From now on the stack is to be as this template says."""
        stack, resources = self.stack, self.stack.resource_map
        stack.template = text
        stack.template_dict = templates.parse(text)
        stack.description = stack.template_dict.get("Description")
        stack.parameters = parameters
        resources._template = stack.template_dict
        resources._resource_json_map = stack.template_dict["Resources"]
        resources.input_parameters = parameters
        resources.resolved_parameters = {}
        resources.cross_stack_resources = self.backend.exports
        resources.load()
        stack.output_map = stack._create_output_map()

    def create(self, name: str) -> None:
        condition = self._json(name).get("Condition")
        if condition and not self.stack.resource_map.lazy_condition_map[condition]:
            return
        self.event("CREATE_IN_PROGRESS", name)
        try:
            resource = parsing.parse_and_create_resource(name, self._json(name), **self._place())
        except CustomResourceFailed as failure:
            # It is told to delete what it may have made.
            self._keep(name, failure.resource)
            raise
        self._keep(name, resource)
        self.event("CREATE_COMPLETE", name)

    def update(self, name: str) -> bool:
        """Whether anything had to change."""
        if self.resources[name].cf_properties == self._properties(name):
            return False
        self.event("UPDATE_IN_PROGRESS", name)
        before = self.resources[name]
        resource = parsing.parse_and_update_resource(name, self._json(name), **self._place())
        if resource is None:
            raise NotImplementedError(f"moto cannot update {self._json(name)['Type']}")
        self._keep(name, resource)
        if isinstance(before, CustomResource) and before.physical_resource_id != resource.physical_resource_id:
            self.replaced.append((name, before))
        self.event("UPDATE_COMPLETE", name)
        return True

    def delete_replaced(self) -> None:
        for name, resource in self.replaced:
            self.event("DELETE_IN_PROGRESS", name)
            removal.remove(resource, self.stack.account_id, self.stack.region_name)
            self.event("DELETE_COMPLETE", name)
        self.replaced = []

    def delete(self, name: str) -> None:
        self.event("DELETE_IN_PROGRESS", name)
        removal.remove(self.resources[name], self.stack.account_id, self.stack.region_name)
        self.event("DELETE_COMPLETE", name)
        del self.resources[name]
        names.forget(self.stack.name, name)

    def event(self, status: str, name: str | None = None, reason: str | None = None) -> None:
        """Records the status of a resource, or of the stack itself."""
        stack = self.stack
        resource = self.resources.get(name)
        if name is None:
            stack.status, stack.stack_status_reason = status, reason
        stack.events.append(
            Event(
                stack_id=stack.stack_id,
                stack_name=stack.name,
                logical_resource_id=name or stack.name,
                physical_resource_id=getattr(resource, "physical_resource_id", "") if name else stack.stack_id,
                resource_type=self._type(name) if name else "AWS::CloudFormation::Stack",
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )
        print(f"{stack.name} {name or ''} {status} {reason or ''}", flush=True)

    def _keep(self, name: str, resource: Any) -> None:
        resource.logical_resource_id = name
        resource.cf_resource_type = self._json(name)["Type"]
        resource.cf_properties = self._properties(name)
        self.resources[name] = resource

    def _type(self, name: str) -> str:
        if name in self.resources:
            return self.resources[name].cf_resource_type
        return self._json(name)["Type"]

    def _json(self, name: str) -> dict[str, Any]:
        return self.template["Resources"][name]

    def _properties(self, name: str) -> dict[str, Any]:
        return parsing.clean_json(self._json(name).get("Properties", {}), self.stack.resource_map)

    def _place(self) -> dict[str, Any]:
        return {
            "resources_map": self.stack.resource_map,
            "account_id": self.stack.account_id,
            "region_name": self.stack.region_name,
        }
