"""Replays what a run did to its directory, and cuts the power after every step of it.

What reaches the device is what was synced: the bytes of a file by its own sync, the names in a
directory by the directory's. Everything since may be lost or kept, each change by itself.
"""

import collections
import hashlib
import json
import os
import random
import re
import shutil

import tracing
from bench import RESULT, UNLISTED, Broken, check, scratch
from sweep import Site

CHANGES = {"openat", "write", "ftruncate", "fsync", "rename", "symlink", "unlink", "rmdir", "mkdir"}
ESCAPE = re.compile(r"\\x([0-9a-f]{2})")


class File:
    def __init__(self, data=b""):
        self.data, self.synced = data, data

    def states(self, chance):
        """The bytes that a power cut may leave."""
        if self.data == self.synced:
            return self.data
        cut = chance.randrange(len(self.data) + 1)
        return chance.choice([
            self.synced, self.data, self.data[:cut], bytes(len(self.data)),
            self.data[:cut] + bytes(len(self.data) - cut)])


class Directory:
    def __init__(self):
        self.names, self.synced, self.pending = {}, {}, []

    def change(self, name, node):
        if node is None:
            del self.names[name]
        else:
            self.names[name] = node
        self.pending.append((name, node))

    def sync(self):
        self.synced, self.pending = dict(self.names), []

    def states(self, keep):
        """The names that a power cut may leave; `keep` says of each change whether it was kept."""
        names = dict(self.synced)
        for name, node in self.pending:
            if keep():
                if node is None:
                    names.pop(name, None)
                else:
                    names[name] = node
        return names


def load(path):
    """A directory of the disk, all of it synced; links are their targets."""
    directory = Directory()
    for entry in os.scandir(path):
        if entry.is_symlink():
            node = os.readlink(entry.path)
        elif entry.is_dir():
            node = load(entry.path)
        else:
            with open(entry.path, "rb") as file:
                node = File(file.read())
        directory.names[entry.name] = node
    directory.sync()
    return directory


class Disk:
    """The output directory `out` of `root`, which is as the directory `template` at first.

    Syncs of a kind in `blind` do nothing.
    """

    def __init__(self, root, template, blind=None):
        self.root, self.out, self.blind = root, load(template), blind

    def find(self, path):
        """The directory and the name of a path, or nothing for one outside."""
        parts = os.path.relpath(path, self.root).split("/")
        if parts[0] != "out":
            return None, None
        directory = self.out
        for part in parts[1:-1]:
            directory = directory.names[part]
        return directory, parts[-1] if len(parts) > 1 else None

    def node(self, path):
        directory, name = self.find(path)
        return directory if name is None else directory.names[name]

    def apply(self, call):
        """Makes the change of a call; returns whether it was one."""
        # A descriptor comes before a path; a rename has two paths, and a link's text is no path.
        path = call.paths[-1]
        directory, name = self.find(path)
        if directory is None or call.result.startswith("-1") or call.result.startswith("?"):
            return False
        if call.name == "openat":
            if "O_CREAT" not in call.arguments or name in directory.names:
                return False
            directory.change(name, File())
        elif call.name == "write":
            text = tracing.QUOTED.findall(call.arguments)[0]
            data = bytes.fromhex("".join(ESCAPE.findall(text)))
            check(len(data) == int(call.result.split()[0]), "the trace cut the bytes of a write")
            self.node(path).data += data
        elif call.name == "ftruncate":
            self.node(path).data = b""
        elif call.name == "fsync":
            node = self.node(path)
            if isinstance(node, self.blind or ()):
                return False
            if isinstance(node, Directory):
                node.sync()
            else:
                node.synced = node.data
        elif call.name == "rename":
            source, old = self.find(call.paths[-2])
            node = source.names[old]
            directory.change(name, node)
            source.change(old, None)
        elif call.name == "symlink":
            directory.change(name, call.target)
        elif call.name in ("unlink", "rmdir"):
            directory.change(name, None)
        elif call.name == "mkdir":
            directory.change(name, Directory())
        return True


def tree(directory, keep, chance):
    """What is on the device: names to bytes, targets or further names."""
    found = {}
    for name, node in directory.states(keep).items():
        if isinstance(node, Directory):
            found[name] = tree(node, keep, chance)
        else:
            found[name] = node.states(chance) if isinstance(node, File) else node
    return found


def files(names, prefix=""):
    for name, node in names.items():
        if isinstance(node, dict):
            yield from files(node, f"{prefix}{name}/")
        elif isinstance(node, bytes):
            yield prefix + name, hashlib.sha256(node).hexdigest()


def published(names, old, new_results):
    """Says whether `latest` is the old or the new run, and that it is whole."""
    target = names.get("latest")
    check(isinstance(target, str) and target.startswith("runs/"), f"latest is {target!r}")
    run = names["runs"].get(target[5:])
    check(isinstance(run, dict), f"latest leads to {target}, which is not there")
    found = dict(files(run))
    check(UNLISTED <= found.keys(), f"{target} lacks {UNLISTED - found.keys()}")
    try:
        manifest = {entry["path"]: entry["sha256"]
                    for entry in json.loads(run["manifest.json"])["files"]}
    except ValueError:
        raise Broken(f"the manifest of {target} is no JSON") from None
    listed = {path: digest for path, digest in found.items() if path not in UNLISTED}
    check(listed == manifest, f"{target} differs from its manifest")
    if target[5:] == old:
        return "old"
    check({path: digest for path, digest in found.items() if RESULT.match(path)} == new_results,
          f"{target} has other results than the new run")
    return "new"


def materialise(names, path):
    os.mkdir(path)
    for name, node in names.items():
        place = f"{path}/{name}"
        if isinstance(node, dict):
            materialise(node, place)
        elif isinstance(node, str):
            os.symlink(node, place)
        else:
            with open(place, "wb") as file:
                file.write(node)


def record(site):
    """The changes of one run in their order, with all bytes that were written."""
    site.traced(calls=sorted(CHANGES | {"renameat2", "fdatasync"}), strings=1 << 24)
    with open(site.trace_file, errors="replace") as file:
        lines = file.read().splitlines()

    def plain(text):
        return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)

    # Everything is in hexadecimal; that of the bytes of a write is left.
    lines = [re.sub("<[^>]*>", lambda match: plain(match[0]), line) for line in lines]
    lines = [line if " write(" in line else plain(line) for line in lines]
    found = tracing.parse("\n".join(lines), site.bench.root)
    for call in found.calls:
        if call.name == "symlink":
            call.target = tracing.QUOTED.findall(call.arguments)[0]
    return found.calls


def replay(calls, history, chance, variants, take_up=None, blind=None):
    """Cuts the power in many ways after each change; returns how often the old and the new run were
    left. `take_up` is given one state after each."""
    disk = Disk(history.bench.root, history.template, blind)
    states = collections.Counter()
    for number, call in enumerate([None, *calls]):
        if call is not None and not disk.apply(call):
            continue
        shares = [0, 1, *(chance.choice([0.1, 0.5, 0.9]) for _ in range(variants))]
        for share in shares:
            names = tree(disk.out, lambda: chance.random() < share, chance)
            try:
                states[published(names, history.old, history.new_results)] += 1
                if share == shares[-1] and take_up:
                    take_up(names)
            except Broken as broken:
                raise Broken(f"power cut after step {number}, {call and call.name} "
                             f"{call and call.paths}: {broken}") from None
    for _ in range(variants * 10):
        names = tree(disk.out, lambda: chance.random() < 0.5, chance)
        check(published(names, history.old, history.new_results) == "new",
              "the run ended with 0, and a power cut took it back")
    return states


def run(program, quick, workers, place=None, seed=0, **_):
    root = scratch(place)
    site = Site(program, f"{root}/0")
    bench, history = site.bench, site.history
    calls = record(site)
    chance = random.Random(seed)
    started = []

    def take_up(names):
        """The program itself verifies and goes on from what is left."""
        if chance.random() > (0.05 if quick else 0.25):
            return
        shutil.rmtree(bench.out, ignore_errors=True)
        materialise(names, bench.out)
        history.check_whole()
        history.check_next()
        started.append(names)

    states = replay(calls, history, chance, 4 if quick else 25, take_up)
    check(states["old"] > 0 and states["new"] > 0, f"one side of the flip was never seen: {states}")
    # A run that left out its syncs must be found out, or nothing is shown.
    for blind in (File, Directory):
        try:
            replay(calls, history, chance, 10, blind=blind)
        except Broken:
            continue
        raise Broken(f"the replay does not notice when a {blind.__name__} is never synced")
    print(f"{len(calls)} calls, {states.total()} power cuts: {states['old']} left the old run, "
          f"{states['new']} the new; the next run went on from {len(started)} of them")
    shutil.rmtree(root)
    return states.total()
