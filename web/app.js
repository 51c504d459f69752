// @ts-check
// The frame of the page: which view is shown, the search box, keys, the banner of a partial run and what runs. Every
// view is a place in the address (#/reach/ID?q=...), so that each can be linked to, kept and gone back to.

import {forgetNames, getObject, Failure} from './api.js';
import {h, number, place, placeOf, replace, shown} from './dom.js';
import {follow} from './live.js';
import {forgetMarks} from './marks.js';
import {groups, views} from './views.js';

const kTypingMs = 120;  // a search waits for a pause in typing
const kSlowMs = 300;    // what takes longer is dimmed meanwhile
const kSoonMs = 80;

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
const nav = /** @type {HTMLElement} */ (document.getElementById('nav'));
const from = /** @type {HTMLInputElement} */ (document.getElementById('from'));
const until = /** @type {HTMLInputElement} */ (document.getElementById('until'));
let running = new AbortController();
let typing = 0;
let slow = 0;
let soon = 0;
let going = false;
let firstAccess = '';
let scrolled = () => scrollY;
let ready = false;

// The time filter goes along from view to view.
function spanOf(parameters) {
  return ['from', 'until'].filter((name) => parameters.get(name)).map((name) => [name, parameters.get(name)]);
}

// Made once; what changes is which one is current and which time filter they carry.
/** @type {{name: string, link: HTMLAnchorElement}[]} */
const links = [];
function navigation(current, parameters) {
  const span = spanOf(parameters);
  if (links.length === 0)
    replace(nav, groups.map(([title, names]) => h('section', null, h('h2', null, title), h('ul', null, names.map((name) => {
      const link = h('a', {href: place(name), 'data-view': name}, views[name].title, h('kbd', {'aria-hidden': 'true'}, 'g ' + views[name].key));
      links.push({name, link});
      return h('li', null, link);
    })))));
  for (const {name, link} of links) {
    const to = place(name, '', span);
    if (link.getAttribute('href') !== to) link.setAttribute('href', to);
    if (link.hasAttribute('aria-current') === (name === current)) continue;
    if (name === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

// The address with some of its parts changed; an empty value takes a part away.
function addressWith(changes) {
  const where = placeOf(location.hash);
  for (const [name, value] of Object.entries(changes)) {
    where.parameters.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) where.parameters.append(name, one);
  }
  return place(where.view, changes.argument ?? where.argument, where.parameters);
}

// again: the same place is shown once more, since the case has changed.
async function show({focus = false, again = false} = {}) {
  const where = placeOf(location.hash);
  const view = Object.hasOwn(views, where.view) ? views[where.view] : null;
  const scroll = again ? scrolled() : 0;
  running.abort();
  running = new AbortController();
  const mine = running;
  const query = where.parameters.get('q') ?? '';
  if (document.activeElement !== search) search.value = query;
  for (const box of [from, until])
    if (document.activeElement !== box) box.value = where.parameters.get(box.id) ?? '';
  document.getElementById('when')?.classList.toggle('set', Boolean(from.value || until.value));
  search.placeholder = view?.filters ? 'Filter ' + view.title + '; Enter searches everything' : 'Search everything';
  if (!view) {
    navigation(where.view, where.parameters);
    replace(main, h('h1', null, 'Nothing here'), h('p', null, 'This address names no view.'));
    return;
  }
  document.title = (view.title ?? 'Search') + ' - Dislodge';
  main.setAttribute('aria-busy', 'true');
  clearTimeout(slow);
  // What is asked for is marked with the content, in one frame; where that takes longer, at once.
  clearTimeout(soon);
  soon = window.setTimeout(() => navigation(where.view, where.parameters), kSoonMs);
  slow = window.setTimeout(() => { if (main.hasAttribute('aria-busy')) main.classList.add('slow'); }, kSlowMs);
  const whenShown = [];
  let reads = () => scrollY;
  const changed = (changes) => addressWith(changes);
  try {
    const content = await view.show({
      argument: where.argument,
      parameters: where.parameters,
      query,
      where: where.parameters.getAll('where'),
      from: where.parameters.get('from') ?? '',
      until: where.parameters.get('until') ?? '',
      sort: where.parameters.get('sort') ?? '',
      row: where.parameters.get('row') ?? '',
      scroll,
      signal: mine.signal,
      at: changed,
      go: (changes) => { location.hash = changed(changes); },
      // Without a step in the history, and without drawing again.
      keep: (changes) => history.replaceState(null, '', changed(changes)),
      onshown: (call) => whenShown.push(call),
      scrolled: (call) => { reads = call; },
      again: () => show({again: true}),
    });
    if (mine.signal.aborted) return;
    replace(main, content);
    scrolled = reads;
    for (const call of whenShown) call();
  } catch (error) {
    if (mine.signal.aborted) return;
    replace(main, h('h1', null, view.title ?? 'Search'),
            h('p', {class: 'failure', role: 'alert'}, error instanceof Failure ? error.message : 'This view failed: ' + error.message));
  }
  clearTimeout(soon);
  navigation(where.view, where.parameters);
  main.dataset.view = where.view;
  main.removeAttribute('aria-busy');
  main.classList.remove('slow');
  if (focus) {
    scrollTo(0, 0);
    main.focus({preventScroll: true});
  }
}

// Filters the view in place, without a step in the history for each letter.
function filter() {
  const where = placeOf(location.hash);
  if (!Object.hasOwn(views, where.view) || !views[where.view].filters) {
    searchAll();
    return;
  }
  history.replaceState(null, '', addressWith({q: search.value, row: ''}));
  show();
}

function searchAll() {
  const hash = search.value.trim() ? place('search', '', [['q', search.value], ...spanOf(placeOf(location.hash).parameters)]) : place('overview');
  if (placeOf(location.hash).view === 'search' || !search.value.trim()) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  show();
}

function setSpan() {
  history.pushState(null, '', addressWith({from: from.value.trim(), until: until.value.trim()}));
  show();
}
document.getElementById('when')?.addEventListener('submit', (event) => {
  event.preventDefault();
  setSpan();
});
document.getElementById('always')?.addEventListener('click', () => {
  from.value = '';
  until.value = '';
  setSpan();
});
document.getElementById('intrusion')?.addEventListener('click', () => {
  from.value = firstAccess;
  until.value = '';
  setSpan();
});

search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = window.setTimeout(filter, kTypingMs);
});
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') search.blur();
  if (event.key !== 'Enter' || event.isComposing) return;
  clearTimeout(typing);
  searchAll();
});

function help() {
  if (document.querySelector('dialog')) return;
  const dialog = h('dialog', {class: 'ask', 'aria-label': 'Keys'}, h('h2', null, 'Keys'),
    h('dl', {class: 'keys'}, [['/', 'search and filter'], ...Object.values(views).filter((view) => view.key).map((view) => ['g ' + view.key, view.title]),
      ['\u2191 \u2193 or j k', 'along a list, with its details beside it'], ['Esc', 'close the details'], ['+ \u2212 \u2190 \u2192 0', 'zoom and move a drawing that has the focus'], ['?', 'this help']]
      .map(([key, says]) => [h('dt', null, h('kbd', null, key)), h('dd', null, says)])),
    h('div', {class: 'buttons'}, h('button', {type: 'button', class: 'main', onclick: () => dialog.close()}, 'Close')));
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}
document.getElementById('help')?.addEventListener('click', help);

document.addEventListener('keydown', (event) => {
  const writing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
  if (writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  // g and a letter goes to a view, as in mail programs.
  if (going) {
    const to = Object.entries(views).find(([, view]) => view.key === event.key);
    if (to) location.hash = place(to[0], '', spanOf(placeOf(location.hash).parameters));
  }
  going = event.key === 'g';
  if (event.key === '?') help();
  if (event.key === '/') {
    event.preventDefault();
    search.focus();
    search.select();
  }
});
document.getElementById('skip')?.addEventListener('click', () => main.focus());
addEventListener('hashchange', () => show({focus: true}));
// Paper has no disclosure triangles.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});

async function about() {
  const [status] = await getObject('status', {}, undefined).catch(() => [null]);
  if (!status) return;
  firstAccess = status.first_access ?? '';
  const button = /** @type {HTMLButtonElement} */ (document.getElementById('intrusion'));
  button.hidden = !firstAccess;
  button.title = firstAccess ? 'From the first act of the intruder that an event shows, ' + shown(firstAccess) : '';
  const banner = /** @type {HTMLElement} */ (document.getElementById('partial'));
  banner.hidden = !status.partial;
  banner.textContent = status.partial ? 'Partial: ' + number(status.percent) + ' % of the evidence is read. Nothing here is excluded or closed.' : '';
}

// Not over somebody's typing, nor over a value that was just revealed: what is being filled in stays, and the view follows when it is done.
function busy() {
  const active = document.activeElement;
  return Boolean(document.querySelector('dialog[open], pre.value')) || [...main.querySelectorAll('textarea')].some((box) => box.value.trim() !== '') || (active instanceof HTMLElement && main.contains(active) && active.matches('input, textarea, select'));
}

let waiting = 0;
function changed(parts) {
  forgetNames();
  forgetMarks();
  about();
  const view = views[placeOf(location.hash).view];
  const follows = ['everything', ...(view?.follows ?? ['plan'])];
  if (ready && view && !parts.some((part) => follows.includes(part))) return;
  clearInterval(waiting);
  if (!busy()) {
    show({again: ready});
    ready = true;
    return;
  }
  waiting = window.setInterval(() => {
    if (busy()) return;
    clearInterval(waiting);
    show({again: true});
  }, 500);
}

document.addEventListener('errand', () => changed(['journal']));
follow(/** @type {HTMLElement} */ (document.getElementById('work')), changed);
getObject('state', {}, undefined).then((state) => {
  const name = /** @type {HTMLElement} */ (document.getElementById('case'));
  name.textContent = state.case ?? '';
  if (state.opening) replace(main, h('div', {class: 'empty'}, h('h1', null, 'Opening the case'), h('p', null, 'Everything is derived anew from what was read: nothing old is shown. This page fills itself when it is done.')));
}, () => {});
navigation(placeOf(location.hash).view, placeOf(location.hash).parameters);
