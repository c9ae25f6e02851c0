"""What stacks tell others: outputs, and exports, none of which goes away while another stack imports it."""

from collections.abc import Iterable

from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack

from . import templates
from .live_stack import LiveStack

# As moto computes them, which fails while resources are missing.
outputs = Stack.outputs


class ExportInUse(Exception):
    pass


def publish(live: LiveStack) -> None:
    """Offers what the stack puts out and exports now, and nothing that it exported before."""
    live.stack.outputs = outputs.fget(live.stack)
    withdraw(live)
    for export in live.stack.exports:
        live.backend.exports[export.name] = export


def withdraw(live: LiveStack) -> None:
    for name in published(live):
        del live.backend.exports[name]


def refuse_removal(live: LiveStack, kept: bool = True) -> None:
    """Of what the stack's template no longer exports, or of everything."""
    now = {export.name for export in live.stack.exports} if kept else set()
    for name in published(live):
        if name not in now:
            importing = ", ".join(importers(live.backend, name))
            if importing:
                raise ExportInUse(f"Export {name} cannot be deleted as it is in use by {importing}")


def published(live: LiveStack) -> list[str]:
    return [name for name, export in live.backend.exports.items() if export.exporting_stack_id == live.stack.stack_id]


def importers(backend: CloudFormationBackend, export: str) -> list[str]:
    return [stack.name for stack in backend.stacks.values() if export in imported(stack)]


def imported(stack: Stack) -> Iterable[str]:
    return [parsing.clean_json(name, stack.resource_map) for name in templates.imports(stack.template_dict)]
