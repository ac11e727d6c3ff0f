#!/usr/bin/env python3
"""Frequencies of a glass by `landscape modes` and from central differences of LAMMPS' forces, mode by mode. Ends with 1 beyond 1e-6.

    tests/bench/frequencies_lammps.py build/check/bin/landscape [--atoms 256] [--rounds 4] [--work DIR]

Cu64Zr36, `CuZr_mm.eam.fs`, quenched by the program. Needs lmp with its potential files (lammps, lammps-data) and python3-numpy.

What limits the differences: beyond 1e-7 Å pairs cross knots of the tables, where second derivatives have kinks; below it the forces' last digits
count. So each round takes another displacement near 1e-7 Å, and their mean is compared. The softest modes, whose eigenvalue is a ten-thousandth of the
largest, then still carry the noise of all others: theirs is the Rayleigh quotient from forces along the mode itself.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys

try:
    import numpy
except ImportError:
    sys.exit("frequencies_lammps: no numpy here: apt-get install python3-numpy")

POTENTIAL = pathlib.Path("/usr/share/lammps/potentials/CuZr_mm.eam.fs")
THZ = math.sqrt(1.602176634e-19 / 1e-20 / 1.66053906660e-27) / (2 * math.pi) * 1e-12  # frequency of an eigenvalue of 1 eV/(Å² u)


def lammps(folder, text):
    (folder / "run.in").write_text(text)
    done = subprocess.run(["lmp", "-in", "run.in", "-log", "run.log", "-screen", "none"], cwd=folder)
    if done.returncode != 0:
        sys.exit(f"frequencies_lammps: LAMMPS failed, see {folder / 'run.log'}")


def atoms_of(folder):
    """Elements of types 1, 2, ... and mass [u] of each atom of glass.data."""
    names, masses, types, section = [], [], {}, ""
    for line in (folder / "glass.data").read_text().splitlines():
        words = line.split()
        if words and words[0] in ("Masses", "Atoms"):
            section = words[0]
        elif words and section == "Masses":
            names.append(words[-1])
            masses.append(float(words[1]))
        elif words and section == "Atoms":
            types[int(words[0])] = int(words[1])
    return names, [masses[types[i] - 1] for i in sorted(types)]


def start(folder, elements):
    return f"""units metal
atom_modify map array sort 0 0
box tilt large
read_data glass.data
pair_style eam/fs
pair_coeff * * {POTENTIAL} {' '.join(elements)}
neighbor 1.0 bin
thermo 100000
run 0 post no
"""


def dumped(path):
    return numpy.loadtxt(path, skiprows=9)[:, 1:].ravel()


def hessian(folder, elements, atoms, step):
    """Central differences of LAMMPS' forces, 3N x 3N [eV/Å²]."""
    text = start(folder, elements)
    for i in range(atoms):
        text += f"group g id {i + 1}\n"
        for axis in range(3):
            for move, name in ((step, "p"), (-2 * step, "m"), (step, "")):
                vector = [0.0, 0.0, 0.0]
                vector[axis] = move
                text += "displace_atoms g move {:.17g} {:.17g} {:.17g} units box\n".format(*vector)
                if name:
                    text += f'run 0 post no\nwrite_dump all custom f{name}{3 * i + axis} id fx fy fz modify sort id format float %.17g\n'
        text += "group g delete\n"
    lammps(folder, text)
    rows = [(dumped(folder / f"fm{k}") - dumped(folder / f"fp{k}")) / (2 * step) for k in range(3 * atoms)]
    result = numpy.array(rows)
    return 0.5 * (result + result.T)


def quotient(folder, elements, mode, step):
    """Second derivative of the energy along `mode` (length 3N, norm 1) from forces on both sides [eV/Å²]."""
    names = "xyz"
    text = start(folder, elements)
    for name, factor in (("p", step), ("m", -2 * step)):
        for axis in range(3):
            values = (factor * mode.reshape(-1, 3)[:, axis]).tolist()
            (folder / f"move{name}{axis}").write_text(f"{len(values)}\n" + "\n".join(f"{i + 1} {v:.17g}" for i, v in enumerate(values)) + "\n")
            text += f"variable d{name}{axis} atomfile move{name}{axis}\n"
            text += f"variable n{name}{axis} atom {names[axis]}+v_d{name}{axis}\nset group all {names[axis]} v_n{name}{axis}\n"
        text += f"run 0 post no\nwrite_dump all custom f{name} id fx fy fz modify sort id format float %.17g\n"
    lammps(folder, text)
    return float((dumped(folder / "fm") - dumped(folder / "fp")) @ mode) / (2 * step)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--atoms", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/frequencies_lammps"), help="the glass in it is used again")
    arguments = parser.parse_args()
    folder = arguments.work
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "glass.db"

    def ours(*words):
        return subprocess.run([arguments.program, "--db", database, "--quiet", *words], check=True, stdout=subprocess.PIPE, text=True).stdout

    if not (folder / "glass.data").exists():
        for old in folder.glob("glass.*"):
            old.unlink()
        ours("sample", "quench", "--name", "glass", "--composition", "Cu64Zr36", "--atoms", str(arguments.atoms), "--potential", POTENTIAL.name, "--rate", "1e14")
        ours("sample", "export", "glass", "-o", str(folder / "glass.xyz"))
        ours("minimize", str(folder / "glass.xyz"), "--potential", POTENTIAL.name, "-o", str(folder / "glass.data"))
    read = json.loads(ours("modes", str(folder / "glass.data"), "--potential", POTENTIAL.name, "--as-is", "--json"))
    frequencies = numpy.array(read["frequencies_thz"])
    elements, masses = atoms_of(folder)
    atoms = len(masses)
    weight = numpy.sqrt(numpy.repeat(masses, 3))

    steps = [1e-7 * (1 + 0.1 * (k - 0.5 * (arguments.rounds - 1))) for k in range(arguments.rounds)]
    mean = sum(hessian(folder, elements, atoms, step) for step in steps) / len(steps)
    values, vectors = numpy.linalg.eigh(mean / numpy.outer(weight, weight))
    order = numpy.argsort(numpy.abs(values))[3:]  # the three translations are nearest to zero
    order = order[numpy.argsort(values[order])]
    theirs = numpy.sign(values[order]) * THZ * numpy.sqrt(numpy.abs(values[order]))
    for k in range(10):
        # Eigenvectors err with the noise, eigenvalues of their quotients with its square.
        moved = vectors[:, order[k]] / weight
        norm = numpy.linalg.norm(moved)
        theirs[k] = THZ * numpy.sqrt(quotient(folder, elements, moved / norm, 1e-6) * norm * norm)
    difference = numpy.abs(theirs / frequencies - 1)
    worst = int(numpy.argmax(difference))
    print(f"{atoms} atoms, {len(frequencies)} frequencies from {frequencies[0]:.4f} to {frequencies[-1]:.4f} THz: relative difference from LAMMPS "
          f"{numpy.median(difference):.1e} (median), {difference[worst]:.1e} (largest, at {frequencies[worst]:.4f} THz)")
    return 0 if difference[worst] < 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main())
