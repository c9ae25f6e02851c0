"""`AWS::CloudWatch::Alarm`, which moto's CloudFormation skips: an alarm that can be described and set."""

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel


def install() -> None:
    """Moto finds the model for the type among the subclasses."""


class StackAlarm(CloudFormationModel):
    def __init__(self, alarm: Any) -> None:
        self.alarm = alarm
        self.physical_resource_id = alarm.name

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> "StackAlarm":
        properties = cloudformation_json["Properties"]
        return cls(
            cloudwatch_backends[account_id][region_name].put_metric_alarm(
                name=resource_name,
                namespace=properties.get("Namespace", ""),
                metric_name=properties.get("MetricName", ""),
                comparison_operator=properties["ComparisonOperator"],
                evaluation_periods=properties["EvaluationPeriods"],
                datapoints_to_alarm=properties.get("DatapointsToAlarm"),
                period=properties.get("Period", 0),
                threshold=properties["Threshold"],
                statistic=properties.get("Statistic", ""),
                description=properties.get("AlarmDescription", ""),
                dimensions=properties.get("Dimensions", []),
                alarm_actions=properties.get("AlarmActions", []),
                treat_missing_data=properties.get("TreatMissingData"),
                tags=properties.get("Tags", []),
            )
        )

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: "StackAlarm", new_resource_name: str, cloudformation_json: Any, *place: str, **named: str
    ) -> "StackAlarm":
        # A put replaces what has the same name.
        name = original_resource.physical_resource_id
        return cls.create_from_cloudformation_json(name, cloudformation_json, *place, **named)

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.alarm.alarm_arn

    def delete(self, account: str, region: str) -> None:
        cloudwatch_backends[account][region].delete_alarms([self.physical_resource_id])

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudWatch::Alarm"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "AlarmName"
