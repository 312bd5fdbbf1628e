"""Makes the n-th call of a run fail, for n = 1, 2, … until a run is clean, and looks at what is left."""

import collections
import concurrent.futures
import os
import re
import shutil

import tracing
from bench import Bench, Broken, History, check, scratch

KINDS = {
    "SIGKILL": "signal=SIGKILL:when={n}",
    "ENOSPC": "error=ENOSPC:when={n}",
    "ENOSPC+": "error=ENOSPC:when={n}+",
    "EIO": "error=EIO:when={n}",
    "EIO+": "error=EIO:when={n}+",
}
TRAINING = {"max_epochs": 3, "batch_size": 64}
PATH = re.compile(r"\b(out|data|cache|job)\b")
DIGEST = re.compile("[0-9a-f]{64}")
SPACE = re.compile(r"\d+ bytes were to be written, \d+ bytes are free")


class Site:
    """One worker's copy of the job and its history."""

    def __init__(self, program, root, downloads=False):
        os.makedirs(root)
        self.bench = Bench(program, root, TRAINING)
        if downloads:
            self.bench.serve()
        self.history = History(self.bench)
        self.trace_file = f"{root}/trace"
        everything = self.traced()
        self.watched = sorted({path for call in everything.calls for path in call.paths})
        self.counted = self.traced(watched=self.watched)
        check(self.counted.ending == "exited with 0", f"a traced run {self.counted.ending}")

    def name(self, path):
        """A path as it is in every site."""
        return DIGEST.sub("DIGEST", os.path.relpath(path, self.bench.root))

    def traced(self, **options):
        bench = self.bench
        self.history.restore()
        command = tracing.command(bench.command(), bench.root, self.trace_file, **options)
        self.outcome = bench.finish(bench.start(command))
        with open(self.trace_file, errors="replace") as file:
            return tracing.parse(file.read(), bench.root)

    def inject(self, call, kind, number, only=None):
        """One fault, and every check; returns the calls that were hit, and the most calls of that
        name that a thread made. With `only`, calls on that path alone count."""
        fault = f"{call}:{KINDS[kind].format(n=number)}"
        watched = [path for path in self.watched if only in (None, self.name(path))]
        try:
            found = self.traced(watched=watched, inject=fault, calls=tracing.CALLS)
            hits = [made for made in found.calls if made.injected]
            if kind == "SIGKILL":
                hits = [found.calls[-1]] if found.ending == "killed by SIGKILL" else []
            if hits:
                self.check_fault(found, kind, hits)
            return hits, most_per_thread(found).get(call, 0)
        except Broken as broken:
            raise Broken(f"{fault}: {broken}\n{self.outcome.errors.strip()}") from None

    def check_fault(self, found, kind, hits):
        history, bench = self.history, self.bench
        is_new = history.check_whole()
        if kind == "SIGKILL":
            history.check_next()
            return
        check(found.ending in ("exited with 0", "exited with 74"), f"the run {found.ending}")
        if found.ending == "exited with 0":
            check(is_new, "the run ended with 0, and latest is the old one")
        else:
            self.check_message(kind)
            # Where the fault went away, or hinders nobody from removing files, nothing stays.
            if not kind.endswith("+") or (kind == "ENOSPC+" and hits[0].name == "write"):
                check(not bench.litter(), f"the failed run left {bench.litter()}")
        self.check_syncs(found)
        history.check_next()

    def check_message(self, kind):
        errors = self.outcome.errors.strip()
        check(len(errors.splitlines()) >= 1, "there is no message")
        last = errors.splitlines()[-1]
        check(PATH.search(last), f"no path in: {last}")
        if kind.startswith("ENOSPC"):
            check(SPACE.search(last), f"no needed and free bytes in: {last}")

    def check_syncs(self, found):
        """After a failed sync the file is not synced again, and nothing is published."""
        failed = set()
        for call in found.calls:
            if call.name in ("fsync", "fdatasync"):
                check(call.paths[0] not in failed, f"{call.paths[0]} was synced again")
                if call.injected and not os.path.isdir(call.paths[0]):
                    failed.add(call.paths[0])
            if failed and call.name.startswith("rename"):
                target = os.path.relpath(call.paths[-1], self.bench.out)
                check(target != "latest" and not target.startswith("runs/"),
                      f"{target} was renamed after a failed sync")


def most_per_thread(trace):
    """The most calls of each name that one thread made: each thread counts its own calls."""
    most = {}
    for (call, _), count in collections.Counter(
            (call.name, call.thread) for call in trace.calls).items():
        most[call] = max(most.get(call, 0), count)
    return most


def numbers(count, most):
    """1 … count, or `most` of them with the first and the last."""
    if not most or count <= most:
        return range(1, count + 1)
    return sorted({1 + round(i * (count - 1) / max(most - 1, 1)) for i in range(most)})


def sweep(program, root, quick, workers, downloads):
    sites = [Site(program, f"{root}/{number}", downloads) for number in range(workers)]
    if downloads:
        # The rest is as without a download, and threads of the system's take part.
        for site in sites:
            outside = [path for path in site.watched if not path.startswith(f"{site.bench.root}/out")]
            site.watched = outside
            site.counted = site.traced(watched=outside)
    made = most_per_thread(sites[0].counted)
    most = (1 if downloads else 2) if quick else 0
    todo = []
    for call, count in made.items():
        for kind in KINDS:
            if call in tracing.READING and kind.startswith("ENOSPC"):
                continue
            # One more than there are: that run must be clean.
            todo += [(call, kind, n) for n in [*numbers(count, most), count + 1]]

    free, tally, covered, broken = list(sites), collections.Counter(), set(), []

    def work(item):
        call, kind, number, *only = item
        must_hit = number <= made[call] and not downloads
        site = free.pop()
        try:
            hits, count = site.inject(*item)
            # Threads take over from another, and how much differs from run to run. Where none came so
            # far, the last call that one did make is hit instead.
            for _ in range(4):
                if hits or not must_hit or count == 0:
                    break
                hits, count = site.inject(call, kind, min(number, count), *only)
        except Broken as failure:
            broken.append(str(failure))
            print(f"BROKEN {failure}", flush=True)
            return
        finally:
            free.append(site)
        if hits:
            tally[call, kind] += 1
            covered.update((call, site.name(path)) for hit in hits for path in hit.paths)
        elif must_hit:
            broken.append(f"{call}, {kind}: nothing was hit at {number}")

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, todo))
        known = {(call.name, sites[0].name(path))
                 for call in sites[0].counted.calls for path in call.paths}
        if not quick:
            # What another thread's call of the same number has shielded.
            list(pool.map(work, [(call, kind, 1, path) for call, path in sorted(known - covered)
                                 for kind in KINDS
                                 if call not in tracing.READING or not kind.startswith("ENOSPC")]))

    print(f"{'a download' if downloads else 'a run':12}" + "".join(f"{kind:>9}" for kind in KINDS))
    for call in sorted(made):
        print(f"{call:12}" + "".join(f"{tally[call, kind]:9}" for kind in KINDS))
    print(f"{'all':12}" + "".join(
        f"{sum(tally[call, kind] for call in made):9}" for kind in KINDS))
    if not quick:
        broken += [f"{call} on {path} was never hit" for call, path in sorted(known - covered)]
    check(not broken, f"{len(broken)} promises were broken, the first: {broken[:5]}")
    return sum(tally.values())


def run(program, quick, workers, place=None, **_):
    root = scratch(place)
    count = sum(sweep(program, f"{root}/{int(downloads)}", quick, workers, downloads)
                for downloads in (False, True))
    shutil.rmtree(root)
    return count
