"""Attributes of load balancers and target groups that moto lacks: what metrics call them, and who uses a group."""

from typing import Any

from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup

get_attribute = FakeLoadBalancer.get_cfn_attribute


def install() -> None:
    FakeLoadBalancer.get_cfn_attribute = load_balancer_attribute
    FakeListener.get_cfn_attribute = listener_attribute
    FakeTargetGroup.get_cfn_attribute = target_group_attribute
    for kind in (FakeListener, FakeTargetGroup):
        kind.has_cfn_attr = classmethod(lambda model, name: True)


def load_balancer_attribute(balancer: FakeLoadBalancer, name: str) -> Any:
    if name == "LoadBalancerFullName":
        return balancer.arn.split(":loadbalancer/")[1]
    if name == "LoadBalancerArn":
        return balancer.arn
    if name == "SecurityGroups":
        return balancer.security_groups
    if name == "CanonicalHostedZoneID":
        return "Z215JYRZR1TBD5"
    return get_attribute(balancer, name)


def listener_attribute(listener: FakeListener, name: str) -> str:
    return {"ListenerArn": listener.arn}[name]


def target_group_attribute(group: FakeTargetGroup, name: str) -> Any:
    return {
        "LoadBalancerArns": group.load_balancer_arns,
        "TargetGroupArn": group.arn,
        "TargetGroupFullName": group.arn.split(":")[-1],
        "TargetGroupName": group.name,
    }[name]
