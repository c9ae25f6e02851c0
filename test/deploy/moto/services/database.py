"""RDS: the attributes that moto lacks, and a real PostgreSQL in place of the instance."""

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from moto.rds.models import DBInstance, MasterUserSecret

# Of the real server: its address without a user, and the master user.
server = urlsplit(os.environ["MODELAPP_REAL_DATABASE"])
master = json.loads(os.environ["MODELAPP_REAL_MASTER"])

create_instance = DBInstance.create_from_cloudformation_json.__func__
get_attribute = DBInstance.get_cfn_attribute
has_attribute = DBInstance.has_cfn_attr.__func__

attributes: dict[str, Callable[[DBInstance], str]] = {
    "DbiResourceId": lambda instance: instance.dbi_resource_id,
    "MasterUserSecret.SecretArn": lambda instance: instance.master_user_secret.secret_arn,
}


def install() -> None:
    DBInstance.create_from_cloudformation_json = classmethod(create)
    DBInstance.get_cfn_attribute = attribute
    DBInstance.has_cfn_attr = classmethod(lambda instance, name: name in attributes or has_attribute(instance, name))
    MasterUserSecret._generate_secret_string = lambda secret: json.dumps(master)


def create(cls: type[DBInstance], name: str, definition: dict[str, Any], *place: str, **names: Any) -> DBInstance:
    properties = {"Port": 5432, **definition["Properties"]}
    instance = create_instance(cls, name, {**definition, "Properties": properties}, *place, **names)
    instance.manage_master_user_password = True
    instance.master_user_secret = MasterUserSecret(instance, None)
    return instance


def attribute(instance: DBInstance, name: str) -> Any:
    return attributes[name](instance) if name in attributes else get_attribute(instance, name)


def reachable(environment: dict[str, str]) -> dict[str, str]:
    """A function's environment, with the real server where it names the instance; nobody there knows IAM tokens."""
    url = environment.get("MODELAPP_DATABASE_URL")
    if not url:
        return environment
    real = urlsplit(url)._replace(netloc=server.netloc).geturl()
    return {**environment, "MODELAPP_DATABASE_URL": real, "MODELAPP_DATABASE_AUTH": "password"}
