# Figures of docs/vibrations_study.md: gnuplot -e "data='docs/data'; out='docs/data'" examples/studies/vibrations.gp
set datafile separator ","
set terminal svg size 900,1020 font "sans,13" background "white"
set output out."/vibrations.svg"
set multiplot layout 3,2
set key top right samplen 1
set xlabel "ħω [meV]"; set ylabel "g/ω² [10^{-4} meV^{-3}]"; set title "g/ω², means over glasses"
set xrange [1:12]; set yrange [0:12]
f = data."/vibrations_reduced_dos.csv"
plot for [k in "hyper inter deep"] f using 4:(strcol(1) eq "zrcual2009" && strcol(2) eq k ? 1e4*$5 : 1/0) with lines lw 2 title k
set xtics 0.01
set title "shear modulus against energy"; set xlabel "E_{IS} [eV/atom]"; set ylabel "G [GPa]"
set xrange [-4.95:-4.90]; set yrange [15:32]; set key top right
g = data."/vibrations_glasses.csv"
plot for [k in "hyper inter deep"] g using 4:(strcol(3) eq "zrcual2009" && strcol(2) eq k ? $7 : 1/0) with points pt 7 ps 1 title k
set title "boson peak height against energy"; set ylabel "max g/ω² [10^{-4} meV^{-3}]"; set yrange [0:14]; set key bottom left
plot for [k in "hyper inter deep"] g using 4:(strcol(3) eq "zrcual2009" && strcol(2) eq k ? 1e4*$14 : 1/0):(1e4*$15) with errorbars pt 7 ps 0.8 title k
set xtics autofreq
set title "participation ratio of the lowest 100 modes"; set xlabel "frequency [THz]"; set ylabel "participation ratio"
set xrange [0.2:2]; set yrange [0:0.7]; set key top left
p = data."/vibrations_participation.csv"
plot for [k in "hyper deep"] p using 4:(strcol(3) eq "zrcual2009" && strcol(2) eq k ? $5 : 1/0) with points pt 7 ps 0.25 title k
set title "where atoms rearrange before the largest drop (Fig. S7)"; set xlabel "f_5 at strain 0"; set ylabel "λ(f_5)"
set xrange [0.1:1]; set yrange [0:4]; set key top right
e = data."/vibrations_enhancement.csv"
plot for [k in "hyper inter deep"] e using (strcol(1) eq "zrcual2009" && strcol(2) eq k && strcol(3) eq "before" && strcol(4) eq "f5" ? ($5 > 0.01 ? ($5+$6)/2 : 0.25) : 1/0):11:12 with yerrorlines pt 7 ps 0.7 title k, 1 with lines lc "gray" notitle
set title "g(r), means over glasses (Fig. S1b)"; set xlabel "r [Å]"; set ylabel "g(r)"; set xrange [2:10]; set yrange [0:5]
r = data."/vibrations_g_of_r.csv"
plot for [k in "hyper inter deep"] r using 4:(strcol(1) eq "zrcual2009" && strcol(2) eq k ? $5 : 1/0) with lines lw 1.5 title k
unset multiplot
# Maps of softness (Fig. 4c-d): each atom where it is, seen along z, the softest on top and those in soft spots larger; circles: centers of the first plastic event in xy, yz, xz.
set output out."/vibrations_softness.png"
set terminal pngcairo size 1100,360 font "sans,11" background "white"
set multiplot layout 1,4 margins 0.04,0.92,0.1,0.82 spacing 0.035,0.1 title "softness of the unstrained glass, and where the first plastic event of a shear is"
set xrange [-2:30]; set yrange [-2:30]; set size ratio -1; unset key; unset xlabel; unset ylabel; set xtics 10; set ytics 10
set cbrange [0.021:0.035]; set cbtics 0.005; set palette defined (0 "#f0f0f0", 0.4 "#c6dbef", 0.7 "#fdae6b", 1 "#a50f15")
set colorbox user origin 0.945,0.15 size 0.012,0.6
s = data."/vibrations_softness.csv"
do for [g in "hyper1 hyper2 deep1 slow2"] {
  set title g
  plot sprintf("< grep ^zrcual2009_%s, %s | sort -t, -k4g", g, s) using 2:3:($5 > 0 ? 1.0 : 0.4):4 with points pt 7 ps variable lc palette, \
       sprintf("< grep '^zrcual2009_%s,.*[xyz]$' %s", g, s) using 2:3 with points pt 6 ps 2.5 lw 2 lc "black"
}
unset multiplot
# 8000 atoms: the boson peak above the phonons of the cell (Fig. 1c-d).
set output out."/vibrations_large.svg"
set terminal svg size 1000,420 font "sans,13" background "white"
reset
set datafile separator ","
set multiplot layout 1,2
d = data."/vibrations_large_dos.csv"; t = data."/vibrations_large.csv"
kinds = "hyper quench13 inter deep"
set title "g/ω², 8000 atoms; ticks: first transverse phonons"
set xlabel "ħω [meV]"; set ylabel "g/ω² [10^{-4} meV^{-3}]"; set xrange [1:8]; set yrange [3:12]; set key top right samplen 1
plot for [i=1:words(kinds)] d using (strcol("kind") eq word(kinds, i) ? column("energy_mev") : 1/0):(1e4 * column("g_over_w2_per_mev3")) with lines lw 2 lc i title word(kinds, i), \
  for [i=1:words(kinds)] for [n=1:3] t using (strcol("kind") eq word(kinds, i) ? sqrt(n) * column("first_phonon_mev") : 1/0):(3.0):(0.0):(0.3) with vectors nohead lw 2 lc i notitle
set title "its maximum; line: the power -0.69 of the study"
set xlabel "ω_{BP} [meV]"; set ylabel "I_{BP} [10^{-4} meV^{-3}]"; set logscale xy; set xrange [1.5:5]; set yrange [5:13]; set key bottom left
set xtics (1.5, 2, 3, 4, 5); set ytics (5, 6, 7, 8, 9, 10, 12)
plot for [i=1:words(kinds)] t using (strcol("kind") eq word(kinds, i) ? column("boson_peak_mev") : 1/0):(1e4 * column("boson_peak_height")):"boson_peak_error_mev":(1e4 * column("boson_peak_height_error")) with xyerrorbars pt 7 ps 0.7 lc i title word(kinds, i), \
  17.2 * x**-0.69 with lines dt 2 lc "black" notitle
unset multiplot
