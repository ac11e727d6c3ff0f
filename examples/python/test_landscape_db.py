"""The reader against the program: python3 test_landscape_db.py LANDSCAPE DATABASE. Ends with 77 (skipped) without numpy."""
import json
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
print("read", len(study.rows("events")), "events")
