// @ts-check
// One box that finds anything: the first hits of every list, and the way to all of them.

import {getList} from './api.js';
import {empty, h, heading, number, place} from './dom.js';

// [list, title, view, argument, hit(row) -> [text, place]]
/** @type {[string, string, string, string, (row: any) => [string, string]][]} */
const kSearched = [
  ['reach', 'Reach', 'reach', 'list', (row) => [row.grade + ' ' + row.type + ' ' + row.name, place('reach', row.id)]],
  ['held', 'Secrets', 'secrets', '', (row) => [row.kind + ' ' + row.mask + (row.owner ? ' of ' + row.owner : ''), place('secrets', row.id)]],
  ['secrets', 'Places of secrets', 'secrets', 'places', (row) => [row.kind + ' ' + row.mask + ' in ' + row.item + ':' + row.line, place('secrets', 'secret:' + row.fingerprint)]],
  ['detections', 'Detections', 'timeline', 'detections', (row) => [row.says, place('timeline', 'detections', [['row', row.id], ['where', 'id:' + row.id]])]],
  ['timeline', 'Timeline', 'timeline', '', (row) => [row.time.slice(0, 10) + ' ' + row.says, place('timeline', '', [['row', row.time + ' ' + row.says], ['q', row.says.slice(0, 200)]])]],
  ['plan', 'Plan', 'plan', '', (row) => [row.name + ' ' + (row.target_name ?? row.target ?? ''), place('plan', '', [['row', row.key], ['where', 'action_id:' + row.action_id]])]],
  ['parties', 'Parties', 'parties', '', (row) => [row.organisation, place('parties', '', [['row', row.organisation], ['where', 'organisation:' + row.organisation]])]],
  ['duties', 'Duties', 'duties', '', (row) => [row.name + ': ' + row.status, place('duties', '', [['where', 'regime:' + row.regime]])]],
  ['statements', 'Statements', 'statements', '', (row) => [row.number + ' ' + row.says, place('statements', '', [['where', 'subject:' + row.subject]])]],
  ['ledger', 'Evidence', 'evidence', 'ledger', (row) => [row.state + ' ' + row.item, place('evidence', 'ledger', [['where', 'item:' + row.item]])]],
  ['marks', 'Marked', 'marked', '', (row) => [row.name + (row.comments.length ? ': ' + row.comments.at(-1).text : ''), place('marked', '', [['q', row.name.slice(0, 100)]])]],
  ['journal', 'Journal', 'journal', '', (row) => [row.at.slice(0, 10) + ' ' + row.what, place('journal', '', [['where', 'at:' + row.at]])]],
];

export async function searched(context) {
  if (!context.query.trim()) return [heading('Search', 'Type into the box above: names, addresses, ids, kinds, places, what was said.')];
  const found = await Promise.all(kSearched.map(([path]) => getList(path, {q: context.query, from: context.from, until: context.until, limit: 5}, context.signal)));
  const parts = kSearched.map(([, title, view, argument, hit], index) => {
    if (found[index].matching === 0) return null;
    return h('section', {class: 'card'},
      h('h2', null, h('a', {href: place(view, argument, [['q', context.query]])}, title), ' ', h('span', {class: 'n'}, number(found[index].matching))),
      h('ul', {class: 'plain hits'}, found[index].rows.map(hit).map(([text, where]) => h('li', null, h('a', {href: where}, text)))));
  });
  const nothing = parts.every((part) => part === null);
  return [heading('Search', ['Everything that holds \u201c', context.query, '\u201d'])
    , nothing ? empty('Nothing holds all of these words.', 'Fewer words, or a part of one, find more.') : h('div', {class: 'cards'}, parts)];
}
