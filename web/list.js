// A list of the server's, shown one page at a time: filtered there, drawn here by `draw`, more on request.

import {getList} from './api.js';
import {h, number, place, table} from './dom.js';

const kPageRows = 100;

// where: filters of the view itself, besides those of the address. draw: {box, add(rows)}. Gives the section's nodes.
export async function paged(context, path, draw, where = []) {
  const query = {q: context.query, where: [...where, ...context.where], from: context.from, until: context.until, limit: kPageRows, offset: 0};
  const count = h('p', {class: 'count', role: 'status'});
  const failure = h('p', {class: 'failure', role: 'alert', hidden: true});
  const more = h('button', {type: 'button', class: 'more', hidden: true, onclick: () => next().catch(told)}, 'Show more');
  const told = (error) => {
    if (context.signal.aborted) return;
    failure.hidden = false;
    failure.textContent = error.message;
  };
  async function next() {
    more.disabled = true;
    try {
      const page = await getList(path, query, context.signal);
      draw.add(page.rows);
      query.offset += page.rows.length;
      const shown = number(query.offset) + ' of ' + number(page.matching) + ' shown';
      count.textContent = page.matching === page.total ? shown : shown + ', filtered from ' + number(page.total);
      more.hidden = query.offset >= page.matching || page.rows.length === 0;
    } finally {
      more.disabled = false;
    }
  }
  await next();
  return [count, draw.box, failure, more];
}

// Ways to narrow a view: links that set the filters of the address. [text, where[]]
export function chips(view, argument, choices, context) {
  const now = JSON.stringify(context.where);
  return h('p', {class: 'chips', role: 'group', 'aria-label': 'Filters'}, choices.map(([text, where]) => {
    const parameters = where.map((one) => ['where', one]);
    for (const name of ['q', 'from', 'until']) {
      const value = name === 'q' ? context.query : context[name];
      if (value) parameters.push([name, value]);
    }
    return h('a', {href: place(view, argument, parameters), 'aria-current': JSON.stringify(where) === now ? 'true' : null}, text);
  }));
}

export async function pagedTable(context, path, label, columns, where) {
  return paged(context, path, table(label, columns), where);
}
