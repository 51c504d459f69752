// @ts-check
// Drawings of reach: the engine chose the steps and laid them out, these draw them. Every node can be reached by
// keyboard and leads to its own page.

import {h, place, s, shortened, shown} from './dom.js';

const kWidth = 264, kHeight = 46, kGapX = 54, kGapY = 14, kMargin = 10;
const kLeastFit = 0.7, kButtons = 36;
const kIcons = {principal: 'P', secret: 'S', resource: 'R', token: 'T', authenticated: 'A'};

// As much of a text as fits a width, in pixels: a box is as wide for W as for i.
let measure = null;
function fitting(text, width, pixels = 13) {
  measure ??= document.createElement('canvas').getContext('2d');
  const cut = shortened(text, Math.ceil(width / 2));
  if (!measure || cut.length * pixels <= width) return cut;
  measure.font = pixels + 'px ' + getComputedStyle(document.body).fontFamily;
  if (measure.measureText(cut).width <= width) return cut;
  let least = 1;
  let most = cut.length;
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (measure.measureText(shortened(text, middle)).width <= width) least = middle;
    else most = middle;
  }
  return shortened(text, least);
}

// Moves and zooms a drawing: by dragging, the wheel, + - and the arrow keys.
function movable(picture, box, width, height) {
  let scale = 1;
  let x = 0;
  let y = 0;
  let asked = false;
  const apply = () => {
    asked = false;
    picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  };
  const later = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(apply);
  };
  const move = (dx, dy) => {
    x += dx;
    y += dy;
    later();
  };
  const zoom = (factor, cx, cy) => {
    const next = Math.min(Math.max(scale * factor, 0.15), 2.5);
    x = cx - (cx - x) * next / scale;
    y = cy - (cy - y) * next / scale;
    scale = next;
    later();
  };
  const fit = () => {
    // Whole where it can be read then, else from its causes on.
    scale = Math.min(Math.max(Math.min(box.clientWidth / width, box.clientHeight / height), kLeastFit), 1);
    x = Math.max((box.clientWidth - width * scale) / 2, 0);
    y = Math.max((box.clientHeight - height * scale) / 2, kButtons);
    later();
  };
  let grabbed = null;
  box.addEventListener('pointerdown', (event) => {
    if (event.button === 0) grabbed = {x: event.clientX, y: event.clientY, far: false};
  });
  box.addEventListener('pointermove', (event) => {
    if (!grabbed || event.buttons === 0) return;
    if (Math.abs(event.clientX - grabbed.x) + Math.abs(event.clientY - grabbed.y) > 3 && !grabbed.far) {
      grabbed.far = true;
      box.setPointerCapture(event.pointerId);
    }
    if (!grabbed.far) return;
    move(event.clientX - grabbed.x, event.clientY - grabbed.y);
    grabbed.x = event.clientX;
    grabbed.y = event.clientY;
  });
  // A drag that ends on a node is no click on it.
  box.addEventListener('click', (event) => {
    if (grabbed?.far) {
      event.preventDefault();
      event.stopPropagation();
    }
    grabbed = null;
  }, true);
  box.addEventListener('wheel', (event) => {
    event.preventDefault();
    const at = box.getBoundingClientRect();
    if (event.ctrlKey || !event.shiftKey) zoom(event.deltaY > 0 ? 0.87 : 1.15, event.clientX - at.left, event.clientY - at.top);
    else move(-event.deltaY, 0);
  }, {passive: false});
  box.addEventListener('keydown', (event) => {
    const cx = box.clientWidth / 2;
    const cy = box.clientHeight / 2;
    const acts = {'+': () => zoom(1.25, cx, cy), '=': () => zoom(1.25, cx, cy), '-': () => zoom(0.8, cx, cy), '0': fit, ArrowLeft: () => move(80, 0), ArrowRight: () => move(-80, 0), ArrowUp: () => move(0, 80), ArrowDown: () => move(0, -80)};
    if (event.target !== box || !Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
  // What the keyboard comes to is brought into sight.
  box.addEventListener('focusin', (event) => {
    const node = /** @type {Element} */ (event.target).closest('.node');
    if (!node) return;
    const at = node.getBoundingClientRect();
    const within = box.getBoundingClientRect();
    const dx = at.left < within.left ? within.left - at.left + 40 : at.right > within.right ? within.right - at.right - 40 : 0;
    const dy = at.top < within.top ? within.top - at.top + 40 : at.bottom > within.bottom ? within.bottom - at.bottom - 40 : 0;
    if (dx || dy) move(dx, dy);
  });
  return {fit, zoom: (factor) => zoom(factor, box.clientWidth / 2, box.clientHeight / 2)};
}

function frame(nodes, width, height, label, caption, context, extra = null) {
  const head = s('defs', null, s('marker', {id: 'head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerUnits: 'userSpaceOnUse', markerWidth: 9, markerHeight: 9, orient: 'auto'}, s('path', {class: 'head', d: 'M0 0L8 4L0 8z'})));
  const picture = s('svg', {viewBox: `0 0 ${width} ${height}`, width, height, class: 'graph', role: 'group', 'aria-label': label}, head, nodes);
  const box = h('div', {class: 'graphbox', tabindex: '0', role: 'group', 'aria-label': label + '. Plus and minus zoom, arrow keys move, 0 fits'}, picture);
  const moves = movable(picture, box, width, height);
  const buttons = h('div', {class: 'graphbuttons'},
    h('button', {type: 'button', 'aria-label': 'Closer', onclick: () => moves.zoom(1.3)}, '+'),
    h('button', {type: 'button', 'aria-label': 'Farther', onclick: () => moves.zoom(0.77)}, '\u2212'),
    h('button', {type: 'button', onclick: moves.fit}, 'Fit'));
  box.style.setProperty('--height', String(Math.min(Math.max(height + kButtons + 10, 180), 620)) + 'px');
  context.onshown(moves.fit);
  return h('figure', {class: 'drawing'}, h('div', {class: 'graphframe'}, box, buttons, extra), caption ? h('figcaption', null, caption) : null);
}

function arrow(a, b, more = {}) {
  const x1 = a.x + kWidth, y1 = a.y + kHeight / 2, x2 = b.x, y2 = b.y + kHeight / 2;
  const bend = Math.max(Math.abs(x2 - x1) / 2, 24);
  return s('path', {class: 'arrow', 'marker-end': 'url(#head)', d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, ...more});
}

const placed = (node) => ({x: kMargin + node.column * (kWidth + kGapX), y: kMargin + node.row * (kHeight + kGapY)});
const across = (columns) => 2 * kMargin + columns * (kWidth + kGapX) - kGapX;
const down = (rows) => 2 * kMargin + rows * (kHeight + kGapY) - kGapY;

// The proof of one thing.
export function graph(proof, context) {
  const byStep = new Map(proof.nodes.map((node) => [node.step, placed(node)]));
  const arrows = proof.edges.map(([from, to]) => arrow(byStep.get(from), byStep.get(to)));
  const nodes = proof.nodes.map((node) => {
    const {x, y} = placed(node);
    const since = node.since ? shown(node.since) : 'always';
    return s('a', {href: place('reach', node.id), class: 'node ' + node.type},
      s('title', null, node.says + (node.evidence ? '\nevidence: ' + node.evidence : '')),
      s('rect', {x, y, width: kWidth, height: kHeight, rx: 6}),
      s('text', {x: x + 10, y: y + 19}, fitting(node.step + '. ' + node.name, kWidth - 20)),
      s('text', {x: x + 10, y: y + 36, class: 'quiet'}, fitting(node.rule + ', ' + since, kWidth - 20, 11)));
  });
  return frame([arrows, nodes], across(proof.columns), down(proof.rows), 'Proof, from evidence on the left to the thing on the right',
    ['From evidence on the left to the thing on the right, at grade ', proof.grade, '. ', proof.cut ? proof.cut + ' earlier steps are not drawn; the text has them all.' : ''], context);
}

const kLevels = ['none', 'possible', 'confirmed'];

function holds(intervals, at) {
  return intervals.some(([from, until]) => (!from || Date.parse(from) <= at) && (!until || at < Date.parse(until)));
}

// How things came to be held, over time: what is held at the slider's time is full, what is not yet or no longer held
// is faint. choose(thing) tells who looks at one.
export function overTime(data, context, choose) {
  const things = data.things;
  const times = [...new Set(things.flatMap((thing) => [...thing.possible, ...thing.confirmed].flat()).filter(Boolean))].sort();
  const spots = things.map(placed);
  const lines = data.steps.map((step) => arrow(spots[step.from], spots[step.to], {'data-from': step.from, 'data-to': step.to}));
  const nodes = things.map((thing, index) => {
    const {x, y} = spots[index];
    const many = thing.members.length > 0;
    return s('a', {href: many ? place('reach', 'list', [['where', 'type:' + thing.type]]) : place('reach', thing.id), class: 'node ' + thing.type + (thing.asked ? ' asked' : ''), 'data-thing': index, 'aria-label': many ? thing.name : thing.type + ' ' + thing.name},
      many ? s('rect', {x: x + 5, y: y + 5, width: kWidth, height: kHeight, rx: 6}) : null,
      s('rect', {x, y, width: kWidth, height: kHeight, rx: 6}),
      s('text', {x: x + 12, y: y + 28, class: 'icon'}, kIcons[thing.type] ?? ''),
      s('text', {x: x + 32, y: y + 20}, fitting(thing.name, kWidth - 42)),
      s('text', {x: x + 32, y: y + 36, class: 'quiet'}, ''));
  });
  nodes.forEach((node, index) => node.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    for (const other of nodes) other.classList.toggle('picked', other === node);
    for (const [at, line] of lines.entries())
      line.classList.toggle('picked', data.steps[at].to === index || data.steps[at].from === index);
    choose(index);
  }));
  let level = [];
  function setTime(at) {
    let held = 0;
    let confirmed = 0;
    things.forEach((thing, index) => {
      const now = at === null ? (thing.confirmed.length ? 2 : 1) : holds(thing.confirmed, at) ? 2 : holds(thing.possible, at) ? 1 : 0;
      held += now > 0 ? thing.count : 0;
      confirmed += now === 2 ? thing.count : 0;
      if (level[index] === now) return;
      level[index] = now;
      nodes[index].classList.remove(...kLevels);
      nodes[index].classList.add(kLevels[now]);
      const since = (now === 2 ? thing.confirmed : thing.possible)[0]?.[0];
      nodes[index].lastChild.textContent = now === 0 ? 'not held then' : kLevels[now] + ' since ' + (since ? shown(since).slice(0, 16) : 'always');
    });
    lines.forEach((line, index) => line.classList.toggle('off', !level[data.steps[index].from] || !level[data.steps[index].to]));
    return {held, confirmed};
  }
  const picture = frame([lines, nodes], across(data.columns), down(data.rows), 'Reach over time, causes on the left', null, context);
  return {picture, times, setTime};
}
