// How fast the page is, in Debian's chromium with software rendering, on the sample breach and on a large case (100,000
// secrets, a million memberships: large.mjs): first paint, the time from an input to the paint that shows its effect,
// the server's answers. Prints a table with the bars beside; it asserts nothing.
//
//   node bench.mjs                        the sample breach
//   node bench.mjs --large [DIR]          the large case too, made in DIR (kept there) or a temporary folder
//   node bench.mjs --case CASE KEY        a case of yours
//   node bench.mjs --url URL              one that is served already: the address that dislodge serve printed

import {existsSync, mkdtempSync} from 'node:fs';
import {execFileSync} from 'node:child_process';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {away, demo, dislodge, opened, root, served, settled, show} from './session.mjs';

const kBars = {'first paint': 1000, pan: 200};
const kInteraction = 100;

function share(list, part) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] : NaN;
}

// From `input` in the page until the frame after `shown` is true. Both are sources of functions; the clock is the
// page's own.
function timed(page, input, shown, argument) {
  return page.evaluate(({input, shown, argument}) => new Promise((done) => {
    const begin = performance.now();
    const seen = globalThis.dislodgeSteps[shown];
    const before = globalThis.dislodgeSteps[input](argument);
    const look = () => {
      if (seen(argument, before)) requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin), 0));
      else if (performance.now() - begin > 20000) done(NaN);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }), {input, shown, argument});
}

// What is put into the page from outside, since its content policy allows no script of others.
const steps = () => {
  const main = document.getElementById('main');
  globalThis.dislodgeSteps = {
    go: (view) => { delete main.dataset.view; [...document.querySelectorAll('nav a')].find((one) => one.dataset.view === view).click(); },
    // What the machine itself takes: one small answer and the next frame.
    ask: () => { globalThis.answered = false; fetch('/api/waves').then((one) => one.json()).then(() => { globalThis.answered = true; }); },
    answered: () => globalThis.answered,
    there: (view) => main.dataset.view === view && !main.hasAttribute('aria-busy'),
    type: (text) => {
      const box = document.getElementById('search');
      main.dataset.view = '';
      box.value = text;
      box.dispatchEvent(new Event('input'));
    },
    drawn: () => main.dataset.view !== '' && !main.hasAttribute('aria-busy'),
    scroll: (share) => {
      const rows = document.querySelector('.rows');
      const before = rows.querySelector('tr[data-row]').dataset.row;
      rows.scrollTop = (rows.scrollHeight - rows.clientHeight) * share;
      return before;
    },
    rows: () => {
      const all = [...document.querySelectorAll('.rows tr[data-row]')];
      const box = document.querySelector('.rows').getBoundingClientRect();
      const inside = all.filter((one) => { const at = one.getBoundingClientRect(); return at.bottom > box.top && at.top < box.bottom; });
      return inside.length > 3 && inside.every((one) => !one.classList.contains('waits'));
    },
    sort: (at) => { main.dataset.view = ''; const heads = document.querySelectorAll('.rows th button'); heads[at % heads.length].click(); },
    chip: (at) => { main.dataset.view = ''; const chips = document.querySelectorAll('.chips a'); chips[at % chips.length].click(); },
    open: (at) => { const rows = [...document.querySelectorAll('.rows tr[data-row]')]; rows[at].querySelector('td:last-child').click(); return rows[at].dataset.row; },
    detail: () => document.querySelector('.detail:not([hidden]) h2') !== null,
    pan: (by) => {
      const box = document.querySelector('.graphbox');
      const picture = box.querySelector('svg');
      const before = picture.style.transform;
      box.dispatchEvent(new KeyboardEvent('keydown', {key: by, bubbles: true}));
      return before;
    },
    panned: (by, before) => document.querySelector('.graphbox svg').style.transform !== before,
    slide: (to) => { const box = document.getElementById('slider'); const says = document.querySelector('.slider output').textContent; box.value = String(Math.floor(Number(box.max) * to)); box.dispatchEvent(new Event('input')); return says; },
    slid: (to, before) => document.querySelector('.slider output').textContent !== before,
  };
};

async function measure(name, running) {
  const rows = [];
  const put = (what, list, bar) => rows.push({what, list: list.filter((one) => !Number.isNaN(one)), lost: list.filter((one) => Number.isNaN(one)).length, bar});
  const {browser, page} = await opened(running.url);
  try {
    const begin = Date.now();
    await settled(page, 3600);
    const opening = (Date.now() - begin) / 1000;
    const paint = () => page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
    const paints = [];
    for (let i = 0; i < 5; ++i) {
      await page.goto('about:blank');
      await page.goto(running.base + '#/overview');
      await settled(page);
      paints.push(await paint());
    }
    put('first paint', paints, kBars['first paint']);
    await page.evaluate(steps);
    const views = ['secrets', 'reach', 'plan', 'parties', 'duties', 'evidence', 'timeline', 'statements', 'flow', 'journal', 'overview'];
    const floor = [];
    for (let i = 0; i < 30; ++i) floor.push(await timed(page, 'ask', 'answered'));
    const taken = [];
    for (let round = 0; round < 3; ++round)
      for (const view of views) taken.push(await timed(page, 'go', 'there', view));
    put('change of view', taken, kInteraction);
    const typed = [], scrolled = [], sorted = [], chosen = [], clicked = [];
    for (const view of ['secrets', 'plan', 'evidence', 'timeline']) {
      await show(page, running.base, view);
      for (const text of ['s', 'sk', 'big', 'user12', 'helen', '']) typed.push(await timed(page, 'type', 'drawn', text));
      await show(page, running.base, view);
      for (const to of [0.1, 0.5, 0.9, 0.3, 0.7, 1, 0]) scrolled.push(await timed(page, 'scroll', 'rows', to));
      for (let at = 0; at < 3; ++at) sorted.push(await timed(page, 'sort', 'drawn', at), await timed(page, 'sort', 'drawn', at));
      await show(page, running.base, view);
      for (const at of [1, 2, 0]) chosen.push(await timed(page, 'chip', 'drawn', at));
    }
    // Typing waits 120 ms for a pause; that is meant and not counted.
    put('filter by typing, after the pause', typed.map((one) => one - 120), kInteraction);
    put('scroll to a far place', scrolled, kInteraction);
    put('sort by a column', sorted, kInteraction);
    put('filter by a chip', chosen, kInteraction);
    await show(page, running.base, 'plan');
    for (const at of [0, 2, 4, 1, 3]) clicked.push(await timed(page, 'open', 'detail', at));
    put('open a row', clicked, kInteraction);
    for (const things of [120, 500]) {
      await show(page, running.base, 'reach?things=' + things);
      const drawn = await page.locator('svg.graph .node').count();
      const panned = [], slid = [];
      for (let i = 0; i < 12; ++i) panned.push(await timed(page, 'pan', 'panned', ['ArrowLeft', 'ArrowRight', 'ArrowUp', '+', '-'][i % 5]));
      for (const to of [0, 0.5, 0.2, 0.8, 0.4, 1]) slid.push(await timed(page, 'slide', 'slid', to));
      put('pan and zoom ' + drawn + ' things', panned, kBars.pan);
      put('slide ' + drawn + ' things along time', slid, kInteraction);
    }
    const interactions = rows.filter((row) => row.bar === kInteraction).flatMap((row) => row.list);
    rows.push({what: 'of that: an answer and a frame, no more', list: floor, lost: 0, bar: kInteraction});
    rows.push({what: 'all interactions', list: interactions, lost: 0, bar: kInteraction});
    console.log(`\n${name}: opened in ${opening.toFixed(1)} s`);
    console.log('what'.padEnd(40) + 'times'.padStart(6) + 'median'.padStart(9) + '95 %'.padStart(9) + 'most'.padStart(9) + 'bar'.padStart(8));
    for (const {what, list, lost, bar} of rows)
      console.log(what.padEnd(40) + String(list.length).padStart(6) + [share(list, 0.5), share(list, 0.95), share(list, 1)].map((one) => (one.toFixed(0) + ' ms').padStart(9)).join('') +
        (bar + ' ms').padStart(8) + (share(list, 0.95) > bar ? '  missed' : '') + (lost ? '  ' + lost + ' lost' : ''));
    await answers(page);
  } finally {
    await browser.close();
    running.server?.kill();
  }
}

// The server alone: what its answers take, asked one after the other over one connection.
async function answers(page) {
  const paths = ['state', 'overview', 'lanes', 'waves', 'flow', 'held?limit=100', 'held?limit=100&q=user12', 'held?limit=100&sort=-places', 'held?limit=100&offset=90000', 'secrets?limit=100&q=zzz', 'reach?limit=100&q=group+7',
    'reach-graph?id=&things=120', 'reach-graph?id=&things=500', 'plan?limit=100&where=wave:1', 'ledger?limit=100', 'timeline?limit=100', 'statements?limit=100'];
  console.log('\nthe server'.padEnd(41) + 'median'.padStart(9) + 'most'.padStart(9) + 'bytes'.padStart(11));
  for (const path of paths) {
    const {times, bytes} = await page.evaluate(async (path) => {
      const times = [];
      let bytes = 0;
      for (let i = 0; i < 7; ++i) {
        const begin = performance.now();
        bytes = (await (await fetch('/api/' + path)).arrayBuffer()).byteLength;
        times.push(performance.now() - begin);
      }
      return {times, bytes};
    }, path);
    console.log(('/api/' + path).padEnd(40) + (share(times, 0.5).toFixed(1) + ' ms').padStart(9) + (share(times, 1).toFixed(1) + ' ms').padStart(9) + String(bytes).padStart(11));
  }
}

const [what, first, second] = process.argv.slice(2);
if (what === '--case') {
  await measure(first, await served(first, second));
} else if (what === '--url') {
  await measure(first, {url: first, base: first.split('?')[0]});
} else {
  const sample = demo();
  try {
    await measure('The sample breach', await served(sample.caseFolder, sample.key));
  } finally {
    away(sample.folder);
  }
}
if (what === '--large') {
  const folder = first ?? mkdtempSync(join(tmpdir(), 'dislodge-large-'));
  const caseFolder = join(folder, 'large.case'), key = join(folder, 'large.key');
  try {
    if (!existsSync(caseFolder)) {
      execFileSync(process.execPath, [join(import.meta.dirname, 'large.mjs'), folder]);
      dislodge('new', caseFolder, '--key-file', key);
      dislodge('add', caseFolder, '--key-file', key, '--exposed', '2025-10-02T01:32:28Z..', join(root, 'examples/northwind/evidence'), join(folder, 'directory'));
      dislodge('add', caseFolder, '--key-file', key, '--exposed', '2025-10-02T01:32:28Z..', '--custodian', 'helen.marsh@northwind.example', join(folder, 'mail'));
      const begin = Date.now();
      dislodge('investigate', caseFolder, '--key-file', key, '--quiet');
      console.log(`\nThe large case was investigated in ${((Date.now() - begin) / 1000).toFixed(0)} s`);
    }
    await measure('The large case', await served(caseFolder, key));
  } finally {
    if (!first) away(folder);
  }
}
