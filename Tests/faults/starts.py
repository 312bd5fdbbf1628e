"""Starts the same job several times at once, and after its holder was killed or left a child."""

import os
import re
import shutil
import subprocess
import time

from bench import Bench, Broken, History, check, scratch

TRAINING = {"max_epochs": 60, "early_stopping": None, "batch_size": 16}
ENDLESS = ["--set", "training.max_epochs=100000", "--set", "training.early_stopping=null"]
HOLDER = re.compile(r"process (\d+) on (\S+), run \S+ of job faults, started \d{4}-\d\d-\d\dT")

# Forks a child when the lock has been taken; it has what an exec leaves open, and outlives the run.
CHILD = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/file.h>
#include <unistd.h>
int flock(int file, int operation) {
  int (*next)(int, int) = dlsym(RTLD_NEXT, "flock");
  int result = next(file, operation);
  if (result == 0 && fork() == 0) {
    setsid();
    execlp("sleep", "sleep", "20", (char *)0);
    _exit(1);
  }
  return result;
}
"""


def together(bench, history, number):
    """Several starts at once: one publishes, the others say who is at work."""
    history.restore()
    before = set(bench.runs())
    begin = time.monotonic()
    processes = [bench.start(bench.command()) for _ in range(number)]
    winners, pids = [], {process.pid for process in processes}
    for process in processes:
        # Each is waited for in a thread of its own, so that the time is its own.
        process.ended = None
    waiting = set(processes)
    while waiting:
        check(time.monotonic() - begin < 60, "not all runs have ended")
        for process in list(waiting):
            if process.poll() is not None:
                process.ended = time.monotonic() - begin
                waiting.discard(process)
        time.sleep(0.002)
    for process in processes:
        outcome = bench.finish(process)
        if outcome.status == 0:
            winners.append(process)
            continue
        check(outcome.status == 75, f"a run ended with {outcome.status}: {outcome.errors}")
        check(process.ended < 1, f"a run took {process.ended:.2f} s to see that another is at work")
        holder = HOLDER.search(outcome.errors)
        check(holder, f"the holder is not named: {outcome.errors}")
        process.holder = (int(holder[1]), holder[2])
    check(winners, "no run has published")
    new = [run for run in bench.runs() if run not in before]
    # Who started when the first was through is a second winner, one after the other.
    check(len(new) >= 1 and bench.latest() == new[-1], f"{len(winners)} runs published {new}")
    for process in processes:
        if process not in winners:
            check(process.holder[0] in {winner.pid for winner in winners},
                  f"process {process.holder[0]} is named, and {[w.pid for w in winners]} published")
            check(process.holder[1] == os.uname().nodename, f"{process.holder[1]} is named as host")
    check(history.check_whole(), "latest is the old run")
    check(not bench.litter(), f"there is {bench.litter()}")
    return len(winners)


def killed_holder(bench, history):
    """The lock of a killed run is free at once."""
    history.restore()
    process = bench.start(bench.command(*ENDLESS))
    wait_for_lock(bench, process)
    outcome = bench.execute(bench.command())
    check(outcome.status == 75, f"beside a run another ended with {outcome.status}")
    check(f"process {process.pid} " in outcome.errors, f"{process.pid} is not named: {outcome.errors}")
    process.kill()
    process.communicate()
    history.check_next()


def wait_for_lock(bench, process):
    begin = time.monotonic()
    while True:
        check(time.monotonic() - begin < 30 and process.poll() is None, "no run took the lock")
        with open(f"{bench.out}/.lock") as file:
            if file.read().startswith(f"process {process.pid} "):
                return
        time.sleep(0.002)


def child_stays(bench, history, library):
    """A child of the run that lives on does not hold its lock."""
    history.restore()
    process = subprocess.Popen(
        bench.command(), cwd=bench.root, env={**bench.environment, "LD_PRELOAD": library},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check(process.wait(60) == 0, "the run with a child failed")
    children = [pid for pid in os.listdir("/proc") if pid.isdigit() and preloaded(pid, library)]
    check(children, "the run left no child, so that nothing was shown")
    open_files = [os.readlink(f"/proc/{pid}/fd/{number}") for pid in children
                  for number in os.listdir(f"/proc/{pid}/fd")]
    check(not any(path.startswith(bench.root) for path in open_files), f"a child has {open_files}")
    history.check_next()
    for pid in children:
        os.kill(int(pid), 9)


def preloaded(pid, library):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return library.encode() in file.read()
    except OSError:
        return False


def run(program, quick, workers, place=None, **_):
    root = scratch(place)
    bench = Bench(program, f"{root}/0", TRAINING, users=200, items=60)
    history = History(bench)
    rounds = 5 if quick else 50
    winners = [together(bench, history, 8) for _ in range(rounds)]
    check(max(winners) == 1, f"{sum(count > 1 for count in winners)} rounds had several winners")
    for _ in range(2 if quick else 10):
        killed_holder(bench, history)
    compiler = next((path for path in map(shutil.which, ("cc", "clang", "gcc")) if path), None)
    if compiler:
        library = f"{root}/child.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-ldl"],
                       input=CHILD, text=True, check=True)
        child_stays(bench, history, library)
    else:
        check(not os.environ.get("CI"), "there is no C compiler")
        print("skipped: a child that outlives the run; there is no C compiler")
    print(f"{rounds} times 8 starts at once: one winner each")
    shutil.rmtree(root)
    return rounds * 8
