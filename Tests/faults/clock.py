"""Runs jobs while the clock stands still, jumps back, and passes the year 2038."""

import os
import shutil

from bench import Bench, check, check_run, scratch

TRAINING = {"max_epochs": 2, "batch_size": 64}
# What the clock says at the start of each run, by faketime.
TIMES = [
    "2026-10-25 02:59:59", "2026-10-25 02:59:59", "2026-10-25 02:00:00", "2019-01-01 00:00:00",
    "2038-01-19 03:14:07", "2038-01-19 03:14:09", "2001-09-09 01:46:40", "2099-12-31 23:59:59",
    "2026-11-23 02:00:00", "2026-11-24 02:00:00",
]


def run(program, quick, workers, place=None, **_):
    if not shutil.which("faketime"):
        check(not os.environ.get("CI"), "there is no faketime")
        print("skipped: there is no faketime; install faketime")
        return None
    root = scratch(place)
    bench = Bench(program, f"{root}/0", TRAINING, output={"keep_runs": 100})
    names = []
    for number, moment in enumerate(TIMES):
        # The times of files stay true: between two runs a clock was set.
        outcome = bench.execute(["env", "TZ=UTC", "NO_FAKE_STAT=1", "faketime", "-m", moment,
                                 *bench.command(seed=number)])
        check(outcome.status == 0, f"at {moment}: ended with {outcome.status}: {outcome.errors}")
        names.append(bench.latest())
        check_run(f"{bench.out}/runs/{names[-1]}")
        bench.verify()
    check(names == sorted(names) and len(set(names)) == len(names), f"not in order: {names}")
    check(bench.runs() == names, f"{bench.runs()} are not {names}")
    # A clock set to 02:59:59 may well say three when the run is named.
    check(names[0].startswith("20261025T"), f"faketime had no effect: {names[0]}")
    print("names in their order: " + ", ".join(name[:16] for name in names))
    shutil.rmtree(root)
    return len(names)
