"""Takes turns between recjob and a peer, and writes down what came of it."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Comparison:
    """A loop of ours, the program that does the same work, and what that needs to be installed."""

    def __init__(self, loop, script, *packages):
        self.loop, self.script, self.packages = loop, script, packages


COMPARISONS = [
    Comparison("parse-csv", "polars_csv.py", "polars"),
    Comparison("parse-csv", "pyarrow_csv.py", "pyarrow"),
    Comparison("adam-epoch", "keras_adam.py", "tensorflow-cpu"),
    Comparison("lazy-adam-epoch", "torch_sparse_adam.py", "numpy", "torch"),
    Comparison("top-k", "implicit_top_k.py", "numpy", "scipy", "implicit"),
    Comparison("top-k-all", "implicit_top_k.py", "numpy", "scipy", "implicit"),
    Comparison("neural-top-k", "keras_neural_top_k.py", "tensorflow-cpu"),
    Comparison("job-small", "keras_job.py", "tensorflow-cpu"),
]

# One thread each, by every name under which the libraries look for it.
ONE_THREAD = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
]
# Settings of a machine that would hold a peer's matrix products back.
HINDRANCES = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]


def peer_command(options, script, *arguments):
    names = [part for name in HINDRANCES for part in ("-u", name)]
    settings = [f"{name}=1" for name in ONE_THREAD]
    settings += ["PYTHONDONTWRITEBYTECODE=1", "KERAS_BACKEND=tensorflow"]
    settings += ["TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES="]
    settings += [f"RECJOB_BENCH={os.path.join(options.bench, 'recjob-bench')}"]
    return (
        ["env", *names, *settings, "taskset", "-c", str(options.cpu)]
        + [options.python, os.path.join(HERE, script)]
        + [str(argument) for argument in arguments]
    )


def our_loop(options, loop, *more):
    """Measures a loop of ours once, after a first time that does not count."""
    command = ["taskset", "-c", str(options.cpu), os.path.join(options.bench, "recjob-bench")]
    command += ["loops", "--only", loop, "--repeats", "1", *more]
    # It describes the commit of the directory that it is started in.
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=options.bench)
    return json.loads(done.stdout)


class Peer:
    """A peer that has made its inputs, and does the work once each time it is asked to."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"peers/run: a peer ended early, with {self.process.wait()}")
        return json.loads(line)

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()["seconds"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare_loop(comparison, options):
    # The first turns do not count. The peer learns from ours how much there is to do.
    first = our_loop(options, comparison.loop)
    size = bytes_of(first)
    peer = Peer(peer_command(options, comparison.script, first["count"], comparison.loop))
    if size and abs(peer.facts["bytes"] / size - 1) > 0.001:
        # Rates by ratings would be no fair comparison of texts of different lengths.
        raise SystemExit(f"peers/run: {comparison.loop}: the peer reads other bytes than we do")
    peer.turn()
    ours, theirs = [], []
    for number in range(options.rounds):
        show(comparison, number, options)
        ours.append(our_loop(options, comparison.loop)["median_per_second"])
        theirs.append(peer.facts["count"] / peer.turn())
    peer.end()
    more = {"bytes": peer.facts["bytes"]} if "bytes" in peer.facts else {}
    return first, peer.facts, ours, theirs, more


def bytes_of(result):
    if "megabytes_per_second" not in result:
        return None
    return result["megabytes_per_second"] * 1e6 * result["median_seconds"]


def whole_process(command):
    """The wall seconds of a process, its peak memory in bytes, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"peers/run: {command[-1]} ended with {process.returncode}")
    return seconds, usage.ru_maxrss * 1024, text


def compare_job(comparison, options):
    """The whole job, from the start of the process to its end."""
    runs = os.path.join(options.scratch, "job-small")
    ours_command = ["taskset", "-c", str(options.cpu), os.path.join(options.bench, "recjob"), "run"]
    ours_command += [options.job, "--set", "training.max_epochs=5"]
    ours_command += ["--set", "training.early_stopping=null"]
    ours_command += ["--quiet", "--threads", "1", "--output", os.path.join(runs, "ours")]
    archive = os.path.join(os.path.dirname(options.job), "data", "ml-latest-small.zip")
    result = os.path.join(runs, "peer.csv")
    peer_line = peer_command(options, comparison.script, archive, result)
    ours, theirs, our_peaks, peer_peaks = [], [], [], []
    # The first pair does not count: it reads the programs from the disk.
    for number in range(-1, options.rounds):
        show(comparison, number, options)
        shutil.rmtree(runs, ignore_errors=True)
        os.makedirs(runs)
        our_seconds, our_peak, _ = whole_process(ours_command)
        peer_seconds, peer_peak, text = whole_process(peer_line)
        if number < 0:
            continue
        ours.append(1 / our_seconds)
        theirs.append(1 / peer_seconds)
        our_peaks.append(our_peak)
        peer_peaks.append(peer_peak)
    facts = json.loads(text.splitlines()[-1])
    # Any loop says what program and machine this is.
    first = our_loop(options, "parse-csv", "--tiny")
    first.update({"unit": "jobs", "count": 1})
    more = {
        "ours_peak_bytes": int(statistics.median(our_peaks)),
        "peer_peak_bytes": int(statistics.median(peer_peaks)),
    }
    return first, facts, ours, theirs, more


def show(comparison, number, options):
    if sys.stderr.isatty():
        name = f"{comparison.loop}, {comparison.script}"
        print(f"{name}: pair {number + 1} of {options.rounds}", file=sys.stderr)


def significant(value):
    """A number of six digits that count."""
    rounded = float(f"{value:.6g}")
    return int(rounded) if rounded.is_integer() else rounded


def result_line(comparison, measured, options):
    first, facts, ours, theirs, more = measured
    result = {
        "measure": "peer",
        "loop": comparison.loop,
        "peer": facts["peer"],
        "peer_version": facts["peer_version"],
        "unit": first["unit"],
        "count": first["count"],
        "peer_count": facts.get("count", 1),
        "rounds": options.rounds,
        "ours_per_second": significant(statistics.median(ours)),
        "peer_per_second": significant(statistics.median(theirs)),
        "ratio": significant(statistics.median(a / b for a, b in zip(ours, theirs))),
        **more,
    }
    return json.dumps(result | {key: first[key] for key in ("version", "commit", "machine")})


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--python")
    parser.add_argument("--bench")
    parser.add_argument("--scratch")
    parser.add_argument("--job")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output")
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--packages", action="store_true")
    options = parser.parse_args()
    if options.bench:
        options.bench = os.path.abspath(options.bench)
    for name in options.only:
        if all(name != comparison.loop for comparison in COMPARISONS):
            parser.error(f"there is no comparison of '{name}'")
    if options.rounds < 1:
        parser.error("--rounds takes 1 or more")
    return options


def main():
    options = arguments()
    chosen = [c for c in COMPARISONS if not options.only or c.loop in options.only]
    if options.list:
        for comparison in chosen:
            print(comparison.loop, comparison.script)
        return
    if options.packages:
        print("\n".join(sorted({name for c in chosen for name in c.packages})))
        return
    listed = subprocess.run(
        [os.path.join(options.bench, "recjob-bench"), "loops", "--list"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.split()
    for comparison in chosen:
        if comparison.loop == "job-small":
            measured = compare_job(comparison, options)
        elif comparison.loop in listed:
            measured = compare_loop(comparison, options)
        else:
            raise SystemExit(f"peers/run: this recjob-bench has no loop '{comparison.loop}'")
        line = result_line(comparison, measured, options)
        if options.output:
            with open(options.output, "a", encoding="utf-8") as file:
                print(line, file=file)
        else:
            print(line, flush=True)


if __name__ == "__main__":
    main()
