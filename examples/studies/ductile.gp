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
