// The page in a real browser, on the sample breach: every view draws, what is done there is recorded and followed,
// nothing leaves this machine, no value of a secret is in any answer but a revealed one, what evidence says stays text,
// and axe finds no serious fault.
//
//   make browser                          needs: npm, Debian's chromium, the release binary
//   make browser PICTURES=docs/pictures   keeps a picture of each view

import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';
import {after, before, test} from 'node:test';
import {away, demo, dislodge, kViews, opened, root, served, settled, show as showOn, until as untilOn} from './session.mjs';

const pictures = process.env.PICTURES ? resolve(root, process.env.PICTURES) : null;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kScript = '<img src=x onerror=alert(1)><script>alert(2)</script> password reset';

let sample, server, browser, page, base, seen;
const until = (condition, argument) => untilOn(page, condition, argument);
const show = (view) => showOn(page, base, view);
const titled = (title) => until((text) => document.querySelector('main h1')?.textContent === text && !document.getElementById('main').hasAttribute('aria-busy'), title);
const picture = async (name) => {
  if (!pictures) return;
  mkdirSync(pictures, {recursive: true});
  await page.screenshot({path: join(pictures, name + '.png')});
};
const rowsShown = () => page.locator('main .rows tbody tr[data-row]').count();

before(async () => {
  sample = demo();
  // A message whose subject is a script, with a secret in it, so that lists and pages show the subject.
  const mail = join(sample.folder, 'script.eml');
  writeFileSync(mail, `From: eve@evil.example\nTo: helen.marsh@northwind.example\nSubject: ${kScript}\nDate: Fri, 10 Oct 2025 09:00:00 +0000\n` +
    'Message-ID: <script@evil.example>\nContent-Type: text/plain; charset=utf-8\n\nThe login is svc-eve and the password is Tangerine-4417-Boat\nand its token ghp_neighbour0123456789abcdefABCDEF012345\n');
  dislodge('add', sample.caseFolder, '--key-file', sample.key, '--custodian', 'helen.marsh@northwind.example', mail);
  dislodge('investigate', sample.caseFolder, '--key-file', sample.key, '--quiet');
  const running = await served(sample.caseFolder, sample.key);
  ({server, base} = running);
  ({browser, page, seen} = await opened(running.url));
  await settled(page, 120);
});

after(async () => {
  await browser?.close();
  server?.kill();
  if (sample) away(sample.folder);
});

test('every view draws, at its own address, without an error', async () => {
  for (const view of kViews) {
    await show(view);
    assert.equal(await page.locator('main .failure:visible').count(), 0, view);
    assert.ok((await page.locator('main').innerText()).length > 60, view + ' is empty');
    await picture(view.replace('/', '-'));
  }
  assert.deepEqual(seen.faults, []);
});

test('a thing says why, in words and as a drawing', async () => {
  await show('reach/list?where=grade%3Aconfirmed&where=type%3Asecret');
  await page.locator('main td a').first().click();
  await until(() => document.querySelector('svg.graph .node') !== null);
  assert.match(await page.locator('pre.why').innerText(), /evidence:/);
  const steps = await page.locator('svg.graph .node').count();
  assert.ok(steps >= 2 && steps <= 500);
  await picture('reach-why');
});

test('reach goes along time, and a thing picked says what it stands on', async () => {
  await show('reach');
  const held = () => page.locator('svg.graph .node.confirmed, svg.graph .node.possible').count();
  const all = await held();
  assert.ok(all > 5 && (await page.locator('svg.graph .node').count()) <= 500);
  await page.locator('#slider').fill('0');
  await until((before) => document.querySelectorAll('svg.graph .node.confirmed, svg.graph .node.possible').length < before, all);
  await page.locator('#slider').fill(await page.locator('#slider').getAttribute('max'));
  await until((before) => document.querySelectorAll('svg.graph .node.confirmed, svg.graph .node.possible').length === before, all);
  await page.locator('svg.graph .node.confirmed').nth(3).focus();
  await page.keyboard.press('Enter');
  await until(() => document.querySelector('.graphside .detail h2') !== null);
  await picture('reach');
});

test('a secret has a page: places in context, masked, and its value only by two steps', async () => {
  await show('secrets/places?q=script.eml');
  await page.locator('main td a').first().click();
  await until(() => document.querySelector('pre.context mark') !== null);
  const context = await page.locator('pre.context').first().innerText();
  assert.doesNotMatch(context, /Tangerine|ghp_neighbour/);
  assert.match(await page.locator('main').innerText(), /password reset/);
  await picture('secret');
  assert.ok(!seen.bodies.some((body) => body.includes('Tangerine-4417-Boat')), 'an answer holds a value that nobody revealed');
  const id = decodeURIComponent((await page.evaluate(() => location.hash)).split('/').at(-1));
  await page.getByRole('button', {name: 'See the value'}).click();
  await page.fill('#ask-who', 'Ana Ortiz');
  await page.fill('#ask-reason', 'the owner asks which of two it is');
  await picture('reveal');
  await page.getByRole('button', {name: 'Ask for it'}).click();
  await until(() => document.getElementById('ask-digits') !== null);
  await page.fill('#ask-digits', id.slice('secret:'.length, 'secret:'.length + 4));
  await page.getByRole('button', {name: /Show it/}).click();
  await until(() => document.querySelector('pre.value') !== null);
  await page.getByRole('button', {name: 'Hide now'}).click();
  assert.equal(await page.locator('pre.value').count(), 0);
  seen.bodies.length = 0;
  const entries = dislodge('journal', 'list', sample.caseFolder, '--key-file', sample.key, '--json');
  assert.match(entries, /"step":"asked"/);
  assert.match(entries, /"step":"shown"/);
  assert.match(entries, /"what":"look"/);
});

test('ticking an action is recorded with evidence, and the plan and the page follow', async () => {
  await show('plan?where=wave%3A1');
  await page.getByRole('button', {name: 'Pick this wave'}).click();
  await page.getByRole('button', {name: /Record what was done \(/}).click();
  await page.fill('#ask-who', 'Ana Ortiz');
  // In effect needs evidence.
  await page.getByRole('button', {name: 'Record it'}).click();
  await until(() => document.querySelector('dialog .failure:not([hidden])') !== null);
  await page.fill('#ask-evidence', 'change ticket CHG-1187, sign-in log 2025-11-12');
  await picture('plan-tick');
  await page.getByRole('button', {name: 'Record it'}).click();
  await until(() => document.querySelector('dialog') === null);
  await show('plan');
  // The plan is solved again from what is in effect now.
  await until(() => [...document.querySelectorAll('main td .s-in-effect')].length > 3 || [...document.querySelectorAll('.waves li span')].some((one) => /^[1-9]/.test(one.textContent)));
  await picture('plan-after');
  assert.match(dislodge('plan', sample.caseFolder, '--key-file', sample.key, '--json'), /"state":"in-effect"/);
  assert.match(dislodge('journal', 'list', sample.caseFolder, '--key-file', sample.key, '--json'), /CHG-1187/);
});

test('a decision starts a clock, a statement that was told is kept, a star and a comment stay', async () => {
  await show('decisions');
  await page.getByRole('button', {name: 'Record a decision'}).first().click();
  await until(() => document.getElementById('ask-fact') !== null);
  await page.selectOption('#ask-fact', 'determined-material');
  await page.fill('#ask-at', '2025-11-12T15:00:00Z');
  await page.fill('#ask-reason', 'executive mail was read for a month');
  await page.getByRole('button', {name: 'Record the decision'}).click();
  await until(() => [...document.querySelectorAll('main td')].some((cell) => cell.textContent.includes('executive mail')));
  await picture('decisions');
  await show('duties?q=sec-8k');
  await until(() => [...document.querySelectorAll('main td.time')].some((cell) => cell.textContent.includes('2025-11-18')));
  await show('statements');
  await page.locator('main .rows tbody tr[data-row]').first().click();
  await page.getByRole('button', {name: 'Record that it was told'}).click();
  await page.fill('#ask-to', 'the board');
  await page.getByRole('button', {name: 'Record it'}).click();
  await until(() => document.querySelector('dialog') === null);
  await show('statements/told');
  await until(() => [...document.querySelectorAll('main td')].some((cell) => cell.textContent === 'the board'));
  await picture('statements-told');
  await show('secrets');
  await page.locator('main .star').first().click();
  await show('timeline/detections');
  await page.locator('main .rows tbody tr[data-row]').first().click();
  await page.fill('.note textarea', 'same client as the spray');
  await page.getByRole('button', {name: 'Note it'}).click();
  await until(() => document.querySelector('.comment') !== null);
  await picture('detection');
  await show('marked');
  await until(() => document.querySelectorAll('main .rows tbody tr[data-row]').length === 2);
  await picture('marked');
});

test('a party gets its package, and an investigation shows how far it is', async () => {
  await show('parties?q=harborline');
  await page.locator('main .rows tbody tr[data-row]').first().click();
  await picture('parties');
  await page.getByRole('button', {name: 'Make their package'}).click();
  await page.fill('#ask-one', 'Ana Ortiz');
  await page.fill('#ask-two', 'Bo Lindqvist');
  await page.fill('#ask-contact_name', 'Ana Ortiz');
  await page.fill('#ask-contact_channel', '+44 20 7946 0000');
  await page.getByRole('button', {name: 'Make the package'}).click();
  await until(() => document.querySelector('.told.good')?.textContent.includes('is done'));
  await show('journal?where=what%3Apackage');
  await until(() => document.querySelectorAll('main .rows tbody tr[data-row]').length === 1);
  await show('evidence/ledger');
  await page.getByRole('button', {name: 'Investigate again'}).click();
  // A case as small as this may be done between two looks at it; then it is said that it is.
  await until(() => !document.getElementById('work').hidden || document.querySelector('.told')?.textContent.includes('investigate is done'));
  await until(() => document.querySelector('.told')?.textContent.includes('investigate is done'));
  await until(() => document.getElementById('work').hidden);
  await show('journal?where=what%3Ainvestigate');
  assert.ok((await rowsShown()) >= 2);
});

test('a person says whose a finding and a change is; verdict, plan and reach follow, and it is taken back', async () => {
  const say = async (whose, reason) => {
    await page.getByRole('complementary', {name: 'Details'}).getByRole('button', {name: 'Say whose it is'}).click();
    await page.getByLabel('It is', {exact: true}).selectOption(whose);
    await page.getByLabel('Who says so', {exact: true}).fill('R. Stone');
    await page.getByLabel('Why', {exact: true}).fill(reason);
    await page.getByRole('button', {name: 'Record it'}).click();
    await page.getByRole('dialog').waitFor({state: 'detached'});
  };
  const asked = (path) => page.evaluate((path) => fetch('/api/' + path).then((one) => one.json()), path);
  const followed = (condition, argument) => untilOn(page, condition, argument, 60);
  // A key that an administrator set on an application: no log says that it was not their work.
  await show('timeline/detections?q=BILLING&where=intruder:false');
  await page.getByRole('row').filter({hasText: 'added a client secret'}).first().click();
  const before = await asked('plan?limit=1000');
  await say('intruder', 'Nadia was on leave; her telephone was in the lake');
  await followed(() => fetch('/api/detections?limit=100&q=BILLING').then((one) => one.json()).then((rows) => rows.some((row) => row.intruder && /R. Stone says that it is the intruder's/.test(row.because))));
  const then = await asked('plan?limit=1000');
  assert.ok(then.length > before.length, then.length + ' actions after ' + before.length);
  assert.ok(then.some((row) => row.action === 'remove-app-credential' && /9975e2b6/.test(JSON.stringify(row))), 'the key is not removed');
  await show('timeline/claims');
  await page.getByRole('row').filter({hasText: 'Nadia was on leave'}).first().click();
  await page.getByRole('complementary', {name: 'Details'}).getByText('R. Stone').first().waitFor();
  await picture('timeline-claims');
  await say('open', 'it was her after all');
  await followed(() => fetch('/api/detections?limit=100&q=BILLING').then((one) => one.json()).then((rows) => rows.every((row) => !/R. Stone/.test(row.because ?? ''))));
  assert.equal((await asked('plan?limit=1000')).length, before.length);
  // A change that no finding tells, from the list of everything.
  await show('timeline?where=what:change');
  await page.locator('.rows tbody tr[data-row]').filter({hasText: 'nobody has claimed it'}).first().click();
  const place = await page.getByRole('complementary', {name: 'Details'}).locator('code').first().innerText();
  await say('intruder', 'she never did that');
  await followed((place) => fetch('/api/detections?limit=1000').then((one) => one.json()).then((rows) => rows.some((row) => row.intruder && row.events.some((event) => place.startsWith(event.source + ':line ' + event.line)))), place);
  await show('timeline/claims');
  await page.getByRole('row').filter({hasText: place}).first().click();
  await say('open', 'a slip');
  await followed(() => fetch('/api/claims?limit=10').then((one) => one.json()).then((rows) => rows.every((row) => !row.stands)));
});

test('a tip of others is listed with what it touches, and a person has looked at it', async () => {
  const tip = join(sample.folder, 'vendor-stix.json');
  writeFileSync(tip, JSON.stringify({type: 'bundle', id: 'bundle--5a1ac9d3-5a2c-4b1e-9a5e-0a6f0d7b1c11', objects: [
    {type: 'identity', spec_version: '2.1', id: 'identity--0e9c9e2b-1c7a-4a49-8a55-64c8a1de0001', name: 'Kestrel <b>Research</b>', identity_class: 'organization'},
    {type: 'indicator', spec_version: '2.1', id: 'indicator--5a1ac9d3-5a2c-4b1e-9a5e-0a6f0d7b1c12', created_by_ref: 'identity--0e9c9e2b-1c7a-4a49-8a55-64c8a1de0001', pattern: "[ipv4-addr:value = '100.110.118.71']", pattern_type: 'stix', valid_from: '2025-09-01T00:00:00Z'}]}));
  dislodge('add', sample.caseFolder, '--key-file', sample.key, tip);
  const followed = (condition) => untilOn(page, condition, undefined, 60);
  await followed(() => fetch('/api/tips?limit=10').then((one) => one.json()).then((rows) => rows.length === 1 && rows[0].matched === 1));
  await show('evidence/tips');
  await page.getByRole('row').filter({hasText: 'vendor-stix.json'}).first().click();
  const details = page.getByRole('complementary', {name: 'Details'});
  assert.match(await details.innerText(), /STIX 2\.1[^]*Kestrel <b>Research<\/b>[^]*NOT out of band/);
  await details.getByRole('link', {name: /1 finding in the timeline/}).waitFor();
  await picture('evidence-tips');
  await details.getByRole('button', {name: 'Record what was found'}).click();
  await page.getByLabel('Who looked', {exact: true}).fill('R. Stone');
  await page.getByLabel('What they found', {exact: true}).fill('the same sign-in that we have');
  await page.getByRole('button', {name: 'Record it'}).click();
  await followed(() => fetch('/api/tips?limit=10').then((one) => one.json()).then((rows) => rows[0].judged?.who === 'R. Stone'));
});

test('the page follows what a command does beside it', async () => {
  await show('decisions');
  const before = await rowsShown();
  dislodge('duties', sample.caseFolder, '--key-file', sample.key, '--decide', 'aware', '--at', '2025-11-11T08:00:00Z', '--who', 'Bo Lindqvist', '--reason', 'first alert confirmed');
  await until((rows) => document.querySelectorAll('main .rows tbody tr[data-row]').length > rows, before);
});

test('what runs is stopped by a button that stays the same while it runs', async () => {
  let asked = 0;
  await page.route(/\/api\/state/, async (route) => {
    const answer = await route.fetch();
    ++asked;
    await route.fulfill({response: answer, json: {...await answer.json(), errand: {what: 'investigate', running: true, stage: 'reading', done: asked * 1e6, total: 1e9, items: 0, seconds: asked}}});
  });
  await until(() => document.querySelector('#work button') !== null);
  await page.evaluate(() => { const press = document.querySelector('#work button'); press.dataset.same = 'yes'; press.focus(); });
  const before = asked;
  await until((text) => document.getElementById('work').textContent.includes(text), (before + 3) + '.0 MB of');
  assert.equal(await page.evaluate(() => document.activeElement?.dataset.same), 'yes');
  const stopped = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/stop'));
  await page.keyboard.press('Enter');
  await stopped;
  await page.unroute(/\/api\/state/);
  await until(() => document.getElementById('work').hidden);
});

test('axe finds no serious fault in any view, in light and in dark', async () => {
  const secret = (await page.evaluate(() => fetch('/api/held?limit=1').then((one) => one.json())))[0].id;
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    for (const view of [...kViews, 'secrets/' + encodeURIComponent(secret), 'search?q=mail']) {
      await show(view);
      // Evaluated from outside the page, since its content policy allows no script of others.
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ['violations']}));
      const serious = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact));
      assert.deepEqual(serious.map((one) => one.id + ': ' + one.nodes[0].html), [], view + ' ' + colorScheme);
      if (colorScheme === 'dark' && ['overview', 'reach', 'plan'].includes(view)) await picture(view + '-dark');
    }
  }
  await page.emulateMedia({colorScheme: 'light'});
});

test('the time filter holds over views, and the search finds things', async () => {
  await show('timeline');
  const all = await page.locator('main .count').innerText();
  await page.fill('#from', '2025-10-07');
  await page.fill('#until', '2025-10-08');
  await page.keyboard.press('Enter');
  await until((before) => (document.querySelector('main .count')?.textContent ?? before) !== before, all);
  await page.locator('nav a', {hasText: 'Secrets'}).click();
  await titled('Secrets');
  assert.equal(await page.inputValue('#from'), '2025-10-07');
  await page.click('#always');
  await page.fill('#search', 'mail sync helper');
  await page.keyboard.press('Enter');
  await titled('Search');
  await until(() => document.querySelectorAll('main section li a').length > 3);
  await picture('search');
});

test('a link opens a list with its row', async () => {
  await show('plan');
  await page.locator('main .rows tbody tr[data-row]').nth(2).click();
  await until(() => document.querySelector('.detail h2') !== null);
  const title = await page.locator('.detail h2').innerText();
  const address = await page.evaluate(() => location.href);
  await show('overview');
  await page.goto(address);
  await until((text) => document.querySelector('.detail h2')?.textContent === text, title);
});

test('the keyboard alone reaches views, rows and search', async () => {
  await show('overview');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await titled('Plan');
  await page.locator('.rows').focus();
  await page.keyboard.press('ArrowDown');
  await until(() => document.querySelector('.detail h2') !== null);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
});

test('what evidence says stays text', async () => {
  await page.evaluate(() => { globalThis.alerted = false; globalThis.alert = () => { globalThis.alerted = true; }; });
  await show('search?q=' + encodeURIComponent('<img src=x onerror=alert(1)>'));
  await show('secrets/places?q=script.eml');
  await page.locator('main td a').first().click();
  await until(() => document.querySelector('.seen') !== null);
  assert.match(await page.locator('.seen').first().innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.equal(await page.evaluate(() => globalThis.alerted), false);
  assert.equal(await page.locator('main img, main script').count(), 0);
});

test('on paper a list is whole rows and nothing to press', async () => {
  await show('plan');
  await page.emulateMedia({media: 'print'});
  assert.equal(await page.locator('nav:visible, .star:visible, .top:visible').count(), 0);
  assert.ok(await page.locator('.rows tbody tr[data-row]:visible').count() > 5);
  await page.emulateMedia({media: 'screen'});
});

test('on paper the columns have their heads, their width, and every row that there is', async () => {
  await page.setViewportSize({width: 740, height: 1000});
  for (const [view, heads] of [['duties', ['Regime', 'Due', 'Status']], ['plan', ['State', 'Wave', 'Action']], ['secrets', ['Secret', 'Whose']], ['evidence/ledger', ['State', 'Item']]]) {
    await show(view);
    await page.emulateMedia({media: 'print'});
    // Printing asks and takes at once; between two questions of ours the page may follow the case and draw its list anew.
    const paper = await page.evaluate(() => {
      dispatchEvent(new Event('beforeprint'));
      return {
        heads: document.querySelector('main .rows thead').innerText, wide: document.querySelector('main .rows table').scrollWidth, rows: document.querySelectorAll('main .rows tbody tr[data-row]').length,
        all: Number(document.querySelector('main .rows table').getAttribute('aria-rowcount')) - 1, says: document.querySelector('main .onpaper').innerText,
        narrow: [...document.querySelectorAll('main .rows tbody tr[data-row] td')].filter((cell) => cell.offsetWidth > 0 && cell.innerText.length > 12 && cell.offsetWidth < 40).length,
      };
    });
    for (const head of heads) assert.match(paper.heads, new RegExp(head, 'i'), view);
    assert.ok(paper.wide <= 740, view + ' is ' + paper.wide + ' wide');
    assert.equal(paper.narrow, 0, view);
    if (paper.rows < paper.all) assert.ok(paper.says.startsWith('The first ' + paper.rows + ' of ' + paper.all + '.'), view + ' says ' + paper.says);
    else assert.equal(paper.says, '', view);
    await page.emulateMedia({media: 'screen'});
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  }
  await page.setViewportSize({width: 1360, height: 850});
});

test('no request leaves the machine, and no answer holds a value', async () => {
  for (const url of seen.requests) assert.ok(url.startsWith(base) || url.startsWith('data:'), url);
  const answers = JSON.parse(readFileSync(join(root, 'examples/northwind/answers.json'), 'utf8'));
  const values = new Set(['Tangerine-4417-Boat', 'ghp_neighbour0123456789abcdefABCDEF012345']);
  for (const secret of answers.secrets)
    for (const place of secret.places) {
      const [file, section, ...rest] = place.item.split('!/');
      if (!file.endsWith('.eml') || section !== '1' || rest.length || place.space !== 'item') continue;
      const mail = readFileSync(join(root, 'examples/northwind', file));
      const crlf = mail.indexOf('\r\n\r\n');
      const body = mail.subarray(crlf >= 0 ? crlf + 4 : mail.indexOf('\n\n') + 2);
      const value = body.subarray(place.offset, place.offset + place.length).toString();
      if (value.length >= 8 && !/[\s=]/.test(value)) values.add(value);
    }
  // Every secret's page too, with what stands around each of its places.
  await page.evaluate(async () => {
    for (const row of await fetch('/api/held?limit=100').then((one) => one.json())) await fetch('/api/secret?id=' + encodeURIComponent(row.id)).then((one) => one.text());
  });
  assert.ok(values.size >= 3, 'no value was found to look for');
  assert.ok(seen.bodies.some((body) => body.includes('"before"')));
  for (const value of values)
    for (const body of seen.bodies) {
      const at = body.indexOf(value);
      assert.ok(at < 0, 'an answer holds a value, after ' + body.slice(Math.max(at - 120, 0), at));
    }
  // One refusal was asked for: an action in effect without evidence.
  assert.deepEqual(seen.faults.filter((fault) => !/404|409/.test(fault)), []);
});
