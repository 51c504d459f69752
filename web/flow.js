// @ts-check
// Bytes and counts through each stage, in the order in which evidence flows.

import {getObject} from './api.js';
import {bytes, h, heading, number} from './dom.js';

const counts = (list) => h('ul', {class: 'plain counts'}, list.map((one) => h('li', null, h('strong', null, number(one.count)), ' ', one.what)));

export async function flow(context) {
  const data = await getObject('flow', {}, context.signal);
  const slowest = Math.max(...data.stages.map((one) => one.seconds ?? 0), 0.001);
  return [heading('Flow', 'What goes into each stage and what comes out, for this state of the case.'),
    h('ol', {class: 'flow'}, data.stages.map((one) => h('li', null,
      h('div', {class: 'stage'}, h('h2', null, h('a', {href: one.view}, one.stage)), h('p', null, one.says)),
      h('div', null, h('p', {class: 'label'}, 'in', one.bytes ? ', ' + bytes(one.bytes) : ''), counts(one.in)),
      h('div', null, h('p', {class: 'label'}, 'out'), counts(one.out)),
      h('div', {class: 'took'}, one.seconds === null ? h('span', {class: 'quiet'}, 'while reading') : [h('span', null, one.seconds < 10 ? one.seconds.toFixed(2) + ' s' : Math.round(one.seconds) + ' s'), h('meter', {min: 0, max: slowest, value: one.seconds, 'aria-label': 'Seconds'})]))))];
}
