#!/usr/bin/env python3
"""Ensembles of sheared glasses of four degrees of annealing: the numbers behind docs/ductile_study.md.

    examples/studies/ductile.py build/bin/landscape out [--threads 1] [--amplitude 0.8] [--to 0.2] [--only hyper] [--files]

Shears the Cu46Zr46Al8 glasses of examples/glasses in six senses, from their own minima and from perturbed ones, unloads each
replica from yield, and writes CSV files to the folder `out`. Needs only Python's standard library.
The study is in `out/study.db`: the same command continues there, or writes the files again.
"""
import argparse
import pathlib
import statistics

from study import GLASSES, POTENTIAL, Program, atoms_of, rounded, write

# Perturbed starts a sample: 72 replicas a level or more, from three samples or two; more than 50 even where perturbations fall back.
LEVELS = {"hyper": 3, "inter": 3, "deep": 7, "slow": 7}
PICTURED = ("hyper1", "inter1", "deep1", "slow1")  # those whose atoms are written, for maps of D2min
HYPER_EV = -4.90465  # mean E_IS of the three hyper-quenched glasses [eV/atom]: annealing is counted from there


def known_samples(run, level):
    return [row["sample"] for row in run("query", "samples", "--sort", "sample") if row["sample"].rstrip("0123456789") == level]


def samples_of(run, level):
    samples = []
    for path in sorted(GLASSES.glob(f"zrcual2009_{level}*.xyz.gz")):
        name = path.name.removesuffix(".xyz.gz").removeprefix("zrcual2009_")
        run("sample", "import", path, "--name", name, "--potential", POTENTIAL["zrcual2009"])
        samples.append(name)
    return samples


def maps(run, level, samples, out):
    """D2min from strain 0 to just before and just after the largest drop of each sample in +xy, and of the largest drop alone; and the atoms of some."""
    rows, atoms = [], []
    for sample in samples:
        shears = run("query", "shears", "--where", f"sample = '{sample}' AND ensemble = '{level}' AND plane = 'xy' AND "
                     "to_strain > 0.1499 AND start_minimum_id IS NULL", "--limit", 1)
        if not shears:
            continue
        shear = shears[0]
        event = run("query", "plastic_events", "--where", f"shear_id = {shear['id']} AND strain = {shear['max_stress_drop_strain']!r}")[0]
        before, after = repr(event["strain_lower"]), repr(event["strain"])
        start = {}
        for to in (before, after, "end"):
            picture = out / f"{sample}_d2min.xyz"
            state = run("d2min", sample, "--shear", shear["id"], "--to", to, "-o", picture)["states"][0]
            if sample in PICTURED and to != "end":
                atoms += [{"sample": sample, "state": "before" if to == before else "after", "x_a": rounded(x, 4), "y_a": rounded(y, 4), "d2min_a2": rounded(d, 3)}
                          for x, y, d in atoms_of(picture, "d2min")]
            start[to] = state["d2min_a2_of_atom"]
            rows.append({"level": level, "sample": sample, "from": "0", "state": {before: "before", after: "after"}.get(to, to)} | numbers(state))
        state = run("d2min", sample, "--shear", shear["id"], "--from", before, "--to", after)["states"][0]
        rows.append({"level": level, "sample": sample, "from": "before", "state": "after"} | numbers(state))
        # Healing by the drop itself: rearranged before it, not any more after it.
        for threshold in (5.0, 10.0):
            old = [k for k, d in enumerate(start[before]) if d is not None and d > threshold]
            healed = sum(1 for k in old if start[after][k] <= threshold)
            rows[-1][f"healed_{threshold:g}"] = f"{healed}/{len(old)}"
        for row in rows[:-1]:
            row.setdefault("healed_5", ""), row.setdefault("healed_10", "")
    return rows, atoms


def numbers(state):
    band = state["band"] or {"normal": "", "width_a": None, "contrast": None, "percolates": False}
    return {"strain": state["to_strain"], "rearranged_atoms": state["rearranged_atoms"], "rearranged_atoms_5": state["rearranged_atoms_half"],
            "participation_ratio": state["participation_ratio"], "clusters": state["clusters"], "largest_cluster": state["largest_cluster"],
            "percolating_directions": state["percolating_directions"], "band_normal": band["normal"], "band_width_a": band["width_a"],
            "band_contrast": band["contrast"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--amplitude", type=float, default=0.8)
    parser.add_argument("--to", type=float, default=0.2)
    parser.add_argument("--only", choices=LEVELS)
    parser.add_argument("--files", action="store_true", help="only write the files, of what is there")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    run = Program(options.program, options.folder / "study.db", "--threads", options.threads)
    levels = [options.only] if options.only else list(LEVELS)
    if options.files:
        return files(run, options.folder, {level: names for level in levels if (names := known_samples(run, level))})
    samples = {level: samples_of(run, level) for level in levels}
    # All levels grow together, so that what is there at any time is balanced.
    for perturbations in range(max(LEVELS[level] for level in levels) + 1):
        for level in levels:
            if perturbations <= LEVELS[level]:
                run("ensemble", level, "--samples", ",".join(samples[level]), "--perturbations", perturbations,
                    "--amplitude", options.amplitude, "--to", options.to)
        files(run, options.folder, samples)


def files(run, out, samples):
    d2min, atoms = [], []
    for level, names in samples.items():
        rows, of_some = maps(run, level, names, out)
        d2min, atoms = d2min + rows, atoms + of_some
    ensembles = run("query", "ensembles", "--where", "distinct_replicas > 1")
    for row in ensembles:
        energies = [s["energy_per_atom_ev"] for s in run("query", "samples") if s["sample"] in row["samples"].split()]
        row["annealing_mev"] = 1000.0 * (HYPER_EV - statistics.mean(energies))
    ensembles = [{k: v for k, v in row.items() if k not in ("options", "run_id", "id")} for row in ensembles]
    write(out / "ductile_ensembles.csv", ensembles)
    write(out / "ductile_curves.csv", [{k: v for k, v in row.items() if k not in ("run_id", "id")} for row in run("query", "ensemble_points")])
    write(out / "ductile_replicas.csv", [{k: v for k, v in row.items() if k not in ("run_id", "id", "shear_id", "unload_shear_id")}
                                         for row in run("query", "replicas")])
    if d2min:
        write(out / "ductile_d2min.csv", d2min)
        write(out / "ductile_maps.csv", atoms)
    # Single curves of the samples' own minima in +xy, loading and the loop.
    single = run("query", "--sql", "SELECT p.sample, p.branch, p.strain_xy, p.stress_xy_gpa, h.options, h.ensemble FROM shear_steps p JOIN shears h "
                 "ON h.id = p.shear_id WHERE h.plane = 'xy' AND h.to_strain > 0 AND h.start_minimum_id IS NULL AND h.ensemble IS NOT NULL ORDER BY p.id")
    write(out / "ductile_single.csv", [{"level": row["ensemble"], "sample": row["sample"], "loop": int("unloaded_from" in row["options"]),
                                        "branch": row["branch"], "strain": row["strain_xy"], "stress_gpa": row["stress_xy_gpa"]} for row in single])


if __name__ == "__main__":
    main()
