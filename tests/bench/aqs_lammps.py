"""Writes aqs.in: the sample in glass.data sheared in LAMMPS by affine steps of 1e-5, each minimized.

usage: aqs_lammps.py FOLDER POTENTIAL STRAIN
"""

import os
import sys

folder, potential, strain = sys.argv[1], sys.argv[2], float(sys.argv[3])
places = os.environ.get("LANDSCAPE_POTENTIALS", "").split(":") + ["/usr/share/lammps/potentials"]
path = next((os.path.join(p, potential) for p in places if p and os.path.exists(os.path.join(p, potential))), None)
if path is None:
    sys.exit(f"aqs_lammps: {potential} is in none of {', '.join(p for p in places if p)}")
style = "eam/fs/opt" if potential.endswith(".fs") else "eam/alloy/opt"
types = 0
height = None
names = []
with open(os.path.join(folder, "glass.data")) as data:
    in_masses = False
    for line in data:
        words = line.split()
        if line.rstrip().endswith("atom types"):
            types = int(words[0])
        if "ylo" in line:
            height = float(words[1]) - float(words[0])
        if words and words[0] == "Masses":
            in_masses = True
        elif in_masses and words and words[0] == "Atoms":
            in_masses = False
        elif in_masses and "#" in line:
            names.append(line.split("#")[1].split()[0])
if len(names) != types or height is None:
    sys.exit("aqs_lammps: glass.data: expected every mass with its element behind a #, and ylo yhi")
steps = round(strain / 1e-5)
with open(os.path.join(folder, "aqs.in"), "w") as out:
    out.write(
        f"""units metal
boundary p p p
box tilt large
read_data glass.data
pair_style {style}
pair_coeff * * {path} {' '.join(names)}
thermo 1000
variable k loop {steps}
label again
change_box all xy delta {1e-5 * height:.17g} remap units box
minimize 0 1e-4 2000 4000
next k
jump SELF again
"""
    )
