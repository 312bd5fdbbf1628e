"""strace: which calls a run makes on the files of its directory, and faults in them."""

import os
import re
from dataclasses import dataclass, field

# By purpose; a machine has those that its libraries use.
CALLS = [
    "write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat",
    "renameat2", "symlink", "symlinkat", "link", "linkat", "unlink", "unlinkat", "rmdir", "mkdir",
    "mkdirat", "utimensat", "flock", "openat", "close", "read", "pread64", "getdents64",
]
READING = {"openat", "read", "pread64", "getdents64"}
LINE = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)\Z")
DESCRIPTOR = re.compile(r"\d+<([^>]*)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Call:
    thread: str
    name: str
    paths: list
    injected: bool
    arguments: str = ""
    result: str = ""


@dataclass
class Trace:
    calls: list = field(default_factory=list)
    ending: str = ""  # "exited with 74" or "killed by SIGKILL"


def parse(text, root):
    """The calls on paths below `root`, which they name relative to it or in full."""
    trace, waiting = Trace(), {}
    for line in text.splitlines():
        thread, _, rest = line.partition(" ")
        if rest.lstrip().startswith("+++"):
            # The first thread ends last.
            trace.ending = rest.strip(" +")
            continue
        match = LINE.match(line)
        if not match:
            continue
        thread, name, rest = match.groups()
        if rest.endswith("<unfinished ...>"):
            waiting[thread] = rest.removesuffix("<unfinished ...>")
            continue
        if " resumed>" in line.split("(")[0]:
            rest = waiting.pop(thread, "") + rest
        arguments, _, result = rest.rpartition(" = ")
        trace.calls.append(Call(thread, name, paths(name, arguments, root), "(INJECTED" in result,
                                arguments, result))
    # What a thread was in when it was killed.
    for thread, rest in waiting.items():
        trace.calls.append(Call(thread, "?", paths("?", rest, root), False, rest))
    trace.calls = [call for call in trace.calls if call.paths]
    return trace


def paths(name, arguments, root):
    found = DESCRIPTOR.findall(arguments)
    if name in ("write", "pwrite64", "read", "pread64"):
        found = found[:1]
    else:
        found += QUOTED.findall(arguments)
    full = [os.path.normpath(os.path.join(root, path)) for path in found if path]
    return [path for path in full if path.startswith(root + "/")]


def command(program, root, output, watched=None, inject=None, calls=CALLS, strings=None):
    """A command that traces a program; its processes have the same numbers each time."""
    strace = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
              "strace", "-f", "--quiet=attach,personality,path-resolution", "-y", "-o", output,
              "-e", "trace=" + ",".join("?" + call for call in calls)]
    if strings:
        strace += ["-xx", "-s", str(strings)]
    for path in watched or []:
        strace += ["-P", path]
        if path.startswith(root + "/"):
            # As the job may write it; a path that is not there yet is compared as text.
            relative = os.path.relpath(path, root)
            strace += ["-P", relative, "-P", f"./{relative}"]
    if inject:
        strace += ["-e", "inject=" + inject]
    return strace + program
