"""Removes resources completely. Of some types moto forgets only that CloudFormation made them."""

from typing import Any

from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from moto.utilities.utils import get_partition


def remove(resource: Any, account: str, region: str) -> None:
    kind = resource.cf_resource_type
    if kind in removals:
        removals[kind](resource, account, region)
    elif hasattr(resource, "delete"):
        resource.delete(account, region)
    elif not hasattr(type(resource).delete_from_cloudformation_json, "__isabstractmethod__"):
        json = {"Type": kind, "Properties": resource.cf_properties}
        parsing.parse_and_delete_resource(resource.physical_resource_id, json, account, region)
    else:
        raise NotImplementedError(f"moto cannot delete {kind}")


def remove_service(service: Any, account: str, region: str) -> None:
    backend = ecs_backends[account][region]
    backend.delete_service(service.cluster_name, service.name, force=True)
    backend.services.pop(f"{service.cluster_name}:{service.name}")


def remove_cluster(cluster: Any, account: str, region: str) -> None:
    ecs_backends[account][region].clusters.pop(cluster.name)


def remove_task_definition(definition: Any, account: str, region: str) -> None:
    ecs_backends[account][region].deregister_task_definition(definition.arn)


def remove_target_group(group: Any, account: str, region: str) -> None:
    elbv2_backends[account][region].delete_target_group(group.arn)


def remove_listener(listener: Any, account: str, region: str) -> None:
    elbv2_backends[account][region].delete_listener(listener.arn)


def remove_rule(rule: Any, account: str, region: str) -> None:
    elbv2_backends[account][region].delete_rule(rule.arn)


def remove_ingress(ingress: Any, account: str, region: str) -> None:
    properties = ingress.cf_properties
    source = properties.get("SourceSecurityGroupId")
    ec2_backends[account][region].revoke_security_group_ingress(
        group_name_or_id=properties["GroupId"],
        ip_protocol=properties["IpProtocol"],
        from_port=properties["FromPort"],
        to_port=properties["ToPort"],
        ip_ranges=[{"CidrIp": properties["CidrIp"]}] if "CidrIp" in properties else [],
        source_groups=[{"GroupId": source}] if source else [],
    )


def remove_route(route: Any, account: str, region: str) -> None:
    properties = route.cf_properties
    ec2_backends[account][region].delete_route(properties["RouteTableId"], properties["DestinationCidrBlock"])


def remove_route_table_association(association: Any, account: str, region: str) -> None:
    associations = ec2_backends[account][region].get_route_table(association.route_table_id)._associations
    for key in [key for key, subnet in associations.items() if subnet == association.subnet_id]:
        del associations[key]


def remove_gateway_attachment(attachment: Any, account: str, region: str) -> None:
    properties = attachment.cf_properties
    ec2_backends[account][region].detach_internet_gateway(properties["InternetGatewayId"], properties["VpcId"])


def remove_route_table(table: Any, account: str, region: str) -> None:
    ec2_backends[account][region].delete_route_table(table.id)


def remove_gateway(gateway: Any, account: str, region: str) -> None:
    ec2_backends[account][region].delete_internet_gateway(gateway.id)


def remove_subnet(subnet: Any, account: str, region: str) -> None:
    ec2_backends[account][region].delete_subnet(subnet.id)


def remove_network(vpc: Any, account: str, region: str) -> None:
    ec2_backends[account][region].delete_vpc(vpc.id)


def remove_endpoint(endpoint: Any, account: str, region: str) -> None:
    ec2_backends[account][region].delete_vpc_endpoints([endpoint.physical_resource_id])


def remove_permission(permission: Any, account: str, region: str) -> None:
    properties = permission.cf_properties
    policy = get_backend(account, region).get_function(properties["FunctionName"]).policy
    policy.statements = [statement for statement in policy.statements if properties["SourceArn"] not in str(statement)]


def remove_hosted_zone(zone: Any, account: str, region: str) -> None:
    route53_backends[account][get_partition(region)].delete_hosted_zone(zone.resource_id)


removals = {
    "AWS::EC2::InternetGateway": remove_gateway,
    "AWS::EC2::Route": remove_route,
    "AWS::EC2::RouteTable": remove_route_table,
    "AWS::EC2::SecurityGroupIngress": remove_ingress,
    "AWS::EC2::Subnet": remove_subnet,
    "AWS::EC2::SubnetRouteTableAssociation": remove_route_table_association,
    "AWS::EC2::VPC": remove_network,
    "AWS::EC2::VPCEndpoint": remove_endpoint,
    "AWS::EC2::VPCGatewayAttachment": remove_gateway_attachment,
    "AWS::ECS::Cluster": remove_cluster,
    "AWS::ECS::Service": remove_service,
    "AWS::ECS::TaskDefinition": remove_task_definition,
    "AWS::ElasticLoadBalancingV2::Listener": remove_listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": remove_rule,
    "AWS::ElasticLoadBalancingV2::TargetGroup": remove_target_group,
    "AWS::Lambda::Permission": remove_permission,
    "AWS::Route53::HostedZone": remove_hosted_zone,
}
