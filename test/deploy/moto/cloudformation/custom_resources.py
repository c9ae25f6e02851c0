"""`Custom::*`: creation, update and deletion call the function, which answers by itself, once."""

import json
import uuid
from typing import Any

from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel

from services import address


class CustomResourceFailed(Exception):
    def __init__(self, resource: "CustomResource", reason: str) -> None:
        super().__init__(reason)
        self.resource = resource


class CustomResource(CloudFormationModel):
    def __init__(self, identity: dict[str, str], properties: dict[str, Any]) -> None:
        self.identity = identity
        self.properties = properties
        self.physical_resource_id = ""
        self.data: dict[str, Any] = {}

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **names: str
    ) -> "CustomResource":
        identity = {
            "StackId": names["StackId"],
            "LogicalResourceId": names["LogicalId"],
            "ResourceType": names["ResourceType"],
        }
        resource = cls(identity, as_sent(cloudformation_json["Properties"]))
        resource.request("Create", account_id, region_name)
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "CustomResource",
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> "CustomResource":
        resource = cls(original_resource.identity, as_sent(cloudformation_json["Properties"]))
        resource.physical_resource_id = original_resource.physical_resource_id
        resource.request("Update", account_id, region_name, OldResourceProperties=original_resource.properties)
        return resource

    def delete(self, account: str, region: str) -> None:
        self.request("Delete", account, region)

    def request(self, kind: str, account: str, region: str, **more: Any) -> None:
        request_id = str(uuid.uuid4())
        event = {
            **self.identity,
            **more,
            "RequestType": kind,
            "RequestId": request_id,
            "ResponseURL": f"{address.url()}/cloudformation_{region}/cfnresponse?stack={self.identity['StackId']}",
            "ServiceToken": self.properties["ServiceToken"],
            "ResourceProperties": self.properties,
        }
        if kind != "Create":
            event["PhysicalResourceId"] = self.physical_resource_id
        function = get_backend(account, region).get_function(self.properties["ServiceToken"])
        function.invoke(json.dumps(event), {}, {})
        answer = answers.pop(request_id, None)
        if answer is None:
            raise CustomResourceFailed(self, f"{function.function_name} did not answer")
        self.physical_resource_id = answer["PhysicalResourceId"]
        self.data = answer.get("Data", {})
        if answer["Status"] != "SUCCESS":
            raise CustomResourceFailed(self, f"Received response status [FAILED] from custom resource. {reason(answer)}")

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> Any:
        return self.data[name]

    @staticmethod
    def cloudformation_type() -> str:
        return "Custom::*"

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""


def reason(answer: dict[str, Any]) -> str:
    return f"Message returned: {answer['Reason']} (RequestId: {answer['RequestId']})"


def as_sent(value: Any) -> Any:
    """CloudFormation sends every number and truth value as text."""
    if isinstance(value, dict):
        return {key: as_sent(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_sent(inner) for inner in value]
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


# By request.
answers: dict[str, dict[str, Any]] = {}


def install() -> None:
    parsing.CustomModel = CustomResource
    CloudFormationResponse.process_cfn_response = receive


def receive(response: CloudFormationResponse) -> tuple[int, dict[str, Any], str]:
    answer = json.loads(response.body)
    if answer["RequestId"] in answers:
        raise ValueError(f"second answer to {answer['RequestId']}")
    answers[answer["RequestId"]] = answer
    return 200, {}, ""
