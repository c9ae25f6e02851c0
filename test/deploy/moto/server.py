"""Serves moto's AWS on a free port of loopback with what modelapp needs beyond it, for as long as standard input stays open."""

import logging
import os
import sys
import warnings

from moto.server import ThreadedMotoServer

from cloudformation import alarms, change_sets, custom_resources, fleets, names, secrets, stack_api, stack_outputs, stubs
from services import checksums, database, functions, images, load_balancers, parameters, service_roles, trail

# Of skipped types, which have stubs.
warnings.simplefilter("ignore")
# Its lines, one a request, would hide the events of the stacks.
logging.getLogger("werkzeug").setLevel(logging.ERROR)

for extension in (
    alarms,
    change_sets,
    checksums,
    custom_resources,
    database,
    fleets,
    functions,
    images,
    load_balancers,
    names,
    parameters,
    secrets,
    service_roles,
    stack_api,
    stack_outputs,
    stubs,
    trail,
):
    extension.install()

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
_, port = server.get_host_and_port()
os.environ["MOTO_PORT"] = str(port)
print(f"listening on {port}", flush=True)
sys.stdin.read()
