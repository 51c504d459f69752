// @ts-check
// What was handed in and read, what was not and why, what logs can testify, and what to collect next.

import {act, getList, getObject, learnNames, nameOf} from './api.js';
import {bullets, bytes, counted, empty, h, heading, minute, number, pairs, place, s, state, time} from './dom.js';
import {ask, told, whoField} from './forms.js';
import {chips, tabs, virtualList} from './list.js';

const kTabs = [['ledger', 'Ledger'], ['coverage', 'Coverage of logs'], ['gaps', 'Gaps and what cannot be said'], ['missing', 'To collect next'], ['uncovered', 'Not covered by the verdict'], ['tips', 'Tips of others']];
const kStates = ['read', 'read-in-part', 'encrypted', 'damaged', 'unsupported', 'too-large', 'too-deep', 'timed-out', 'crashed', 'not-held', 'not-exported'];

export async function evidence(context) {
  const part = context.argument || 'ledger';
  const content = shown(part, context);
  content.catch(() => {});
  const [status] = await getObject('status', {}, context.signal);
  const investigate = h('button', {type: 'button', title: 'Reads what is pending and derives everything anew', onclick: () => act('investigate', {}).then(() => told('Investigating.', true), (error) => told(error.message))}, status.pending ? 'Read what is pending' : 'Investigate again');
  const top = [heading('Evidence', [bytes(status.read), ' of ', bytes(status.bytes), ' read, ', bytes(status.unread), ' unread', status.pending ? ', ' + bytes(status.pending) + ' pending' : '', '. Every byte is in exactly one of them.'], investigate), tabs('evidence', kTabs, part)];
  return [top, await content];
}

async function shown(part, context) {
  if (part === 'coverage') return coverage(context);
  if (part === 'gaps') return gaps(context);
  if (part === 'uncovered') return uncovered(context);
  if (part === 'tips') return tips(context);
  if (part === 'missing')
    return [await exports(context), h('h2', null, 'Stolen or readable, and not handed in'),
      h('p', {class: 'lead'}, 'What the intruder could read and nobody has handed in; what opens most first.'),
      await virtualList(context, {
        path: 'missing', label: 'Not handed in', id: (row) => row.resource, mark: (row) => [row.resource, row.name], none: ['Nothing that they could read is missing.', 'By what the directory exports show.'],
        columns: [
          {head: 'What', sort: 'name', width: 20, cell: (row) => h('a', {href: place('reach', row.resource), title: row.resource}, row.name)},
          {head: 'Kind', sort: 'kind', width: 9, cell: (row) => row.kind},
          {head: 'Since', kind: 'time', sort: 'since', width: 12, cell: (row) => time(row.since, 'always')},
          {head: 'Why', cell: (row) => row.why},
          {head: 'Opens', kind: 'number', sort: 'opens', width: 5.5, cell: (row) => number(row.opens)},
        ]})];
  return [chips(context, [['All', []], ...kStates.map((one) => [one.replaceAll('-', ' '), ['state:' + one]])], 'ledger', true),
    await virtualList(context, {
      path: 'ledger', label: 'Ledger', id: (row) => row.item, mark: (row) => ['item:' + row.item, row.item], none: ['Nothing was handed in yet.', 'dislodge add CASE PATH...'],
      detail: (row) => [h('h2', null, state(row.state)), h('p', {class: 'place'}, row.item), pairs([['Within', row.parent], ['Items', number(row.items)], ['Size', bytes(row.size)], ['Read', bytes(row.read)], ['Reason', row.reason], ['Remedy', row.remedy]])],
      columns: [
        {head: 'State', sort: 'state', width: 8.5, cell: (row) => state(row.state)},
        {head: 'Item', kind: 'place', sort: 'item', cell: (row) => row.item + (row.items > 1 ? ' (' + number(row.items) + ' items)' : '')},
        {head: 'Size', kind: 'number', sort: 'size', width: 6, cell: (row) => bytes(row.size)},
        {head: 'Read', kind: 'number', sort: 'read', width: 6, cell: (row) => bytes(row.read)},
        {head: 'Reason and remedy', width: 26, minor: true, cell: (row) => [row.reason ?? '', row.remedy ? h('small', null, row.remedy) : null]},
      ]})];
}

const lost = (row) => row.days > 0 ? 'lost after ' + counted(row.days, 'day') : 'kept only where it was sent elsewhere';

// Logs to export next, with the command; each folded, since there are many and one is worked on at a time.
async function exports(context) {
  const page = await getList('collect', {q: context.query, limit: 200}, context.signal);
  if (page.total === 0) return null;
  return [h('h2', null, 'Logs to export next, soonest lost first (' + number(page.matching) + ')'),
    page.rows.map((row) => h('details', {class: 'action'},
      h('summary', null, h('strong', null, row.system), ' ', row.title, ' ', h('span', {class: row.days > 0 && row.days <= 30 ? 'grade possible' : 'grade'}, lost(row))),
      pairs([['Kept', row.kept], ['Run', h('pre', {class: 'context', tabindex: '0'}, row.command)], ['It proves', row.proves], ['It cannot say', row.cannot], ['Stops at', row.caps], ['Source', row.sources.join(', ') + ', as of ' + row.as_of]])))];
}

// The source's span with its gaps, over the time that all sources have together.
function spanBar(row, from, until) {
  const at = (value, open) => (value ? (Date.parse(value) - from) / Math.max(until - from, 1) * 400 : open);
  const part = (kind, begin, end, says) => s('rect', {class: kind, x: begin.toFixed(1), y: 1, width: Math.max(end - begin, 1.5).toFixed(1), height: 10}, s('title', null, says));
  return s('svg', {viewBox: '0 0 400 12', preserveAspectRatio: 'none', class: 'bar', role: 'img', 'aria-label': row.gaps.length + ' gaps'},
    row.first && row.last ? part('held', at(row.first, 0), at(row.last, 400), row.source + ' ' + row.first + ' to ' + row.last) : null,
    row.gaps.map((gap) => part('gap', Math.max(at(gap.from, 0), 0), Math.min(at(gap.until, 400), 400), gap.why)));
}

async function coverage(context) {
  const page = await getList('coverage', {q: context.query, where: context.where, from: context.from, until: context.until, limit: 1000}, context.signal);
  const rows = page.rows.filter((row) => row.source && row.gaps);
  if (rows.length === 0) return empty('No log was handed in.', 'Without logs nothing can be confirmed or excluded: dislodge collect says which to export first.');
  const from = Math.min(...rows.map((row) => Date.parse(row.first)).filter(Number.isFinite));
  const until = Math.max(...rows.map((row) => Date.parse(row.last)).filter(Number.isFinite));
  return h('div', {class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Coverage'}, h('table', {class: 'plain coverage'},
    h('thead', null, h('tr', null, ['Source', 'Events', 'Span and gaps', 'Collection', 'Notes'].map((text) => h('th', {scope: 'col', class: text === 'Events' ? 'number' : null}, text)))),
    h('tbody', null, rows.map((row) => h('tr', null,
      h('td', null, h('strong', null, row.source), ' ', row.class, row.tenant ? h('small', {title: row.tenant}, row.tenant) : null), h('td', {class: 'number'}, number(row.events)),
      h('td', {class: 'barcell'}, spanBar(row, from, until), h('small', {class: 'ends'}, h('span', null, minute(row.first, 'no event')), row.gaps.length ? h('span', {class: 'gaps'}, counted(row.gaps.length, 'gap')) : null, h('span', null, minute(row.last)))),
      h('td', null, row.complete ? state('complete') : row.declared ? state('declared') : state('not declared')),
      h('td', {class: 'text'}, [...row.notes, ...row.throttled.map((one) => 'throttled: ' + one + ': from then on reading is possible, not excluded')].map((one) => h('small', null, one))))))));
}

async function gaps(context) {
  const page = await getList('coverage', {q: context.query, where: context.where, from: context.from, until: context.until, limit: 1000}, context.signal);
  const holes = page.rows.flatMap((row) => row.gaps.map((gap) => ({...gap, source: row.source, class: row.class})));
  return [
    h('h2', null, 'Gaps in logs held (' + number(holes.length) + ')'),
    holes.length === 0 ? h('p', {class: 'quiet'}, 'No gap longer than a source\u2019s habit.') : h('ul', {class: 'plain rows-plain'}, holes.map((gap) => h('li', null, h('strong', null, gap.source + ', ' + gap.class), ' ', gap.why, h('small', null, time(gap.from, 'always'), ' to ', time(gap.until, 'now'))))),
    h('h2', null, 'What cannot be said, and which log would'),
    await virtualList(context, {
      path: 'cannot-say', label: 'What cannot be said', id: (row) => row.source + ' ' + row.principal + ' ' + row.secret + ' ' + row.from,
      prefetch: (rows) => learnNames(rows.flatMap((row) => [row.principal, row.secret]), context.signal),
      none: ['Nothing that was asked is without a log.', 'Each secret and account that could be used was looked for in a log that is held.'],
      columns: [
        {head: 'Whether', cell: (row) => row.principal ? [h('a', {href: place('reach', row.principal), title: row.principal}, nameOf(row.principal)), ' was used'] : row.secret ? 'it was used' : 'it happened'},
        {head: 'By', width: 14, minor: true, cell: (row) => row.secret ? h('a', {href: place('secrets', row.secret), title: row.secret}, nameOf(row.secret)) : ''},
        {head: 'Would be in', sort: 'source', width: 15.5, cell: (row) => row.source},
        {head: 'Why it cannot be said', sort: 'cannot_say', width: 14, cell: (row) => row.cannot_say.replace(' (' + row.source + ')', '')},
        {head: 'From', kind: 'time', sort: 'from', width: 10.4, cell: (row) => minute(row.from, 'always')},
        {head: 'Until', kind: 'time', sort: 'until', width: 10.4, minor: true, cell: (row) => minute(row.until, 'now')},
      ]})];
}

function uncovered(context) {
  return virtualList(context, {
    path: 'uncovered', label: 'What the verdict does not cover', id: (row) => row.point,
    none: ['The verdict leaves nothing open.', 'It speaks of the evidence held, and of nothing else.'],
    columns: [{head: 'While any of these is open, the verdict is incomplete', cell: (row) => row.point}]});
}

const kSignatures = {none: 'no signature', fits: 'fits the key that was given for it', beside: 'fits the key beside it: nothing was changed, which does not say who wrote it', broken: 'DOES NOT FIT: changed, or not theirs'};

// Somebody has looked at what a tip touches; the verdict no longer waits for that.
function judge(row) {
  ask({
    title: 'What was found?',
    says: h('p', null, row.file, ': ', touched(row)),
    fields: [whoField('Who looked'), {name: 'reason', label: 'What they found', kind: 'area', needed: true}],
    button: 'Record it',
    send: async (values) => {
      await act('judge', {file: row.sha256, ...values});
      told('Recorded. It holds until the tip touches something else.', true);
    },
  });
}

const touched = (row) => row.listed > 0 ? number(row.held) + ' of ' + counted(row.listed, 'listed message') + ' held, ' + number(row.missing) + ' missing, ' + number(row.extra) + ' that they do not list'
  : number(row.matched) + ' of ' + counted(row.tips, 'tip') + ' found in the evidence' + (row.places_known + row.places_new.length ? ', ' + number(row.places_known) + ' places found here as well, ' + number(row.places_new.length) + ' only by them' : '');
const judged = (row) => row.judged ? (row.judged.holds ? 'by ' + row.judged.who : 'again: what it touches has changed') : 'nobody yet';

function tips(context) {
  return virtualList(context, {
    path: 'tips', label: 'Tips of others', id: (row) => row.sha256, mark: (row) => ['tip:' + row.sha256, row.file],
    none: ['No tip was handed in.', 'dislodge add CASE FILE takes STIX 2.1, MISP, SARIF, findings of Hayabusa and Chainsaw, and notices with a manifest of stolen messages.'],
    detail: (row) => [h('h2', null, row.file), h('p', null, touched(row)),
      h('p', null, h('button', {type: 'button', class: 'main', onclick: () => judge(row)}, 'Record what was found')),
      row.judged ? h('p', {class: 'quiet'}, 'Looked at by ', row.judged.who, ' ', time(row.judged.at), ': ', row.judged.reason) : null,
      pairs([['Format', row.format], ['From', row.from ?? 'nobody named'], ['Confirmed', row.verified_by ? 'out of band by ' + row.verified_by + (row.verified_how ? ', ' + row.verified_how : '') : 'NOT out of band'], ['Signature', kSignatures[row.signature] ?? row.signature], ['SHA-256', h('code', null, row.sha256)]]),
      row.detections.length ? h('p', null, h('a', {href: place('timeline', 'detections', [['where', 'kind:tip-matched']])}, counted(row.detections.length, 'finding') + ' in the timeline')) : null,
      bullets('Held, with secrets', row.with_secrets.slice(0, 20).map((one) => h('span', {class: 'place'}, one))),
      bullets('Listed and not held', row.missing_ids.slice(0, 20).map((one) => h('span', {class: 'place'}, one))),
      bullets('Only they name', row.places_new.slice(0, 20).map((one) => h('span', {class: 'place'}, one))),
      bullets('Left out', row.left_out.slice(0, 20)), bullets('Not compared', row.not_compared)],
    columns: [
      {head: 'Tip', kind: 'place', sort: 'file', cell: (row) => row.file},
      {head: 'Format', sort: 'format', width: 10, minor: true, cell: (row) => row.format},
      {head: 'From', sort: 'from', width: 13, cell: (row) => row.from ?? h('span', {class: 'quiet'}, 'nobody named')},
      {head: 'Confirmed', sort: 'verified_by', width: 10, minor: true, cell: (row) => row.verified_by ?? state('not confirmed')},
      {head: 'What it touches', width: 20, cell: touched},
      {head: 'Looked at', width: 11, minor: true, cell: judged},
    ]});
}
