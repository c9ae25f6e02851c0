"""IAM: names the service-linked role of ECS as AWS does."""

from moto.iam import models


def install() -> None:
    models.SERVICE_NAME_CONVERSION["ecs"] = "ECS"
