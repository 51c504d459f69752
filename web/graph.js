// The proof of one thing as a drawing: the engine chose the steps and laid them out, this draws them. Every node can
// be reached by keyboard and leads to its own page; the text below the drawing says the same.

import {h, place} from './dom.js';

const kName = 'http://www.w3.org/2000/svg';
const kWidth = 210, kHeight = 46, kGapX = 50, kGapY = 14, kMargin = 8;

export function s(tag, properties, ...children) {
  const element = document.createElementNS(kName, tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null) continue;
    if (name === 'href' && !String(value).startsWith('#/')) throw new Error('a link must stay in the page');
    element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

function shortened(text, most) {
  return text.length > most ? text.slice(0, most - 1) + '\u2026' : text;
}

export function graph(proof) {
  const x = (node) => kMargin + node.column * (kWidth + kGapX);
  const y = (node) => kMargin + node.row * (kHeight + kGapY);
  const width = 2 * kMargin + proof.columns * (kWidth + kGapX) - kGapX;
  const height = 2 * kMargin + proof.rows * (kHeight + kGapY) - kGapY;
  const byStep = new Map(proof.nodes.map((node) => [node.step, node]));
  const arrows = proof.edges.map(([from, to]) => {
    const a = byStep.get(from);
    const b = byStep.get(to);
    const x1 = x(a) + kWidth, y1 = y(a) + kHeight / 2, x2 = x(b), y2 = y(b) + kHeight / 2;
    const bend = Math.max((x2 - x1) / 2, 20);
    return s('path', {class: 'arrow', d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`});
  });
  const nodes = proof.nodes.map((node) => {
    const since = node.since ? node.since.replace('T', ' ').replace(/(\.\d+)?Z$/, '') : 'always';
    return s('a', {href: place('reach', node.id), class: 'node ' + node.type},
      s('title', null, node.says + (node.evidence ? '\nevidence: ' + node.evidence : '')),
      s('rect', {x: x(node), y: y(node), width: kWidth, height: kHeight, rx: 5}),
      s('text', {x: x(node) + 8, y: y(node) + 19}, shortened(node.step + '. ' + node.name, 27)),
      s('text', {x: x(node) + 8, y: y(node) + 36, class: 'quiet'}, shortened(node.rule + ', ' + since, 34)));
  });
  const picture = s('svg', {viewBox: `0 0 ${width} ${height}`, width, height, class: 'graph', role: 'group', 'aria-label': 'Proof, from evidence on the left to the thing on the right'}, arrows, nodes);
  return h('figure', {class: 'graphbox ' + proof.grade, tabindex: '0'},
    picture,
    h('figcaption', null, 'From evidence on the left to the thing on the right, at grade ' + proof.grade + '. ',
      proof.cut ? proof.cut + ' earlier steps are not drawn; the text has them all.' : ''));
}
