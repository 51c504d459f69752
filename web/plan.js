// @ts-check
// The plan: waves with their progress, actions with what they cut, break and leave, and ticking them with evidence.

import {act, getList, getObject, learnNames, nameOf} from './api.js';
import {bar, bullets, capital, counted, h, heading, minute, number, pairs, place, state, time} from './dom.js';
import {ask, told, whoField} from './forms.js';
import {chips, queryOf, virtualList} from './list.js';

const kStates = [['in-effect', 'in effect: there is evidence'], ['claimed', 'claimed: somebody says so'], ['failed', 'failed'], ['rolled-back', 'rolled back'], ['open', 'open again']];

// Records what was done, with who and by what evidence; the plan is solved again and the page follows.
export function tick(rows, after = () => {}) {
  const one = rows.length === 1 ? rows[0] : null;
  const picked = new Set(rows.map((row) => row.key));
  const before = new Map(rows.flatMap((row) => row.waits_for).filter((other) => !picked.has(other.key)).map((other) => [other.key, other]));
  ask({
    title: one ? one.name : counted(rows.length, 'action') + ' of the plan',
    says: [one ? h('p', null, one.target_name ?? one.target ?? '', ' ', state(one.state)) : h('ul', {class: 'short'}, rows.slice(0, 8).map((row) => h('li', null, row.name + ' ' + (row.target_name ?? ''))), rows.length > 8 ? h('li', null, 'and ' + (rows.length - 8) + ' more') : null),
      bullets('Should be in effect before', [...before.values()].slice(0, 8).map((other) => h('span', null, h('code', null, other.action_id), ' ' + other.name + ': ' + other.state.replace('-', ' ') + (other.why ? ' (' + other.why + ')' : '')))),
      h('p', {class: 'quiet'}, 'Somebody\u2019s word makes it claimed, and reach still counts it as not done. Evidence makes it in effect: a ticket, a log line, a screenshot\u2019s place.')],
    fields: [
      {name: 'state', label: 'It is now', kind: 'choice', choices: kStates, value: 'in-effect'},
      whoField('Who did or saw it'),
      {name: 'evidence', label: 'Evidence', value: '', kind: 'area', hint: 'Needed for what is in effect.'},
      {name: 'at', label: 'Since', value: '', hint: 'UTC, as 2025-11-06T09:30:00Z; empty: now.'},
    ],
    button: 'Record it',
    send: async (values) => {
      await act('tick', {keys: rows.map((row) => row.key), ...values});
      told(counted(rows.length, 'action') + ' recorded as ' + values.state.replace('-', ' ') + '. The plan is being solved again; what is done stands under Done.', true);
      after();
    },
  });
}

function links(ids) {
  return ids.map((id) => h('a', {href: place('reach', id), title: id}, nameOf(id)));
}

export const namesIn = (row) => [row.target, row.secret, ...row.leaks_if_skipped.slice(0, 10)];

// One action, whole.
export function detail(row) {
  const after = row.after.map((id, index) => [h('a', {href: place('plan', '', [['where', 'action_id:' + id], ['row', '']])}, id), row.after_why[index] ? ': ' + row.after_why[index] : '']);
  return [
    h('h2', null, row.name), h('p', null, row.target_name ?? row.target ?? '', ' ', state(row.state)),
    h('p', null, h('button', {type: 'button', class: 'main', onclick: () => tick([row])}, 'Record what was done')),
    row.said_by ? h('p', {class: 'quiet'}, 'Recorded by ', row.said_by, ' ', time(row.said_at), row.said_evidence ? ': ' + row.said_evidence : '') : null,
    h('p', null, row.why),
    bullets('Cuts', row.cuts),
    bullets('Does not cut', row.does_not_cut),
    bullets('Breaks', row.breaks),
    bullets('After', after),
    pairs([
      ['Command', row.command ? h('code', null, row.command) : null],
      ['Save first', row.save_first],
      ['New secret goes', row.delivery],
      ['Go back', row.go_back],
      ['Abort when', row.abort_when],
      ['Done by', row.who],
      ['Starts', row.starts ? time(row.starts) : null],
      ['In effect by', row.effective_by ? time(row.effective_by) : null],
      ['They see it', row.visible_to_intruder ? 'yes, the intruder can see it happen' : 'no'],
      ['Target', row.target ? h('a', {href: place('reach', row.target)}, nameOf(row.target)) : null],
      ['Secret', row.secret && row.secret !== row.target ? h('a', {href: place('secrets', row.secret)}, nameOf(row.secret)) : null],
      ['Number', row.action_id + ', ' + row.action],
    ]),
    bullets('Destroys as evidence', row.destroys_evidence),
    row.leaks_if_skipped.length
      ? bullets('Skipped, the intruder keeps', [...links(row.leaks_if_skipped.slice(0, 10)), row.leaks_count > 10 ? 'and ' + number(row.leaks_count - 10) + ' more' : null].filter(Boolean))
      : row.others_in_path > 0
        ? h('p', {class: 'quiet'}, 'Skipped alone, nothing leaks: ' + counted(row.others_in_path, 'other action') + ' would have to fail as well.')
        : null,
  ];
}

// The same folded, for the pages of things.
export function action(row, context) {
  return h('details', {class: 'action'},
    h('summary', null, state(row.state), ' ', h('strong', null, row.name), ' ', row.target_name ?? row.target ?? '', h('span', {class: 'quiet'}, ' wave ' + row.wave + ', ' + row.action_id)),
    detail(row));
}

function waves(data, context) {
  const shown = context.where.find((one) => one.startsWith('wave:'));
  const doneShown = context.where.includes('state:in-effect');
  // What is done is no wave any more: the plan counts the others anew each time.
  const done = data.behind === 0 ? null : h('li', null, h('a', {href: context.at({where: doneShown ? [] : ['state:in-effect'], row: ''}), 'aria-current': doneShown ? 'true' : null},
    h('strong', null, 'Done'), bar([[1, 'done']], 1, 'done'), h('span', null, number(data.behind) + ' in effect'), h('small', null, 'by evidence; the waves that are left are counted anew')));
  return h('ol', {class: 'waves', 'aria-label': 'Waves'}, done, data.waves.map((wave) => {
    const where = 'wave:' + wave.wave;
    return h('li', null, h('a', {href: context.at({where: shown === where ? [] : [where], row: ''}), 'aria-current': shown === where ? 'true' : null},
      h('strong', null, 'Wave ' + wave.wave), wave.wave === 0 ? ' before all' : '',
      bar([[wave.done, 'done'], [wave.claimed, 'claimed'], [wave.failed, 'failed']], wave.actions, wave.done + ' of ' + wave.actions + ' in effect'),
      h('span', null, number(wave.done) + ' of ' + number(wave.actions) + ' in effect'),
      h('small', null, wave.complete ? ['complete by ', minute(wave.complete)] : wave.starts ? ['starts ', minute(wave.starts)] : ''), wave.visible ? h('small', {class: 'seen-by-them'}, 'the intruder can see it happen') : null));
  }));
}

const kAtOnce = 500;  // actions that one record takes

// What is picked stays picked while the plan is drawn again.
const picked = new Map();

export async function plan(context) {
  const waiting = getObject('waves', {}, context.signal);
  waiting.catch(() => {});
  const shown = context.where.find((one) => one.startsWith('wave:'));
  const pick = (row) => h('input', {type: 'checkbox', 'aria-label': 'Pick ' + row.action_id, checked: picked.has(row.key) ? true : null, onchange: (event) => {
    if (event.target.checked) picked.set(row.key, row);
    else picked.delete(row.key);
    tools();
  }});
  const tickButton = h('button', {type: 'button', class: 'main', disabled: true, onclick: () => tick([...picked.values()], () => picked.clear())}, 'Record what was done');
  const all = h('button', {type: 'button', onclick: async () => {
    const page = await getList('plan', {...queryOf(context), limit: kAtOnce}, context.signal);
    if (page.matching > kAtOnce) told('The first ' + kAtOnce + ' of ' + number(page.matching) + ' are picked: record these, then pick the next.', true);
    for (const row of page.rows) if (row.state !== 'in-effect') picked.set(row.key, row);
    for (const box of document.querySelectorAll('main td.pick input')) /** @type {HTMLInputElement} */ (box).checked = true;
    tools();
  }}, shown ? 'Pick this wave' : 'Pick all shown');
  const tools = () => {
    tickButton.disabled = picked.size === 0;
    tickButton.textContent = picked.size ? 'Record what was done (' + picked.size + ')' : 'Record what was done';
  };
  tools();
  const list = await virtualList(context, {
    path: 'plan', label: 'Actions', id: (row) => row.key, mark: (row) => ['action:' + row.key, row.name + ' ' + (row.target_name ?? '')],
    // Names are asked for when a row is opened: a hundred rows have a thousand of them.
    detail: async (row) => { await learnNames(namesIn(row), context.signal); return detail(row); },
    none: ['There is nothing to do: nothing is within reach by the evidence held.', 'Look at what the verdict does not cover.'],
    columns: [
      {head: '', kind: 'pick', width: 2.4, cell: pick},
      {head: 'State', sort: 'state', width: 6.6, cell: (row) => state(row.state)},
      {head: 'Wave', kind: 'number', sort: 'wave', width: 4.8, cell: (row) => row.wave},
      {head: 'Action', sort: 'name', cell: (row) => row.target_name && row.role !== 'prepare' ? [h('strong', {class: 'two'}, row.target_name), h('span', {class: 'two'}, row.name)] : row.name},
      {head: 'No.', width: 4, minor: true, cell: (row) => h('span', {class: 'quiet'}, row.action_id)},
      {head: 'Done by', sort: 'who', width: 11, minor: true, cell: (row) => row.who ?? ''},
      {head: 'In effect by', kind: 'time', sort: 'effective_by', width: 10.4, minor: true, cell: (row) => minute(row.effective_by)},
      {head: 'If skipped', width: 8.5, sort: 'leaks_count', cell: (row) => row.leaks_count ? h('span', {class: 'grade confirmed'}, counted(row.leaks_count, 'thing') + ' kept') : row.others_in_path ? h('span', {class: 'quiet'}, counted(row.others_in_path, 'other') + ' in path') : ''},
    ]});
  const data = await waiting;
  await learnNames(data.leaks.slice(0, 5).map((leak) => leak.thing), context.signal);
  return [
    heading('Plan', [capital(data.verdict), '. Cost of the cut ' + number(Math.round(data.cost)) + ', proven at least ' + number(Math.round(data.bound)) + '.']),
    data.leaks.length ? h('div', {class: 'failure'}, bullets('The check found leaks', data.leaks.slice(0, 5).map((leak) => nameOf(leak.thing) + ' after ' + leak.after + ': ' + leak.why))) : null,
    waves(data, context),
    data.remarks.length ? h('details', {class: 'action', open: data.remarks.length < 4}, h('summary', null, counted(data.remarks.length, 'remark') + ' on this plan'), h('ul', {class: 'plain'}, data.remarks.slice(0, 50).map((one) => h('li', null, one)))) : null,
    h('div', {class: 'tools'}, chips(context, [['All', []], ['Open', ['state:open']], ['Claimed', ['state:claimed']], ['In effect', ['state:in-effect']], ['Failed', ['state:failed']], ['The cut', ['role:cut']], ['Obligations', ['role:obligation']]], 'plan'),
      h('span', {class: 'grow'}), all, tickButton),
    list];
}
