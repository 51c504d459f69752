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

function button(text, name) {
  return h('button', {type: 'button', onclick: () => act(name, {}).catch((error) => told(error.message))}, text);
}

function draw(box) {
  const errand = state.errand;
  if (errand?.running) {
    const share = errand.total > 0 ? errand.done / errand.total : null;
    replace(box, h('span', null, errand.what + ': ' + (kStages[errand.stage] ?? errand.stage ?? 'starting')),
      share === null ? null : h('progress', {max: 1, value: share.toFixed(3), 'aria-label': 'Done'}),
      h('span', {class: 'quiet'}, share === null ? (errand.items ? number(errand.items) + ', ' : '') : bytes(errand.done) + ' of ' + bytes(errand.total) + ', ', Math.round(errand.seconds) + ' s'),
      button('Stop', 'stop'));
  } else if (state.stage) {
    replace(box, h('span', null, (state.opening ? 'Opening the case: ' : 'The case has changed: ') + (kStages[state.stage] ?? state.stage)),
      h('progress', {'aria-label': 'Working'}), h('span', {class: 'quiet'}, Math.round(state.seconds ?? 0) + ' s'), button('Stop', 'stop'));
  } else if (state.failed) {
    replace(box, h('span', null, 'Not up to date: ' + state.failed), button('Go on', 'derive'));
  }
  box.hidden = !(errand?.running || state.stage || state.failed);
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

