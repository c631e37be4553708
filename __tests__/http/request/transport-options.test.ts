import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import {
  type CertInput,
  type ProxiesInput,
  readCert,
  readDispatcher,
  readProxies,
  readVerify,
} from '../../../src/http/request/transport-options.js';

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const folder = mkdtempSync(path.join(tmpdir(), 'stampede-'));
const file = path.join(folder, 'ca.pem');
writeFileSync(file, pem);
afterAll(() => rmSync(folder, { recursive: true }));

describe('readProxies', () => {
  it.each<[unknown, Record<string, string>]>([
    ['http://10.0.0.1:3128', { all: 'http://10.0.0.1:3128/' }],
    [new URL('http://me:pw@p:1'), { all: 'http://me:pw@p:1/' }],
    [{ http: 'http://p:1', https: undefined }, { http: 'http://p:1/' }],
    [
      { all: 'http://p:1', 'http://Intern.example/': null },
      { all: 'http://p:1/', 'http://intern.example': '' },
    ],
  ])('reads %p', (given, wanted) => {
    expect(readProxies(given as ProxiesInput)).toEqual(wanted);
  });

  it.each([
    ['p:3128', 'http or https address'],
    ['socks5://me:s3cret@p:1', 'http or https address'],
    ['http://me:s3cret@p:99999', 'http or https address'],
    [{ http: 5 }, 'http or https address'],
    [5, 'an object of them'],
    [{ htp: 'http://me:s3cret@p:1' }, 'did you mean http?'],
    [{ no_proxy: 'x' }, 'trustEnv'],
  ])('refuses %p, and shows no credentials', (given, text) => {
    const read = () => readProxies(given as ProxiesInput);

    expect(read).toThrow(text);
    expect(read).not.toThrow('s3cret');
  });
});

describe('readVerify', () => {
  it('takes a boolean, PEM, bytes, paths, or a list', () => {
    const bytes = Buffer.from(pem);

    expect([readVerify(false), readVerify(pem), readVerify(bytes)]).toEqual([false, pem, bytes]);
    expect(readVerify([file, pem])).toEqual([pem, pem]);
    expect(readVerify(file)).toBe(pem);
  });

  it.each([0, '', null, {}, [], [5], path.join(folder, 'nowhere.pem')])('refuses %p', (given) => {
    expect(() => readVerify(given)).toThrow(/^verify must be PEM/);
  });
});

describe('readCert', () => {
  it.each<[string, CertInput]>([
    ['PEM that holds both', pem],
    ['a path', file],
    ['a list', [pem, file]],
    ['an object', { cert: pem, key: pem }],
  ])('takes %s', (_, given) => {
    expect(readCert(given)).toEqual({ cert: pem, key: pem, passphrase: undefined });
  });

  it.each([
    5,
    null,
    [pem],
    { cert: pem },
    { cert: pem, key: pem, passphrase: 5 },
    { cert: pem, key: pem, ca: pem },
  ])('refuses %p', (given) => {
    expect(() => readCert(given as CertInput)).toThrow(/cert/);
  });
});

it('readDispatcher takes what can dispatch', async () => {
  const agent = new Agent();

  expect(readDispatcher(agent)).toBe(agent);
  expect(() => readDispatcher({ dispatch: 5 })).toThrow('dispatcher of undici');
  expect(() => readDispatcher('agent')).toThrow('dispatcher of undici');
  await agent.close();
});
