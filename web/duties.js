// @ts-check
// Clocks of disclosure: which run and until when, which wait for a person's decision, which nobody has verified.

import {act, getObject} from './api.js';
import {bullets, h, heading, pairs, shown, span, time} from './dom.js';
import {ask, told, whoField} from './forms.js';
import {chips, virtualList} from './list.js';

export async function decide(fact = '') {
  const {facts} = await getObject('facts', {}, undefined);
  ask({
    title: 'A decision',
    says: h('p', null, 'Clocks that hang on a judgement start when a named person makes it, on stated facts. It stays in the record; a later decision on the same fact is added and does not replace it.'),
    fields: [
      {name: 'fact', label: 'What was decided', kind: 'choice', choices: facts.map((one) => [one, one.replaceAll('-', ' ')]), value: facts.includes(fact) ? fact : facts[0]},
      {name: 'at', label: 'When', hint: 'UTC, as 2025-11-06T09:30:00Z; empty: now. The clock starts here.'},
      whoField('By whom'),
      {name: 'reason', label: 'On which facts', kind: 'area', needed: true},
    ],
    button: 'Record the decision',
    send: async (values) => {
      await act('decide', values);
      told('Recorded. The clocks are counted again.', true);
    },
  });
}

function left(row) {
  if (!row.due) return '';
  const ms = Date.parse(row.due) - Date.now();
  return h('span', {class: ms < 0 ? 'grade confirmed' : ms < 86400000 * 2 ? 'grade possible' : 'quiet'}, ms < 0 ? span(ms) + ' over' : span(ms) + ' left');
}

export async function duties(context) {
  return [heading('Duties', 'Not legal advice. A clock has a date only where its trigger was decided; what is unverified has none.', h('button', {type: 'button', class: 'main', onclick: () => decide()}, 'Record a decision')),
    chips(context, [['All', []], ['Running', ['state:running']], ['Wait for a decision', ['state:waiting']], ['Filed', ['state:filed']], ['Unverified: ask counsel', ['state:unverified']]], 'duties'),
    await virtualList(context, {
      path: 'duties', label: 'Duties', sort: 'due', id: (row) => row.regime + ' ' + (row.trigger ?? ''), mark: (row) => ['duty:' + row.regime, row.name],
      none: ['No duty is known.', 'rules/duties holds them.'],
      detail: (row) => [h('h2', null, row.name), h('p', null, row.status),
        row.trigger ? h('p', null, h('button', {type: 'button', class: 'main', onclick: () => decide(row.trigger)}, 'Decide ' + row.trigger.replaceAll('-', ' '))) : null,
        pairs([['Regime', row.regime], ['Due', row.due_local ? row.due_local.date + ' ' + row.due_local.time + ' ' + row.due_local.zone : 'no date'], ['Left', left(row)], ['To', row.to], ['Trigger', row.trigger], ['Triggered', time(row.trigger_time)], ['Earliest arguable', time(row.earliest_arguable)], ['Source', row.source]]),
        bullets('Content not known yet', row.missing)],
      columns: [
        {head: 'Regime', sort: 'name', cell: (row) => h('strong', {title: row.regime}, row.name)},
        {head: 'Due', kind: 'time', sort: 'due', width: 12.5, cell: (row) => row.due_local ? [h('span', {class: 'two'}, row.due_local.date + ' ' + row.due_local.time), h('span', {class: 'two quiet'}, row.due_local.zone)] : row.due ? shown(row.due) : h('span', {class: 'quiet'}, 'no date')},
        {head: 'Left', width: 7, cell: left},
        {head: 'Status', sort: 'status', width: 20, cell: (row) => row.status},
        {head: 'To', width: 12, sort: 'to', minor: true, cell: (row) => row.to ?? ''},
        {head: 'Not known', kind: 'number', width: 6.5, minor: true, cell: (row) => row.missing.length || ''},
      ]})];
}
