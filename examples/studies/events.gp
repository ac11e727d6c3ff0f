# Figures of docs/events_study.md: gnuplot -e "data='docs/data'; out='docs/data'" examples/studies/events.gp
set datafile separator ","
set terminal svg size 1000,1000 font "sans,13" background "white"
set output out."/events.svg"
levels = "hyper inter deep slow"
typical = data."/events_typical.csv"; mapped = data."/events_mapped.csv"; foretold = data."/events_foretold.csv"
level(glass) = glass[1:strlen(glass)-1]
set multiplot layout 3,2
set key above samplen 1
do for [c in "thermal strain_created"] {
  if (int(system("grep -c ^".c.", ".typical)) == 0) { continue }
  set title "a typical event, ".(c eq "thermal" ? "thermal (Fig. 3c)" : "strain-created (Fig. 3d)") noenhanced
  set xlabel "strain"; set ylabel "barrier [eV]"
  set autoscale
  of(class, x) = class eq c ? x : 1/0
  stats typical using (of(strcol("event_class"), column("critical_strain"))):(of(strcol("event_class"), column("amplitude_ev"))) nooutput
  fold = STATS_mean_x; amplitude = STATS_mean_y
  law(x) = (fold - x) * sgn(fold) > 0 ? amplitude * abs(fold - x)**1.5 : 1/0
  stats typical using (of(strcol("event_class"), column("strain"))) nooutput
  set xrange [STATS_min - 0.1 * (STATS_max - STATS_min) : STATS_max + 0.1 * (STATS_max - STATS_min)]
  span = STATS_max - STATS_min; ten = 10**floor(log10(span))
  step = span > 4 * ten ? 2 * ten : 0.5 * ten
  set xtics step
  plot typical using (of(strcol("event_class"), column("strain"))):"barrier_ev" with points pt 7 ps 0.6 title "E_A", \
       typical using (of(strcol("event_class"), column("strain"))):"reverse_barrier_ev" with points pt 6 ps 0.6 title "E_R", \
       law(x) with lines dt 2 lc "black" title "A|γ_c - γ|^{3/2}"
}
set xtics autofreq
set title "barriers of events mapped at zero strain (Fig. 5a)"; set xlabel "E_A [eV]"; set ylabel "events of a glass in 0.1 eV"
set xrange [0:2]; set yrange [0:*]
glasses(l) = int(system("awk -F, 'NR > 1 {print $1}' ".mapped." | sort -u | grep -c ^".l))
plot for [l in levels] mapped using (0.1 * floor(column("barrier_ev") / 0.1) + 0.05):(level(strcol("glass")) eq l && strcol("method") eq "first_order" ? 1.0 / glasses(l) : 0.0) \
  smooth frequency with linespoints pt 7 ps 0.6 title l
set title "their critical strains, first order; lines: largest stress (Fig. 5b-c)" ; set xlabel "|predicted critical strain|"; set ylabel "E_A [eV]"
set xrange [0:0.5]; set yrange [0:2]
plot for [i=1:4] mapped using (level(strcol("glass")) eq word(levels, i) && strcol("method") eq "first_order" ? abs(column("predicted")) : 1/0):"barrier_ev" \
  with points pt 7 ps 0.6 lc i title word(levels, i), \
  for [i=1:4] mapped using (level(strcol("glass")) eq word(levels, i) ? column("yield_strain") : 1/0):(0.0):(0.0):(2.0) with vectors nohead lw 0.5 lc i notitle
set title "every track that reached its fold"; set xlabel "|γ_c - γ|"; set ylabel "E_A [eV]"; set logscale xy
set xrange [3e-4:0.1]; set yrange [1e-5:1]
plot for [l in levels] foretold using (level(strcol("glass")) eq l ? column("left") : 1/0):"barrier_ev" with points pt 7 ps 0.3 title l, \
  20 * x**1.5 with lines dt 2 lc "black" title "slope 3/2"
unset logscale
set title "first order from afar: 0.003 to 0.03 before the fold"; set xlabel "tracked strain left"; set ylabel "foretold strain left"
set xrange [0.003:0.03]; set yrange [0:0.06]
plot for [l in levels] foretold using (level(strcol("glass")) eq l && column("left") > 0.003 ? column("left") : 1/0):(abs(column("first_order") - column("strain"))) with points pt 7 ps 0.4 title l, \
  x with lines dt 2 lc "black" notitle
unset multiplot
