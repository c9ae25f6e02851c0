"""Types that moto's CloudFormation skips: nothing happens, but there is a resource with an id that others can refer to."""

from typing import Any

from moto.core.common_models import CloudFormationModel

skipped = [
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
]


class Stub(CloudFormationModel):
    def __init__(self, name: str, account: str, region: str) -> None:
        self.physical_resource_id = name
        self.arn = f"arn:aws:stub:{region}:{account}:{name}"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> "Stub":
        return cls(resource_name, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource: "Stub", **kwargs: Any) -> "Stub":
        return original_resource

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.arn if attribute.endswith("Arn") else self.physical_resource_id

    def delete(self, account: str, region: str) -> None:
        pass

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""


def install() -> None:
    """Moto finds a model for a type among the subclasses."""
    for kind in skipped:
        stub_of(kind)


stubs: list[type[Stub]] = []


def stub_of(kind: str) -> None:
    class StubOfType(Stub, CloudFormationModel):
        @staticmethod
        def cloudformation_type() -> str:
            return kind

    stubs.append(StubOfType)
