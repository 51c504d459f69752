// Names as long as their maker likes (100,000 characters): the page stays a page, shows the first of them, and the whole
// on request.

import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {away, dislodge, kViews, opened, root, served, settled, show, until} from './session.mjs';

const kLong = 100_000, kTenant = '5B1F0C6A-77B5-4E0E-9D2B-1C4D5E6F7A8B';
const kUser = 'A0000001-0000-4000-8000-000000000000', kGroup = 'B0000001-0000-4000-8000-000000000000';

function writeEvidence(folder) {
  mkdirSync(join(folder, 'directory'));
  mkdirSync(join(folder, 'mail'));
  const tenant = {tenantId: kTenant, tenantName: 'LONG'};
  const data = [
    {kind: 'AZTenant', data: {id: '/TENANTS/' + kTenant, tenantId: kTenant, displayName: 'T'.repeat(kLong), defaultDomain: 'long.example', domains: ['long.example'], tenantType: 'AAD', tenantCategory: 'Home', collected: true}},
    {kind: 'AZUser', data: {id: kUser, accountEnabled: true, createdDateTime: '2020-01-01T00:00:00Z', displayName: 'W'.repeat(kLong), userPrincipalName: 'user1@long.example', mail: 'user1@long.example', userType: 'Member', ...tenant}},
    {kind: 'AZGroup', data: {id: kGroup, createdDateTime: '2020-01-01T00:00:00Z', displayName: 'many words '.repeat(kLong / 11), mailEnabled: false, securityEnabled: true, ...tenant}},
    {kind: 'AZGroupMember', data: {members: [{member: {'@odata.type': '#microsoft.graph.user', id: kUser}, groupId: kGroup}], groupId: kGroup}},
  ];
  writeFileSync(join(folder, 'directory', 'azurehound-long.json'), JSON.stringify({data, meta: {type: 'azure', version: 5, count: data.length}}));
  writeFileSync(join(folder, 'mail', 'long.eml'), `From: ${'name '.repeat(kLong / 5)}<x@long.example>\nTo: helen.marsh@northwind.example\nSubject: ${'S'.repeat(kLong)}\n` +
    `Message-ID: <long@long.example>\nDate: Fri, 10 Oct 2025 09:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\nlogin for user1@long.example password: Rainy-4417-Harbor\n`);
}

test('names without end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dislodge-long-'));
  const caseFolder = join(folder, 'long.case'), key = ['--key-file', join(folder, 'key')];
  let running, browser;
  try {
    writeEvidence(folder);
    dislodge('new', caseFolder, ...key);
    dislodge('add', caseFolder, ...key, '--exposed', '2025-10-02T01:32:28Z..', join(root, 'examples/northwind/evidence'), join(folder, 'directory'));
    dislodge('add', caseFolder, ...key, '--custodian', 'helen.marsh@northwind.example', join(folder, 'mail'));
    dislodge('investigate', caseFolder, ...key, '--quiet');
    running = await served(caseFolder, key[1]);
    const {page, seen, ...more} = await opened(running.url);
    browser = more.browser;
    await settled(page, 120);
    const ids = await page.evaluate(async () => (await (await fetch('/api/reach?limit=1000')).json()).filter((row) => row.name.length > 1000).map((row) => row.id));
    assert.ok(ids.length >= 2, 'the account and its group are within reach');
    for (const view of [...kViews, ...ids.map((id) => 'reach/' + encodeURIComponent(id))]) {
      await show(page, running.base, view);
      assert.equal(await page.locator('main .failure:visible').count(), 0, view);
      const size = await page.evaluate(() => ({
        text: document.querySelector('main').innerText.length, height: document.documentElement.scrollHeight, wide: document.documentElement.scrollWidth > innerWidth,
        spoken: Math.max(0, ...[...document.querySelectorAll('[title], [aria-label]')].map((one) => (one.getAttribute('title') ?? one.getAttribute('aria-label')).length)),
      }));
      assert.ok(size.text < 20_000 && size.height < 4000 && !size.wide && size.spoken <= 300, view + ' ' + JSON.stringify(size));
    }
    // The whole of it is one step away.
    const whole = page.locator('h1 button.whole');
    assert.equal(await whole.innerText(), 'all ' + (await page.evaluate((id) => fetch('/api/reach?limit=1000').then((one) => one.json()).then((rows) => rows.find((row) => row.id === id).name.length), ids.at(-1))).toLocaleString('en') + ' characters');
    await whole.click();
    await until(page, () => document.querySelector('h1').textContent.length > 90_000);
    // No text of a drawing stands over its box, however wide its letters are.
    const over = await page.evaluate(() => [...document.querySelectorAll('svg.graph .node')].filter((node) => {
      const box = node.querySelector('rect').getBoundingClientRect();
      return [...node.querySelectorAll('text')].some((text) => text.getBoundingClientRect().right > box.right + 1);
    }).length);
    assert.equal(over, 0);
    assert.deepEqual(seen.faults, []);
  } finally {
    await browser?.close();
    running?.server.kill();
    away(folder);
  }
});
