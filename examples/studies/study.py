"""What the study scripts of this folder share: the glass library, the program as a function, and CSV files."""
import csv
import json
import math
import pathlib
import re
import subprocess
import sys

GLASSES = pathlib.Path(__file__).resolve().parents[1] / "glasses"
POTENTIAL = {"zrcual2009": "ZrCuAl_2009.eam.alloy", "cuzr_mm": "CuZr_mm.eam.fs"}


def glasses():
    """(name, kind, system, potential, file) of every glass of the library."""
    for path in sorted(GLASSES.glob("*.xyz.gz")):
        name = path.name.removesuffix(".xyz.gz")
        system, kind = name.rsplit("_", 1)
        yield name, kind.rstrip("0123456789"), system, POTENTIAL[system], path


class Program:
    """run("shear", "glass", "--to", 0.1) is the JSON that the command prints. Ends the script where it fails or is stopped."""

    def __init__(self, program, database, *options):
        self.start = [program, "--db", str(database), "--json", *map(str, options)]

    def __call__(self, *arguments):
        done = subprocess.run(self.start + [str(a) for a in arguments], stdout=subprocess.PIPE, text=True)
        if done.returncode not in (0, 1):
            sys.exit(done.returncode)
        return json.loads(done.stdout)


def rounded(value, digits=6):
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def write(path, rows, digits=7):
    """Rows with the same keys as CSV, numbers to so many digits."""
    if not rows:
        return
    with open(path, "w", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows({k: rounded(v, digits) for k, v in row.items()} for row in rows)


def mean_curve(files):
    """(energy, mean of g/ω² over glasses, standard error of that mean) from files of `modes --csv`."""
    curves = []
    for path in files:
        with open(path) as text:
            curves.append([(float(r["energy_mev"]), float(r["g_over_w2_per_mev3"])) for r in csv.DictReader(text)])
    rows = []
    for points in zip(*curves):
        y = [p[1] for p in points]
        mean = sum(y) / len(y)
        error = math.sqrt(sum((v - mean) ** 2 for v in y) / (len(y) - 1) / len(y)) if len(y) > 2 else None
        if 1.0 <= points[0][0] <= 15.0:
            rows.append((points[0][0], mean, error))
    return rows


def atoms_of(path, name):
    """(x, y, value of a column) of each atom of an extended XYZ file."""
    with open(path) as text:
        count = int(next(text))
        words, column, width = re.search(r"Properties=(\S+)", next(text)).group(1).split(":"), {}, 0
        for key, columns in zip(words[0::3], words[2::3]):
            column[key] = width
            width += int(columns)
        lines = [next(text).split() for _ in range(count)]
    return [(float(w[column["pos"]]), float(w[column["pos"] + 1]), float(w[column[name]])) for w in lines]
