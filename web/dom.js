// Elements from data. What evidence says goes in as text nodes and attribute values only, so that it never becomes
// markup; links lead to places in this page only.

export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
      continue;
    }
    if (name === 'href' && !String(value).startsWith('#/')) throw new Error('a link must stay in the page');
    element.setAttribute(name, value === true ? '' : String(value));
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(visible(String(child))));
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
export function place(view, argument, parameters) {
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

// "2023-11-20 14:03:05"; null is an open end, which the caller names.
export function time(value, open = '') {
  if (!value) return open;
  return h('time', {datetime: value}, value.replace('T', ' ').replace(/(\.\d+)?Z$/, ''));
}

export function grade(value) {
  return value ? h('span', {class: 'grade ' + value}, value) : '';
}

export function state(value) {
  return h('span', {class: 'state'}, value);
}

export function number(value) {
  return Number(value ?? 0).toLocaleString('en');
}

export function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  let amount = Number(value ?? 0);
  for (; amount >= 1000 && unit < units.length - 1; ++unit) amount /= 1000;
  return (unit === 0 ? String(amount) : amount.toFixed(1)) + ' ' + units[unit];
}

// Nothing where there is nothing to list.
export function bullets(title, items) {
  if (!items || items.length === 0) return null;
  return h('div', {class: 'bullets'}, h('h4', null, title), h('ul', null, items.map((item) => h('li', null, item))));
}

// Name and value pairs; empty ones are left out.
export function pairs(entries) {
  const given = entries.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h('dl', null, given.map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

// columns: [head, cell(row), class?]. A wide table scrolls in its own box, which the keyboard reaches.
export function table(label, columns) {
  const body = h('tbody');
  const head = h('thead', null, h('tr', null, columns.map(([text]) => h('th', {scope: 'col'}, text))));
  const box = h('div', {class: 'wide', tabindex: '0', role: 'region', 'aria-label': label}, h('table', null, head, body));
  return {
    box,
    add(rows) {
      for (const row of rows) body.append(h('tr', null, columns.map(([, cell, kind]) => h('td', {class: kind}, cell(row)))));
    },
  };
}
