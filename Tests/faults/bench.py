"""A small job to break, and the checks that hold whatever was done to it."""

import functools
import hashlib
import http.server
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass

UNLISTED = {"SHA256SUMS", "_SUCCESS", "manifest.json"}
# What has the same bytes whenever plan, data and program are the same.
RESULT = re.compile(r"(recommendations\..*|metrics\.json|history\.csv|model/.*|model-.*\.tar\.gz)\Z")
TEMPORARY = re.compile(r"\..*\.tmp\Z")
OUTPUT_NAMES = {"latest", "runs", "rejected", "state", ".staging", ".lock"}


class Broken(Exception):
    """A promise that was not kept."""


def check(condition, text):
    if not condition:
        raise Broken(text)


@dataclass
class Outcome:
    status: int  # below zero: the signal that ended it
    output: str
    errors: str
    seconds: float = 0.0


def write_dataset(directory, users=30, items=20, density=0.6, seed=1):
    """Writes MovieLens' two files, the same ones for the same arguments."""
    chance = random.Random(seed)
    os.makedirs(directory, exist_ok=True)
    moment = 1_000_000_000
    with open(f"{directory}/ratings.csv", "w") as file:
        file.write("userId,movieId,rating,timestamp\n")
        for user in range(1, users + 1):
            for item in range(1, items + 1):
                if chance.random() < density:
                    moment += chance.randrange(1, 1000)
                    file.write(f"{user},{3 * item},{chance.randrange(1, 11) / 2},{moment}\n")
    with open(f"{directory}/movies.csv", "w") as file:
        file.write("movieId,title,genres\n")
        for item in range(1, items + 1):
            file.write(f'{3 * item},"Film ""{item}"", The (1999)",Drama|Comedy\n')


def tree(directory):
    """Every file below a directory with the SHA-256 of its bytes."""
    files = {}
    for place, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.islink(path):
                with open(path, "rb") as file:
                    files[os.path.relpath(path, directory)] = hashlib.sha256(file.read()).hexdigest()
    return files


def results(run):
    return {path: digest for path, digest in tree(run).items() if RESULT.match(path)}


def check_run(run):
    """A run is whole: every file is what its manifest says, and the sums and the mark are there."""
    files = tree(run)
    check(UNLISTED <= files.keys(), f"{run} lacks {sorted(UNLISTED - files.keys())}")
    with open(f"{run}/manifest.json") as file:
        manifest = {entry["path"]: entry["sha256"] for entry in json.load(file)["files"]}
    listed = {path: digest for path, digest in files.items() if path not in UNLISTED}
    check(listed == manifest, f"{run} differs from its manifest")
    sums = dict(manifest, **{"manifest.json": files["manifest.json"]})
    text = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums, key=os.fsencode))
    with open(f"{run}/SHA256SUMS") as file:
        check(file.read() == text, f"{run}: SHA256SUMS differs from the manifest")
    check(os.path.getsize(f"{run}/_SUCCESS") == 0, f"{run}: _SUCCESS is not empty")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def copyfile(self, source, target):
        try:
            super().copyfile(source, target)
        except ConnectionError:
            pass  # who asked was killed


class Bench:
    """A scratch directory with a dataset, a job and a program to run it."""

    def __init__(self, program, root, training, output=None, **dataset):
        self.program = os.path.abspath(program)
        self.root = root
        self.out = f"{root}/out"
        write_dataset(f"{root}/data", **dataset)
        self.job = {
            "name": "faults", "dataset": {"sources": ["data"]},
            "model": {"type": "biased-dot", "factors": 2}, "training": training,
            "recommend": {"k": 3},
            "output": {"directory": "out", "keep_runs": 2, "min_age": 0, **(output or {})}}
        self.write_job()

    def write_job(self):
        with open(f"{self.root}/job.json", "w") as file:
            json.dump(self.job, file)

    def serve(self):
        """Lets the job fetch its data from a server on this machine, into a cache of its own."""
        served = f"{self.root}/served"
        os.makedirs(served)
        with zipfile.ZipFile(f"{served}/data.zip", "w", zipfile.ZIP_STORED) as archive:
            for name in ("ratings.csv", "movies.csv"):
                archive.write(f"{self.root}/data/{name}", name)
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=served))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.job["dataset"] = {
            "sources": [f"http://127.0.0.1:{server.server_port}/data.zip"], "pin": "lock",
            "cache": {"directory": "cache"}}
        self.write_job()

    @property
    def environment(self):
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        # One thread does everything, so that the n-th call of two runs is the same call.
        return {"HOME": self.root, "LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1", **kept}

    def command(self, *arguments, seed=3, quiet=True):
        return [self.program, "run", "job.json", "--threads", "1", "--set", f"training.seed={seed}",
                *(["--quiet"] if quiet else []), *arguments]

    def start(self, command, **options):
        return subprocess.Popen(
            command, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", **options)

    def finish(self, process, seconds=120):
        begin = time.monotonic()
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Broken(f"not through after {seconds} s: {process.args}")
        return Outcome(process.returncode, output, errors, time.monotonic() - begin)

    def execute(self, command):
        return self.finish(self.start(command))

    def publish(self, *arguments, seed=3):
        outcome = self.execute(self.command(*arguments, seed=seed))
        check(outcome.status == 0, f"a run without faults ended with {outcome.status}: {outcome.errors}")
        return self.latest()

    # What was published

    def latest(self):
        """The name of the run that `latest` leads to."""
        link = f"{self.out}/latest"
        check(os.path.islink(link), "latest is not a link")
        run = os.path.realpath(link)
        check(os.path.dirname(run) == os.path.realpath(f"{self.out}/runs"), f"latest leads to {run}")
        check(os.path.isdir(run), "latest leads nowhere")
        return os.path.basename(run)

    def runs(self):
        return sorted(os.listdir(f"{self.out}/runs"))

    def results(self, run):
        return results(f"{self.out}/runs/{run}")

    def verify(self):
        outcome = self.execute([self.program, "verify", "out"])
        check(outcome.status == 0, f"verify ended with {outcome.status}: {outcome.errors}")

    def litter(self):
        """What a run leaves in its output only when it was killed."""
        found = [name for name in os.listdir(self.out) if name not in OUTPUT_NAMES]
        staging = f"{self.out}/.staging"
        if os.path.isdir(staging):
            found += [f".staging/{name}" for name in os.listdir(staging)]
        return found + self.temporaries(self.out)

    def temporaries(self, directory=None):
        """The files that were to be renamed, wherever they are."""
        return [f"{place}/{name}" for place, directories, names in os.walk(directory or self.root)
                for name in directories + names if TEMPORARY.match(name)]

    def age(self):
        """Lets two days pass for every run."""
        for run in self.runs():
            moment = time.time() - 2 * 86_400
            os.utime(f"{self.out}/runs/{run}", (moment, moment))


class History:
    """Two published runs, and the results that a third one must have."""

    FIRST = "20990101T000000Z-00000000"

    def __init__(self, bench):
        self.bench = bench
        # After a name of the far future come names that are known beforehand.
        os.makedirs(f"{bench.out}/runs/{self.FIRST}")
        bench.publish(seed=1)
        self.old = bench.publish(seed=2)
        os.rmdir(f"{bench.out}/runs/{self.FIRST}")
        bench.age()
        self.template = f"{bench.root}/template"
        os.rename(bench.out, self.template)
        self.old_tree = tree(f"{self.template}/runs/{self.old}")
        self.restore()
        self.new = bench.publish()
        self.new_results = bench.results(self.new)
        check(len(bench.runs()) == 2, f"pruning left {bench.runs()}")
        check(not bench.litter(), f"a run without faults left {bench.litter()}")

    def restore(self):
        for name in ("out", "cache", "job.lock.json"):
            path = f"{self.bench.root}/{name}"
            if os.path.isfile(path):
                os.remove(path)
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.template, self.bench.out, symlinks=True)

    def check_whole(self):
        """`latest` is the complete old or the complete new run; returns whether it is the new one."""
        bench = self.bench
        latest = bench.latest()
        for run in bench.runs():
            check_run(f"{bench.out}/runs/{run}")
        if latest == self.old or self.old in bench.runs():
            check(tree(f"{bench.out}/runs/{self.old}") == self.old_tree, "the old run has changed")
        bench.verify()
        if latest == self.old:
            return False
        check(bench.results(latest) == self.new_results, f"{latest} is neither the old run nor the new")
        return True

    def check_next(self, *arguments):
        """The next run needs no help, ends in the same bytes and leaves nothing behind."""
        bench = self.bench
        bench.publish(*arguments)
        check(self.check_whole(), "the next run did not become the latest")
        litter = bench.litter() + bench.temporaries()
        check(not litter, f"after the next run there is still {litter}")


def scratch(place=None):
    return tempfile.mkdtemp(prefix="recjob-faults-", dir=place)
