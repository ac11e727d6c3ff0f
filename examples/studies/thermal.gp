# Figures of docs/htc.md: gnuplot -e "data='docs/data'; out='docs/data'" examples/studies/thermal.gp
set datafile separator ","
set terminal svg size 1000,420 font "sans,13" background "white"
set output out."/thermal.svg"
rates = data."/thermal_rates.csv"; heating = data."/thermal_heating.csv"
stats data."/thermal_line.csv" using "intercept_ev":"slope_ev_per_decade" every ::0::0 nooutput
line(q) = STATS_max_x + STATS_max_y * log10(q)
is(origin, x) = strcol("origin") eq origin ? x : 1/0
set multiplot layout 1,2
set title "energy against quench rate (Fig. 1a)"; set xlabel "rate, or effective rate Q_e [K/s]"; set ylabel "E_{IS} [eV/atom]"
set logscale x; set format x "10^{%L}"; set key top left
set xrange [*:1e15]
plot rates using (is("quench", column("quench_rate_k_per_s"))):"energy_per_atom_ev" with points pt 7 lc rgb "#c03030" title "quenched", \
  rates using (strcol("origin") eq "quench" ? 1/0 : column("effective_rate_k_per_s")):"energy_per_atom_ev":"effective_rate_low_k_per_s":"effective_rate_high_k_per_s" \
  with xerrorbars pt 6 lc rgb "#3050c0" title "cycled, 95 %", line(x) with lines dt 2 lc "black" notitle
unset logscale; set format x "%g"
set title "on heating at 10^{13} K/s (Fig. 1b)"; set xlabel "T [K]"; set key top left
set xrange [0:1500]; set key at graph 0.55, graph 0.62
names = system("awk -F, 'NR > 1 {print $1}' ".heating." | uniq")
plot for [n in names] heating using (strcol("sample") eq n ? column("temperature_k") : 1/0):"energy_per_atom_ev" with linespoints pt 7 ps 0.6 title n
unset multiplot
