"""Ends runs by signals at random moments of every stage."""

import collections
import json
import random
import shutil
import signal
import subprocess
import time

from bench import Bench, Broken, History, Outcome, check, scratch

PATIENCE = 10  # seconds that a run has to end after a signal
TRAINING = {"max_epochs": 16, "early_stopping": None, "batch_size": 64}
DATA = {"users": 2500, "items": 120, "density": 0.25}


def stages(log):
    """The stages that a log in JSON says are finished, with their seconds."""
    found = []
    for line in log.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # the last line may be cut
        if record.get("message") == "Stage finished":
            found.append((record["stage.name"], float(record["stage.seconds"])))
    return found


def verbose(bench):
    return bench.command("--verbose", "--log-format", "json", quiet=False)


def end(bench, history, number, after, moment, order):
    """One run that gets a signal some seconds after its start, or after a stage that has finished;
    returns the stage that was hit, or None."""
    history.restore()
    # A file, so that what is read here is there at the end, too.
    log = f"{bench.root}/log"
    with open(log, "w") as file:
        process = subprocess.Popen(
            verbose(bench), cwd=bench.root, env=bench.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=file)
    mark = f'"stage.name":"{after}"'
    with open(log) as file:
        text = ""
        while after and mark not in text and process.poll() is None:
            text += file.read()
    begin = time.monotonic()
    while time.monotonic() - begin < moment:
        pass
    sent = time.monotonic()
    process.send_signal(number)
    try:
        process.wait(PATIENCE + 50)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Broken("it did not end") from None
    with open(log, errors="replace") as file:
        outcome = Outcome(process.returncode, "", file.read())
    if outcome.status == 0:
        # It was through before the signal came.
        check(history.check_whole(), "the run ended with 0, and latest is the old one")
        return None
    name = signal.Signals(number).name
    check(outcome.status == -number, f"{name}: ended with {outcome.status}\n{outcome.errors[-2000:]}")
    check(time.monotonic() - sent <= PATIENCE, f"{name}: took {time.monotonic() - sent:.1f} s")
    is_new = history.check_whole()
    if number != signal.SIGKILL:
        check(not is_new or "publish" in [stage for stage, _ in stages(outcome.errors)],
              f"{name}: a run that was told to stop has published")
    history.check_next()
    finished = [stage for stage, _ in stages(outcome.errors)]
    if not finished:
        return order[0]
    # The stages that come twice in a log are those of several parts.
    return order[min(order.index(finished[-1]) + 1, len(order) - 1)]


def run(program, quick, workers, place=None, seed=0, **_):
    root = scratch(place)
    bench = Bench(program, f"{root}/0", TRAINING, **DATA)
    history = History(bench)
    history.restore()
    outcome = bench.execute(verbose(bench))
    check(outcome.status == 0, f"the run without signals ended with {outcome.status}")
    spans, start = {}, outcome.seconds - sum(seconds for _, seconds in stages(outcome.errors))
    moment = max(start, 0)
    for stage, seconds in stages(outcome.errors):
        first, _ = spans.get(stage, (moment, 0))
        moment += seconds
        spans[stage] = (first, moment)
    spans[list(spans)[-1]] = (spans[list(spans)[-1]][0], outcome.seconds)
    order = list(spans)
    print(f"a run takes {outcome.seconds:.2f} s: " + ", ".join(
        f"{stage} {to - since:.3f}" for stage, (since, to) in spans.items()))

    chance, count, total = random.Random(seed), 4 if quick else 100, 0
    for label, numbers in [("SIGKILL", [signal.SIGKILL]),
                           ("others", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])]:
        hit, late = collections.Counter(), 0
        while sum(hit.values()) < count:
            check(late < 20 * count, "nearly every run is through before its signal comes")
            # Half of them at any time, half in a stage that is drawn, however short it is.
            number, after, span = chance.choice(numbers), None, outcome.seconds
            if chance.random() < 0.5:
                drawn = chance.randrange(1, len(order))
                after, (since, to) = order[drawn - 1], spans[order[drawn]]
                span = to - since
            moment = chance.uniform(0, span)
            try:
                stage = end(bench, history, number, after, moment, order)
            except Broken as broken:
                raise Broken(f"{signal.Signals(number).name}, {moment:.4f} s after "
                             f"{after or 'the start'}: {broken}") from None
            if stage is None:
                late += 1
            else:
                hit[stage] += 1
        print(f"{label}: {count} ended a run, in " + ", ".join(
            f"{stage} {hit[stage]}" for stage in order) + f"; {late} came too late")
        total += count
    shutil.rmtree(root)
    return total
