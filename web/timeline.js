// @ts-check
// The case on one axis of time, drawn and in words.

import {act, getObject, learnNames, nameOf} from './api.js';
import {chart} from './chart.js';
import {bullets, grade, h, heading, number, pairs, place, time} from './dom.js';
import {ask, told, whoField} from './forms.js';
import {chips, tabs, virtualList} from './list.js';
import {current} from './live.js';

const kTabs = [['', 'All'], ['detections', 'Detections'], ['sessions', 'Sessions'], ['claims', 'Claims']];
const kWhose = {ours: 'ours', intruder: 'the intruder\u2019s', open: 'taken back'};
const kWhat = {detection: 'act', change: 'change', 'secret-known': 'secret known', wave: 'wave'};

export function things(ids) {
  return (ids ?? []).map((id, index) => [index ? ', ' : '', h('a', {href: place('reach', id), title: id}, nameOf(id))]);
}

const some = (list, most = 3) => list.slice(0, most).join(', ') + (list.length > most ? ' and ' + number(list.length - most) + ' more' : '');

// The logs do not know everything: a person says whose it is, by name and with a reason.
function claim(thing, says, whose = 'ours') {
  ask({
    title: 'Whose is it?',
    says: h('p', null, says),
    fields: [
      {name: 'whose', label: 'It is', kind: 'choice', choices: [['ours', 'ours: somebody of ours did it'], ['intruder', 'the intruder\u2019s'], ['open', 'open again: the claim is taken back']], value: whose},
      whoField('Who says so'),
      {name: 'reason', label: 'Why', kind: 'area', needed: true, hint: 'A ticket, a call, what was seen.'},
    ],
    button: 'Record it',
    send: async (values) => {
      await act('claim', {thing, ...values});
      told('Recorded. Reach and plan are derived with it.', true);
    },
  });
}

const claimButton = (thing, says, whose) => h('p', null, h('button', {type: 'button', onclick: () => claim(thing, says, whose)}, 'Say whose it is'));

function detection(row) {
  return [h('h2', null, row.kind.replaceAll('-', ' ')), h('p', null, grade(row.grade), ' ', row.intruder ? h('span', {class: 'grade confirmed'}, 'the intruder\'s') : null),
    h('p', null, row.says), claimButton(row.id, row.says), row.because ? h('p', {class: 'quiet'}, row.because) : null,
    pairs([['First', time(row.first)], ['Last', time(row.last)], ['As', things(row.principals)], ['From', some(row.addresses, 12)], ['By', row.applications.join(', ')],
      ['Techniques', row.techniques.join(', ')], ['Events', number(row.event_count)], ['Confidence', row.confidence]]),
    bullets('Events', row.events.slice(0, 20).map((event) => h('code', null, event.source + ':' + event.line + (event.column > 1 ? ':' + event.column : ''))))];
}

export async function timeline(context) {
  if (context.argument === 'detections')
    return [heading('Timeline', 'What events mean together, and whose acts they were.'), tabs('timeline', kTabs, context.argument),
      chips(context, [['All', []], ['The intruder\'s', ['intruder:true']], ['Confirmed', ['grade:confirmed']], ['Possible', ['grade:possible']]], 'detections'),
      await virtualList(context, {
        path: 'detections', label: 'Detections', id: (row) => row.id, find: (id) => 'id:' + id, mark: (row) => ['detection:' + row.id, row.says], detail: detection,
        prefetch: (rows) => learnNames(rows.flatMap((row) => row.principals), context.signal),
        none: ['No detection.', 'Hand in sign-in and audit logs: dislodge collect says which, soonest to expire first.'],
        columns: [
          {head: 'First', kind: 'time', sort: 'first', width: 12, cell: (row) => time(row.first)},
          {head: 'Grade', sort: 'grade', width: 6.5, cell: (row) => grade(row.grade)},
          {head: 'What the events say', cell: (row) => row.says},
          {head: 'As', width: 15, minor: true, cell: (row) => things(row.principals)},
          {head: 'Events', kind: 'number', sort: 'event_count', width: 5.5, cell: (row) => number(row.event_count)},
        ]})];
  if (context.argument === 'sessions')
    return [heading('Timeline', 'Who was signed in from where, and which sessions were the intruder\'s.'), tabs('timeline', kTabs, context.argument),
      chips(context, [['All', []], ['The intruder\'s', ['intruder:true']]], 'sessions'),
      await virtualList(context, {
        path: 'sessions', label: 'Sessions', id: (row) => row.id, mark: (row) => ['session:' + row.id, 'session of ' + nameOf(row.principal)],
        prefetch: (rows) => learnNames(rows.map((row) => row.principal), context.signal),
        none: ['No session.', 'Sign-in logs give them.'],
        detail: (row) => [h('h2', null, 'Session of ', nameOf(row.principal)), row.because ? h('p', null, row.because) : null,
          pairs([['First', time(row.first)], ['Last', time(row.last)], ['As', things([row.principal])], ['Application', row.application], ['From', row.addresses.join(', ')], ['Agents', row.agents.join('; ')], ['Events', number(row.events)]])],
        columns: [
          {head: 'First', kind: 'time', sort: 'first', width: 12, cell: (row) => time(row.first)},
          {head: 'Last', kind: 'time', sort: 'last', width: 12, cell: (row) => time(row.last)},
          {head: 'As', sort: 'principal', cell: (row) => things([row.principal])},
          {head: 'Application', sort: 'application', cell: (row) => row.application ?? ''},
          {head: 'From', width: 12, minor: true, cell: (row) => some(row.addresses, 2)},
          {head: 'Events', kind: 'number', sort: 'events', width: 5.5, cell: (row) => number(row.events)},
          {head: 'Whose', width: 6, sort: 'intruder', cell: (row) => row.intruder ? h('span', {class: 'grade confirmed'}, 'intruder') : ''},
        ]})];
  if (context.argument === 'claims')
    return [heading('Timeline', 'What people say of findings and changes: whose they are, by name and with a reason. Reach and plan are derived with what stands.'), tabs('timeline', kTabs, context.argument),
      chips(context, [['All', []], ['Standing', ['stands:true']], ['Ours', ['whose:ours']], ['The intruder\u2019s', ['whose:intruder']]], 'claims'),
      await virtualList(context, {
        path: 'claims', label: 'Claims', id: (row) => row.at + ' ' + row.thing,
        none: ['Nobody has claimed anything.', 'Open a detection or a change and say whose it is.'],
        detail: (row) => [h('h2', null, kWhose[row.whose]), h('p', null, row.reason), claimButton(row.thing, row.thing, row.stands ? 'open' : 'ours'),
          pairs([['Thing', row.thing.startsWith('detection:') ? h('a', {href: place('timeline', 'detections', [['row', row.thing]])}, row.thing) : h('code', null, row.thing)], ['Said by', row.who], ['When', time(row.at)], ['Stands', row.stands ? 'yes' : 'no: a later word goes before it']])],
        columns: [
          {head: 'When', kind: 'time', sort: 'at', width: 12, cell: (row) => time(row.at)},
          {head: 'It is', sort: 'whose', width: 9, cell: (row) => h('span', {class: row.stands ? '' : 'quiet'}, kWhose[row.whose])},
          {head: 'Thing', kind: 'place', sort: 'thing', width: 18, minor: true, cell: (row) => row.thing},
          {head: 'Said by', sort: 'who', width: 12, cell: (row) => row.who},
          {head: 'Why', cell: (row) => row.reason},
        ]})];
  const [drawing, list] = await Promise.all([drawn(context), everything(context)]);
  return [heading('Timeline', 'Acts of the intruder, what could be read, secrets known, logs held and their gaps, and the waves of the plan, on one axis.'),
    tabs('timeline', kTabs, context.argument),
    drawing,
    chips(context, [['All', []], ['Acts', ['what:detection']], ['Changes', ['what:change']], ['Secrets known', ['what:secret-known']], ['Waves', ['what:wave']]], 'timeline'),
    list];
}

// The drawing of this state of the case and this span, kept while the list under it is filtered.
let kept = {key: '', drawing: null};
async function drawn(context) {
  const state = current();
  const key = [state?.versions?.everything, state?.versions?.plan, context.from, context.until].join(' ');
  if (!state || kept.key !== key) kept = {key, drawing: chart(await getObject('lanes', {}, context.signal), context)};
  return kept.drawing;
}

function everything(context) {
  return virtualList(context, {
    path: 'timeline', label: 'Timeline', id: (row) => row.time + ' ' + row.says, mark: (row) => ['time:' + row.time + ' ' + row.says.slice(0, 120), row.says],
    none: ['Nothing has a time yet.', 'Hand in logs and mail, and investigate.'],
    detail: (row) => [h('h2', null, kWhat[row.what] ?? row.what), h('p', null, time(row.time, 'always')), h('p', null, row.says), row.what === 'change' ? claimButton(row.evidence, row.says) : null,
      row.evidence ? pairs([['Evidence', h('code', null, row.evidence)]]) : null],
    columns: [
      {head: 'Time', kind: 'time', sort: 'time', width: 12, cell: (row) => time(row.time, 'always')},
      {head: 'What', sort: 'what', width: 8, cell: (row) => h('span', {class: 'what ' + row.what}, kWhat[row.what] ?? row.what)},
      {head: 'Says', cell: (row) => row.says},
      {head: 'Evidence', kind: 'place', width: 18, minor: true, cell: (row) => row.evidence ?? ''},
    ]});
}
