"""Lambda: runs the code that was deployed, in a Node.js process of its own instead of a container."""

import io
import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda.models import LambdaFunction

from . import address
from . import database

runner = Path(__file__).parent.parent / "run-function.cjs"


def install() -> None:
    LambdaFunction._invoke_lambda = invoke


def invoke(function: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """What the function returned, or its error; whether it failed; what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(folder)
        call = {"event": event, "handler": function.handler, "timeoutSeconds": int(function.timeout)}
        finished = subprocess.run(
            [os.environ["MODELAPP_NODE"], str(runner), folder],
            input=json.dumps(call),
            env=environment(function),
            capture_output=True,
            text=True,
        )
    printed = finished.stderr
    print(f"{function.function_name}: {printed}" if printed else function.function_name, flush=True)
    if finished.returncode:
        return json.dumps({"errorType": "Runtime.ExitError", "errorMessage": printed}), True, printed
    answer = json.loads(finished.stdout)
    if "error" in answer:
        return json.dumps({"errorType": "Error", "errorMessage": answer["error"]}), True, printed
    return json.dumps(answer.get("value")), False, printed


def environment(function: LambdaFunction) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        # Warnings of libraries about the age of Node.js.
        "NODE_NO_WARNINGS": "1",
        "AWS_REGION": function.region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": address.url(),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        **database.reachable(function.environment_vars),
    }
