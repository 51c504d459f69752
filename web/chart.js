// @ts-check
// Lanes on one axis of time: the intruder's acts, what could be read and since when, logs with their gaps, waves. Zoom
// with the wheel or + and -, move by dragging or the arrow keys, from years down to seconds; what is drawn follows the
// time filter. The list of the timeline says the same in words.

import {h, number, s} from './dom.js';

const kWidth = 1200, kLabel = 150, kRow = 8, kGap = 14, kRowsMax = 6, kActRowsMax = 20;
const kActRow = 15, kLetter = 5.7, kLettersLeast = 14, kLettersMost = 70;  // acts say what they are beside their bars
const kMinSpanMs = 5000;
const kSteps = [1, 5, 15, 60, 300, 900, 3600, 10800, 43200, 86400, 604800, 2629800, 7889400, 31557600].map((seconds) => seconds * 1000);

function label(ms, step) {
  const text = new Date(ms).toISOString();
  if (step >= 86400000) return text.slice(0, 10);
  return step >= 60000 ? text.slice(5, 16).replace('T', ' ') : text.slice(11, 19);
}

export function chart(data, context) {
  const ends = [];
  // Shown first: the intrusion and what the logs hold of it. Waves to come and what could be read since always are there
  // when one moves.
  const first = [];
  for (const lane of data.lanes)
    for (const bar of lane.bars) {
      for (const end of [bar.from, bar.until]) {
        if (!end) continue;
        ends.push(Date.parse(end));
        if (lane === data.lanes[0] || bar.grade === 'held') first.push(Date.parse(end));
      }
    }
  if (ends.length === 0) return null;
  const least = ends.reduce((a, b) => Math.min(a, b));
  const most = ends.reduce((a, b) => Math.max(a, b));
  const margin = Math.max((most - least) * 0.02, kMinSpanMs);
  const wanted = first.length ? first : ends;
  const edge = Math.max((Math.max(...wanted) - Math.min(...wanted)) * 0.04, kMinSpanMs);
  let begin = context.from && !Number.isNaN(Date.parse(context.from)) ? Date.parse(context.from) : Math.min(...wanted) - edge;
  let end = context.until && !Number.isNaN(Date.parse(context.until)) ? Date.parse(context.until) : Math.max(...wanted) + edge;
  const picture = s('svg', {class: 'chart', role: 'group', tabindex: '0', 'aria-label': 'Lanes of time; plus and minus zoom, arrow keys move'});

  const at = (ms) => kLabel + (ms - begin) / (end - begin) * (kWidth - kLabel);
  function draw() {
    const parts = [];
    const rules = [];
    const step = kSteps.find((one) => (end - begin) / one <= 12) ?? kSteps.at(-1) * Math.ceil((end - begin) / kSteps.at(-1) / 12);
    let y = 22;
    for (const lane of data.lanes) {
      const rows = [];
      const acts = lane === data.lanes[0];
      const high = acts ? kActRow : kRow;
      const top = y;
      let hidden = lane.left_out;
      for (const bar of lane.bars) {
        const from = bar.from ? Date.parse(bar.from) : -Infinity;
        const until = bar.until ? Date.parse(bar.until) : Infinity;
        if (until < begin || from > end) continue;
        const x1 = Math.max(at(from), kLabel);
        const x2 = Math.max(Math.min(at(until), kWidth), x1 + 3);
        // Where there is room on the right the act's words stand there, else on the left.
        const right = Math.floor((kWidth - x2 - 8) / kLetter), left = Math.floor((x1 - kLabel - 8) / kLetter);
        const letters = acts ? Math.min(Math.max(right, left), kLettersMost, bar.says.length) : 0;
        const words = letters < Math.min(kLettersLeast, bar.says.length) ? '' : bar.says.length > letters ? bar.says.slice(0, letters - 1) + '\u2026' : bar.says;
        const after = words !== '' && right >= letters;
        const begins = words && !after ? x1 - words.length * kLetter - 8 : x1;
        const ends = after ? x2 + words.length * kLetter + 8 : x2;
        let row = rows.findIndex((last) => last + 2 < begins);
        if (row < 0) row = rows.length;
        if (row >= (acts ? kActRowsMax : kRowsMax)) {
          ++hidden;
          continue;
        }
        rows[row] = Math.max(rows[row] ?? 0, ends);
        parts.push(s('a', {href: bar.view}, s('rect', {class: 'span ' + bar.grade, x: x1.toFixed(1), y: y + row * high, width: (x2 - x1).toFixed(1), height: high - (acts ? 4 : 2), rx: 1},
          s('title', null, bar.says + '\n' + (bar.from ?? 'always') + ' to ' + (bar.until ?? 'open'))),
          words ? s('text', {class: 'words', x: (after ? x2 + 4 : x1 - 4).toFixed(1), y: y + row * high + 9, 'text-anchor': after ? 'start' : 'end'}, words) : null));
      }
      y += Math.max(rows.length, 1) * high + kGap;
      parts.push(s('text', {x: 4, y: top + 9}, lane.lane), s('line', {class: 'rule', x1: 0, x2: kWidth, y1: y - kGap / 2 - 1, y2: y - kGap / 2 - 1}));
      if (hidden) parts.push(s('text', {x: 4, y: top + 23, class: 'quiet'}, 'and ' + number(hidden) + ' more'));
    }
    for (let tick = Math.ceil(begin / step) * step; tick < end; tick += step)
      rules.push(s('line', {class: 'rule', x1: at(tick), x2: at(tick), y1: 16, y2: y}), s('text', {class: 'quiet', x: at(tick) + 2, y: 12}, label(tick, step)));
    picture.setAttribute('viewBox', `0 0 ${kWidth} ${y}`);
    picture.replaceChildren(...rules, ...parts);
  }
  function zoom(factor, around) {
    const span = Math.max((end - begin) * factor, kMinSpanMs);
    if (span > 50 * 31557600000) return;
    const share = (around - begin) / (end - begin);
    begin = around - span * share;
    end = begin + span;
    requestAnimationFrame(draw);
  }
  function move(share) {
    const by = (end - begin) * share;
    begin += by;
    end += by;
    requestAnimationFrame(draw);
  }
  const timeAt = (event) => {
    const box = picture.getBoundingClientRect();
    return begin + Math.max((event.clientX - box.left) / box.width * kWidth - kLabel, 0) / (kWidth - kLabel) * (end - begin);
  };
  picture.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, {passive: false});
  picture.addEventListener('keydown', (event) => {
    const middle = (begin + end) / 2;
    const acts = {'+': () => zoom(0.5, middle), '=': () => zoom(0.5, middle), '-': () => zoom(2, middle), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), '0': () => { begin = least - margin; end = most + margin; draw(); }};
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
  let grabbed = null;
  picture.addEventListener('pointerdown', (event) => { grabbed = event.clientX; });
  picture.addEventListener('pointermove', (event) => {
    if (grabbed === null || event.buttons === 0) return;
    move((grabbed - event.clientX) / picture.getBoundingClientRect().width);
    grabbed = event.clientX;
  });
  for (const name of ['pointerup', 'pointerleave']) picture.addEventListener(name, () => { grabbed = null; });
  draw();
  const iso = (ms) => new Date(ms).toISOString().slice(0, 19) + 'Z';
  return h('figure', {class: 'chartbox'}, picture,
    h('figcaption', null, h('span', {class: 'key span-confirmed'}), 'confirmed', h('span', {class: 'key span-possible'}), 'possible', h('span', {class: 'key held'}), 'logs held, waves', h('span', {class: 'key gap'}), 'gaps',
      h('span', {class: 'grow'}), 'Wheel or + \u2212 zoom, drag or arrows move. ',
      h('button', {type: 'button', onclick: () => zoom(0.5, (begin + end) / 2), 'aria-label': 'Closer'}, '+'), h('button', {type: 'button', onclick: () => zoom(2, (begin + end) / 2), 'aria-label': 'Farther'}, '\u2212'),
      h('button', {type: 'button', onclick: () => { begin = least - margin; end = most + margin; draw(); }}, 'All'),
      h('button', {type: 'button', title: 'Every view shows this time only', onclick: () => context.go({from: iso(begin), until: iso(end)})}, 'Filter by this span')));
}
