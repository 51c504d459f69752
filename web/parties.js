// @ts-check
// Whom it concerns besides us: what of theirs was read, what they must do, by which channel they must not be told, and
// the package that goes out to them.

import {act, learnNames, nameOf} from './api.js';
import {bullets, counted, h, heading, number, pairs, place, time} from './dom.js';
import {ask, told, who} from './forms.js';
import {virtualList} from './list.js';

function release(row) {
  ask({
    title: 'A package for ' + row.organisation,
    says: [h('p', null, 'A signed manifest of their messages that were exposed, and a notice, written beside the case. Two named people release it, and the journal keeps it.'),
      row.channels_read.length ? h('p', {class: 'failure'}, 'Never send it to ' + row.channels_read.slice(0, 5).join(', ') + (row.channels_read.length > 5 ? ' and ' + (row.channels_read.length - 5) + ' more' : '') + ': the intruder can read there.') : null],
    fields: [
      {name: 'one', label: 'Released by', value: who.get(), needed: true},
      {name: 'two', label: 'and by', needed: true, hint: 'Somebody else.'},
      {name: 'contact_name', label: 'Whom they reach', needed: true},
      {name: 'contact_channel', label: 'How', needed: true, hint: 'A telephone number or portal that the intruder cannot read.'},
      {name: 'verify_at', label: 'Where they check that it is genuine'},
      {name: 'seal_to', label: 'Their public key', hint: '64 hex digits; empty: not encrypted.'},
      {name: 'content', label: 'The messages themselves', kind: 'choice', choices: [['', 'no, the list of them alone'], ['yes', 'yes, sealed to that key, without the parts that are about others']]},
    ],
    button: 'Make the package',
    send: async (values) => {
      await act('package', {organisation: row.organisation, released_by: [values.one, values.two], contact_name: values.contact_name, contact_channel: values.contact_channel, verify_at: values.verify_at, seal_to: values.seal_to, content: values.content === 'yes'});
      told('The package is being made.', true);
    },
  });
}

function detail(row) {
  return [
    h('h2', null, row.organisation),
    h('p', null, h('button', {type: 'button', class: 'main', onclick: () => release(row)}, 'Make their package')),
    pairs([['Domains', row.domains.join(', ')], ['Messages', number(row.messages)], ['Seen accessed', number(row.messages_seen_accessed)], ['First', time(row.first)], ['Last', time(row.last)]]),
    bullets('To do', row.to_do),
    row.groups.length ? bullets('Seems to be the same organisation as (a person says so before anything follows)', row.groups.map((one) => [h('a', {href: place('parties', one.organisation)}, one.organisation), ' ', one.name, h('small', null, one.why + '; margin ' + one.margin.toFixed(2))])) : null,
    row.channels_read.length ? bullets('Never tell them there: the intruder can read', row.channels_read.slice(0, 20)) : null,
    bullets('Secrets of theirs', row.secrets.map((one) => [h('a', {href: place('secrets', 'secret:' + one.fingerprint.replace(/^secret:/, ''))}, one.kind), ' ', h('code', null, one.mask), h('small', null, one.why),
      h('small', {class: 'place'}, one.places[0] ?? '', one.place_count > 1 ? ' and ' + counted(one.place_count - 1, 'more place') : '')])),
    bullets('Uses seen', row.uses.map((use) => [time(use.time), ' ', use.succeeded ? 'succeeded' : 'failed', ': ', use.outcome, ' ', h('a', {href: place('reach', use.principal)}, nameOf(use.principal))])),
  ];
}

// What an errand of this page printed, until the next.
let printed = null;
document.addEventListener('errand', (event) => {
  const errand = /** @type {CustomEvent} */ (event).detail;
  if (errand.what.startsWith('package')) printed = errand;
});

export async function parties(context) {
  return [heading('Parties', 'Grouped by domains, certificates and signatures: a person confirms whom to tell, and by which channel, before anything leaves.'),
    printed ? h('div', {class: 'printed', role: 'status'}, h('h2', null, printed.what), h('pre', null, printed.output.trim() || 'Nothing was printed.')) : null,
    await virtualList(context, {
      path: 'parties', label: 'Parties', id: (row) => row.organisation, mark: (row) => ['party:' + row.organisation, row.organisation], detail,
      prefetch: (rows) => learnNames(rows.flatMap((row) => row.uses.map((use) => use.principal)), context.signal),
      none: ['No other organisation is touched by what was read.', 'Correspondents are grouped from the mail that was handed in.'],
      columns: [
        {head: 'Organisation', sort: 'organisation', cell: (row) => h('strong', null, row.organisation)},
        {head: 'Messages', kind: 'number', sort: 'messages', width: 7, cell: (row) => number(row.messages)},
        {head: 'Seen accessed', kind: 'number', sort: 'messages_seen_accessed', width: 8.5, cell: (row) => number(row.messages_seen_accessed)},
        {head: 'Secrets of theirs', kind: 'number', width: 9.8, cell: (row) => row.secrets.length ? h('strong', null, row.secrets.length) : ''},
        {head: 'Uses seen', kind: 'number', width: 7, minor: true, cell: (row) => row.uses.length || ''},
        {head: 'First to do', width: 28, minor: true, cell: (row) => row.to_do[0] ?? ''},
      ]})];
}
