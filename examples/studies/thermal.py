#!/usr/bin/env python3
"""Energy against quench rate and on heating, of quenched and of thermally cycled glasses: the numbers behind docs/htc.md.

    examples/studies/thermal.py build/bin/landscape out [--threads 1] [--slowest 1e12] [--heat q1e14-1 deep1 slow2]

Quenches Cu46Zr46Al8 at the rates below, takes in the cycled glasses of examples/glasses, reads effective rates off the line, melts one sample for E0,
heats the samples named, and writes CSV files to the folder `out`. Needs only Python's standard library. The study is in `out/study.db`: the
same command continues there. A quench at 1e12 K/s takes 10 minutes of a core, at 1e11 K/s (--slowest 1e11) a hundred.
"""
import argparse
import csv
import pathlib

from study import GLASSES, POTENTIAL, Program, write

SEEDS = {"1e14": (1, 2, 3), "1e13": (4, 5, 6), "3e12": (7, 8), "1e12": (12,), "1e11": (11,)}  # K/s
SYSTEM = "zrcual2009"


def quenched(run, slowest):
    for rate, seeds in SEEDS.items():
        if float(rate) < slowest:
            continue
        for number, seed in enumerate(seeds, 1):
            run("--seed", seed, "sample", "quench", "--name", f"q{rate}-{number}", "--composition", "Cu46Zr46Al8", "--atoms", 1000, "--potential", POTENTIAL[SYSTEM],
                "--melt-temperature", 2500, "--melt-ps", 50, "--rate", rate)


def cycled(run):
    for path in sorted(GLASSES.glob(f"{SYSTEM}_*.xyz.gz")):
        name = path.name.removesuffix(".xyz.gz").removeprefix(SYSTEM + "_")
        if not name.startswith("hyper"):
            run("sample", "import", path, "--name", name, "--potential", POTENTIAL[SYSTEM])
            yield name


def heated(run, names, file):
    rows = []
    for name in names:
        run("sample", "heat", name, "--every", 100, "--csv", file)
        with open(file, newline="") as table:
            rows += list(csv.DictReader(table))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slowest", type=float, default=1e12, help="slowest quench [K/s]")
    parser.add_argument("--heat", nargs="*", default=["q1e14-1", "deep1", "slow2"], help="samples to heat to 1500 K")
    o = parser.parse_args()
    o.out.mkdir(parents=True, exist_ok=True)
    run = Program(o.program, o.out / "study.db", "--threads", o.threads)
    quenched(run, o.slowest)
    names = list(cycled(run))
    line = run("sample", "rates", "--csv", o.out / "thermal_rates.csv")["fits"][0]
    liquid = run("sample", "liquid", "q1e14-1", "--points", 15)
    write(o.out / "thermal_line.csv", [{k: line[k] for k in ("composition", "n_atoms", "samples", "intercept_ev", "intercept_error_ev", "slope_ev_per_decade",
                                                             "slope_error_ev", "residual_ev")} |
                                       {k: liquid[k] for k in ("e0_per_atom_ev", "e0_error_ev", "e0_fixed_cell_ev", "e0_fixed_cell_error_ev")}])
    run("sample", "rates", "--csv", o.out / "thermal_rates.csv")  # again: with the annealing degrees that E0 gives
    write(o.out / "thermal_heating.csv", heated(run, [name for name in o.heat if name in names or name.startswith("q")], o.out / "heating.csv"))
    (o.out / "heating.csv").unlink(missing_ok=True)
    print(f"E_IS(log10 Q): {1e3 * line['slope_ev_per_decade']:.1f} ± {1e3 * line['slope_error_ev']:.1f} meV/atom a decade")


if __name__ == "__main__":
    main()
