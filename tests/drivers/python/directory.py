"""Where the telemetry directory lies, on Linux (directory.md)."""

import posixpath
import unicodedata

from reject import Reject


def find_dir(environment, tool):
    """The directory of a tool, or of the Go project for None; None if unknown."""
    if tool is not None:
        check_tool(tool)
    # dir.where: an empty variable counts as unset.
    elif environment.get("GOTELEMETRYDIR"):
        return environment["GOTELEMETRYDIR"]
    config = config_dir(environment)
    if config is None:
        return None
    # dir.tool
    return posixpath.join(config, "go" if tool is None else tool, "telemetry")


def config_dir(environment):
    # dir.where
    if xdg := environment.get("XDG_CONFIG_HOME"):
        return xdg if xdg.startswith("/") else None
    if home := environment.get("HOME"):
        return posixpath.join(home, ".config")
    return None


def check_tool(tool):
    # dir.tool.name
    if (
        not tool
        or tool.lower() == "go"
        or tool.startswith(".")
        or tool.endswith((".", " "))
        or any(c in "/\\:" or unicodedata.category(c) == "Cc" for c in tool)
    ):
        raise Reject("dir.tool.name", reason="no name for a tool")
