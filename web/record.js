// @ts-check
// What is on record: sentences and to whom they were told, decisions, marks, the journal.

import {act} from './api.js';
import {bullets, grade, h, heading, number, pairs, place, state, time} from './dom.js';
import {ask, told, who, whoField} from './forms.js';
import {chips, tabs, virtualList} from './list.js';
import {decide} from './duties.js';

function tell(row) {
  ask({
    title: 'Record what was told',
    says: h('p', null, h('q', null, row.says)),
    fields: [{name: 'to', label: 'To whom', needed: true, hint: 'A regulator, a customer, the board, the press.'}, {name: 'by', label: 'By whom', value: who.get(), needed: true}, {name: 'at', label: 'When', hint: 'UTC; empty: now.'}],
    button: 'Record it',
    send: async (values) => {
      await act('tell', {number: row.number, basis: row.basis, ...values});
      told('Recorded. It is flagged when a fact that it relied on changes.', true);
    },
  });
}

const kStatementTabs = [['', 'What the case says'], ['told', 'What was told, and whether it still holds']];

export async function statements(context) {
  const top = [heading('Statements', 'Sentence by sentence, each with its grade, its evidence and its limits. \u201cUnknown, because\u2026\u201d is an answer.'), tabs('statements', kStatementTabs, context.argument)];
  if (context.argument === 'told')
    return [top, chips(context, [['All', []], ['Still hold', ['state:holds']], ['Changed since', ['state:changed']], ['No longer said', ['state:gone']]], 'told'),
      await virtualList(context, {
        path: 'told', label: 'What was told', id: (row) => row.at + row.to + row.says,
        none: ['Nothing is recorded as told to anybody.', 'Record it on the statement itself, so that it is flagged when its facts change.'],
        detail: (row) => [h('h2', null, row.to), h('p', null, state(row.state)), pairs([['At', time(row.at)], ['By', row.by], ['Told', row.says], ['Says now', row.now]])],
        columns: [
          {head: 'At', kind: 'time', sort: 'at', width: 12, cell: (row) => time(row.at)},
          {head: 'To', sort: 'to', width: 12, cell: (row) => row.to},
          {head: 'By', sort: 'by', width: 10, cell: (row) => row.by},
          {head: 'State', sort: 'state', width: 7, cell: (row) => state(row.state)},
          {head: 'Told', cell: (row) => row.says},
        ]})];
  return [top, chips(context, [['All', []], ['Confirmed', ['grade:confirmed']], ['Possible', ['grade:possible']], ['Unknown', ['grade:unknown']], ['Inventory', ['grade:inventory']]], 'statements'),
    await virtualList(context, {
      path: 'statements', label: 'Statements', id: (row) => row.subject + row.number, mark: (row) => ['statement:' + row.subject, row.says.slice(0, 200)],
      detail: (row) => [h('h2', null, row.number), h('p', null, row.says), h('p', null, grade(row.grade), ' ', row.limits ?? ''), h('p', null, h('button', {type: 'button', class: 'main', onclick: () => tell(row)}, 'Record that it was told')), bullets('Evidence', row.evidence.map((one) => h('code', null, one))), pairs([['Basis', h('code', null, row.basis)]])],
      columns: [
        {head: 'No.', width: 4.5, cell: (row) => row.number},
        {head: 'Grade', sort: 'grade', width: 7, cell: (row) => grade(row.grade)},
        {head: 'Says', cell: (row) => row.says},
        {head: 'Limits', width: 22, minor: true, cell: (row) => row.limits ?? ''},
      ]})];
}

export async function decisions(context) {
  return [heading('Decisions', 'Who decided what, on which facts, when: what a regulator, a court and the board will ask.', h('button', {type: 'button', class: 'main', onclick: () => decide()}, 'Record a decision')),
    await virtualList(context, {
      path: 'decisions', label: 'Decisions', id: (row) => row.set_at + row.fact,
      none: ['No decision is recorded.', 'Aware, determined, classified, material: clocks hang on them, and only a named person makes them.'],
      detail: (row) => [h('h2', null, row.fact.replaceAll('-', ' ')), pairs([['At', time(row.time)], ['By', row.who], ['On these facts', row.reason], ['Recorded', time(row.set_at)]])],
      columns: [
        {head: 'Decided', sort: 'fact', width: 14, cell: (row) => h('strong', null, row.fact.replaceAll('-', ' '))},
        {head: 'At', kind: 'time', sort: 'time', width: 12, cell: (row) => time(row.time)},
        {head: 'By', sort: 'who', width: 12, cell: (row) => row.who},
        {head: 'On these facts', cell: (row) => row.reason},
        {head: 'Recorded', kind: 'time', sort: 'set_at', width: 12, minor: true, cell: (row) => time(row.set_at)},
      ]})];
}

function whereIs(thing) {
  if (thing.startsWith('secret:')) return place('secrets', thing);
  if (thing.startsWith('principal:') || thing.startsWith('resource:')) return place('reach', thing);
  if (thing.startsWith('detection:')) return place('timeline', 'detections', [['where', 'id:' + thing.slice('detection:'.length)]]);
  if (thing.startsWith('party:')) return place('parties', '', [['where', 'organisation:' + thing.slice('party:'.length)], ['row', thing.slice('party:'.length)]]);
  if (thing.startsWith('item:')) return place('evidence', 'ledger', [['where', 'item:' + thing.slice('item:'.length)]]);
  if (thing.startsWith('action:')) return place('plan', '', [['row', thing.slice('action:'.length)]]);
  if (thing.startsWith('duty:')) return place('duties', '', [['where', 'regime:' + thing.slice('duty:'.length)]]);
  if (thing.startsWith('statement:')) return place('statements', '', [['where', 'subject:' + thing.slice('statement:'.length)]]);
  return place('timeline');
}

export async function marked(context) {
  return [heading('Marked', 'What somebody starred, tagged or remarked upon; the last first.'),
    chips(context, [['All', []], ['Starred', ['star:true']]]),
    await virtualList(context, {
      path: 'marks', label: 'Marked things', id: (row) => row.thing, mark: (row) => [row.thing, row.name],
      none: ['Nothing is marked.', 'The star before a row of any list marks it; its details take tags and comments.'],
      columns: [
        {head: 'What', sort: 'name', cell: (row) => h('a', {href: whereIs(row.thing)}, row.name)},
        {head: 'Tags', sort: 'tags', width: 14, cell: (row) => h('span', {class: 'tags'}, row.tags.map((tag) => h('span', {class: 'tag'}, tag)))},
        {head: 'Last comment', width: 24, cell: (row) => row.comments.length ? [row.comments.at(-1).text, h('small', null, row.comments.at(-1).who)] : ''},
        {head: 'Comments', kind: 'number', width: 7, cell: (row) => row.comments.length || ''},
        {head: 'Last', kind: 'time', sort: 'at', width: 12, cell: (row) => time(row.at)},
      ]})];
}

function checkpoint() {
  ask({
    title: 'A checkpoint for somebody else',
    says: h('p', null, 'The journal proves that nothing was changed or removed since a checkpoint that someone else holds: counsel, an auditor, a colleague on another machine. Until there is one it proves nothing.'),
    fields: [{name: 'holder', label: 'Who keeps it', needed: true}],
    button: 'Make it',
    send: async (values) => {
      const given = await act('checkpoint', values);
      setTimeout(() => ask({title: 'Hand this to ' + values.holder, says: [h('pre', {class: 'context', tabindex: '0'}, given.note), h('p', {class: 'quiet'}, 'dislodge journal verify CASE --note FILE checks it later.')], fields: [], button: 'Done', send: async () => {}}), 0);
    },
  });
}

export async function journal(context) {
  const details = (row) => Object.entries(row.details ?? {});
  const told = (value) => typeof value === 'object' ? JSON.stringify(value) : String(value);
  return [heading('Journal', 'Everything done to the case, the last first, as a Merkle log.', h('button', {type: 'button', onclick: checkpoint}, 'A checkpoint for somebody else')),
    chips(context, [['All', []], ...['tick', 'decide', 'tell', 'reveal', 'look', 'mark', 'package', 'add', 'investigate'].map((what) => [what, ['what:' + what]])], 'journal', true),
    await virtualList(context, {
      path: 'journal', label: 'Journal', id: (row) => row.at + row.what,
      detail: (row) => [h('h2', null, row.what), pairs([['At', time(row.at)], ...details(row).map(([name, value]) => [name, told(value)])])],
      columns: [
        {head: 'At', kind: 'time', sort: 'at', width: 12, cell: (row) => time(row.at)},
        {head: 'What', sort: 'what', width: 9, cell: (row) => h('strong', null, row.what)},
        {head: 'Details', cell: (row) => details(row).map(([name, value]) => name + ' ' + told(value)).join(' \u00b7 ')},
      ]})];
}
