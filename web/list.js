// @ts-check
// A list of the server's, however long: filtered, sorted and cut into blocks there; here only the rows in sight are
// elements. A row opens beside the list; arrow keys go along it.

import {getList, getObject} from './api.js';
import {empty, h, number, place, placeOf, replace} from './dom.js';
import {markButton, markForm, marksReady} from './marks.js';

const kBlock = 50, kRow = 42, kOverscan = 6, kBlocksKept = 120, kRoomLeast = 14;
const kHead = 34, kRem = 14, kAround = 17 * kRem, kLeastHigh = 22 * kRem;  // as style.css has them for .rows
const kRestMs = 120;  // rows out of sight are made when those in sight are painted
const kHeightMax = 15_000_000;  // pixels: browsers lay out no element that is much higher

// What the address asks for.
export function queryOf(context, where = []) {
  return {q: context.query, where: [...where, ...context.where], from: context.from, until: context.until, sort: context.sort};
}

/**
 * columns: [{head, cell(row), kind?, sort?, width?, minor?}]; `sort` names the field that the server sorts by, `width` is
 * in rem (none: takes the room that is left), a `minor` column makes room while the details are open.
 * options: {path, label, columns, where?, id?(row), detail?(row), mark?(row) -> [thing, name], prefetch?(rows),
 *           find?(id) -> the filter that finds the row of an id, none?: [says, next]}
 */
export async function virtualList(context, options) {
  await marksReady();
  const query = queryOf(context, options.where);
  query.sort ||= options.sort ?? '';
  const blocks = new Map();
  const asked = new Map();
  const mark = options.mark;
  const columns = mark ? [{head: '', kind: 'mark', width: 2.6, cell: (row) => markButton(...mark(row))}, ...options.columns] : options.columns;
  let chosen = context.row;
  let total = 0;
  let matching = 0;

  async function block(at) {
    if (blocks.has(at)) return blocks.get(at);
    if (!asked.has(at)) {
      asked.set(at, (async () => {
        const page = await getList(options.path, {...query, offset: at * kBlock, limit: kBlock}, context.signal);
        if (options.prefetch) await options.prefetch(page.rows);
        total = page.total;
        matching = page.matching;
        if (blocks.size >= kBlocksKept) blocks.delete(blocks.keys().next().value);
        blocks.set(at, page.rows);
        asked.delete(at);
        return page.rows;
      })());
      asked.get(at).catch(() => asked.delete(at));
    }
    return asked.get(at);
  }
  await block(0);

  const count = h('p', {class: 'count', role: 'status'},
    matching === total ? number(total) + ' in all' : number(matching) + ' of ' + number(total) + ' fit the filter');
  if (matching === 0) {
    const [says, next] = total === 0 && options.none ? options.none : ['Nothing fits this filter.', 'Clear the box above, the chips or the time filter.'];
    return h('div', {class: 'listbox'}, count, empty(says, next));
  }

  const classOf = (column) => [column.kind, column.minor ? 'minor' : ''].filter(Boolean).join(' ') || null;
  const sorted = query.sort.replace(/^-/, '');
  const heads = columns.map((column) => {
    if (!column.sort) return h('th', {scope: 'col', class: classOf(column)}, column.head || h('span', {class: 'hidden'}, 'Star'));
    const now = sorted === column.sort;
    const down = now && query.sort.startsWith('-');
    return h('th', {scope: 'col', class: classOf(column), 'aria-sort': now ? (down ? 'descending' : 'ascending') : 'none'},
      h('button', {type: 'button', onclick: () => context.go({sort: now && !down ? '-' + column.sort : now ? '' : column.sort})},
        column.head, h('span', {class: 'arrow', 'aria-hidden': 'true'}, now ? (down ? ' \u2193' : ' \u2191') : '')));
  });
  const height = Math.min(matching * kRow, kHeightMax);
  const rowsShown = Math.floor(height / kRow);
  // One cell each: a span over columns that make room would bring them back as empty ones.
  const above = h('tr', {class: 'gap', 'aria-hidden': 'true'}, h('td'));
  const below = h('tr', {class: 'gap', 'aria-hidden': 'true'}, h('td'));
  const body = h('tbody', null, above, below);
  const table = h('table', {'aria-rowcount': matching + 1},
    h('colgroup', null, columns.map((column) => {
      const col = h('col', {class: column.minor ? 'minor' : null});
      if (column.width) col.style.width = column.width + 'rem';
      return col;
    })),
    h('thead', null, h('tr', {'aria-rowindex': 1}, heads)), body);
  table.style.setProperty('--least', columns.reduce((sum, column) => sum + (column.minor ? 0 : column.width ?? kRoomLeast), 0) + 'rem');
  const box = h('div', {class: 'rows', tabindex: '0', role: 'region', 'aria-label': options.label}, table);
  const side = h('aside', {class: 'detail', 'aria-label': 'Details', hidden: true});
  const paper = h('p', {class: 'onpaper'});
  const frame = h('div', {class: 'listbox'}, count, paper, h('div', {class: 'listside'}, box, side));
  // Not higher than its rows.
  box.style.setProperty('--rows', String(Math.min(matching, 400)));

  const elements = new Map();  // row number -> element, of the rows in sight
  let planned = false;
  let around = 0;  // rows made beyond those in sight
  const high = Math.min(matching * kRow + 36, Math.max(innerHeight - kAround, kLeastHigh));  // of the box, before it is laid out

  function element(at, row) {
    const made = h('tr', {'aria-rowindex': at + 2, 'data-row': at, class: row ? null : 'waits'},
      columns.map((column) => h('td', {class: classOf(column)}, h('div', null, row ? column.cell(row) : column.kind === 'mark' ? '' : '\u2026'))));
    if (row && options.id && options.id(row) === chosen) made.classList.add('chosen');
    return made;
  }

  function draw() {
    planned = false;
    if ((!box.isConnected && elements.size) || matchMedia('print').matches) return;
    const top = box.isConnected ? Math.max(box.scrollTop - kHead, 0) : 0;
    const first = Math.max(Math.floor(top / kRow) - around, 0);
    const last = Math.min(first + Math.ceil((box.isConnected ? box.clientHeight : high - kHead) / kRow) + 2 * around, rowsShown);
    for (const [at, made] of elements)
      if (at < first || at >= last) {
        made.remove();
        elements.delete(at);
      }
    const order = [];
    for (let at = first; at < last; ++at) {
      const rows = blocks.get(Math.floor(at / kBlock));
      const row = rows ? rows[at % kBlock] : null;
      let made = elements.get(at);
      if (!made || (row && made.classList.contains('waits'))) {
        const fresh = element(at, row);
        if (made) made.replaceWith(fresh);
        made = fresh;
        elements.set(at, made);
      }
      if (!rows) block(Math.floor(at / kBlock)).then(plan, told);
      order.push(made);
    }
    above.firstChild.style.height = first * kRow + 'px';
    below.firstChild.style.height = (rowsShown - last) * kRow + 'px';
    let before = above;
    for (const made of order) {
      if (before.nextSibling !== made) before.after(made);
      before = made;
    }
  }
  function plan() {
    if (planned || context.signal.aborted) return;
    planned = true;
    requestAnimationFrame(draw);
  }
  function told(error) {
    if (context.signal.aborted) return;
    count.textContent = error.message;
    count.classList.add('failure');
  }

  function open(at) {
    const rows = blocks.get(Math.floor(at / kBlock));
    const row = rows?.[at % kBlock];
    if (!row || !options.detail) return;
    chosen = options.id ? options.id(row) : '';
    for (const made of elements.values()) made.classList.toggle('chosen', made.dataset.row === String(at));
    showDetail(row);
    if (chosen) context.keep({row: chosen});
  }
  async function showDetail(row) {
    const nodes = await options.detail(row);
    if (context.signal.aborted) return;
    replace(side, h('button', {type: 'button', class: 'close', 'aria-label': 'Close the details', onclick: close}, '\u00d7'),
      nodes, mark ? markForm(...mark(row)) : null);
    side.hidden = false;
    frame.classList.add('open');
  }
  function close() {
    side.hidden = true;
    frame.classList.remove('open');
    chosen = '';
    for (const made of elements.values()) made.classList.remove('chosen');
    context.keep({row: ''});
    box.focus({preventScroll: true});
  }
  body.addEventListener('click', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest('a, button, input, select, summary')) return;
    const made = target.closest('tr[data-row]');
    if (made && !getSelection()?.toString()) open(Number(/** @type {HTMLElement} */ (made).dataset.row));
  });
  box.addEventListener('keydown', (event) => {
    if (event.target !== box) return;
    const now = [...elements.values()].find((made) => made.classList.contains('chosen'));
    const at = now ? Number(now.dataset.row) : -1;
    if (event.key === 'Escape') {
      close();
      return;
    }
    const to = event.key === 'ArrowDown' || event.key === 'j' ? at + 1 : event.key === 'ArrowUp' || event.key === 'k' ? Math.max(at - 1, 0) : -1;
    if (to < 0 || to >= rowsShown || !options.detail) return;
    event.preventDefault();
    const top = to * kRow;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + 2 * kRow > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * kRow - box.clientHeight;
    block(Math.floor(to / kBlock)).then(() => {
      draw();
      open(to);
    }, told);
  });
  // Paper gets every row that is here, and is told how many are not.
  function onPaper() {
    let at = 0;
    for (let before = above; at < rowsShown; ++at) {
      const row = blocks.get(Math.floor(at / kBlock))?.[at % kBlock];
      if (!row) break;
      const made = elements.get(at) ?? element(at, row);
      elements.set(at, made);
      before.after(made);
      before = made;
    }
    for (const [row, made] of elements) {
      if (row < at) continue;
      made.remove();
      elements.delete(row);
    }
    paper.textContent = at < matching ? 'The first ' + number(at) + ' of ' + number(matching) + '. The report has all of them (dislodge report).' : '';
  }
  // With the view goes what listens for it.
  addEventListener('beforeprint', onPaper, {signal: context.signal});
  addEventListener('afterprint', draw, {signal: context.signal});
  const more = () => {
    around = kOverscan;
    plan();
  };
  box.addEventListener('scroll', more, {passive: true});
  new ResizeObserver(plan).observe(box);
  context.onshown(() => {
    setTimeout(more, kRestMs);
    if (context.scroll) {
      box.scrollTop = context.scroll;
      draw();
    }
    if (!chosen || !options.id) return;
    // A link names a row: where it is among the first, it opens; else a list of it alone says where it is.
    const at = (blocks.get(0) ?? []).findIndex((row) => options.id(row) === chosen);
    if (at >= 0) {
      if (!context.scroll && (at + 2) * kRow > box.clientHeight) box.scrollTop = Math.max((at - 3) * kRow, 0);
      open(at);
    } else if (options.find && options.detail)
      getList(options.path, {where: [options.find(chosen)], limit: 1}, context.signal).then(({rows}) => { if (rows.length) showDetail(rows[0]); }, told);
  });
  context.scrolled(() => box.scrollTop);
  draw();
  return frame;
}

// Ways to narrow a view: links that set the filters of the address, [text, where[]], each with how many rows of the list
// `path` it would show. `some`: those that would show none are left out.
export function chips(context, choices, path = '', some = false) {
  const now = JSON.stringify(context.where);
  const links = choices.map(([text, where]) =>
    h('a', {href: context.at({where, row: ''}), 'aria-current': JSON.stringify(where) === now ? 'true' : null}, text));
  const counted = choices.map(([, where], index) => ({where, link: links[index]})).filter(({where}) => where.length === 1);
  if (path && counted.length)
    getObject('counts', [['list', path], ...['q', 'from', 'until'].map((name) => [name, name === 'q' ? context.query : context[name]]).filter(([, value]) => value), ...counted.map(({where}) => ['where', where[0]])], context.signal)
      .then(({counts}) => counted.forEach(({link}, index) => {
        link.append(h('span', {class: 'n'}, number(counts[index])));
        if (counts[index] === 0) link.classList.add('none');
        if (some && counts[index] === 0 && !link.hasAttribute('aria-current')) link.hidden = true;
      }), () => {});
  return h('p', {class: 'chips', role: 'group', 'aria-label': 'Filters'}, links);
}

export function tabs(view, choices, current) {
  const parameters = ['from', 'until'].map((name) => [name, placeOf(location.hash).parameters.get(name)]).filter(([, value]) => value);
  return h('p', {class: 'tabs', role: 'group', 'aria-label': 'Parts of this view'}, choices.map(([name, text]) =>
    h('a', {href: place(view, name, parameters), 'aria-current': name === current ? 'page' : null}, text)));
}
