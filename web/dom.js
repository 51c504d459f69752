// @ts-check
// Elements from data. What evidence says goes in as text nodes and attribute values only, so that it never becomes
// markup; links lead to places in this page only.

/** @returns {any} */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
      continue;
    }
    if (name === 'href' && !String(value).startsWith('#/')) throw new Error('a link must stay in the page');
    element.setAttribute(name, value === true ? '' : kSpoken.has(name) ? visible(shortened(String(value), kSpokenMost)) : String(value));
  }
  put(element, children);
  return element;
}

// A name can be as long as its maker likes. The first of it is shown, and the whole on request; in text of many lines,
// what is left out of a line is counted.
const kTextMost = 700, kLineMost = 1500, kSpokenMost = 300;
const kSpoken = new Set(['title', 'aria-label']);

export function shortened(text, most) {
  return text.length > most ? text.slice(0, most - 1) + '\u2026' : text;
}

function textOf(text, within) {
  if (text.length <= kTextMost || within.matches('textarea, option, pre.value')) return document.createTextNode(visible(text));
  const lines = text.split('\n');
  if (lines.length > 1 || within.namespaceURI === kName)
    return document.createTextNode(visible(lines.map((line) => line.length <= kLineMost ? line : line.slice(0, kLineMost) + '\u2026 (' + number(line.length - kLineMost) + ' more characters)').join('\n')));
  const piece = h('span', {class: 'cut'}, text.slice(0, kTextMost / 2) + '\u2026 ');
  const whole = h('button', {type: 'button', class: 'whole quietbutton', onclick: (event) => {
    event.preventDefault();
    event.stopPropagation();
    piece.replaceChildren(document.createTextNode(visible(text)));
  }}, 'all ' + number(text.length) + ' characters');
  // Within what is pressed itself, nothing can be pressed.
  if (!within.matches('a, button, summary, option')) piece.append(whole);
  return piece;
}

const kName = 'http://www.w3.org/2000/svg';

/** @returns {any} */
export function s(tag, properties, ...children) {
  const element = document.createElementNS(kName, tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null) continue;
    if (name === 'href' && !String(value).startsWith('#/')) throw new Error('a link must stay in the page');
    element.setAttribute(name, kSpoken.has(name) ? visible(shortened(String(value), kSpokenMost)) : String(value));
  }
  put(element, children);
  return element;
}

export function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : textOf(String(child), element));
  }
}

// Characters that show nothing, or turn the direction of what follows, are named: a file that was called
// "invoice<turn>fdp.exe" must not read as a PDF here.
const kUnseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text) {
  return text.replace(kUnseen, (c) => '\u27e8U+' + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9');
}

export function replace(element, ...children) {
  element.replaceChildren();
  put(element, children);
}

// A place in the page: view, argument (an id may hold any character), and what is searched or filtered.
export function place(view, argument = '', parameters = undefined) {
  let hash = '#/' + view;
  if (argument) hash += '/' + encodeURIComponent(argument);
  const query = new URLSearchParams(parameters ?? []).toString();
  return query ? hash + '?' + query : hash;
}

export function placeOf(hash) {
  const text = hash.startsWith('#/') ? hash.slice(2) : '';
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  const slash = path.indexOf('/');
  let argument = slash < 0 ? '' : path.slice(slash + 1);
  try {
    argument = decodeURIComponent(argument);
  } catch {
    // A broken escape is taken as it stands.
  }
  return {
    view: (slash < 0 ? path : path.slice(0, slash)) || 'overview',
    argument,
    parameters: new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1)),
  };
}

export function shown(value) {
  return String(value).replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}

// "2023-11-20 14:03:05"; null is an open end, which the caller names.
export function time(value, open = '') {
  if (!value) return open;
  return h('time', {datetime: value}, shown(value));
}

// The same to the minute, for lists of many; to the second on pointing at it.
export function minute(value, open = '') {
  if (!value) return open;
  return h('time', {datetime: value, title: shown(value) + ' UTC'}, shown(value).slice(0, 16));
}

// "12 d", "3 d 4 h", "2 h 05 min"; of milliseconds.
export function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  if (days > 3) return number(days) + ' d';
  if (days > 0) return days + ' d ' + hours + ' h';
  if (hours > 0) return hours + ' h ' + String(minutes % 60).padStart(2, '0') + ' min';
  return minutes + ' min';
}

export function grade(value) {
  return value ? h('span', {class: 'grade ' + value}, value) : '';
}

export function state(value) {
  return value ? h('span', {class: 'state s-' + String(value).replaceAll(' ', '-')}, value) : '';
}

export function number(value) {
  return Number(value ?? 0).toLocaleString('en');
}

// "1 message", "2 messages"
export function counted(count, one, many = one + 's') {
  return number(count) + ' ' + (Number(count) === 1 ? one : many);
}

export function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let amount = Number(value ?? 0);
  for (; amount >= 1000 && unit < units.length - 1; ++unit) amount /= 1000;
  return (unit === 0 ? String(amount) : amount.toFixed(1)) + ' ' + units[unit];
}

export function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// Nothing where there is nothing to list.
export function bullets(title, items) {
  if (!items || items.length === 0) return null;
  return h('div', {class: 'bullets'}, h('h3', null, title), h('ul', null, items.map((item) => h('li', null, item))));
}

// Name and value pairs; empty ones are left out.
export function pairs(entries) {
  const given = entries.filter((entry) => entry && entry[1] !== null && entry[1] !== undefined && entry[1] !== '');
  return h('dl', null, given.map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

// A share as a bar: [[count, class, says]], of a whole.
export function bar(parts, whole, says) {
  let at = 0;
  const width = 100;
  const rectangles = parts.map(([count, kind, title]) => {
    const part = whole > 0 ? count / whole * width : 0;
    const rectangle = s('rect', {class: kind, x: at.toFixed(2), y: 0, width: part.toFixed(2), height: 8}, title ? s('title', null, title) : null);
    at += part;
    return rectangle;
  });
  return s('svg', {class: 'share', viewBox: '0 0 ' + width + ' 8', preserveAspectRatio: 'none', role: 'img', 'aria-label': says}, rectangles);
}

export function heading(title, lead, ...aside) {
  return h('div', {class: 'heading'}, h('div', null, h('h1', null, title), lead ? h('p', {class: 'lead'}, lead) : null), aside.length ? h('div', {class: 'aside'}, aside) : null);
}

export function empty(says, next) {
  return h('div', {class: 'empty'}, h('p', null, says), next ? h('p', {class: 'quiet'}, next) : null);
}
