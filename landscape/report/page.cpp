#include "landscape/report/page.hpp"

namespace landscape::report {

const std::string_view style_sheet = R"css(
body{font:15px/1.45 sans-serif;color:#222;max-width:1180px;margin:1.5em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #ccc}
table{border-collapse:collapse;font-size:12.5px}th,td{padding:2px 8px;text-align:right;border-bottom:1px solid #e5e5e5;white-space:nowrap}
td{max-width:340px;overflow:hidden;text-overflow:ellipsis}
th{background:#f4f4f4;position:sticky;top:0}#events th{cursor:pointer}#events tbody tr{cursor:pointer}
tr.chosen{background:#fff2c6}.scroll{max-height:420px;overflow:auto;border:1px solid #ddd}
.cards{display:flex;flex-wrap:wrap;gap:10px}.card{border:1px solid #ddd;border-radius:6px;padding:6px 14px}
.card b{display:block;font-size:1.35em}.charts{display:flex;flex-wrap:wrap;gap:8px}.chart,.tree{max-width:100%;height:auto}
.leaf{cursor:pointer}.leaf.chosen{stroke:#000;stroke-width:2}.none{color:#777}.viewer{display:flex;gap:14px;flex-wrap:wrap}
canvas{border:1px solid #ddd;background:#fff;touch-action:none;max-width:100%}code{background:#f4f4f4;padding:0 3px}
details{margin:.3em 0}pre{white-space:pre-wrap;font-size:12px}.wrap{overflow-x:auto}
)css";

const std::string_view script = R"js(
'use strict';
(() => {
const read = id => JSON.parse(document.getElementById(id).textContent);
const atoms = read('atoms'), leaves = read('leaves');
const table = document.getElementById('events'), canvas = document.getElementById('view');
const info = document.getElementById('chosen'), count = document.getElementById('count');
const rows = table ? Array.from(table.tBodies[0].rows) : [];
const names = table ? Array.from(table.tHead.rows[0].cells, c => c.textContent) : [];
const cell = (row, k) => row.cells[k].textContent;

// Filter: words and terms (EA<0.5 class=thermal), all of which hold.
const operators = {'<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
  '=': (a, b) => a === b, '!=': (a, b) => a !== b};
function test(word) {
  const parts = word.match(/^([A-Za-z_0-9]+)(<=|>=|!=|=|<|>)(.+)$/);
  if (!parts) return row => row.textContent.toLowerCase().includes(word.toLowerCase());
  const k = names.findIndex(n => n.toLowerCase() === parts[1].toLowerCase());
  if (k < 0) return () => false;
  const number = Number(parts[3]), isText = Number.isNaN(number);
  return row => {
    const text = cell(row, k);
    if (isText) return operators[parts[2]](text, parts[3]);
    return text !== '' && operators[parts[2]](Number(text), number);
  };
}
function filter(text) {
  const tests = text.trim().split(/\s+/).filter(w => w).map(test);
  let shown = 0;
  for (const row of rows) {
    const good = tests.every(t => t(row));
    row.hidden = !good;
    shown += good;
  }
  count.textContent = shown + ' of ' + rows.length;
}
let sorted = -1, direction = 1;
function sort(k) {
  direction = sorted === k ? -direction : 1;
  sorted = k;
  const key = row => { const t = cell(row, k), n = Number(t); return t === '' ? null : Number.isNaN(n) ? t : n; };
  rows.sort((a, b) => {
    const x = key(a), y = key(b);
    if (x === null || y === null) return (x === null) - (y === null);
    return direction * (x < y ? -1 : x > y ? 1 : 0);
  });
  for (const row of rows) table.tBodies[0].append(row);
}

// Atoms: x y z in 0.001 A around the centre, then displacements at the saddle and in the final minimum.
let event = null, phase = 0, turn = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], zoom = 1;
const input = id => document.getElementById(id);
const palette = ['#c88033', '#94e0e0', '#bfa6a6', '#8f8fff', '#50d050', '#e06633', '#9c7ac7', '#778'];
function shade(t) {
  const c = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
  const p = Math.min(1, Math.max(0, t)) * 4, k = Math.min(3, Math.floor(p)), f = p - k;
  return 'rgb(' + c[k].map((v, i) => Math.round(v + f * (c[k + 1][i] - v))) + ')';
}
function at(e, i, t) {
  const s = t <= 1 ? [t, 0] : [2 - t, t - 1];
  return [0, 1, 2].map(k => (e.x[3 * i + k] + s[0] * e.s[3 * i + k] + s[1] * e.f[3 * i + k]) / 1000);
}
const rotate = v => turn.map(r => r[0] * v[0] + r[1] * v[1] + r[2] * v[2]);
function draw() {
  if (!event) return;
  const e = event, g = canvas.getContext('2d'), w = canvas.width, h = canvas.height, n = e.x.length / 3;
  const scale = zoom * w / 26, by = input('by').value, arrow = Number(input('arrows').value);
  const length = i => Math.hypot(e.f[3 * i], e.f[3 * i + 1], e.f[3 * i + 2]) / 1000;
  const values = by === 'moved' ? Array.from({length: n}, (_, i) => length(i)) : e.values && e.values[by];
  const low = values ? Math.min(...values) : 0, high = values ? Math.max(...values) : 1;
  g.clearRect(0, 0, w, h);
  const balls = [];
  for (let i = 0; i < n; ++i) {
    const p = rotate(at(e, i, phase));
    balls.push({i, p, color: values ? shade((values[i] - low) / (high - low || 1)) : palette[e.t[i] % palette.length]});
  }
  balls.sort((a, b) => a.p[2] - b.p[2]);
  const project = p => [w / 2 + scale * p[0], h / 2 - scale * p[1]];
  for (const b of balls) {
    const [x, y] = project(b.p), fade = 0.35 + 0.65 * Math.min(1, Math.max(0, (b.p[2] + 11) / 22));
    g.globalAlpha = fade * (length(b.i) < 0.1 ? 0.25 : 1);
    g.beginPath(); g.arc(x, y, scale * 0.75, 0, 7);
    g.fillStyle = b.color; g.fill(); g.strokeStyle = '#333'; g.lineWidth = b.i === 0 ? 3 : 0.6; g.stroke();
    if (arrow && length(b.i) > 0.1) {
      const d = rotate([0, 1, 2].map(k => e.f[3 * b.i + k] / 1000 * arrow)), tip = project(b.p.map((v, k) => v + d[k]));
      const a = Math.atan2(tip[1] - y, tip[0] - x);
      g.globalAlpha = 1; g.strokeStyle = '#b00'; g.lineWidth = 1.6; g.beginPath(); g.moveTo(x, y); g.lineTo(tip[0], tip[1]);
      for (const s of [2.6, -2.6]) { g.moveTo(tip[0], tip[1]); g.lineTo(tip[0] + 6 * Math.cos(a + s), tip[1] + 6 * Math.sin(a + s)); }
      g.stroke();
    }
  }
  g.globalAlpha = 1; g.fillStyle = '#222'; g.font = '12px sans-serif'; g.textAlign = 'left';
  if (values) {  // what the colours mean
    for (let k = 0; k < 100; ++k) { g.fillStyle = shade(k / 99); g.fillRect(12 + k, h - 22, 1.5, 10); }
    g.fillStyle = '#222';
    g.fillText((by === 'moved' ? 'displacement [Å]' : by === 'd2min_a2' ? 'D²min [Å²]' : by) + ': ' + low.toPrecision(3) + ' ... ' + high.toPrecision(3), 12, h - 28);
  } else e.species.forEach((name, k) => {
    g.beginPath(); g.arc(20, h - 16 - 18 * k, 6, 0, 7); g.fillStyle = palette[k % palette.length]; g.fill(); g.stroke();
    g.fillStyle = '#222'; g.fillText(name, 32, h - 12 - 18 * k);
  });
  canvas.dataset.event = e.id;
  canvas.dataset.by = by;
}
function choose(id) {
  for (const row of rows) row.classList.toggle('chosen', row.dataset.event === String(id));
  const row = rows.find(r => r.dataset.event === String(id));
  for (const leaf of document.querySelectorAll('.leaf')) leaf.classList.toggle('chosen', !!row && leaf.dataset.minimum === row.dataset.final);
  event = atoms.events[id] || null;
  if (!event) { info.textContent = 'event ' + id + ': its atoms are not in this page (landscape export events id=' + id + ')'; canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height); canvas.dataset.event = ''; return; }
  const select = input('by'), old = select.value;
  select.replaceChildren(...[['moved', 'displacement'], ['species', 'species']].concat(Object.keys(event.values || {}).map(k => [k, k === 'd2min_a2' ? 'D²min' : k]))
    .map(([value, text]) => { const o = document.createElement('option'); o.value = value; o.textContent = text; return o; }));
  if (Array.from(select.options).some(o => o.value === old)) select.value = old;
  info.textContent = 'event ' + id + (row ? ': ' + names.map((n, k) => n + ' ' + cell(row, k)).slice(1).filter(t => !t.endsWith(' ')).join(', ') : '');
  draw();
}
function spin(dx, dy) {
  const [c, s, d, t] = [Math.cos(dx), Math.sin(dx), Math.cos(dy), Math.sin(dy)];
  const m = [[c, 0, s], [t * s, d, -t * c], [-d * s, t, d * c]];
  turn = m.map(r => [0, 1, 2].map(k => r[0] * turn[0][k] + r[1] * turn[1][k] + r[2] * turn[2][k]));
  draw();
}
if (canvas) {
  let drag = null;
  canvas.addEventListener('pointerdown', e => { drag = [e.clientX, e.clientY]; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener('pointermove', e => { if (drag) { spin((e.clientX - drag[0]) / 120, (e.clientY - drag[1]) / 120); drag = [e.clientX, e.clientY]; } });
  canvas.addEventListener('pointerup', () => { drag = null; });
  canvas.addEventListener('wheel', e => { zoom *= e.deltaY < 0 ? 1.1 : 1 / 1.1; draw(); e.preventDefault(); }, {passive: false});
  input('phase').addEventListener('input', e => { phase = Number(e.target.value); draw(); });
  for (const id of ['by', 'arrows']) input(id).addEventListener('input', draw);
}
if (table) {
  input('filter').addEventListener('input', e => filter(e.target.value));
  Array.from(table.tHead.rows[0].cells).forEach((c, k) => c.addEventListener('click', () => sort(k)));
  table.tBodies[0].addEventListener('click', e => { const row = e.target.closest('tr'); if (row) choose(row.dataset.event); });
  filter('');
}
document.addEventListener('click', e => {
  if (!(e.target instanceof Element) || !e.target.classList.contains('leaf')) return;
  const id = leaves[e.target.dataset.minimum];
  if (id !== undefined) choose(id);
  else info.textContent = 'minimum ' + e.target.dataset.minimum + ': no event of the table leads to it (it is the sample itself, or the table is too short: landscape report --events)';
});
for (const part of document.querySelectorAll('.script')) part.hidden = false;
const first = rows.find(r => atoms.events[r.dataset.event]);
if (first) choose(first.dataset.event);
const ask = new URLSearchParams(location.hash.slice(1));  // #filter=EA<0.1&leaf=5&event=3&sort=2
if (ask.has('filter')) { input('filter').value = ask.get('filter'); filter(ask.get('filter')); }
if (ask.has('sort')) sort(Number(ask.get('sort')));
if (ask.has('event')) choose(ask.get('event'));
if (ask.has('phase')) { input('phase').value = ask.get('phase'); phase = Number(ask.get('phase')); draw(); }
if (ask.has('by')) { input('by').value = ask.get('by'); draw(); }
if (ask.has('leaf')) { const l = document.querySelector('.leaf[data-minimum="' + Number(ask.get('leaf')) + '"]'); if (l) l.dispatchEvent(new MouseEvent('click', {bubbles: true})); }
document.documentElement.dataset.ready = 'yes';
})();
)js";

}  // namespace landscape::report
