// @ts-check
// The page follows the case: it asks twice a second what state it is in, shows what runs and how far it is, and calls
// back when there is something new to show.

import {act, getObject} from './api.js';
import {bytes, h, number, replace} from './dom.js';
import {told} from './forms.js';

const kAskEveryMs = 500, kAskHiddenMs = 5000;
const kStages = {
  loading: 'loading the case', log: 'putting the logs in order', identity: 'who is who', detect: 'what the events mean', reach: 'what they can reach',
  evict: 'solving the plan', disclose: 'whom to tell', hashing: 'hashing', reading: 'reading evidence',
};

let version = -1;
/** @type {Record<string, number>} */
let versions = {};
/** @type {string | null} */
let lastErrand = null;  // that has ended, when it was last looked; null: never looked
/** @type {any} */
let state = null;

export function current() {
  return state;
}

// The parts stay the same elements while one thing runs: a button that was exchanged twice a second would take the
// press and the focus with it.
let parts = null;
function draw(box) {
  const errand = state.errand;
  const stage = errand?.running ? 'errand' : state.stage ? 'stage' : state.failed ? 'failed' : '';
  box.hidden = stage === '';
  if (stage === '') {
    parts = null;
    replace(box);
    return;
  }
  if (parts?.stage !== stage) {
    const name = stage === 'failed' ? 'derive' : 'stop';
    parts = {stage, says: h('span'), bar: h('progress', {'aria-label': stage === 'errand' ? 'Done' : 'Working', max: 1}), more: h('span', {class: 'quiet', 'aria-hidden': 'true'}),
      press: h('button', {type: 'button', onclick: () => act(name, {}).catch((error) => told(error.message))}, stage === 'failed' ? 'Go on' : 'Stop')};
    replace(box, parts.says, parts.bar, parts.more, parts.press);
  }
  const share = stage === 'errand' && errand.total > 0 ? errand.done / errand.total : null;
  replace(parts.says, stage === 'errand' ? errand.what + ': ' + (kStages[errand.stage] ?? (errand.stage || 'starting'))
    : stage === 'stage' ? (state.opening ? 'Opening the case: ' : 'The case has changed: ') + (kStages[state.stage] ?? state.stage)
    : 'Not up to date: ' + state.failed);
  parts.bar.hidden = stage === 'failed' || (stage === 'errand' && share === null);
  if (share === null) parts.bar.removeAttribute('value');
  else parts.bar.value = share;
  replace(parts.more, stage === 'failed' ? null : [stage === 'errand' ? (share === null ? (errand.items ? number(errand.items) + ', ' : '') : bytes(errand.done) + ' of ' + bytes(errand.total) + ', ') : null,
    Math.round((stage === 'errand' ? errand.seconds : state.seconds) ?? 0) + ' s']);
}

// What an errand printed, when it has ended while this page watched.
function ended(errand) {
  const good = errand.code === 0 || errand.code === 1 || errand.code === 3;
  document.dispatchEvent(new CustomEvent('errand', {detail: errand}));
  if (errand.stopped) told(errand.what + ' was stopped; it goes on from there when it is started again.', true);
  else told(errand.what + (good ? ' is done.' : ' failed: ' + errand.output.trim().split('\n').at(-1)), good);
}

/** @param {HTMLElement} box @param {(parts: string[]) => void} changed */
export function follow(box, changed) {
  async function look() {
    try {
      state = await getObject('state', {}, undefined);
      // A short one begins and ends between two looks.
      const over = state.errand && !state.errand.running ? state.errand.what + ' ' + state.errand.seconds : '';
      if (lastErrand !== null && over && over !== lastErrand) ended(state.errand);
      lastErrand = over || (lastErrand ?? '');
      draw(box);
      // Which parts have changed, so that a view that shows none of them is left alone.
      if (state.version !== version) {
        const now = state.versions ?? {everything: state.version};
        const parts = Object.keys(now).filter((part) => now[part] !== versions[part]);
        version = state.version;
        versions = now;
        if (!state.opening) changed(parts);
      }
    } catch (error) {
      replace(box, error.message);
      box.hidden = false;
    }
    setTimeout(look, document.hidden ? kAskHiddenMs : kAskEveryMs);
  }
  look();
}

