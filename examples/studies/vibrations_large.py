#!/usr/bin/env python3
"""Is there a boson peak above the phonons? Reduced density of states of 8000-atom Cu46Zr46Al8 glasses: behind docs/vibrations_study.md.

    examples/studies/vibrations_large.py build/bin/landscape out [--glasses hyper1,quench13_1,inter1,deep1] [--threads 2]

Makes them (hyper: quenched at 1e14 K/s; quench13: at 1e13 K/s; inter and deep: hyper after one and twelve thermal cycles with swaps, as the 1000-atom
glasses of examples/glasses were; the melt is held 10 ps), and runs `elastic` and `modes --dos` on each. Writes vibrations_large.csv and vibrations_large_dos.csv to the folder
`out`; everything is in `out/large.db`, where the same command continues. Some four hours on one core, two of them for the deep glass. Needs only
Python's standard library.
"""
import argparse
import pathlib
import re
import sys

from study import POTENTIAL, Program, mean_curve, rounded, write

ATOMS = 8000
SMOOTHING = 0.25  # [meV]
PER_STEP = ATOMS // 1000  # as many swaps an atom as in 1000 atoms
RATES = {"hyper": 1e14, "quench13_": 1e13}  # [K/s]
CYCLES = {"inter": ("--ramp-rate", 1e13, "--swaps", 10 * PER_STEP, "--cycles", 1), "deep": ("--ramp-rate", 5e12, "--swaps", 20 * PER_STEP, "--cycles", 12)}


def split(glass):
    """Kind and seed of a name such as inter2."""
    parts = re.fullmatch(r"(hyper|quench13_|inter|deep)([0-9]+)", glass)
    if not parts:
        sys.exit(f"vibrations_large: {glass} is no glass of this study; expected hyper, quench13_, inter or deep and a number")
    return parts.groups()


def make(run, glass):
    """Name of the sample."""
    kind, seed = split(glass)
    name = f"zrcual2009_{ATOMS}_{glass}"
    if kind in CYCLES:
        parent = make(run, f"hyper{seed}")
        run("sample", "htc", "--name", name, "--from", parent, "--t-high", 700, "--t-low", 350, *CYCLES[kind], "--swap-interval", 10, "--seed", seed)
    else:
        run("sample", "quench", "--name", name, "--composition", "Cu46Zr46Al8", "--atoms", ATOMS, "--potential", POTENTIAL["zrcual2009"],
            "--melt-temperature", 2500, "--melt-ps", 10, "--rate", RATES[kind], "--seed", seed)
    return name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--glasses", default="hyper1,hyper2,hyper3,quench13_1,quench13_2,quench13_3,inter1,inter2,inter3,deep1")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    run = Program(arguments.program, folder / "large.db", "--threads", arguments.threads)
    table, curves = [], {}
    for glass in arguments.glasses.split(","):
        kind = split(glass)[0].rstrip("_")
        name = make(run, glass)
        elastic = run("elastic", name)
        curve = folder / f"{name}_dos.csv"
        modes = run("modes", name, "--dos", "--smoothing", SMOOTHING, "--csv", curve)
        sample = run("query", "samples", "--where", f"sample='{name}'")[0]
        curves.setdefault(kind, []).append(curve)
        table.append({"glass": name, "kind": kind, "energy_per_atom_ev": sample["energy_per_atom_ev"], "density_g_per_cm3": elastic["density_g_per_cm3"],
                      "bulk_modulus_gpa": elastic["bulk_modulus_gpa"], "shear_modulus_gpa": elastic["shear_modulus_gpa"]} |
                     {key: modes[key] for key in ("boson_peak_mev", "boson_peak_error_mev", "boson_peak_height", "boson_peak_height_error",
                                                  "boson_peak_over_debye", "boson_peak_resolved", "debye_level_per_mev3", "first_phonon_mev")})
        print(f"{name}: done", file=sys.stderr)
        write(folder / "vibrations_large.csv", table, 5)
        write(folder / "vibrations_large_dos.csv", [{"kind": kind, "glasses": len(paths), "energy_mev": rounded(e), "g_over_w2_per_mev3": rounded(y, 5),
                                                     "error": rounded(d, 3)} for kind, paths in curves.items() for e, y, d in mean_curve(paths)[::2]])


main()
