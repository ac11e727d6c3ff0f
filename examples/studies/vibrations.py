#!/usr/bin/env python3
"""Vibrations, moduli, structure and soft spots of the glass library: the numbers behind docs/vibrations_study.md.

    examples/studies/vibrations.py build/bin/landscape out [--shear] [--map]

Runs `elastic`, `modes` and `structure` on every glass of examples/glasses whose potential is found, and with --shear also
`shear`, for the softness of the atom at which each glass first yields, and with --map also `map --searches 120`, for
the share of event centers that lie in soft spots. Writes CSV files to the folder `out`; needs only
Python's standard library. Everything is repeated from the database `out/study.db` where it is there already.
"""
import csv
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parents[1]
POTENTIAL = {"zrcual2009": "ZrCuAl_2009.eam.alloy", "cuzr_mm": "CuZr_mm.eam.fs"}
MEV_PER_THZ = 4.135667696923859


def glasses():
    """(name, kind, potential, file) of every glass of the library."""
    for path in sorted((HERE / "glasses").glob("*.xyz.gz")):
        name = path.name.removesuffix(".xyz.gz")
        system, kind = name.rsplit("_", 1)
        yield name, kind.rstrip("0123456789"), system, POTENTIAL[system], path


class Program:
    def __init__(self, program, folder):
        self.start = [program, "--db", str(folder / "study.db"), "--json", "--quiet"]

    def __call__(self, *arguments):
        done = subprocess.run(self.start + [str(a) for a in arguments], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return json.loads(done.stdout)


def write(path, rows):
    with open(path, "w", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def rounded(x, digits=6):
    return None if x is None else float(f"{x:.{digits}g}")


def percentile(values, at):
    """Share of the values below that of index `at`, ties half."""
    v = values[at]
    return (sum(x < v for x in values) + 0.5 * (sum(x == v for x in values) - 1)) / (len(values) - 1)


def mean_curve(files):
    """Mean of g/ω² over glasses, and the standard error of that mean."""
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


def describe(run, name, kind, system, elastic, modes, structure):
    """One row of the table of glasses."""
    icosahedra = structure["voronoi"].get("<0,0,12,0>", 0) / structure["n_atoms"]
    f = modes["frequencies_thz"]
    limit = 1.5 * modes["first_phonon_mev"] / MEV_PER_THZ
    fewest = min(p * modes["n_atoms"] for w, p in zip(f, modes["participation_ratio"]) if w < limit)
    sample = next(s for s in run("query", "samples", "--where", f"sample='{name}'"))
    return {"glass": name, "kind": kind, "system": system, "energy_per_atom_ev": rounded(sample["energy_per_atom_ev"], 7),
            "density_g_per_cm3": rounded(elastic["density_g_per_cm3"]), "bulk_modulus_gpa": rounded(elastic["bulk_modulus_gpa"]),
            "shear_modulus_gpa": rounded(elastic["shear_modulus_gpa"]), "poisson_ratio": rounded(elastic["poisson_ratio"]),
            "shear_modulus_affine_gpa": rounded(elastic["shear_modulus_affine_gpa"]),
            "lowest_thz": rounded(f[0]), "fewest_atoms_in_a_soft_mode": rounded(fewest, 3),
            "boson_peak_mev": rounded(modes["boson_peak_mev"], 4), "boson_peak_error_mev": rounded(modes["boson_peak_error_mev"], 2),
            "boson_peak_height": rounded(modes["boson_peak_height"], 4), "boson_peak_height_error": rounded(modes["boson_peak_height_error"], 2),
            "boson_peak_over_debye": rounded(modes["boson_peak_over_debye"], 4), "first_phonon_mev": rounded(modes["first_phonon_mev"], 4),
            "f5": rounded(structure["f5"]), "icosahedra": rounded(icosahedra), "coordination": rounded(structure["coordination"])}


def first_event(run, name, modes, structure):
    """Where the softness and f5 of the atom at the first plastic event stand among all atoms."""
    shear = run("shear", name, "--to", "0.04", "--max-step", "5e-4")
    if not shear["events"]:
        shear = run("shear", name, "--to", "0.12", "--max-step", "1e-3")
    if not shear["events"]:
        return None
    event = shear["events"][0]
    atom = event["center_atom"] - 1
    spots = modes["soft_spot_of_atom"]
    return {"glass": name, "strain": rounded(event["strain"]), "center_atom": atom + 1,
            "softness_percentile": rounded(percentile(modes["softness"], atom), 4), "in_soft_spot": int(spots[atom] > 0),
            "share_in_soft_spots": rounded(sum(s > 0 for s in spots) / len(spots), 4),
            "f5_percentile": rounded(percentile(structure["f5_of_atom"], atom), 4)}


def mapped_events(run, name, kind, modes, structure):
    """How many of the events found by searches have their center in a soft spot, against the share of atoms that are in one."""
    run("map", name, "--searches", "120")
    spots = modes["soft_spot_of_atom"]
    chance = sum(s > 0 for s in spots) / len(spots)
    rows = run("query", "events", "--where", f"sample='{name}' and origin='map' and strain_xy=0", "--columns", "id,EA,center_atom")
    inside = sum(spots[r["center_atom"] - 1] > 0 for r in rows)
    n = len(rows)
    share = inside / n if n else None
    error = math.sqrt(max(share * (1 - share), 1.0 / n**2) / n) if n else None
    ranks = [percentile(modes["softness"], r["center_atom"] - 1) for r in rows]
    return {"glass": name, "kind": kind, "events": n, "in_soft_spots": inside, "share": rounded(share, 4), "chance": rounded(chance, 4),
            "ratio": rounded(share / chance, 4) if n else None, "ratio_error": rounded(error / chance, 3) if n else None,
            "mean_softness_percentile": rounded(sum(ranks) / n, 4) if n else None,
            "lowest_barrier_ev": rounded(min((r["EA"] for r in rows), default=None), 4) if n else None}


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    run = Program(program, folder)
    table, ratios, events, mapped, curves = [], [], [], [], {}
    for name, kind, system, potential, path in glasses():
        try:
            run("sample", "import", path, "--name", name, "--potential", potential, "--cell", "aniso")
        except RuntimeError as problem:
            print(f"{name} left out: {problem}", file=sys.stderr)
            continue
        elastic = run("elastic", name)
        curve = folder / f"{name}_dos.csv"
        modes = run("modes", name, "--csv", curve)
        structure = run("structure", name)
        curves.setdefault((system, kind), []).append(curve)
        table.append(describe(run, name, kind, system, elastic, modes, structure))
        ratios += [{"glass": name, "kind": kind, "system": system, "frequency_thz": rounded(f), "participation_ratio": rounded(p, 4)}
                   for f, p in list(zip(modes["frequencies_thz"], modes["participation_ratio"]))[:100]]
        if "--shear" in sys.argv:
            row = first_event(run, name, modes, structure)
            events += [row] if row else []
        if "--map" in sys.argv:
            mapped.append(mapped_events(run, name, kind, modes, structure))
        print(f"{name}: done", file=sys.stderr)
    write(folder / "vibrations_glasses.csv", table)
    write(folder / "vibrations_participation.csv", ratios)
    if events:
        write(folder / "vibrations_first_events.csv", events)
    if mapped:
        write(folder / "vibrations_mapped_events.csv", mapped)
    rows = []
    for (system, kind), files in curves.items():
        rows += [{"system": system, "kind": kind, "glasses": len(files), "energy_mev": rounded(e), "g_over_w2_per_mev3": rounded(y, 5),
                  "error": rounded(d, 3)} for e, y, d in mean_curve(files)[::5]]
    write(folder / "vibrations_reduced_dos.csv", rows)


main()
