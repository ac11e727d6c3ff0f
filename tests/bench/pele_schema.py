#!/usr/bin/env python3
"""The graph of a landscape database in the tables of pele, through SQLAlchemy as pele does it: pele_schema.py DATABASE PELE_FILE [MINIMA].

pele itself is not packaged; its tables (schema 2: tbl_minima, tbl_transition_states, three indexes) are reproduced here, and
how it adds (one object after the other, looked up by energy first, pickled coordinates). Prints seconds.
"""
import contextlib
import sqlite3
import sys
import time

import numpy as np
from sqlalchemy import Column, Float, ForeignKey, Index, Integer, PickleType, create_engine
from sqlalchemy.orm import aliased, declarative_base, deferred, relationship, sessionmaker

Base = declarative_base()


class Minimum(Base):
    __tablename__ = "tbl_minima"
    _id = Column(Integer, primary_key=True)
    energy = Column(Float)
    coords = deferred(Column(PickleType))
    fvib = Column(Float)
    pgorder = Column(Integer)
    invalid = Column(Integer)
    user_data = deferred(Column(PickleType))


class TransitionState(Base):
    __tablename__ = "tbl_transition_states"
    _id = Column(Integer, primary_key=True)
    energy = Column(Float)
    coords = deferred(Column(PickleType))
    _minimum1_id = Column(Integer, ForeignKey("tbl_minima._id"))
    minimum1 = relationship("Minimum", primaryjoin="Minimum._id==TransitionState._minimum1_id")
    _minimum2_id = Column(Integer, ForeignKey("tbl_minima._id"))
    minimum2 = relationship("Minimum", primaryjoin="Minimum._id==TransitionState._minimum2_id")
    eigenval = Column(Float)
    eigenvec = deferred(Column(PickleType))
    fvib = Column(Float)
    pgorder = Column(Integer)
    invalid = Column(Integer)
    user_data = deferred(Column(PickleType))


Index("idx_transition_states", TransitionState.__table__.c._minimum1_id, TransitionState.__table__.c._minimum2_id)
Index("idx_minimum_energy", Minimum.__table__.c.energy)
Index("idx_transition_state_energy", TransitionState.__table__.c.energy)

source, target = sys.argv[1:3]
most = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
    minima = connection.execute("SELECT id, energy_ev FROM minimum_row ORDER BY id LIMIT ?", (most,)).fetchall()
    last = minima[-1][0]
    saddles = connection.execute(
        "SELECT e.initial_minimum_id, e.final_minimum_id, d.energy_ev FROM event_row e JOIN saddle_row d ON d.id = e.saddle_id "
        "WHERE e.initial_minimum_id <= ? AND e.final_minimum_id <= ? ORDER BY e.id", (last, last)).fetchall()

engine = create_engine(f"sqlite:///{target}")
Base.metadata.create_all(bind=engine)
session = sessionmaker(bind=engine)()
coords = np.zeros(3)
made = {}
begin = time.perf_counter()
for k, (number, energy) in enumerate(minima):  # best case for pele: one commit for 10,000, no look-up
    made[number] = Minimum(energy=energy, coords=coords.copy(), invalid=False)
    session.add(made[number])
    if k % 10_000 == 9_999:
        session.commit()
session.commit()
for k, (a, b, energy) in enumerate(saddles):
    session.add(TransitionState(energy=energy, coords=coords.copy(), minimum1=made[a], minimum2=made[b], invalid=False))
    if k % 10_000 == 9_999:
        session.commit()
session.commit()
took = time.perf_counter() - begin
print(f"{len(minima)} minima and {len(saddles)} transition states added in batches: {took:.1f} s, {len(saddles) / took:.0f} transition states/s")

begin = time.perf_counter()
added = 1000
for k in range(added):  # as addMinimum does: those of nearly the same energy first, a commit for each
    energy = minima[k][1] + 2e-3
    session.query(Minimum).filter(Minimum.energy > energy - 1e-9).filter(Minimum.energy < energy + 1e-9).all()
    session.add(Minimum(energy=energy, coords=coords.copy(), invalid=False))
    session.commit()
took = time.perf_counter() - begin
print(f"addMinimum one by one: {added / took:.0f} minima/s")
session.close()

begin = time.perf_counter()
session = sessionmaker(bind=create_engine(f"sqlite:///{target}"))()
first, second = aliased(Minimum), aliased(Minimum)
barrier = TransitionState.energy - first.energy
rows = (session.query(TransitionState, barrier).join(first, TransitionState._minimum1_id == first._id)
        .filter(barrier < 0.4).order_by(barrier).limit(20).all())
print(f"20 lowest barriers below 0.4 eV of {len(saddles)}: {1000 * (time.perf_counter() - begin):.0f} ms in a session that is open ({len(rows)} rows)")
