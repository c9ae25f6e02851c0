"""`AWS::SecretsManager::Secret`, which moto's CloudFormation skips: a secret that can be read."""

import json
import re
import secrets
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends


dynamic_reference = re.compile(r"\{\{resolve:secretsmanager:(arn:[^}]+?):SecretString:::\}\}")


def install() -> None:
    """Moto finds the model for the type among the subclasses."""


class StackSecret(CloudFormationModel):
    def __init__(self, arn: str) -> None:
        self.physical_resource_id = arn

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> "StackSecret":
        properties = cloudformation_json["Properties"]
        backend = secretsmanager_backends[account_id][region_name]
        created = backend.create_secret(
            name=resource_name,
            secret_string=generate(properties["GenerateSecretString"], backend),
            secret_binary=None,
            description=properties.get("Description", ""),
            tags=properties.get("Tags", []),
            kms_key_id=None,
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return cls(json.loads(created)["ARN"])

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Id"

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.physical_resource_id

    def delete(self, account: str, region: str) -> None:
        secretsmanager_backends[account][region].delete_secret(
            self.physical_resource_id, recovery_window_in_days=None, force_delete_without_recovery=True
        )

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"


def generate(wanted: dict[str, Any], backend: SecretsManagerBackend) -> str:
    value = secrets.token_hex(wanted["PasswordLength"] // 2)
    if "GenerateStringKey" not in wanted:
        return value

    def resolve(reference: re.Match[str]) -> str:
        return backend.get_secret_value(reference[1], version_id="", version_stage="")["SecretString"]

    template = dynamic_reference.sub(resolve, wanted["SecretStringTemplate"])
    return json.dumps({**json.loads(template), wanted["GenerateStringKey"]: value})
