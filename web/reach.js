// @ts-check
// What the intruder could hold, over time: drawn, in words, and one thing with the reasons.

import {getList, getObject, learnNames} from './api.js';
import {empty, grade, h, heading, number, pairs, place, replace, shown, time} from './dom.js';
import {graph, overTime} from './graph.js';
import {chips, tabs, virtualList} from './list.js';
import {markForm, marksReady, tagsOf} from './marks.js';
import {action, namesIn} from './plan.js';

const kTabs = [['', 'Over time'], ['list', 'List']];
const kSizes = [60, 120, 250, 500];

const unless = (error) => {
  if (error.name === 'AbortError') throw error;
  return null;
};

// The proof as a drawing and as text.
export async function drawn(id, context) {
  const [why, proof] = await Promise.all([
    getObject('why', {id}, context.signal).then((given) => given.text, (error) => {
      if (error.name === 'AbortError') throw error;
      return error.message;
    }),
    getObject('graph', {id}, context.signal).catch(unless),
  ]);
  return [proof ? graph(proof, context) : null,
    proof?.before ? [h('h3', null, 'Possible even before that'), graph(proof.before, context)] : null,
    h('details', {class: 'why', open: true}, h('summary', null, 'In words, back to message and line'), h('pre', {class: 'why', tabindex: '0'}, why))];
}

function besides(data, index) {
  const thing = data.things[index];
  const causes = data.steps.filter((step) => step.to === index);
  const follows = data.steps.filter((step) => step.from === index);
  const link = (one) => one.members.length ? one.name : h('a', {href: place('reach', one.id)}, one.name);
  const said = (step, other) => h('li', null, link(data.things[other]), h('small', null, step.says), step.evidence ? h('code', {class: 'place'}, step.evidence) : null);
  return [h('h2', null, thing.name), h('p', null, grade(thing.grade), ' ', thing.type, ', since ', time(thing.since, 'always')),
    thing.members.length ? h('ul', {class: 'plain'}, thing.members.map((one) => h('li', null, link({...one, members: []}))), thing.count > thing.members.length ? h('li', {class: 'quiet'}, 'and ' + number(thing.count - thing.members.length) + ' more') : null)
      : h('p', null, h('a', {href: place('reach', thing.id)}, 'Its own page, with the whole proof')),
    causes.length ? [h('h3', null, 'Because of'), h('ul', {class: 'plain'}, causes.slice(0, 12).map((step) => said(step, step.from)))] : h('p', {class: 'quiet'}, 'A beginning: it stands on evidence alone.'),
    follows.length ? [h('h3', null, 'Leads to'), h('ul', {class: 'plain'}, follows.slice(0, 12).map((step) => said(step, step.to))), follows.length > 12 ? h('p', {class: 'quiet'}, 'and ' + number(follows.length - 12) + ' more') : null] : null];
}

async function graphView(context) {
  const size = Number(context.parameters.get('things')) || 60;
  const about = context.parameters.get('about') ?? '';
  const data = await getObject('reach-graph', {id: about, things: size}, context.signal);
  if (data.things.length === 0) return empty('Nothing is within reach by the evidence held.', 'Hand in mail, logs and a directory export.');
  const side = h('aside', {class: 'detail', 'aria-label': 'The thing picked', hidden: true});
  const {picture, times, setTime} = overTime(data, context, (index) => {
    replace(side, besides(data, index));
    side.hidden = false;
    frame.classList.add('open');
  });
  const frame = h('div', {class: 'graphside'}, picture, side);
  const says = h('output', {class: 'says', for: 'slider'});
  const all = data.things.reduce((sum, thing) => sum + thing.count, 0);
  const least = times.length ? Date.parse(times[0]) : 0;
  const slider = h('input', {id: 'slider', type: 'range', min: 0, max: times.length, step: 1, value: times.length, 'aria-label': 'Time', list: 'none'});
  const draw = () => {
    const at = Number(slider.value);
    const last = at >= times.length;
    const moment = last ? null : Date.parse(times[at]);
    const {held, confirmed} = setTime(moment);
    replace(says, last ? 'At any time' : shown(times[at]).slice(0, 19), h('span', {class: 'quiet'}, ' \u00b7 ', number(confirmed), ' confirmed and ', number(held - confirmed), ' possible of ', number(all), ' drawn'));
    slider.setAttribute('aria-valuetext', last ? 'at any time' : times[at]);
  };
  let asked = false;
  slider.addEventListener('input', () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  });
  let playing = 0;
  const play = h('button', {type: 'button', onclick: () => {
    if (playing) {
      clearInterval(playing);
      playing = 0;
      play.textContent = 'Play';
      return;
    }
    if (Number(slider.value) >= times.length) slider.value = '0';
    play.textContent = 'Pause';
    playing = window.setInterval(() => {
      if (!slider.isConnected || Number(slider.value) >= times.length) {
        clearInterval(playing);
        playing = 0;
        play.textContent = 'Play';
        return;
      }
      slider.value = String(Number(slider.value) + 1);
      draw();
    }, 350);
  }}, 'Play');
  draw();
  // Where the time filter of the page begins, the slider does too.
  if (context.until && least) {
    const at = times.findIndex((one) => Date.parse(one) >= Date.parse(context.until));
    if (at >= 0) slider.value = String(at);
    draw();
  }
  return [h('div', {class: 'slider'}, play, slider, says),
    h('p', {class: 'chips', role: 'group', 'aria-label': 'How much is drawn'}, about ? h('a', {href: place('reach')}, '\u00d7 only ' + (data.things.find((thing) => thing.id === about)?.name ?? about)) : null,
      kSizes.map((one) => h('a', {href: context.at({things: String(one)}), 'aria-current': one === size ? 'true' : null}, one + ' things')),
      data.left_out ? h('span', {class: 'quiet'}, number(data.left_out) + ' more follow and are not drawn; the list has them') : null),
    frame,
    h('p', {class: 'legend'}, h('span', {class: 'key confirmed'}), 'confirmed: an event shows it', h('span', {class: 'key possible'}), 'possible: nothing excludes it', h('span', {class: 'key none'}), 'not held at this time',
      h('span', {class: 'quiet'}, 'P principal, S secret, R resource. Pick one to see why it is held and what follows; drag to move, wheel to zoom.'))];
}

export async function reach(context) {
  if (context.argument && context.argument !== 'list') return thing(context);
  const top = [heading('Reach', 'What the intruder could hold, since when, and why. What is drawn is chosen by the engine: the proofs of what opens most.'), tabs('reach', kTabs, context.argument)];
  // A search or a filter asks for the list.
  if (context.argument !== 'list' && !context.query && context.where.length === 0) return [top, await graphView(context)];
  return [top,
    chips(context, [['All', []], ['Confirmed', ['grade:confirmed']], ['Possible', ['grade:possible']], ['Principals', ['type:principal']], ['Secrets', ['type:secret']], ['Resources', ['type:resource']]], 'reach'),
    await virtualList(context, {
      path: 'reach', label: 'Reach', sort: 'grade', id: (row) => row.id, mark: (row) => [row.id, row.name],
      none: ['Nothing is within reach by the evidence held.', 'Hand in mail, logs and a directory export.'],
      columns: [
        {head: 'Grade', sort: 'grade', width: 7, cell: (row) => grade(row.grade)},
        {head: 'Type', sort: 'type', width: 6.5, cell: (row) => row.type},
        {head: 'Name', sort: 'name', width: 21, cell: (row) => [h('a', {href: place('reach', row.id), title: row.id}, row.name), tagsOf(row.id)]},
        {head: 'Since', kind: 'time', sort: 'since', width: 12, cell: (row) => time(row.since, 'always')},
        {head: 'Last step', cell: (row) => row.says},
        {head: 'Steps', kind: 'number', sort: 'steps', width: 5, cell: (row) => number(row.steps)},
      ]})];
}

// One thing: when, why, what follows, what the plan does to it.
async function thing(context) {
  const id = context.argument;
  const exact = (path, field, value) => getList(path, {where: [field + ':' + value], limit: 50}, context.signal);
  const [rows, targets, proof] = await Promise.all([exact('reach', 'id', id), exact('plan', 'target', id), drawn(id, context), marksReady()]);
  await learnNames(targets.rows.flatMap(namesIn), context.signal);
  const row = rows.rows.find((one) => one.id === id);
  const spans = row ? row.intervals.map(([from, until]) => h('li', null, time(from, 'always'), ' to ', time(until, 'open'))) : [];
  return [
    h('p', {class: 'back'}, h('a', {href: place('reach')}, 'Reach')),
    heading(row ? row.name : id, row ? [grade(row.grade), ' ', row.type, ', since ', time(row.since, 'always')] : 'Not reached by the evidence held',
      row ? h('a', {class: 'button', href: place('reach', '', [['about', id]])}, 'Draw it over time') : null,
      id.startsWith('secret:') ? h('a', {class: 'button', href: place('secrets', id)}, 'The secret\u2019s page') : null),
    pairs([['Id', h('code', null, id)], ['When', spans.length ? h('ul', {class: 'plain'}, spans.slice(0, 8), spans.length > 8 ? h('li', {class: 'quiet'}, 'and ' + (spans.length - 8) + ' more') : null) : null]]),
    h('h2', null, 'Why'), proof,
    targets.rows.length ? [h('h2', null, 'What the plan does to it'), targets.rows.map((one) => action(one, context))] : null,
    markForm(id, row ? row.name : id),
  ];
}
