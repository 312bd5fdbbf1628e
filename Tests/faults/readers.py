"""Reads whole runs again and again while others are published and removed."""

import multiprocessing
import os
import shutil
import time

from bench import Bench, Broken, check, check_run, scratch, tree

TRAINING = {"max_epochs": 2, "batch_size": 64}
# Seconds after which a run that is no longer the latest may be removed. A reader takes far less.
PATIENCE = 3.6


def read(out, is_over, results):
    """Resolves `latest` once and hashes every file of that run, until told to stop."""
    count, seen, slowest = 0, set(), 0
    try:
        while not is_over.is_set():
            begin = time.monotonic()
            run = os.path.realpath(f"{out}/latest")
            first = tree(run)
            check_run(run)
            check(tree(run) == first, f"{run} changed while it was read")
            slowest = max(slowest, time.monotonic() - begin)
            count += 1
            seen.add(os.path.basename(run))
        results.put((count, seen, slowest, None))
    except (Broken, OSError, KeyError) as broken:
        results.put((count, seen, slowest, f"{type(broken).__name__}: {broken}"))


def run(program, quick, workers, place=None, **_):
    root = scratch(place)
    bench = Bench(program, f"{root}/0", TRAINING,
                  output={"keep_runs": 1, "min_age": PATIENCE / 3600})
    bench.publish(seed=0)
    is_over, results = multiprocessing.Event(), multiprocessing.Queue()
    readers = [multiprocessing.Process(target=read, args=(bench.out, is_over, results))
               for _ in range(4)]
    for reader in readers:
        reader.start()
    count, most = 20 if quick else 200, 0
    try:
        for number in range(1, count + 1):
            bench.publish(seed=number)
            most = max(most, len(bench.runs()))
        # The first half is old enough to go by now, if it was not before.
        if quick:
            time.sleep(PATIENCE + 2)
            bench.publish(seed=count + 1)
    finally:
        is_over.set()
        found = [results.get(timeout=60) for _ in readers]
        for reader in readers:
            reader.join()
    for _, _, _, failure in found:
        check(failure is None, f"a reader: {failure}")
    left = len(bench.runs())
    check(left <= count * 3 / 4, f"of {count} runs {left} are left: few were removed meanwhile")
    reads, seen = sum(found[0] for found in found), set().union(*(found[1] for found in found))
    check(len(seen) > count / 4, f"the readers saw {len(seen)} of {count} runs only")
    print(f"{count} publications, {reads} whole runs read by 4 readers, {len(seen)} different ones, "
          f"the slowest in {max(found[2] for found in found):.2f} s; {most} runs were there at most")
    shutil.rmtree(root)
    return reads
