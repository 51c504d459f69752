// The page on other breaches than the sample's: drills of three kinds, one without any log, beside mail whose names and
// subjects are what attackers and the world write. Every view draws, says no "undefined", is no wider than the window,
// has no serious fault for axe, and no answer of the server holds a value of a secret.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {away, dislodge, kViews, opened, root, served, settled, show, until} from './session.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kLists = ['status', 'secrets', 'held', 'detections', 'sessions', 'timeline', 'coverage', 'cannot-say', 'uncovered', 'ledger', 'reach', 'missing', 'collect', 'plan', 'parties', 'duties', 'statements', 'journal', 'marks', 'decisions', 'told'];

// [who wrote, about what]: right to left, of other scripts, markup, very long, turning the direction of what follows.
const kMail = [
  ['אבי כהן', '<script>alert(1)</script> VPN'], ['محمد العربي', 'כתובת השרת'], ['山田太郎', 'パスワードの件'],
  ['Ω'.repeat(300), '"><img src=x onerror=alert(3)>'], ['\u202Eevil\u202C name', 'invoice\u202Efdp.exe'], ['<b>bold</b>', 'a'.repeat(2000)], ['🦊 Łukasz', '{{constructor.constructor("alert(1)")()}}'],
];

function writeMail(folder) {
  mkdirSync(folder);
  const word = (text) => '=?utf-8?B?' + Buffer.from(text).toString('base64') + '?=';
  kMail.forEach(([name, subject], index) => writeFileSync(join(folder, index + '.eml'),
    `From: ${word(name)} <sender${index}@odd-${'x'.repeat(index * 8)}.example>\r\nTo: stefan.vogel@northwind.example\r\nSubject: ${word(subject)}\r\nDate: Fri, 10 Oct 2025 09:0${index}:00 +0000\r\n` +
    `Message-ID: <odd${index}@odd.example>\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n` +
    Buffer.from(`${name}\nThe login is svc-odd${index} and the password is Wombat-${4417 + index}-Teapot-${index}\n`).toString('base64') + '\r\n'));
}

for (const kind of ['legacy-app', 'har-theft', 'password-reuse'])
  test('a drill: ' + kind, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dislodge-drill-'));
    const caseFolder = join(folder, kind + '.case'), key = ['--key-file', join(folder, 'key')];
    let running, browser;
    try {
      dislodge('drill', '--kind', kind, '--seed', '4242', '--size', 'small', join(folder, 'drill'));
      writeMail(join(folder, 'odd'));
      dislodge('new', caseFolder, ...key);
      dislodge('add', caseFolder, ...key, join(folder, 'drill', 'evidence'));
      dislodge('add', caseFolder, ...key, '--custodian', 'stefan.vogel@northwind.example', join(folder, 'odd'));
      dislodge('investigate', caseFolder, ...key, '--quiet');
      const found = dislodge('secrets', caseFolder, ...key, '--json').trim().split('\n').map((line) => JSON.parse(line).fingerprint);
      const values = [...new Set(found)].map((id) => dislodge('secrets', caseFolder, ...key, '--reveal', id, '--reason', 'test', '--yes').trim()).filter((value) => value.length >= 8);
      assert.ok(values.some((value) => /^Wombat-\d+-Teapot-\d$/.test(value)), 'the secrets of the odd mail are not found');
      running = await served(caseFolder, key[1]);
      const {page, seen, ...more} = await opened(running.url);
      browser = more.browser;
      await settled(page, 120);
      await page.evaluate(() => { globalThis.alerted = false; globalThis.alert = () => { globalThis.alerted = true; }; });
      const secret = await page.evaluate(() => fetch('/api/held?limit=1&q=odd').then((one) => one.json()).then((rows) => rows[0].id));
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({colorScheme});
        for (const view of [...kViews, 'secrets/' + encodeURIComponent(secret), 'search?q=odd']) {
          await show(page, running.base, view);
          assert.equal(await page.locator('main .failure:visible').count(), 0, view);
          const text = await page.locator('main').innerText();
          assert.doesNotMatch(text, /\bundefined\b|\bNaN\b|\[object /, view);
          assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/, view + ' turns the direction of what follows');
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), view + ' is wider than the window');
          await page.evaluate(axe);
          const faults = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ['violations']}));
          assert.deepEqual(faults.violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => one.id + ': ' + one.nodes[0].html), [], view + ' ' + colorScheme);
        }
      }
      assert.equal(await page.locator('main img, main script, main b').count(), 0);
      assert.equal(await page.evaluate(() => globalThis.alerted), false);
      // Everything that the server has to say of the case, asked for without the page.
      await page.evaluate(async (lists) => {
        const text = (path) => fetch('/api/' + path).then((one) => one.text());
        for (const list of lists) await text(list + '?limit=1000');
        for (const path of ['overview', 'lanes', 'flow', 'waves', 'reach-graph?id=&things=500']) await text(path);
        for (const row of JSON.parse(await text('held?limit=1000'))) await text('secret?id=' + encodeURIComponent(row.id));
        for (const row of JSON.parse(await text('reach?limit=60')))
          for (const path of ['why', 'graph', 'reach-graph']) await text(path + '?id=' + encodeURIComponent(row.id));
      }, kLists);
      assert.deepEqual(seen.faults, []);
      for (const value of values)
        for (const body of seen.bodies) {
          const at = body.indexOf(value);
          assert.ok(at < 0, 'an answer holds a value, after ' + body.slice(Math.max(at - 120, 0), at));
        }
    } finally {
      await browser?.close();
      running?.server.kill();
      away(folder);
    }
  });

test('a case that is wider than can be drawn: at most 500 things, the rest counted, and it moves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dislodge-wide-'));
  const caseFolder = join(folder, 'wide.case'), key = ['--key-file', join(folder, 'key')], exposed = ['--exposed', '2025-10-02T01:32:28Z..'];
  let running, browser;
  try {
    execFileSync(process.execPath, [join(import.meta.dirname, 'large.mjs'), folder, '6000', '20000']);
    dislodge('new', caseFolder, ...key);
    dislodge('add', caseFolder, ...key, ...exposed, join(root, 'examples/northwind/evidence'), join(folder, 'directory'));
    dislodge('add', caseFolder, ...key, ...exposed, '--custodian', 'helen.marsh@northwind.example', join(folder, 'mail'));
    dislodge('investigate', caseFolder, ...key, '--quiet');
    running = await served(caseFolder, key[1]);
    const {page, seen, ...more} = await opened(running.url);
    browser = more.browser;
    await settled(page, 120);
    await show(page, running.base, 'reach?things=500');
    const drawn = await page.locator('svg.graph .node').count();
    assert.ok(drawn > 400 && drawn <= 500, drawn + ' drawn');
    assert.match(await page.locator('main').innerText(), /[\d,]+ more follow and are not drawn; the list has them/);
    // Each node is in sight of the drawing's own size, and no two lie on each other.
    const spots = await page.locator('svg.graph .node rect:last-of-type').evaluateAll((all) => all.map((one) => one.getAttribute('x') + ' ' + one.getAttribute('y')));
    assert.equal(new Set(spots).size, drawn);
    const moved = () => page.locator('svg.graph').evaluate((one) => /** @type {SVGElement} */ (one).style.transform);
    const before = await moved();
    await page.locator('.graphbox').focus();
    await page.keyboard.press('ArrowRight');
    await until(page, (before) => /** @type {HTMLElement} */ (document.querySelector('svg.graph')).style.transform !== before, before);
    const box = await page.locator('.graphbox').boundingBox();
    const then = await moved();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 120, box.y + box.height - 60, {steps: 4});
    await page.mouse.up();
    assert.notEqual(await moved(), then);
    assert.deepEqual(seen.faults, []);
  } finally {
    await browser?.close();
    running?.server.kill();
    away(folder);
  }
});
