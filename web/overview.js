// @ts-check
// The six questions and their answers, under the verdict and what it does not cover.

import {getObject} from './api.js';
import {bar, capital, counted, grade, h, heading, number, place, time} from './dom.js';

const kOpenPoints = 4;

function answer(one) {
  return h('li', null,
    one.time ? time(one.time) : one.count === null ? null : h('strong', {class: 'big'}, number(one.count)),
    h('span', null, h('a', {href: one.view}, one.says), ' ', grade(one.grade)));
}

function card(question, index) {
  const acts = question.answers.some((one) => one.time);
  return h('section', {class: acts ? 'card acts' : 'card'},
    h('h2', null, h('span', {class: 'no'}, index + 1), question.ask),
    h(acts ? 'ol' : 'ul', {class: 'answers'}, question.answers.map(answer)));
}

// The verdict never stands without what it does not cover; of a long list the first show, and the rest on request.
function notCovered(points, all) {
  if (points.length === 0) return null;
  return h('div', {class: 'notcovered'}, h('h3', null, 'It does not cover'),
    h('ul', null, points.slice(0, kOpenPoints).map((point) => h('li', null, point))),
    all > kOpenPoints ? h('p', null, h('a', {href: place('evidence', 'uncovered')}, 'and ' + counted(all - kOpenPoints, 'more point'))) : null);
}

function progress(waves) {
  const {actions: all, done, claimed} = waves.steps;
  const before = waves.preparations;
  if (all === 0) return null;
  return h('div', {class: 'progress'},
    h('p', null, h('strong', {class: 'big'}, number(done)), ' of ' + counted(all, 'action') + ' in effect',
      claimed ? ', ' + number(claimed) + ' claimed' : '', before.actions ? ', ' + number(before.done) + ' of ' + counted(before.actions, 'preparation') : '', '. ', h('a', {href: '#/plan'}, 'Work on the plan')),
    bar([[done, 'done', done + ' in effect'], [claimed, 'claimed', claimed + ' claimed']], all, done + ' of ' + all + ' actions in effect'));
}

export async function overview(context) {
  const [all, waves] = await Promise.all([getObject('overview', {}, context.signal), getObject('waves', {}, context.signal)]);
  const says = all.verdict.says || 'No verdict yet: dislodge investigate makes one.';
  const colon = says.indexOf(':');
  const verdict = h('section', {class: 'verdict ' + (all.verdict.closed ? 'closed' : 'open')},
    h('div', null, h('p', {class: 'label'}, 'Verdict'),
      h('p', {class: 'says'}, colon > 0 ? [h('strong', null, capital(says.slice(0, colon))), says.slice(colon)] : says), progress(waves)),
    notCovered(all.verdict.does_not_cover, all.verdict.does_not_cover_count));
  const running = all.clocks.filter((clock) => clock.running);
  const shown = running.length ? running : all.clocks.slice(0, 4);
  const clocks = h('section', {class: 'card'}, h('h2', null, 'Clocks'),
    all.clocks.length === 0 ? h('p', {class: 'quiet'}, 'None.') : [
      h('ul', {class: 'answers'}, shown.map((clock) => h('li', null, h('span', null, h('a', {href: place('duties', '', [['where', 'regime:' + clock.regime]])}, clock.name), h('small', null, clock.status))))),
      h('p', null, h('a', {href: '#/duties'}, counted(all.clocks.length, 'clock') + ' in all'), running.length ? '' : '; none runs before a person decides')]);
  const rests = h('section', {class: 'card'}, h('h2', null, 'What this rests on, and what cannot be said'),
    h('ul', {class: 'answers'}, all.rests_on.map(answer)),
    all.notes.length ? h('details', null, h('summary', null, counted(all.notes.length, 'thing') + ' inferred'), h('ul', null, all.notes.map((note) => h('li', null, note)))) : null);
  return [heading('Overview', all.first_access ? ['First act of the intruder that an event shows: ', time(all.first_access), ' UTC'] : 'No event shows an act of the intruder.'),
    verdict, h('div', {class: 'cards'}, all.questions.map(card), clocks, rests)];
}
