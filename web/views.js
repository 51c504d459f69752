// The views: each gives its nodes for {argument, query, where, signal}. `filters`: the search box narrows it in place.

import {getList, getObject} from './api.js';
import {bullets, bytes, grade, h, number, pairs, place, state, table, time} from './dom.js';
import {chart} from './chart.js';
import {graph} from './graph.js';
import {chips, paged, pagedTable} from './list.js';

// ---------------------------------------------------------------------------------------------- overview

function answers(list) {
  return h('ul', {class: 'answers'}, list.map((answer) => h('li', null,
    answer.time ? [time(answer.time), ' '] : answer.count === null ? null : [h('strong', null, number(answer.count)), ' '],
    h('a', {href: answer.view}, answer.says), ' ', grade(answer.grade))));
}

// The verdict never stands without what it does not cover; of a long list the first show, and the rest on request.
const kOpenPoints = 6;

function notCovered(points) {
  const rest = points.slice(kOpenPoints);
  return [
    bullets('It does not cover', points.slice(0, kOpenPoints)),
    rest.length === 0 ? null : h('details', null, h('summary', null, 'and ' + number(rest.length) + ' more'), h('ul', null, rest.map((point) => h('li', null, point)))),
  ];
}

async function overview(context) {
  const all = await getObject('overview', {}, context.signal);
  const cards = all.questions.map((question, index) =>
    h('section', {class: 'card'}, h('h2', null, (index + 1) + '. ' + question.ask), answers(question.answers)));
  const verdict = h('section', {class: 'card verdict'},
    h('h2', null, 'Verdict'),
    h('p', {class: 'says'}, all.verdict.says || 'No verdict yet: dislodge investigate makes one.'),
    notCovered(all.verdict.does_not_cover));
  const rest = h('section', {class: 'card'}, h('h2', null, 'What this rests on, and what cannot be said'),
    answers(all.rests_on), bullets('Inferred', all.notes));
  const clocks = all.clocks.length === 0 ? null : h('section', {class: 'card'}, h('h2', null, 'Clocks'),
    h('ul', null, all.clocks.map((clock) => h('li', null, h('a', {href: place('duties', '', [['where', 'regime:' + clock.regime]])}, clock.regime), ': ', clock.status))));
  return [h('h1', null, 'Overview'),
    all.first_access ? h('p', {class: 'lead'}, 'First act of the intruder that an event shows: ', time(all.first_access)) : null,
    verdict, h('div', {class: 'cards'}, cards), h('div', {class: 'cards'}, rest, clocks)];
}

// ---------------------------------------------------------------------------------------------- timeline

const kTimelineTabs = [['', 'All'], ['chart', 'Chart'], ['detections', 'Detections'], ['sessions', 'Sessions']];

function tabs(view, choices, current) {
  return h('p', {class: 'tabs', role: 'group', 'aria-label': 'Parts of this view'}, choices.map(([name, text]) =>
    h('a', {href: place(view, name), 'aria-current': name === current ? 'page' : null}, text)));
}

function things(ids) {
  return (ids ?? []).map((id, index) => [index ? ', ' : '', h('a', {href: place('reach', id)}, id)]);
}

async function timeline(context) {
  const top = [h('h1', null, 'Timeline'), tabs('timeline', kTimelineTabs, context.argument)];
  if (context.argument === 'chart') return [top, chart(await getObject('lanes', {}, context.signal), context)];
  if (context.argument === 'detections')
    return [top,
      chips('timeline', 'detections', [['all', []], ['the intruder\'s', ['intruder:true']], ['confirmed', ['grade:confirmed']], ['possible', ['grade:possible']]], context),
      await pagedTable(context, 'detections', 'Detections', [
        ['First', (row) => time(row.first), 'time'],
        ['Last', (row) => time(row.last), 'time'],
        ['Kind', (row) => row.kind],
        ['Grade', (row) => grade(row.grade)],
        ['What the events say', (row) => [row.says, row.because ? h('small', null, row.because) : null], 'text'],
        ['As', (row) => things(row.principals), 'text'],
        ['From', (row) => row.addresses.slice(0, 5).join(', ') + (row.addresses.length > 5 ? ' and ' + number(row.addresses.length - 5) + ' more' : ''), 'text'],
        ['Events', (row) => [number(row.event_count), row.events.length ? h('small', null, row.events[0].source + ':' + row.events[0].line) : null], 'text'],
      ])];
  if (context.argument === 'sessions')
    return [top,
      chips('timeline', 'sessions', [['all', []], ['the intruder\'s', ['intruder:true']]], context),
      await pagedTable(context, 'sessions', 'Sessions', [
        ['First', (row) => time(row.first), 'time'],
        ['Last', (row) => time(row.last), 'time'],
        ['As', (row) => things([row.principal]), 'text'],
        ['Application', (row) => row.application ?? '', 'text'],
        ['From', (row) => row.addresses.slice(0, 5).join(', '), 'text'],
        ['Events', (row) => number(row.events)],
        ['Whose', (row) => row.intruder ? h('span', {class: 'grade confirmed'}, 'intruder') : ''],
        ['Because', (row) => row.because ?? '', 'text'],
      ])];
  return [top,
    chips('timeline', '', [['all', []], ['detections', ['what:detection']], ['changes', ['what:change']], ['secrets known', ['what:secret-known']], ['waves', ['what:wave']]], context),
    await pagedTable(context, 'timeline', 'Timeline', [
      ['Time', (row) => time(row.time, 'always'), 'time'],
      ['What', (row) => h('span', {class: 'what ' + row.what}, row.what)],
      ['Says', (row) => row.says, 'text'],
      ['Evidence', (row) => row.evidence ?? '', 'place'],
    ])];
}

// ---------------------------------------------------------------------------------------------- secrets

const kSecretColumns = [
  ['Kind', (row) => row.kind],
  ['Mask', (row) => h('code', null, row.mask)],
  ['Owner', (row) => row.owner ? [row.owner.organisation, h('small', null, row.owner.evidence)] : 'unknown', 'text'],
  ['Place', (row) => row.item + ':' + row.line, 'place'],
  ['Confidence', (row) => row.confidence],
  ['Same value', (row) => h('a', {href: place('reach', 'secret:' + row.fingerprint)}, row.fingerprint.slice(0, 12)), 'place'],
];

async function secrets(context) {
  return [h('h1', null, 'Secrets'),
    h('p', {class: 'lead'}, 'Every place where one was seen. Equal values have the same fingerprint; follow it to see why it is reached.'),
    await pagedTable(context, 'secrets', 'Secrets', kSecretColumns)];
}

// ---------------------------------------------------------------------------------------------- reach

const kReachChips = [
  ['all', []],
  ['confirmed', ['grade:confirmed']],
  ['possible', ['grade:possible']],
  ['principals', ['type:principal']],
  ['secrets', ['type:secret']],
  ['resources', ['type:resource']],
];

async function reach(context) {
  if (context.argument) return thing(context);
  return [h('h1', null, 'Reach'),
    h('p', {class: 'lead'}, 'What the intruder could hold, and since when. Follow a name to see why.'),
    chips('reach', '', kReachChips, context),
    await pagedTable(context, 'reach', 'Reach', [
      ['Grade', (row) => grade(row.grade)],
      ['Type', (row) => row.type],
      ['Name', (row) => h('a', {href: place('reach', row.id)}, row.name), 'text'],
      ['Since', (row) => time(row.since, 'always'), 'time'],
      ['Last step', (row) => row.because.length ? row.because.at(-1).says : '', 'text'],
      ['Id', (row) => row.id, 'place'],
    ])];
}

// One thing: when, why, where it lies, what the plan does to it.
async function thing(context) {
  const id = context.argument;
  const exact = (path, field, value) => getList(path, {where: [field + ':' + value], limit: 50}, context.signal);
  const [rows, why, targets, places, drawn] = await Promise.all([
    exact('reach', 'id', id),
    getObject('why', {id}, context.signal).then((given) => given.text, (error) => {
      if (error.name === 'AbortError') throw error;
      return error.message;
    }),
    exact('plan', 'target', id),
    id.startsWith('secret:') ? exact('secrets', 'fingerprint', id.slice('secret:'.length)) : {rows: [], matching: 0},
    getObject('graph', {id}, context.signal).catch((error) => {
      if (error.name === 'AbortError') throw error;
      return null;
    }),
  ]);
  const row = rows.rows.find((one) => one.id === id);
  const spans = row ? row.intervals.map(([from, until]) => h('li', null, time(from, 'always'), ' to ', time(until, 'open'))) : [];
  const parts = [
    h('p', null, h('a', {href: place('reach')}, 'Reach')),
    h('h1', null, row ? row.name : id),
    pairs([['Id', h('code', null, id)], ['Type', row?.type], ['Grade', row ? grade(row.grade) : 'not reached'], ['When', spans.length ? h('ul', null, spans) : null]]),
    h('h2', null, 'Why'),
    drawn ? graph(drawn) : null,
    h('pre', {class: 'why', tabindex: '0'}, why),
  ];
  if (places.rows.length) {
    const list = table('Places', kSecretColumns);
    list.add(places.rows);
    parts.push(h('h2', null, 'Where it was seen (' + number(places.matching) + ')'), list.box);
  }
  if (targets.rows.length) parts.push(h('h2', null, 'What the plan does to it'), targets.rows.map(action));
  return parts;
}

// ---------------------------------------------------------------------------------------------- plan

function action(row) {
  const after = row.after.map((id, index) => id + (row.after_why[index] ? ': ' + row.after_why[index] : ''));
  return h('details', {class: 'action'},
    h('summary', null, h('span', {class: 'id'}, row.action_id), ' ', h('strong', null, row.action), ' ', row.target_name ?? row.target ?? '', ' ', state(row.state)),
    h('p', null, row.why),
    pairs([
      ['Wave', row.wave],
      ['Role', row.role],
      ['Who', row.who],
      ['Target', row.target ? h('a', {href: place('reach', row.target)}, row.target) : null],
      ['Secret', row.secret && row.secret !== row.target ? h('a', {href: place('reach', row.secret)}, row.secret) : null],
      ['Starts', row.starts ? time(row.starts) : null],
      ['In effect by', row.effective_by ? time(row.effective_by) : null],
      ['The intruder sees it', row.visible_to_intruder ? 'yes' : 'no'],
      ['Save first', row.save_first],
      ['Go back', row.go_back],
      ['Abort when', row.abort_when],
      ['Command', row.command ? h('code', null, row.command) : null],
    ]),
    bullets('After', after),
    bullets('Cuts', row.cuts),
    bullets('Does not cut', row.does_not_cut),
    bullets('Breaks', row.breaks),
    bullets('Destroys as evidence', row.destroys_evidence),
    row.leaks_if_skipped.length
      ? bullets('Skipped, the intruder keeps', row.leaks_if_skipped.map((id) => h('a', {href: place('reach', id)}, id)))
      : row.others_in_path > 0
        ? h('p', null, 'Skipped alone, nothing leaks: ' + number(row.others_in_path) + ' other actions stand in that path.')
        : null);
}

async function plan(context) {
  const [status] = await getObject('status', {}, context.signal);
  const box = h('div');
  let wave = null;
  const draw = {
    box,
    add(rows) {
      for (const row of rows) {
        if (row.wave !== wave) box.append(h('h2', null, 'Wave ' + row.wave));
        wave = row.wave;
        box.append(action(row));
      }
    },
  };
  return [h('h1', null, 'Plan'),
    h('p', {class: 'lead'}, status.verdict),
    chips('plan', '', [['all', []], ['open', ['state:open']], ['claimed', ['state:claimed']], ['in effect', ['state:in-effect']], ['failed', ['state:failed']], ['cut', ['role:cut']], ['obligations', ['role:obligation']]], context),
    await paged(context, 'plan', draw)];
}

// ---------------------------------------------------------------------------------------------- evidence

const kEvidenceTabs = [['ledger', 'Ledger'], ['coverage', 'Coverage of logs'], ['gaps', 'Gaps and what cannot be said'], ['missing', 'Not handed in']];
const kLedgerStates = ['read-in-part', 'encrypted', 'damaged', 'unsupported', 'too-large', 'too-deep', 'timed-out', 'crashed', 'not-held', 'not-exported'];

async function evidence(context) {
  const part = context.argument || 'ledger';
  const top = [h('h1', null, 'Evidence'), tabs('evidence', kEvidenceTabs, part)];
  if (part === 'coverage') return [top, await coverage(context)];
  if (part === 'gaps') return [top, await gaps(context)];
  if (part === 'missing')
    return [top, h('p', {class: 'lead'}, 'What the intruder could read and nobody has handed in: collect it and add it to the case.'),
      await pagedTable(context, 'missing', 'Not handed in', [
        ['What', (row) => h('a', {href: place('reach', row.resource)}, row.name), 'text'],
        ['Kind', (row) => row.kind],
        ['Since', (row) => time(row.since, 'always'), 'time'],
        ['Why', (row) => row.why, 'text'],
        ['Lies behind it', (row) => number(row.opens)],
      ])];
  return [top,
    chips('evidence', 'ledger', [['all', []], ...kLedgerStates.map((one) => [one, ['state:' + one]])], context),
    await pagedTable(context, 'ledger', 'Ledger', [
      ['State', (row) => state(row.state)],
      ['Item', (row) => row.item + (row.items > 1 ? ' (' + number(row.items) + ' items)' : ''), 'place'],
      ['Size', (row) => bytes(row.size), 'number'],
      ['Read', (row) => bytes(row.read), 'number'],
      ['Reason', (row) => row.reason ?? '', 'text'],
      ['Remedy', (row) => row.remedy ?? '', 'text'],
    ])];
}

// A bar of the source's span with its gaps, drawn over the time that all sources of the page have together.
function bar(row, from, until) {
  const name = 'http://www.w3.org/2000/svg';
  const width = 200;
  const at = (value, open) => (value ? (Date.parse(value) - from) / Math.max(until - from, 1) * width : open);
  const picture = document.createElementNS(name, 'svg');
  picture.setAttribute('viewBox', '0 0 ' + width + ' 12');
  picture.setAttribute('class', 'bar');
  picture.setAttribute('role', 'img');
  picture.setAttribute('aria-label', number(row.gaps.length) + ' gaps');
  const draw = (kind, begin, end) => {
    const rectangle = document.createElementNS(name, 'rect');
    rectangle.setAttribute('class', kind);
    rectangle.setAttribute('x', String(begin));
    rectangle.setAttribute('y', '1');
    rectangle.setAttribute('width', String(Math.max(end - begin, 1)));
    rectangle.setAttribute('height', '10');
    picture.append(rectangle);
  };
  if (row.first && row.last) draw('held', at(row.first, 0), at(row.last, width));
  for (const gap of row.gaps) draw('gap', Math.max(at(gap.from, 0), 0), Math.min(at(gap.until, width), width));
  return picture;
}

async function coverage(context) {
  let from = Infinity;
  let until = -Infinity;
  const list = table('Coverage', [
    ['Source', (row) => row.source],
    ['Class', (row) => row.class],
    ['Tenant', (row) => row.tenant ?? '', 'place'],
    ['Events', (row) => number(row.events), 'number'],
    ['First', (row) => time(row.first), 'time'],
    ['Last', (row) => time(row.last), 'time'],
    ['Span and gaps', (row) => bar(row, from, until)],
    ['Collection', (row) => row.complete ? 'complete' : row.declared ? 'declared' : 'not declared'],
    ['Notes', (row) => [...row.notes, ...row.throttled.map((one) => 'throttled: ' + one + ': from then on reading is possible, not excluded')].map((one) => h('small', null, one)), 'text'],
  ]);
  const draw = {
    box: list.box,
    add(rows) {
      const sources = rows.filter((row) => row.source && row.gaps);
      for (const row of sources) {
        if (row.first) from = Math.min(from, Date.parse(row.first));
        if (row.last) until = Math.max(until, Date.parse(row.last));
      }
      list.add(sources);
    },
  };
  return paged(context, 'coverage', draw);
}

async function gaps(context) {
  const list = table('Gaps', [
    ['From', (row) => time(row.from, 'always'), 'time'],
    ['Until', (row) => time(row.until, 'open'), 'time'],
    ['Log', (row) => row.log],
    ['About', (row) => row.about ? h('a', {href: place('reach', row.about)}, row.about) : '', 'place'],
    ['Why', (row) => row.why, 'text'],
  ]);
  const draw = {
    box: list.box,
    add(rows) {
      for (const row of rows) {
        for (const gap of row.gaps ?? []) list.add([{from: gap.from, until: gap.until, log: row.source + ' ' + row.class, why: gap.why}]);
        if (row.cannot_say) list.add([{from: row.from, until: row.until, log: row.source, about: row.secret ?? row.principal, why: 'cannot say: ' + row.cannot_say}]);
      }
    },
  };
  const [, box, failure, more] = await paged(context, 'coverage', draw);
  return [h('p', {class: 'lead'}, 'In these spans "not seen" does not mean "did not happen".'), box, failure, more];
}

// ---------------------------------------------------------------------------------------------- parties, duties

function party(row) {
  return h('details', {class: 'action'},
    h('summary', null, h('strong', null, row.organisation), ' ' + number(row.messages) + ' messages, ' + number(row.secrets.length) + ' secrets, ' + number(row.uses.length) + ' uses seen'),
    pairs([
      ['Domains', row.domains.join(', ')],
      ['Messages seen accessed', number(row.messages_seen_accessed)],
      ['First message', row.first ? time(row.first) : null],
      ['Last message', row.last ? time(row.last) : null],
    ]),
    bullets('To do', row.to_do),
    row.channels_read.length ? bullets('Never tell them there: the intruder can read', row.channels_read) : null,
    bullets('Secrets of theirs', row.secrets.map((one) => [
      one.kind, ' ', h('code', null, one.mask), ' ', h('small', null, one.why),
      h('ul', null, one.places.map((where) => h('li', {class: 'place'}, where)), one.place_count > one.places.length ? h('li', null, 'and ' + number(one.place_count - one.places.length) + ' more places') : null),
    ])),
    bullets('Uses seen', row.uses.map((use) => [time(use.time), ' ', use.succeeded ? 'succeeded' : 'failed', ': ', use.outcome, ' ', things([use.principal])])));
}

async function parties(context) {
  const box = h('div');
  return [h('h1', null, 'Parties'),
    h('p', {class: 'lead'}, 'Grouped by domain alone: a person confirms whom to tell, and by which channel, before anything leaves.'),
    await paged(context, 'parties', {box, add: (rows) => box.append(...rows.map(party))})];
}

async function duties(context) {
  return [h('h1', null, 'Duties'),
    h('p', {class: 'lead'}, 'Clocks of disclosure. Not legal advice; what is unverified has no date.'),
    await pagedTable(context, 'duties', 'Duties', [
      ['Regime', (row) => [row.regime, h('small', null, row.name)], 'text'],
      ['Due', (row) => row.due_local ? [row.due_local.date, ' ', row.due_local.time, ' ', row.due_local.zone] : '', 'time'],
      ['To', (row) => row.to ?? '', 'text'],
      ['Status', (row) => row.status, 'text'],
      ['Trigger', (row) => [row.trigger ?? '', row.trigger_time ? h('small', null, time(row.trigger_time)) : null]],
      ['Content not yet known', (row) => row.missing.join('; '), 'text'],
      ['Source', (row) => row.source, 'text'],
    ])];
}

// ---------------------------------------------------------------------------------------------- statements, journal

async function statements(context) {
  return [h('h1', null, 'Statements'),
    h('p', {class: 'lead'}, 'What the case says, sentence by sentence. The basis changes when a fact that a sentence relies on changes: note it beside what you told somebody.'),
    chips('statements', '', [['all', []], ['confirmed', ['grade:confirmed']], ['possible', ['grade:possible']], ['unknown', ['grade:unknown']]], context),
    await pagedTable(context, 'statements', 'Statements', [
      ['No.', (row) => row.number, 'time'],
      ['Says', (row) => [row.says, row.limits ? h('small', null, row.limits) : null], 'text'],
      ['Grade', (row) => grade(row.grade)],
      ['Evidence', (row) => row.evidence.map((one) => h('div', null, one)), 'place'],
      ['Basis', (row) => row.basis, 'place'],
    ])];
}

async function journal(context) {
  return [h('h1', null, 'Journal'),
    h('p', {class: 'lead'}, 'Everything done to the case, as a Merkle log. dislodge journal CASE verify proves that nothing was changed or removed since a checkpoint that somebody else holds.'),
    await pagedTable(context, 'journal', 'Journal', [
      ['At', (row) => time(row.at), 'time'],
      ['What', (row) => row.what],
      ['Details', (row) => Object.entries(row.details).map(([name, value]) => h('div', null, name + ': ' + (typeof value === 'object' ? JSON.stringify(value) : value))), 'text'],
    ])];
}

// ---------------------------------------------------------------------------------------------- search

// Where the search looks: the view that shows all hits, and a hit as [text, place].
const kSearched = [
  ['reach', 'Reach', ['reach'], (row) => [row.type + ' ' + row.name, place('reach', row.id)]],
  ['secrets', 'Secrets', ['secrets'], (row) => [row.kind + ' ' + row.mask + ' in ' + row.item + ':' + row.line, place('reach', 'secret:' + row.fingerprint)]],
  ['detections', 'Detections', ['timeline', 'detections'], (row) => [row.says, place('timeline', 'detections', [['where', 'id:' + row.id]])]],
  ['timeline', 'Timeline', ['timeline'], (row) => [row.says, place('timeline', '', [['q', row.says.slice(0, 200)]])]],
  ['plan', 'Plan', ['plan'], (row) => [row.action_id + ' ' + row.action + ' ' + (row.target_name ?? row.target ?? ''), place('plan', '', [['where', 'action_id:' + row.action_id]])]],
  ['ledger', 'Ledger', ['evidence', 'ledger'], (row) => [row.state + ' ' + row.item, place('evidence', 'ledger', [['where', 'item:' + row.item]])]],
  ['parties', 'Parties', ['parties'], (row) => [row.organisation, place('parties', '', [['where', 'organisation:' + row.organisation]])]],
  ['duties', 'Duties', ['duties'], (row) => [row.regime + ': ' + row.status, place('duties', '', [['where', 'regime:' + row.regime]])]],
];

async function searched(context) {
  if (!context.query.trim()) return [h('h1', null, 'Search'), h('p', null, 'Type into the box above.')];
  const found = await Promise.all(kSearched.map(([path]) => getList(path, {q: context.query, limit: 5}, context.signal)));
  const parts = kSearched.map(([, title, view, hit], index) => {
    if (found[index].matching === 0) return null;
    return h('section', null,
      h('h2', null, h('a', {href: place(view[0], view[1], [['q', context.query]])}, title + ' (' + number(found[index].matching) + ')')),
      h('ul', null, found[index].rows.map(hit).map(([text, where]) => h('li', null, h('a', {href: where}, text)))));
  });
  const nothing = parts.every((part) => part === null);
  return [h('h1', null, 'Search'), nothing ? h('p', {role: 'status'}, 'Nothing holds all of these words.') : parts];
}

export const views = {
  overview: {title: 'Overview', show: overview},
  timeline: {title: 'Timeline', filters: true, show: timeline},
  secrets: {title: 'Secrets', filters: true, show: secrets},
  reach: {title: 'Reach', filters: true, show: reach},
  plan: {title: 'Plan', filters: true, show: plan},
  evidence: {title: 'Evidence', filters: true, show: evidence},
  parties: {title: 'Parties', filters: true, show: parties},
  duties: {title: 'Duties', filters: true, show: duties},
  statements: {title: 'Statements', filters: true, show: statements},
  journal: {title: 'Journal', filters: true, show: journal},
  search: {show: searched},
};
