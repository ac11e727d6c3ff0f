#!/usr/bin/env python3
"""Vibrations, moduli, structure and soft spots of the glass library: the numbers behind docs/vibrations_study.md.

    examples/studies/vibrations.py build/bin/landscape out [--more 20] [--shear] [--only zrcual2009_hyper1,...] [--threads 1]

Runs `elastic`, `modes` and `structure` on every glass of examples/glasses, and on --more hyper-quenched Cu46Zr46Al8 ones that it makes;
with --shear also `shear` and `d2min` in three planes (one for those it makes), for the softness and f5 of the atoms at which each glass first yields
and of those that rearrange: λ = P_rearranged / P_all. Writes CSV files to the folder `out`. Everything is in `out/study.db`,
where the same command continues. Needs only Python's standard library.
"""
import argparse
import math
import pathlib
import statistics
import sys

from study import POTENTIAL, Program, atoms_of, glasses, mean_curve, rounded, write

MEV_PER_THZ = 4.135667696923859
PICTURED = ("zrcual2009_hyper1", "zrcual2009_hyper2", "zrcual2009_deep1", "zrcual2009_slow2")  # those whose atoms are written, for maps of softness
THRESHOLD = 10.0                                          # [Å²] of D2min, the founding study's
F5_EDGES = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01)      # f5 is a ratio of small whole numbers
RANK_EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


def percentile(values, at):
    """Share of the values below that of index `at`, ties half."""
    v = values[at]
    return (sum(x < v for x in values) + 0.5 * (sum(x == v for x in values) - 1)) / (len(values) - 1)


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


def samples(run, more, only):
    """(name, kind, system, whether it is of the library)."""
    for name, kind, system, potential, path in glasses():
        if only and name not in only.split(","):
            continue
        run("sample", "import", path, "--name", name, "--potential", potential, "--cell", "aniso")
        yield name, kind, system, True
    for seed in range(101, 101 + more):
        name = f"zrcual2009_hyper{seed}"
        run("sample", "quench", "--name", name, "--composition", "Cu46Zr46Al8", "--atoms", 1000, "--potential", POTENTIAL["zrcual2009"],
            "--melt-temperature", 2500, "--melt-ps", 10, "--rate", 1e14, "--seed", seed)
        yield name, "hyper", "zrcual2009", False


def first_event(name, kind, plane, shear, modes, structure):
    """Where the softness and f5 of the atom at the first plastic event stand among all atoms."""
    if not shear["events"]:
        return None
    event = shear["events"][0]
    atom = event["center_atom"] - 1
    spots = modes["soft_spot_of_atom"]
    return {"glass": name, "kind": kind, "plane": plane, "strain": rounded(event["strain"]), "center_atom": atom + 1,
            "softness_percentile": rounded(percentile(modes["softness"], atom), 4), "in_soft_spot": int(spots[atom] > 0),
            "share_in_soft_spots": rounded(sum(s > 0 for s in spots) / len(spots), 4),
            "f5_percentile": rounded(percentile(structure["f5_of_atom"], atom), 4)}


def rearranged(run, name, shear):
    """Which atoms D2min from strain 0 tells to be rearranged just before and just after the largest drop."""
    largest = max(shear["events"], key=lambda e: e["stress_drop_gpa"], default=None)
    if largest is None:
        return
    row = run("query", "plastic_events", "--where", f"shear_id = {shear['shear']} AND strain = {largest['strain']!r}")[0]
    for state, strain in (("before", row["strain_lower"]), ("after", row["strain"])):
        if strain > 0.0:
            d2min = run("d2min", name, "--shear", shear["shear"], "--to", repr(strain))["states"][0]["d2min_a2_of_atom"]
            yield state, [d is not None and d > THRESHOLD for d in d2min]


def enhancement(system, kind, state, quantity, edges, values, moved):
    """λ in each bin of `values`, with the binomial error of the rearranged share."""
    total, n = len(values), sum(moved)
    for low, high in zip(edges, edges[1:]):
        inside = [low <= v < high for v in values]
        everywhere, hits = sum(inside), sum(a and b for a, b in zip(inside, moved))
        if everywhere and n:
            share = hits / n
            error = math.sqrt(max(share * (1 - share), 1 / n ** 2) / n)
            yield {"system": system, "kind": kind, "state": state, "quantity": quantity, "from": low, "to": min(high, 1.0), "atoms": everywhere,
                   "of": total, "rearranged": hits, "of_rearranged": n, "lambda": share / (everywhere / total),
                   "lambda_error": error / (everywhere / total)}


def law(table, x, y, power):
    """y against x over glasses, a line or a power of x by least squares with the slope's standard error."""
    points = [(row[x], row[y]) for row in table]
    if power:
        points = [(math.log(a), math.log(b)) for a, b in points]
    (a, b) = statistics.linear_regression([p[0] for p in points], [p[1] for p in points])
    mean = statistics.mean(p[0] for p in points)
    left = sum((p[1] - a * p[0] - b) ** 2 for p in points) / (len(points) - 2)
    return {"x": x, "y": y, "law": "power" if power else "line", "glasses": len(points), "slope": a,
            "slope_error": math.sqrt(left / sum((p[0] - mean) ** 2 for p in points)), "at_zero": b}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("--shear", action="store_true")
    parser.add_argument("--only", default="", help="names of glasses of the library, with commas between them")
    parser.add_argument("--to", type=float, default=0.15)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    run = Program(arguments.program, folder / "study.db", "--threads", arguments.threads, "--quiet")
    table, ratios, events, maps, curves, pooled, distances = [], [], [], [], {}, {}, {}
    for name, kind, system, of_library in samples(run, arguments.more, arguments.only):
        elastic = run("elastic", name)
        curve = folder / f"{name}_dos.csv"
        picture = folder / f"{name}_softness.xyz"
        modes = run("modes", name, "--csv", curve, "-o", picture)
        structure = run("structure", name)
        curves.setdefault((system, kind), []).append(curve)
        distances.setdefault((system, kind), []).append(structure["g_of_r"])
        table.append(describe(run, name, kind, system, elastic, modes, structure))
        ratios += [{"glass": name, "kind": kind, "system": system, "frequency_thz": rounded(f), "participation_ratio": rounded(p, 4)}
                   for f, p in list(zip(modes["frequencies_thz"], modes["participation_ratio"]))[:100]]
        n = modes["n_atoms"]
        ranks = [0.0] * n
        for place, atom in enumerate(sorted(range(n), key=lambda k: modes["softness"][k])):
            ranks[atom] = place / n
        first = {}
        if arguments.shear:
            for plane in ("xy", "yz", "xz") if of_library else ("xy",):
                shear = run("shear", name, "--to", arguments.to, "--plane", plane)
                row = first_event(name, kind, plane, shear, modes, structure)
                if row:
                    events.append(row)
                    first[row["center_atom"]] = f"{first.get(row['center_atom'], '')} {plane}".strip()
                for state, moved in rearranged(run, name, shear):
                    f5, soft, hits = pooled.setdefault((system, kind, state), ([], [], []))
                    f5 += structure["f5_of_atom"]
                    soft += ranks
                    hits += moved
        if name in PICTURED:
            maps += [{"glass": name, "x_a": rounded(x, 4), "y_a": rounded(y, 4), "softness_field": rounded(soft, 4), "soft_spot": spot, "first_event_in": first.get(atom + 1, "")}
                     for atom, ((x, y, soft), spot) in enumerate(zip(atoms_of(picture, "softness_field"), modes["soft_spot_of_atom"]))]
        print(f"{name}: done", file=sys.stderr)
        files(folder, table, ratios, events, maps, curves, pooled, distances)


def files(folder, table, ratios, events, maps, curves, pooled, distances):
    write(folder / "vibrations_glasses.csv", table)
    write(folder / "vibrations_participation.csv", ratios)
    write(folder / "vibrations_first_events.csv", events)
    write(folder / "vibrations_softness.csv", maps)
    rows = []
    for (system, kind), paths in curves.items():
        rows += [{"system": system, "kind": kind, "glasses": len(paths), "energy_mev": rounded(e), "g_over_w2_per_mev3": rounded(y, 5),
                  "error": rounded(d, 3)} for e, y, d in mean_curve(paths)[::5]]
    write(folder / "vibrations_reduced_dos.csv", rows)
    rows = []
    for key, (f5, softness, moved) in pooled.items():
        rows += enhancement(*key, "f5", F5_EDGES, f5, moved)
        rows += enhancement(*key, "softness_rank", RANK_EDGES, softness, moved)
    write(folder / "vibrations_enhancement.csv", rows, 4)
    rows = []
    for (system, kind), glasses_of_kind in distances.items():
        for k, r in enumerate(glasses_of_kind[0]["r_a"]):
            rows.append({"system": system, "kind": kind, "glasses": len(glasses_of_kind), "r_a": r,
                         "g": statistics.mean(g["total"][k] for g in glasses_of_kind)})
    write(folder / "vibrations_g_of_r.csv", rows, 5)
    alloy = [row | {"annealing_mev": -1000.0 * row["energy_per_atom_ev"]} for row in table if row["system"] == "zrcual2009"]
    if len(alloy) > 3:
        write(folder / "vibrations_laws.csv", [law(alloy, "annealing_mev", y, False) for y in
              ("bulk_modulus_gpa", "shear_modulus_gpa", "poisson_ratio", "density_g_per_cm3", "boson_peak_mev", "f5")] +
              [law(alloy, "boson_peak_mev", "boson_peak_height", True)], 5)


main()
