"""Runs jobs on file systems that are too small, from 64 KiB up to one that is large enough."""

import os
import re
import shutil
import subprocess

from bench import Bench, Broken, History, check, scratch, tree

TRAINING = {"max_epochs": 3, "batch_size": 64}
SPACE = re.compile(r"(\S+): no space left on the device \((\d+) bytes were to be written, "
                   r"(\d+) bytes are free")


def mount(place, kibibytes, more=""):
    os.makedirs(place, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k{more}", "none", place],
                          capture_output=True).returncode == 0


def unmount(place):
    subprocess.run(["umount", place], check=True)


def check_failure(bench, outcome, place, size):
    """The run ended with 74 and says where room is missing, and how much."""
    check(outcome.status == 74, f"{size} KiB: ended with {outcome.status}: {outcome.errors}")
    last = outcome.errors.strip().splitlines()[-1]
    found = SPACE.search(last)
    check(found, f"{size} KiB: no path, needed and free bytes in: {last}")
    check(os.path.basename(place) in found[1], f"{size} KiB: {found[1]} is not on the full disk")
    check(int(found[2]) > 0, f"{size} KiB: nothing was needed")


def sizes(quick):
    size = 64
    while True:
        yield size
        size += 24 if quick else 4


def output(program, root, quick):
    """The output directory with an old run in it is on the small file system."""
    bench = Bench(program, root, TRAINING)
    history = History(bench)
    shutil.rmtree(bench.out)
    count = 0
    for size in sizes(quick):
        check(mount(bench.out, size), f"no tmpfs of {size} KiB")
        try:
            try:
                shutil.copytree(history.template, bench.out, symlinks=True, dirs_exist_ok=True)
            except shutil.Error:
                continue  # there is no room for the old runs
            outcome = bench.execute(bench.command())
            count += 1
            if outcome.status == 0:
                check(history.check_whole(), "the run ended with 0, and latest is the old one")
                check(not bench.litter(), f"{size} KiB: there is {bench.litter()}")
                break
            check_failure(bench, outcome, "out", size)
            check(not history.check_whole(), f"{size} KiB: the run failed and is the latest")
            check(not bench.litter(), f"{size} KiB: the failed run left {bench.litter()}")
            # With room again the same command works.
            subprocess.run(["mount", "-o", "remount,size=64m", bench.out], check=True)
            history.check_next()
        finally:
            unmount(bench.out)
    check(count > 2, "no file system was too small")
    print(f"output: {count} sizes up to {size} KiB, where the run was published")
    return count


def files(program, root, quick):
    """A file system that has room and no more files."""
    bench = Bench(program, root, TRAINING)
    history = History(bench)
    shutil.rmtree(bench.out)
    count = 0
    for number in range(62, 200, 6 if quick else 1):
        check(mount(bench.out, 65536, f",nr_inodes={number}"), "no tmpfs")
        try:
            try:
                shutil.copytree(history.template, bench.out, symlinks=True, dirs_exist_ok=True)
            except (shutil.Error, OSError):
                continue
            outcome = bench.execute(bench.command())
            count += 1
            if outcome.status == 0:
                break
            check_failure(bench, outcome, "out", number)
            check("no more files can be made" in outcome.errors, f"what is missing: {outcome.errors}")
            check(not history.check_whole(), "the run failed and is the latest")
            check(not bench.litter(), f"the failed run left {bench.litter()}")
        finally:
            unmount(bench.out)
    check(count > 1 and outcome.status == 0, f"{count} numbers of files, the last {outcome.status}")
    print(f"files: {count} numbers of files, from {number} on the run was published")
    return count


def cache(program, root, quick):
    """The cache of downloads is on the small file system."""
    bench = Bench(program, root, TRAINING, users=60, items=80)
    history = History(bench)
    history.restore()
    bench.serve()
    place, count = f"{root}/cache", 0
    before = tree(f"{bench.out}/runs/{history.old}")
    for size in sizes(quick):
        check(mount(place, size), f"no tmpfs of {size} KiB")
        try:
            outcome = bench.execute(bench.command())
            count += 1
            if outcome.status == 0:
                break
            check_failure(bench, outcome, "cache", size)
            check(bench.latest() == history.old, "latest is another run")
            check(tree(f"{bench.out}/runs/{history.old}") == before, "the old run has changed")
            check(not bench.litter(), f"the failed run left {bench.litter()}")
            for name, digest in tree(f"{place}/sha256").items():
                check(name == digest, f"{size} KiB: a part of the download is in the cache")
        finally:
            unmount(place)
    check(count > 1, "no file system was too small")
    print(f"cache: {count} sizes up to {size} KiB, where the run was published")
    return count


def run(program, quick, workers, place=None, **_):
    root = scratch(place)
    if not mount(f"{root}/probe", 64):
        check(not os.environ.get("CI"), "a tmpfs cannot be mounted")
        print("skipped: a tmpfs cannot be mounted; run it as root")
        return None
    unmount(f"{root}/probe")
    count = output(program, f"{root}/0", quick) + files(program, f"{root}/1", quick) \
        + cache(program, f"{root}/2", quick)
    shutil.rmtree(root)
    return count
