"""The reader against the program: python3 test_landscape_db.py LANDSCAPE DATABASE. Ends with 77 (skipped) without numpy."""
import contextlib
import io
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("numpy is not installed")
    sys.exit(77)

import landscape_db

program, database = sys.argv[1:3]


def landscape(*arguments):
    return subprocess.run([program, "--db", database, *arguments], check=True, capture_output=True, text=True).stdout


study = landscape_db.open(database)
assert study.rows("events") == json.loads(landscape("query", "events", "--json"))
assert study.units("events")["barrier_ev"] == "eV"
event = study.rows("events")[0]
frames = landscape("query", "minima", f"id={event['initial_minimum_id']}", "-f", "extxyz").splitlines()
written = np.array([line.split()[1:4] for line in frames[2:]], dtype=float)
state = study.state(event["id"], "initial")
assert np.array_equal(written, study.positions(state["configuration_id"]))
assert {c["layout"] for c in study.rows("configurations")} == {landscape_db.POSITIONS, landscape_db.GRID}
frames = landscape("query", "saddles", f"id={event['saddle_id']}", "-f", "extxyz").splitlines()
written = np.array([line.split()[1:4] for line in frames[2:]], dtype=float)
assert np.array_equal(written, study.positions(study.state(event["id"], "saddle")["configuration_id"]))
assert study.state(event["id"], "saddle")["energy_ev"] - state["energy_ev"] == event["barrier_ev"]
try:
    import ase.io
except ImportError:
    print("ASE is not installed: its part was not run")
else:
    with tempfile.NamedTemporaryFile(suffix=".xyz") as file:
        landscape("export", "events", f"id={event['id']}", "-o", file.name)
        for role, atoms in zip(("initial", "saddle", "final"), ase.io.read(file.name, ":", format="extxyz")):
            ours = study.atoms(event["id"], role)
            assert np.allclose(ours.cell, atoms.cell, atol=1e-12) and list(ours.symbols) == list(atoms.symbols)
            assert atoms.info["role"] == role and atoms.arrays["displacement"].shape == (len(atoms), 3)
            difference = ours.positions - atoms.positions
            fractions = difference @ np.linalg.inv(ours.cell)
            difference -= np.round(fractions) @ np.asarray(ours.cell)
            assert np.ptp(difference, axis=0).max() < 1e-9, "equal but for periodic images and drift"
    with tempfile.TemporaryDirectory() as folder:
        landscape("export", "minima", f"id={event['initial_minimum_id']}", "-f", "lammps", "-o", folder)
        atoms = ase.io.read(f"{folder}/minimum{event['initial_minimum_id']}.data", format="lammps-data", style="atomic")
        assert len(atoms) == len(written)
try:
    import pandas
except ImportError:
    print("pandas is not installed: its part was not run")
else:
    table = pandas.read_sql("SELECT * FROM events", study.connection)
    assert len(table) == len(study.rows("events"))
    assert table["barrier_ev"].dtype == float and table["id"].dtype == np.int64
    csv = pandas.read_csv(io.StringIO(landscape("query", "events", "-f", "csv")), float_precision="round_trip")
    assert list(csv.columns) == list(table.columns)
    for name in ("barrier_ev", "reverse_barrier_ev", "max_displacement_a"):
        assert np.array_equal(csv[name], table[name]), "CSV holds the same doubles"
    lines = pandas.read_json(io.StringIO(landscape("query", "events", "-f", "jsonl")), lines=True, precise_float=True)
    assert np.allclose(lines["barrier_ev"], table["barrier_ev"], rtol=1e-15)

# Nothing but sqlite3: the views have the names and the numbers of the query command.
with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as plain:
    barriers = [row[0] for row in plain.execute("SELECT barrier_ev FROM events WHERE barrier_ev < 10 ORDER BY barrier_ev")]
    asked = json.loads(landscape("query", "events", "barrier_ev<10", "-s", "EA", "-c", "EA", "--json"))
    assert barriers == [row["EA"] for row in asked]
    for (view,) in plain.execute("SELECT DISTINCT \"view\" FROM dictionary").fetchall():
        plain.execute(f'SELECT * FROM "{view}" LIMIT 1').fetchall()  # every view is plain SQL
    try:
        plain.execute("DELETE FROM event_row")
        raise AssertionError("mode=ro must not write")
    except sqlite3.OperationalError:
        pass

with tempfile.TemporaryDirectory() as folder:
    # OVITO and 3Dmol: species, position, then a vector; the id closes the line.
    landscape("export", "events", f"id={event['id']}", "-o", f"{folder}/e.xyz")
    comment = pathlib.Path(f"{folder}/e.xyz").read_text().splitlines()[1]
    assert re.search(r"Properties=species:S:1:pos:R:3:displacement:R:3\S*:id:I:1(\s|$)", comment), comment
    for key in ("Lattice=", "pbc=", "energy=", "event=", "role=", "strain_xy="):
        assert key in comment, key
    # Wales's files: native doubles without a header, 1-based minima.
    landscape("export", "events", f"id={event['id']}", "-f", "wales", "-o", f"{folder}/w")
    points = np.fromfile(f"{folder}/w/points.ts", dtype="<f8").reshape(-1, 3)
    assert np.array_equal(points, study.positions(study.state(event["id"], "saddle")["configuration_id"]))
    first = pathlib.Path(f"{folder}/w/ts.data").read_text().split()
    assert float(first[0]) == study.state(event["id"], "saddle")["energy_ev"] and first[3:5] == ["1", "2"]
    # A sealed copy is read from a medium that cannot be written.
    landscape("db", "seal", "-o", f"{folder}/sealed.db")
    with contextlib.closing(sqlite3.connect(f"file:{folder}/sealed.db?mode=ro&immutable=1", uri=True)) as sealed:
        assert sealed.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert sealed.execute("SELECT count(*) FROM events").fetchone()[0] == len(study.rows("events"))
    columns = json.loads(pathlib.Path(f"{folder}/sealed.metadata.json").read_text())["databases"]["sealed"]["tables"]["events"]["columns"]
    assert columns["barrier_ev"].endswith("[eV]")
    try:
        import networkx
    except ImportError:
        print("networkx is not installed: its part was not run")
    else:
        landscape("graph", event["sample"], "-o", f"{folder}/g.graphml")
        graph = networkx.read_graphml(f"{folder}/g.graphml", force_multigraph=True)
        energies = {row["id"]: row["energy_ev"] for row in study.rows("minima", "strain_xy = 0")}
        assert {data["minimum"]: data["energy_ev"] for _, data in graph.nodes(data=True)} == energies
        at_zero = study.rows("events", "strain_xy = 0")
        assert sorted(data["barrier_ev"] for *_, data in graph.edges(data=True)) == sorted(row["barrier_ev"] for row in at_zero)

print("read", len(study.rows("events")), "events")
