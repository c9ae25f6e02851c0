"""ECR: what was uploaded can be downloaded again, such as the configuration of an image with its labels."""

import hashlib
from typing import Any

import boto3
from botocore.config import Config
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse
from moto.s3.models import s3_backends

from . import address

# ECR keeps layers in S3 too, and hands out addresses there that anybody may read.
bucket = "ecr-layers"

complete_upload = ECRBackend.complete_layer_upload


def install() -> None:
    ECRBackend.complete_layer_upload = complete
    ECRResponse.get_download_url_for_layer = download_url


def complete(backend: ECRBackend, repository_name: str, upload_id: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    repository = backend._get_repository(repository_name, None)
    content = bytes(repository.uploads[upload_id].layer_parts)
    storage = s3_backends[backend.account_id][backend.partition]
    if bucket not in storage.buckets:
        storage.create_bucket(bucket, "us-east-1")
    storage.put_object(bucket, f"sha256:{hashlib.sha256(content).hexdigest()}", content)
    return complete_upload(backend, repository_name, upload_id, *args, **kwargs)


def download_url(response: ECRResponse) -> ActionResult:
    digest = response._get_param("layerDigest")
    s3 = boto3.client(
        "s3",
        endpoint_url=address.url(),
        region_name=response.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": digest})
    return ActionResult({"downloadUrl": url, "layerDigest": digest})
