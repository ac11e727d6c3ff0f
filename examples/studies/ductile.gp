# Figures of docs/ductile_study.md: gnuplot -e "data='docs/data'; out='docs/data'" examples/studies/ductile.gp
set datafile separator ","
set terminal svg size 1000,1000 font "sans,13" background "white"
set output out."/ductile.svg"
levels = "hyper inter deep slow"
curves = data."/ductile_curves.csv"; replicas = data."/ductile_replicas.csv"
ensembles = data."/ductile_ensembles.csv"; single = data."/ductile_single.csv"
set multiplot layout 3,2
set key bottom right samplen 1
set xlabel "strain"; set ylabel "stress [GPa]"; set title "mean curves, ±1 standard deviation of a replica (Fig. 2a)"
set xrange [0:0.2]; set yrange [0:*]
of(i) = strcol("ensemble") eq word(levels, i) ? column("strain") : 1/0
set key top left
plot for [i=1:words(levels)] curves using (of(i)):(column("stress_gpa")-column("stress_deviation_gpa")):(column("stress_gpa")+column("stress_deviation_gpa")) with filledcurves lc i fs transparent solid 0.15 notitle, \
     for [i=1:words(levels)] curves using (of(i)):"stress_gpa" with lines lw 2 lc i title word(levels, i)
set title "single curves, own minima, +xy"
plot for [l in levels] single using (strcol("level") eq l && column("loop") == 0 ? column("strain") : 1/0):"stress_gpa" with lines lw 1 title l
set title "largest drop and its strain, every replica (Fig. 2b)"; set key top left
set xlabel "strain of the largest drop"; set ylabel "largest drop [GPa]"
plot for [l in levels] replicas using (strcol("ensemble") eq l && strcol("state") eq "done" ? abs(column("max_stress_drop_strain")) : 1/0):"max_stress_drop_gpa" with points pt 7 ps 0.6 title l
set title "variance of the largest drop (Fig. S4b)"; set xlabel "energy below the hyper-quenched [meV/atom]"; set ylabel "variance [GPa²]"
set xrange [-3:50]; set key off
plot ensembles using "annealing_mev":"drop_variance_gpa2":(column("drop_variance_gpa2")*column("variance_relative_error")) with errorbars pt 7
set title "N(<Q²>-<Q>²) of the overlap with strain 0 (Fig. S3)"; set xlabel "strain"; set ylabel "χ_{12}"; set key top left
set xrange [0:0.2]
plot for [l in levels] curves using (strcol("ensemble") eq l ? column("strain") : 1/0):"overlap_chi" with lines lw 2 title l
set title "unloading from yield (Fig. 3a-b)"; set ylabel "stress [GPa]"; set key top left
plot for [l in levels] single using (strcol("level") eq l && column("loop") == 1 ? column("strain") : 1/0):"stress_gpa" with lines lw 1 title l
unset multiplot
# Maps of D2min (Fig. 2c-f): each atom where it is, seen along z, the most rearranged on top.
set output out."/ductile_maps.png"
set terminal pngcairo size 1100,620 font "sans,11" background "white"
set multiplot layout 2,4 margins 0.04,0.92,0.07,0.88 spacing 0.035,0.1 title "D²_{min} against strain 0 [Å²], just before (top) and just after the largest drop, +xy"
set xrange [-2:32]; set yrange [-2:30]; set size ratio -1; unset key; unset xlabel; unset ylabel; set xtics 10; set ytics 10
set cbrange [0:20]; set palette defined (0 "#e8e8e8", 5 "#9ecae1", 10 "#fdae6b", 20 "#a50f15")
set colorbox user origin 0.945,0.15 size 0.012,0.6
do for [state in "before after"] { do for [s in "hyper1 inter1 deep1 slow1"] {
  set title s
  plot sprintf("< grep ^%s,%s, %s/ductile_maps.csv | sort -t, -k5g", s, state, data) using 3:4:5 with points pt 7 ps 0.55 lc palette
}}
unset multiplot
