"""Reads landscape databases with Python's standard library and numpy; ASE atoms where ASE is installed.

    import landscape_db
    study = landscape_db.open("landscape.db")
    for event in study.rows("events", "barrier_ev < 0.5"):
        print(event["id"], event["barrier_ev"], event["event_class"])
    saddle = study.atoms(event["id"], "saddle")        # ase.Atoms
    low = study.column("events", "barrier_ev")         # numpy array, NaN where unknown

The file is opened read-only. pandas: pandas.read_sql("SELECT * FROM events", study.connection).
"""
import pathlib
import sqlite3
import zlib

import numpy as np

POSITIONS = "f64le.shuffle.zlib.v1"
GRID = "q30le.zigzag.shuffle.zlib.v1"


def decode_positions(data, layout=POSITIONS, reference=0.0):
    """Positions [A] as an array (n, 3) from the bytes of a stored configuration; `reference`: those it is a difference from."""
    if layout not in (POSITIONS, GRID):
        raise ValueError(f"unknown layout {layout!r}, expected {POSITIONS!r} or {GRID!r}")
    raw = np.frombuffer(zlib.decompress(data), dtype=np.uint8)
    if raw.size % 24:
        raise ValueError(f"expected 24 bytes an atom, got {raw.size} bytes")
    numbers = raw.reshape(8, -1).T.copy()
    if layout == POSITIONS:
        return numbers.view("<f8").reshape(-1, 3)
    coded = numbers.view("<u8").reshape(-1, 3)
    steps = (coded >> np.uint64(1)).view("<i8") ^ -(coded & np.uint64(1)).view("<i8")
    return reference + steps * 2.0 ** -30


class Study:
    """An open database. `connection` is a plain sqlite3 connection on the views of docs/views.md."""

    def __init__(self, path):
        path = pathlib.Path(path).resolve(strict=True)
        self.connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        self.connection.row_factory = sqlite3.Row
        if self.connection.execute("PRAGMA application_id").fetchone()[0] != 0x4C4E4453:
            raise ValueError(f"{path} is no landscape database")

    def rows(self, view, where="1", parameters=()):
        """Rows of a view as dicts, by id."""
        sql = f'SELECT * FROM "{view}" WHERE {where} ORDER BY id'
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def column(self, view, name, where="1"):
        """One column as floats, NaN where unknown."""
        sql = f'SELECT "{name}" FROM "{view}" WHERE {where} ORDER BY id'
        return np.array([np.nan if v is None else v for (v,) in self.connection.execute(sql)], dtype=float)

    def units(self, view):
        """Unit of each column of a view."""
        return {row["column"]: row["unit"] for row in self.rows("dictionary", '"view" = ?', (view,))}

    def positions(self, configuration_id):
        """Positions [A] of a stored configuration, (n, 3)."""
        row = self.connection.execute(
            "SELECT layout, data, reference_id FROM configuration_row WHERE id = ?", (configuration_id,)).fetchone()
        if row is None:
            raise KeyError(f"there is no configuration {configuration_id}")
        reference = 0.0 if row["reference_id"] is None else self.positions(row["reference_id"])
        return decode_positions(row["data"], row["layout"], reference)

    def cell(self, sample, strain=0.0, plane="xy"):
        """Cell of a sample under simple shear, rows are the edges [A], as ASE has it."""
        (row,) = self.rows("samples", "sample = ?", (sample,))
        edges = np.array([[row[f"cell_{v}{c}"] for c in "xyz"] for v in "abc"], dtype=float)
        shear = np.eye(3)
        shear["xyz".index(plane[0]), "xyz".index(plane[1])] += strain
        return edges @ shear.T

    def state(self, event_id, role):
        """Row of the initial minimum, the saddle or the final minimum of an event."""
        (event,) = self.rows("events", "id = ?", (event_id,))
        view, key = {"initial": ("minima", "initial_minimum_id"), "saddle": ("saddles", "saddle_id"),
                     "final": ("minima", "final_minimum_id")}[role]
        (row,) = self.rows(view, "id = ?", (event[key],))
        return row

    def atoms(self, event_id, role="initial"):
        """ase.Atoms of one state of an event, with its row in `info`."""
        from ase import Atoms

        row = self.state(event_id, role)
        species = self.connection.execute(
            "SELECT species, periodic FROM sample_row WHERE name = ?", (row["sample"],)).fetchone()
        return Atoms(symbols=species["species"].split(), positions=self.positions(row["configuration_id"]),
                     cell=self.cell(row["sample"], row["strain_xy"], row["plane"]),
                     pbc=[letter == "T" for letter in species["periodic"]], info=row)


def open(path):
    """Opens a database read-only."""
    return Study(path)


if __name__ == "__main__":
    import sys

    study = Study(sys.argv[1])
    for sample in study.rows("samples"):
        energies = study.column("events", "barrier_ev", f"sample = '{sample['sample']}'")
        low = f", lowest barrier {energies.min():.4g} eV" if energies.size else ""
        print(f"{sample['sample']}: {sample['n_atoms']} atoms of {sample['composition']}, {energies.size} events{low}")
