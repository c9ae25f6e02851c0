"""S3: keeps the checksum of an upload also if only its value was sent, and not the name of its algorithm."""

from typing import Any

from moto.s3.responses import S3Response

get_checksum = S3Response._get_checksum


def install() -> None:
    S3Response._get_checksum = checksum


def checksum(response: S3Response, response_headers: dict[str, Any]) -> tuple[str, str | None]:
    value = response.headers.get("x-amz-checksum-sha256")
    return ("SHA256", value) if value else get_checksum(response, response_headers)
