#!/usr/bin/env python3
"""Every plastic event before yield to its ends, its class, and how early its strain is foretold: behind docs/events_study.md.

    examples/studies/events.py build/bin/landscape out [--senses +xy,-xy] [--glasses hyper1,deep1] [--to 0.12] [--map 40] [--strained 0.03] [--system cuzr_mm] [--files]

For each Cu46Zr46Al8 (or Cu64Zr36) glass of examples/glasses and each sense of shear: a map at strain 0 (first sense only) and one at a strain (first sense of each plane), predictions and the share of
event centers in soft spots from them, quasistatic shear, and each plastic event and each low-barrier event of the strained map followed in strain. One database each in the
folder `out`, where the same command continues; --files only writes the CSV files from what is there. Needs only Python's standard library.
"""
import argparse
import pathlib
import statistics
import sys

from study import GLASSES, POTENTIAL, Program, write

ACTIVABLE = 0.6  # [eV] barriers below it count apart among the mapped ones
LOW = 0.1  # [eV] barrier below which an event of a strained map is followed
DISTANCES = (0.001, 0.003, 0.01, 0.03, 0.1)  # upper edges of the strain left to the fold, for the table of predictions


def compute(arguments, glass, sense, first, first_in_plane):
    database = arguments.out / f"{glass}{sense}.db"
    run = Program(arguments.program, database, "--threads", arguments.threads)
    run("sample", "import", GLASSES / f"{arguments.system}_{glass}.xyz.gz", "--name", glass, "--potential", POTENTIAL[arguments.system])
    plane, to = sense[1:], arguments.to if sense[0] == "+" else -arguments.to
    if first and arguments.map > 0:
        run("map", glass, "--events", arguments.map, "--margin", 0)
        run("predict", glass, "--plane", plane)
        run("modes", glass)
    run("shear", glass, "--to", to, "--plane", plane)
    run("track", glass, "--from-shear")
    if first and arguments.map > 0:
        run("track", glass, "--plane", plane, "--where", "origin = 'map' AND id IN (SELECT event_id FROM predictions WHERE "
                "method = 'two_strains' AND abs(predicted_critical_strain) < 0.03)")
        run("predict", glass, "--plane", plane)
    if first_in_plane and arguments.strained:
        at = arguments.strained if sense[0] == "+" else -arguments.strained
        run("map", glass, "--strain", at, "--plane", plane, "--events", arguments.map, "--margin", 0)
        run("track", glass, "--where", f"origin = 'map' AND strain_xy = {at!r} AND barrier_ev < {LOW}")


def soft_spots(run, glass):
    """Rows: at each strain of a map, how many event centers lie in soft spots of the unstrained glass."""
    values = {name: {} for name in ("soft_spot", "softness")}
    for a in run("query", "atoms", "-w", "name = 'soft_spot' OR name = 'softness'", "--columns", "name,atom,value"):
        values[a["name"]][a["atom"]] = a["value"]
    spots, ranks = values["soft_spot"], {}
    if not spots:
        return
    for place, atom in enumerate(sorted(spots, key=values["softness"].get)):
        ranks[atom] = place / (len(spots) - 1)
    chance = sum(v > 0 for v in spots.values()) / len(spots)
    maps = {}
    for e in run("query", "events", "-w", "origin = 'map'", "--columns", "strain_xy,barrier_ev,center_atom"):
        maps.setdefault(e["strain_xy"], []).append(e)
    for strain, events in sorted(maps.items()):
        low = [e for e in events if e["barrier_ev"] < ACTIVABLE]
        yield {"glass": glass, "strain": strain, "share_of_atoms": chance,
               "events": len(events), "in_soft_spots": sum(spots[e["center_atom"]] > 0 for e in events),
               "activable": len(low), "activable_in_soft_spots": sum(spots[e["center_atom"]] > 0 for e in low),
               "mean_softness_rank": statistics.mean(ranks[e["center_atom"]] for e in events)}


def densities(run, glass):
    """Rows: events of each map by range of barriers, with those unseen at least (Chao1), and both together per atom."""
    atoms = run("query", "samples")[0]["n_atoms"]
    for c in run("query", "coverage", "-s", "id"):
        yield {"glass": glass, "strain": c["strain_xy"], "barrier_low_ev": c["barrier_low_ev"], "barrier_high_ev": c["barrier_high_ev"], "events": c["events"],
               "found_once": c["found_once"], "unseen_estimate": c["unseen_estimate"], "new_chance": c["new_chance"],
               "per_atom": (c["events"] + c["unseen_estimate"]) / atoms}


def unfolded_root(a, b):
    """Two strains: E^(2/3) as a parabola from b, bent as the slopes at a and b say (docs/methods.md)."""
    def regular(p):
        y = p["barrier_ev"] ** (2 / 3)
        return y, 2 / 3 * y * p["slope"] / p["barrier_ev"]
    (_, s0), (y, s) = regular(a), regular(b)
    bend = (s - s0) / (b["strain_xy"] - a["strain_xy"])
    inside = s * s - 2 * y * bend
    return None if inside < 0 else b["strain_xy"] - 2 * y / (s + (inside ** 0.5 if s > 0 else -(inside ** 0.5)))


def collect(arguments):
    """Rows of plastic events, of predictions made from each point of each track that ended at its fold, of strained maps, and of soft spots; the other
    files are only written."""
    events, predictions, quality, strained, spots, density, typical = [], [], [], [], [], [], {}
    for database in sorted(d for d in arguments.out.glob("*.db") if not d.name.endswith(".bak.db")):  # copies made when a file is brought to a later version
        run = Program(arguments.program, database)
        glass, sense = database.stem[:-3], database.stem[-3:]
        sign = 1 if sense[0] == "+" else -1
        sample = run("query", "samples")[0]
        stress = f"stress_{sense[1:]}_gpa"
        top = run("query", "--sql", f"SELECT strain_xy FROM shear_steps ORDER BY {'-' if sign > 0 else ''}{stress} LIMIT 1")
        peak = abs(top[0]["strain_xy"]) if top else 0.0
        newest = {(t["event_id"], t["plane"]): t for t in run("query", "tracks", "-s", "id")}  # one made again counts alone
        tracks = {t["event_id"]: t for t in newest.values() if t["origin"] == "shear"}
        # Yield: the largest stress. A deep glass sheared to 0.12 has it at the end.
        for p in run("query", "plastic_events", "-s", "id"):
            t = tracks.get(p["event_id"])
            row = {"glass": glass, "sense": sense, "strain": p["strain"], "energy_drop_ev": p["energy_drop_ev"],
                   "before_yield": int(abs(p["strain"]) <= peak + 1e-4)}
            for key in ("event_class", "critical_strain", "critical_strain_error", "exponent", "exponent_error", "reverse_strain", "low_end",
                        "high_end", "event_at_zero_id", "force_calls"):
                row[key] = t[key] if t else ""
            row["in_bracket"] = ""
            if t and t["critical_strain"] is not None:
                gap = max(sign * (p["strain_lower"] - t["critical_strain"]), sign * (t["critical_strain"] - p["strain"]), 0.0)
                row["in_bracket"] = gap
            events.append(row)
        volume = sample["volume_a3"] / 160.2176634
        points = {}
        for q in run("query", "track_points", "-s", "track_id,point_index"):
            points.setdefault(q["track_id"], []).append(q | {"slope": volume * q["delta_stress_xy_gpa"]})
        for t in newest.values():
            fold = t["critical_strain"]
            if fold is None or t["plane"] != sense[1:]:
                continue
            # Typical: both barriers of the event are large somewhere on its way, and are those of the same three all along.
            highest = max((min(q["barrier_ev"], q["reverse_barrier_ev"]) for q in points[t["id"]]), default=0.0)
            same = "another minimum than the final" not in t["event_class_reason"] and all(
                len({q.get(which) for q in points[t["id"]]}) == 1 for which in ("which_initial", "which_final"))
            if t["origin"] == "shear" and same and highest > typical.get(t["event_class"], (0.0,))[0]:
                typical[t["event_class"]] = (highest, [
                    {"event_class": t["event_class"], "glass": glass, "sense": sense, "event": t["event_id"], "strain": q["strain_xy"],
                     "barrier_ev": q["barrier_ev"], "reverse_barrier_ev": q["reverse_barrier_ev"], "critical_strain": fold,
                     "amplitude_ev": t["amplitude_ev"]} for q in sorted(points[t["id"]], key=lambda q: q["strain_xy"])])
            line = sorted(points[t["id"]], key=lambda q: abs(fold - q["strain_xy"]))
            for k, here in enumerate(line):
                left = fold - here["strain_xy"]
                if abs(left) < 3e-4 or here["slope"] * left >= 0:
                    continue
                first = here["strain_xy"] - 1.5 * here["barrier_ev"] / here["slope"]
                nearer = [q for q in line[:k] if abs(fold - q["strain_xy"]) > 0.6 * abs(left)]
                two = unfolded_root(here, nearer[0]) if nearer and abs(fold - nearer[0]["strain_xy"]) < 0.9 * abs(left) else None
                predictions.append({"glass": glass, "sense": sense, "event": t["event_id"], "origin": t["origin"], "strain": here["strain_xy"],
                                    "barrier_ev": here["barrier_ev"], "critical_strain": fold, "left": abs(left), "first_order": first,
                                    "two_strains": "" if two is None else two})
        spots += soft_spots(run, glass)
        density += densities(run, glass)
        strained += [{"glass": glass, "strain": e["strain_xy"], "plane": e["plane"], "event": e["id"], "barrier_ev": e["barrier_ev"],
                      "reverse_barrier_ev": e["reverse_barrier_ev"], "event_class": e["event_class"], "window_low": e["window_low"],
                      "window_high": e["window_high"], "low_end": e["low_end"], "high_end": e["high_end"]}
                     for e in run("query", "events", "-w", "origin = 'map' AND strain_xy <> 0", "-s", "id")]
        made = run("query", "predictions", "-s", "event_id")
        quality += [{"glass": glass, "sense": sense, "event": m["event_id"], "method": m["method"], "barrier_ev": m["barrier_ev"],
                     "predicted": m["predicted_critical_strain"], "predicted_error": m["predicted_critical_strain_error"],
                     "yield_strain": peak, "tracked": m["critical_strain"], "low_end": m["low_end"], "high_end": m["high_end"]} for m in made]
    write(arguments.out / "events_plastic.csv", events)
    write(arguments.out / "events_foretold.csv", predictions)
    write(arguments.out / "events_mapped.csv", quality)
    write(arguments.out / "events_strained.csv", strained)
    write(arguments.out / "events_soft_spots.csv", spots)
    write(arguments.out / "events_density.csv", density)
    write(arguments.out / "events_typical.csv", [row for _, rows in typical.values() for row in rows])
    return events, predictions, strained, spots


def level_of(row):
    return row["glass"].rstrip("0123456789")


def summary(events, predictions, strained, spots):
    print("level  sense  events  before yield  followed  thermal  strain_created  unresolved  fold off the bracket, largest")
    for level, sense in sorted({(level_of(row), row["sense"]) for row in events}) + sorted({(level_of(row), "all") for row in events}):
        rows = [r for r in events if level_of(r) == level and sense in (r["sense"], "all")]
        before = [r for r in rows if r["before_yield"]]
        count = {c: sum(r["event_class"] == c for r in before) for c in ("thermal", "strain_created", "unresolved")}
        gaps = [r["in_bracket"] for r in before if r["in_bracket"] != ""]
        print(level, sense, len(rows), len(before), sum(count.values()), *count.values(), max(gaps, default=None))
    for level in sorted({level_of(r) for r in strained}):
        rows = [r for r in strained if level_of(r) == level]
        count = {c: sum(r["event_class"] == c for r in rows) for c in ("thermal", "strain_created", "unresolved")}
        print(f"mapped under strain, {level}: {len(rows)} events, followed below {LOW} eV:", count)
    exponents = [(r["exponent"] - 1.5) / r["exponent_error"] for r in events if r["exponent"] not in ("", None) and r["exponent_error"]]
    if exponents:
        values = [r["exponent"] for r in events if r["exponent"] not in ("", None)]
        print(f"exponents: {len(values)}, median {statistics.median(values):.4f}, within 1 sigma of 1.5: "
              f"{sum(abs(e) < 1 for e in exponents)}, within 2: {sum(abs(e) < 2 for e in exponents)}")
    gaps = [r["in_bracket"] for r in events if r["in_bracket"] != ""]
    print(f"folds: {len(gaps)}, inside their brackets: {sum(g == 0 for g in gaps)}, off by less than 1e-5: {sum(g < 1e-5 for g in gaps)}, 1e-4: {sum(g < 1e-4 for g in gaps)}")
    for level, strain in sorted({(level_of(r), r["strain"]) for r in spots}):
        rows = [r for r in spots if level_of(r) == level and r["strain"] == strain]
        text = f"soft spots, {level}, mapped at {strain:g}:"
        for what in ("events", "activable"):
            n, chance = sum(r[what] for r in rows), sum(r[what] * r["share_of_atoms"] for r in rows)
            inside = sum(r["in_soft_spots" if what == "events" else f"{what}_in_soft_spots"] for r in rows)
            if n:
                error = max(inside * (1 - inside / n), 1) ** 0.5
                text += f" {inside} of {n} {what}, {inside / chance:.2f} +- {error / chance:.2f} times chance;"
        print(text)
    low = 0.0
    for high in DISTANCES:
        rows = [p for p in predictions if low < p["left"] <= high]
        text = f"foretold from {low:g} to {high:g} before the fold: {len(rows)} points of {len({(p['glass'], p['sense'], p['event']) for p in rows})} events"
        for method in ("first_order", "two_strains"):
            misses = [abs(p[method] - p["critical_strain"]) / p["left"] for p in rows if p[method] != ""]
            if misses:
                text += f"; {method} ({len(misses)}) median miss {statistics.median(misses):.1%}"
        print(text)
        low = high


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--senses", default="+xy,-xy")
    parser.add_argument("--system", choices=POTENTIAL, default="zrcual2009", help="cuzr_mm: the Cu64Zr36 glasses, hyper1, inter1, deep1")
    parser.add_argument("--glasses", default="hyper1,inter1,deep1,hyper2,inter2,deep2,hyper3,inter3")
    parser.add_argument("--to", type=float, default=0.12)
    parser.add_argument("--map", type=int, default=40, help="events mapped at strain 0; 0: no map")
    parser.add_argument("--strained", type=float, default=0.0, help="map at this strain too; 0: not")
    parser.add_argument("--files", action="store_true", help="compute nothing")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.files:
        senses = arguments.senses.split(",")
        for k, sense in enumerate(senses):
            first_in_plane = all(other[1:] != sense[1:] for other in senses[:k])
            for glass in arguments.glasses.split(","):
                compute(arguments, glass, sense, k == 0, first_in_plane)
                print("done:", glass, sense, file=sys.stderr)
    summary(*collect(arguments))


if __name__ == "__main__":
    main()
