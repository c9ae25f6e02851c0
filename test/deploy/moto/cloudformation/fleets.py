"""`AWS::EC2::EC2Fleet`, which moto's CloudFormation skips: a fleet whose machines are there as soon as they are asked for."""

from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.ec2.responses.fleets import Fleets

from .stubs import Stub

# By id.
fleets: dict[str, "Fleet"] = {}


class Fleet(Stub, CloudFormationModel):
    def __init__(self, name: str, account: str, region: str) -> None:
        super().__init__(f"fleet-{len(fleets) + 1}", account, region)
        self.target = {"TotalTargetCapacity": 0, "OnDemandTargetCapacity": 0, "SpotTargetCapacity": 0}
        fleets[self.physical_resource_id] = self

    def delete(self, account: str, region: str) -> None:
        if self.target["TotalTargetCapacity"]:
            raise ValueError(f"{self.physical_resource_id} still has machines")
        del fleets[self.physical_resource_id]

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::EC2Fleet"


def install() -> None:
    Fleets.describe_fleets = describe_fleets
    Fleets.describe_fleet_instances = describe_fleet_instances
    Fleets.modify_fleet = modify_fleet


def describe_fleets(response: Fleets) -> ActionResult:
    found = [fleets[fleet_id] for fleet_id in response._get_param("FleetIds", [])]
    described = [{"FleetId": fleet.physical_resource_id, "TargetCapacitySpecification": fleet.target} for fleet in found]
    return ActionResult({"Fleets": described})


def describe_fleet_instances(response: Fleets) -> ActionResult:
    fleet = fleets[response._get_param("FleetId")]
    total, on_demand = fleet.target["TotalTargetCapacity"], fleet.target["OnDemandTargetCapacity"]
    machines = [machine(number, is_spot=number >= on_demand) for number in range(total)]
    return ActionResult({"FleetId": fleet.physical_resource_id, "ActiveInstances": machines})


def machine(number: int, is_spot: bool) -> dict[str, Any]:
    request = {"SpotInstanceRequestId": f"sir-{number}"} if is_spot else {}
    return {"InstanceId": f"i-{number}", "InstanceType": "m7i.large", "InstanceHealth": "healthy", **request}


def modify_fleet(response: Fleets) -> ActionResult:
    target = response._get_param("TargetCapacitySpecification", {})
    fleet = fleets[response._get_param("FleetId")]
    fleet.target = {name: int(target[name]) for name in fleet.target}
    return ActionResult({"Return": True})
