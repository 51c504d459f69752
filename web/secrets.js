// @ts-check
// Secrets: a row a secret, or a row a place; and one secret's page, with the deliberate way to see its value.

import {act, getList, getObject, learnNames} from './api.js';
import {counted, empty, grade, h, heading, number, minute, pairs, place, replace, state, time} from './dom.js';
import {ask, told, whoField} from './forms.js';
import {chips, tabs, virtualList} from './list.js';
import {markForm, marksReady, tagsOf} from './marks.js';
import {action, namesIn} from './plan.js';
import {drawn} from './reach.js';

const kTabs = [['', 'One row a secret'], ['places', 'Every place']];
const kShowSeconds = 30;

export async function secrets(context) {
  if (context.argument.startsWith('secret:')) return secret(context);
  if (context.argument === 'places')
    return [heading('Secrets', 'Every place where one was seen. Equal values have the same fingerprint.'), tabs('secrets', kTabs, 'places'),
      await virtualList(context, {
        path: 'secrets', label: 'Places of secrets', id: (row) => row.fingerprint + row.item + row.offset, mark: (row) => ['secret:' + row.fingerprint, row.kind + ' ' + row.mask],
        none: ['No secret was found in what was read.', 'The ledger says what was not read.'],
        columns: [
          {head: 'Kind', sort: 'kind', width: 11, cell: (row) => h('a', {href: place('secrets', 'secret:' + row.fingerprint)}, row.kind)},
          {head: 'Mask', width: 13, cell: (row) => h('code', null, row.mask)},
          {head: 'Owner', sort: 'owner', width: 13, cell: (row) => row.owner ? row.owner.organisation : h('span', {class: 'quiet'}, 'unknown')},
          {head: 'Place', kind: 'place', sort: 'item', cell: (row) => row.item + ':' + row.line},
          {head: 'Sure', kind: 'number', sort: 'confidence', width: 5, cell: (row) => Math.round(row.confidence * 100) + ' %'},
        ]})];
  return [heading('Secrets', 'What the stolen text holds, each value once. Open one to see where it lies, whose it is, what it opens and what the plan does to it.'),
    tabs('secrets', kTabs, ''),
    chips(context, [['All', []], ['Known: confirmed', ['grade:confirmed']], ['Known: possible', ['grade:possible']], ['Still open', ['state:open']], ['In effect', ['state:in effect']], ['Opens nobody known', ['opens_count:0']], ['Latent', ['latent:true']]], 'held'),
    await virtualList(context, {
      path: 'held', label: 'Secrets', id: (row) => row.id, mark: (row) => [row.id, row.kind + ' ' + row.mask],
      none: ['No secret was found in what was read.', 'The ledger says what was not read.'],
      columns: [
        {head: 'Secret', sort: 'kind', width: 18.5, cell: (row) => [h('a', {href: place('secrets', row.id)}, row.kind), ' ', h('code', null, row.mask), tagsOf(row.id)]},
        {head: 'Whose', sort: 'owner', width: 11.5, cell: (row) => row.owner ?? h('span', {class: 'quiet'}, 'unknown')},
        {head: 'Opens', cell: (row) => row.opens_count === 0 ? h('span', {class: 'quiet'}, 'nobody we know') : row.opens.slice(0, 2).join(', ') + (row.opens_count > 2 ? ' and ' + number(row.opens_count - 2) + ' more' : '')},
        {head: 'Known', sort: 'grade', width: 6.8, cell: (row) => row.grade ? grade(row.grade) : h('span', {class: 'quiet'}, 'not reached')},
        {head: 'Since', kind: 'time', sort: 'known_since', width: 10.4, cell: (row) => row.grade ? minute(row.known_since, 'always') : ''},
        {head: 'Uses', kind: 'number', sort: 'uses', width: 4, minor: true, cell: (row) => row.uses ? number(row.uses) : ''},
        {head: 'Places', kind: 'number', sort: 'places', width: 4.6, minor: true, cell: (row) => number(row.places)},
        {head: 'Plan', sort: 'state', width: 7.6, cell: (row) => row.action_id ? [h('span', {class: 'two'}, state(row.state)), row.state === 'in effect' ? null : h('span', {class: 'two quiet'}, 'wave ' + row.wave)] : ''},
      ]})];
}

// What stands around it. The value itself is never there: its mask is put in its place.
function seen(one) {
  const where = [one.subject ? h('strong', null, one.subject) : one.path ? h('strong', null, one.path) : null];
  const from = one.people.filter((person) => person.role === 'from').map((person) => person.name);
  const to = one.people.filter((person) => person.role === 'to').map((person) => person.name);
  return h('li', {class: 'seen'},
    h('p', null, where, ' ', h('span', {class: 'quiet'}, time(one.time), from.length ? ' from ' + from.slice(0, 2).join(', ') : '', to.length ? ' to ' + to.slice(0, 3).join(', ') + (to.length > 3 ? ' and ' + (to.length - 3) + ' more' : '') : '', (one.quoted ? ', quoted' : '') + (one.closing ? ', in a ' + one.closing : ''))),
    one.before === null ? h('p', {class: 'quiet'}, 'What stands around it was not kept when this was read.')
      : h('pre', {class: 'context', tabindex: '0'}, one.before, h('mark', null, one.mask || '\u2022\u2022\u2022'), one.after),
    h('p', {class: 'place'}, one.item + ':' + one.line));
}

// Two steps, each an entry of the journal: why and who, then four digits typed by hand.
function reveal(id, mask, box) {
  ask({
    title: 'See the value', danger: true, button: 'Ask for it',
    says: [h('p', null, 'You rarely need it: the fingerprint tells equal values, and the owner can rotate it unseen. Who looked and why goes into the journal, before it is shown.')],
    fields: [whoField(), {name: 'reason', label: 'Why must it be seen?', kind: 'area', needed: true}],
    send: async (values) => {
      const ticket = await act('reveal-ask', {secret: id, reason: values.reason, who: values.who});
      setTimeout(() => ask({
        title: 'Second step', danger: true, button: 'Show it for ' + kShowSeconds + ' seconds',
        says: [h('p', null, 'Make sure that nobody looks over your shoulder and no screen is shared. Type the first four digits of the fingerprint: ', h('code', null, ticket.digits))],
        fields: [{name: 'digits', label: 'Digits', needed: true}],
        send: async (typed) => {
          const given = await act('reveal', {ticket: ticket.ticket, digits: typed.digits});
          let left = kShowSeconds;
          const clock = h('small', null, 'gone in ' + left + ' s');
          const hide = () => {
            clearInterval(counting);
            replace(box, h('p', {class: 'quiet'}, 'Shown and hidden again; the journal has it.'));
          };
          const counting = setInterval(() => {
            left -= 1;
            clock.textContent = 'gone in ' + left + ' s';
            if (left <= 0 || !box.isConnected) hide();
          }, 1000);
          replace(box, h('pre', {class: 'value'}, given.value), h('p', null, clock, ' ', h('button', {type: 'button', onclick: hide}, 'Hide now')));
        },
      }), 0);
    },
  });
}

async function secret(context) {
  const id = context.argument;
  const exact = (path, field, value) => getList(path, {where: [field + ':' + value], limit: 50}, context.signal);
  const [one, rows, actions] = await Promise.all([
    getObject('secret', {id}, context.signal), exact('reach', 'id', id), exact('plan', 'secret', id), marksReady(),
  ]);
  await learnNames(actions.rows.flatMap(namesIn), context.signal);
  const row = rows.rows.find((each) => each.id === id);
  const value = h('div', {class: 'reveal'});
  const opener = h('button', {type: 'button', class: 'danger', onclick: () => reveal(id, one.mask, value)}, 'See the value\u2026');
  replace(value, opener);
  const proof = row ? await drawn(id, context) : null;
  return [
    h('p', {class: 'back'}, h('a', {href: '#/secrets'}, 'Secrets')),
    heading([one.kind, ' ', h('code', null, one.mask)], [row ? [grade(row.grade), ' known since ', time(row.since, 'always')] : 'Not within reach by the evidence held', one.latent ? '; latent: ciphertext that waits for its key' : '']),
    h('div', {class: 'twocolumns'},
      h('section', {class: 'card'}, h('h2', null, 'Whose, and what it is'),
        pairs([['Owner', one.owner ? [one.owner, h('small', null, one.owner_why)] : 'unknown: find the owner, then rotate'], ['Kind', one.kind + ' (rule ' + one.rule + ')'],
          ['Sure', Math.round(one.confidence * 100) + ' % that it is a secret'], ['Length', counted(one.length, 'byte')], ['Fingerprint', h('code', null, id.slice('secret:'.length))],
          ['Lies in', one.resources.map((resource, index) => [index ? ', ' : '', h('a', {href: place('reach', resource.id)}, resource.name)])]]),
        value),
      h('section', {class: 'card'}, h('h2', null, 'What it opens'),
        one.bindings.length === 0 ? h('p', null, 'Nobody we know', one.opens_nobody ? ': ' + one.opens_nobody : '', '. It is in the plan all the same.')
          : h('ul', {class: 'plain'}, one.bindings.map((binding) => h('li', null, h('a', {href: place('reach', binding.principal), title: binding.principal}, binding.name), ' ', h('span', {class: 'quiet'}, binding.slot),
            h('small', null, binding.why, binding.valid_until ? ['; dead since ', time(binding.valid_until)] : '')))),
        h('h3', null, 'Who used it'),
        one.uses.length === 0 ? h('p', {class: 'quiet'}, 'No use of it is in the logs held. Where a log is missing, that says nothing.')
          : [h('ul', {class: 'plain'}, one.uses.slice(0, 10).map((use) => h('li', null, time(use.from), ' as ', use.name))), one.uses_total > 10 ? h('p', {class: 'quiet'}, 'and ' + number(one.uses_total - 10) + ' earlier') : null])),
    actions.rows.length ? h('section', null, h('h2', null, 'What the plan does to it'), actions.rows.map((each) => action(each, context))) : null,
    h('h2', null, 'Where it was seen (' + number(one.places_total) + ')'),
    one.places.length === 0 ? empty('No place is kept.') : h('ul', {class: 'plain'}, one.places.map(seen)),
    one.places_total > one.places.length ? h('p', {class: 'quiet'}, 'The first ' + one.places.length + ' are shown; ', h('a', {href: place('secrets', 'places', [['where', 'fingerprint:' + id.slice(7)]])}, 'all of them')) : null,
    proof ? [h('h2', null, 'Why they know it'), proof] : null,
    markForm(id, one.kind + ' ' + one.mask),
  ];
}
