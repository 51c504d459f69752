// A case served, and Debian's chromium looking at it; what the page asked for and got is kept.

import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {chromium} from 'playwright-core';

export const root = resolve(import.meta.dirname, '../..');
export const binary = process.env.DISLODGE ?? join(root, 'build/release/dislodge');
export const kViews = ['overview', 'timeline', 'timeline/detections', 'timeline/sessions', 'timeline/claims', 'secrets', 'secrets/places', 'reach', 'reach/list', 'plan', 'parties', 'duties', 'decisions', 'statements',
  'statements/told', 'evidence/ledger', 'evidence/coverage', 'evidence/gaps', 'evidence/missing', 'evidence/uncovered', 'evidence/tips', 'journal', 'marked', 'flow'];

export function dislodge(...given) {
  return execFileSync(binary, given, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28});
}

// The sample breach as `dislodge demo` leaves it.
export function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'dislodge-browser-'));
  dislodge('demo', '--evidence', join(root, 'examples/northwind'), '--out', folder);
  return {folder, caseFolder: join(folder, 'northwind.case'), key: join(folder, 'northwind.key')};
}

export async function served(caseFolder, key) {
  const server = spawn(binary, ['serve', caseFolder, '--key-file', key, '--quiet']);
  const url = await new Promise((given, failed) => {
    let text = '';
    server.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) given(text.split('\n')[0]);
    });
    server.on('exit', (code) => failed(new Error('serve ended with ' + code)));
  });
  return {server, url, base: url.split('?')[0]};
}

export async function opened(url, viewport = {width: 1360, height: 850}) {
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox']});
  const page = await browser.newPage({viewport});
  const seen = {requests: [], bodies: [], faults: []};
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('response', async (response) => {
    if (response.status() < 300) seen.bodies.push(await response.text().catch(() => ''));
  });
  page.on('pageerror', (error) => seen.faults.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') seen.faults.push(message.text()); });
  // WEB=web: the page's files as they lie on disk, for who works on them, instead of those in the binary.
  if (process.env.WEB) {
    const kTypes = {html: 'text/html', js: 'text/javascript', css: 'text/css'};
    await page.route(/\/([a-z-]+\.(js|css))?(\?token=.*)?$/, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1) || 'index.html';
      if (route.request().url().includes('token=')) return route.continue();
      await route.fulfill({contentType: kTypes[name.split('.').at(-1)], body: readFileSync(join(root, process.env.WEB, name))});
    });
  }
  // COOKIES=FILE: the session is kept there, so that a case that takes long to open can be looked at more than once.
  const kept = process.env.COOKIES;
  if (kept && existsSync(kept)) await page.context().addCookies(JSON.parse(readFileSync(kept, 'utf8')));
  await page.goto(url);
  if (kept) writeFileSync(kept, JSON.stringify(await page.context().cookies()), {mode: 0o600});
  return {browser, page, seen};
}

// Playwright's own waiting evaluates strings inside the page, which its content policy forbids, and rightly.
export async function until(page, condition, argument, seconds = 15) {
  for (let i = 0; i < seconds * 40; ++i) {
    if (await page.evaluate(condition, argument).catch(() => false)) return;
    await new Promise((next) => setTimeout(next, 25));
  }
  assert.fail('waited in vain for ' + condition + ' ' + JSON.stringify(argument ?? null));
}

export const settled = (page, seconds) => until(page, () => {
  const main = document.getElementById('main');
  return !main.hasAttribute('aria-busy') && main.querySelector('h1') !== null && main.dataset.view !== undefined;
}, undefined, seconds);

export async function show(page, base, view) {
  await page.evaluate(() => { delete document.getElementById('main').dataset.view; });
  // The same address again changes nothing by itself.
  if (await page.evaluate((hash) => location.hash === hash, '#/' + view)) await page.evaluate(() => dispatchEvent(new HashChangeEvent('hashchange')));
  else await page.goto(base + '#/' + view);
  await settled(page);
}

export function away(folder) {
  rmSync(folder, {recursive: true, force: true});
}
