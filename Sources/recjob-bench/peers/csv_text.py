"""The text that `parse-csv` reads, byte for byte: generated ratings in MovieLens' layout."""

import os
import subprocess
import tempfile


def ratings_text(rows):
    with tempfile.TemporaryDirectory() as directory:
        output = os.path.join(directory, "generated")
        command = [os.environ["RECJOB_BENCH"], "generate", "--ratings", str(rows)]
        subprocess.run(
            [*command, "--format", "csv", output], check=True, stdout=subprocess.DEVNULL
        )
        with open(os.path.join(output, "ratings.csv"), "rb") as file:
            return file.read()
