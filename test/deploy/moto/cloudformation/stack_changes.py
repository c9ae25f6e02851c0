"""Creates, updates and deletes stacks in the order of their dependencies, and goes back if a resource fails."""

import threading
import traceback
from collections.abc import Callable

from moto.core.utils import utcnow

from . import exports, templates
from .live_stack import LiveStack

# Whoever asks for the state of a stack asks every five seconds: most changes are done before the first time.
answer_after_seconds = 3


def start(change: Callable[[], None]) -> None:
    """Makes a change in the background; a short one is done when this returns."""
    thread = threading.Thread(target=change, daemon=True)
    thread.start()
    thread.join(answer_after_seconds)


def create(live: LiveStack) -> None:
    live.stack.creation_time = utcnow()
    live.event("CREATE_IN_PROGRESS", reason="User Initiated")
    for name in templates.creation_order(live.template):
        try:
            live.create(name)
        except Exception as error:
            live.event("CREATE_FAILED", name, explain(error))
            live.event("ROLLBACK_IN_PROGRESS", reason=f"The following resource(s) failed to create: [{name}].")
            failed = delete_resources(live, rollback=True)
            live.event("ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE", reason=failed)
            return
    exports.publish(live)
    live.event("CREATE_COMPLETE")


def update(live: LiveStack, text: str, parameters: dict[str, str]) -> None:
    live.stack.last_updated_time = utcnow()
    live.event("UPDATE_IN_PROGRESS", reason="User Initiated")
    before, known = (live.stack.template, live.stack.parameters), set(live.template["Resources"])
    added: list[str] = []
    name = None
    try:
        live.adopt(text, parameters)
        for name in templates.creation_order(live.template):
            if name in live.resources:
                live.update(name)
            else:
                added.append(name)
                live.create(name)
        exports.refuse_removal(live)
    except Exception as error:
        reason = explain(error)
        if not isinstance(error, exports.ExportInUse):
            live.event("CREATE_FAILED" if name in added else "UPDATE_FAILED", name, reason)
            reason = f"The following resource(s) failed to update: [{name}]."
        live.event("UPDATE_ROLLBACK_IN_PROGRESS", reason=reason)
        go_back(live, before, added)
        return
    live.event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    live.delete_replaced()
    for name in [name for name in reversed(live.resources) if name in known - set(live.template["Resources"])]:
        try:
            live.delete(name)
        except Exception as error:
            # It stays behind, and the stack is as its template says.
            live.event("DELETE_FAILED", name, explain(error))
    exports.publish(live)
    live.event("UPDATE_COMPLETE")


def go_back(live: LiveStack, before: tuple[str, dict[str, str]], added: list[str]) -> None:
    # What the update put others in the place of comes back; what came in its place goes.
    live.replaced = []
    try:
        for name in reversed(added):
            if name in live.resources:
                live.delete(name)
        live.adopt(*before)
        for name in templates.creation_order(live.template):
            live.update(name)
        live.delete_replaced()
    except Exception as error:
        live.event("UPDATE_ROLLBACK_FAILED", reason=explain(error))
        return
    live.event("UPDATE_ROLLBACK_COMPLETE")


def delete(live: LiveStack) -> None:
    live.event("DELETE_IN_PROGRESS", reason="User Initiated")
    failed = delete_resources(live)
    if failed:
        live.event("DELETE_FAILED", reason=failed)
        return
    exports.withdraw(live)
    live.stack.deletion_time = utcnow()
    live.backend.stacks.pop(live.stack.stack_id)
    live.backend.deleted_stacks[live.stack.stack_id] = live.stack
    live.event("DELETE_COMPLETE")


def delete_resources(live: LiveStack, rollback: bool = False) -> str | None:
    """Deletes all that nothing left needs. Why some are left, or None."""
    resources = live.template["Resources"]
    failed: list[str] = []
    left: set[str] = set()
    for name in reversed(templates.creation_order(live.template)):
        if name not in live.resources:
            continue
        if any(name in templates.needs(resources[other]) for other in left):
            left.add(name)
        elif resources[name].get("DeletionPolicy") == "Retain" and not rollback:
            live.event("DELETE_SKIPPED", name)
        else:
            try:
                live.delete(name)
            except Exception as error:
                live.event("DELETE_FAILED", name, explain(error))
                failed.append(name)
                left.add(name)
    return f"The following resource(s) failed to delete: [{', '.join(failed)}]." if failed else None


def explain(error: Exception) -> str:
    traceback.print_exception(error, chain=False)
    return getattr(error, "message", None) or str(error) or type(error).__name__
