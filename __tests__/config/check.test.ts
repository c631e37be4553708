/**
 * What a configuration may say, and what is said of one that is wrong: everything at once, each with its place.
 */
import { describe, expect, it } from '@jest/globals';
import { ConfigError, parsePolicy, parseSettings } from '../../src/config/index.js';
import { isStampedeError } from '../../src/core.js';
import { folders, programs } from './support/files.js';

function errorOf(given: unknown, parse: (given: unknown) => unknown = parseSettings): ConfigError {
  try {
    parse(given);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

/** `path allowed (hint)`, as a line of the message has it. */
function linesOf(given: unknown, parse?: (given: unknown) => unknown): readonly string[] {
  return errorOf(given, parse)
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim());
}

const inRetry = (options: string): string => `gateways: { a: { retry: { ${options} } } }`;

describe('a configuration', () => {
  it('tells all its faults at once, in the order of the text, each with line, column and path', () => {
    const text = [
      'enabled: yes',
      'gateways:',
      '  payments:',
      '    timeout: 300',
      '    retry: { max_tries: 0, wait: { type: expo, facter: 1s } }',
      '    policyy: patient',
    ].join('\n');

    const error = errorOf(text);

    expect(error.faults.map(({ line, column, path }) => [line, column, path])).toEqual([
      [1, 1, 'enabled'],
      [4, 5, 'gateways.payments.timeout'],
      [5, 14, 'gateways.payments.retry.max_tries'],
      [5, 48, 'gateways.payments.retry.wait.facter'],
      [6, 5, 'gateways.payments.policyy'],
    ]);
    expect(error.message).toContain('5 faults; nothing of it is used:');
    expect(error.message.split('\n')).toHaveLength(6);
    expect([error.code, error.name, isStampedeError(error)]).toEqual(['ERR_CONFIG', 'ConfigError', true]);
  });

  it('tells what is wrong in itself, what leads nowhere and what does not fit together in one go', () => {
    const text = [
      'policies:',
      '  slow: { timeout: 5 }',
      '  wild: { retry: { wait: { type: random, min: 2s, max: 1s } } }',
      '  lost: { extends: wlid, bulkhead: { limit: { type: aimd, min: 5, max: 2 } } }',
      'gateways:',
      '  a: { policy: slwo, deadline: soon }',
      '  b: { policy: wild, calls: [a, z] }',
      '  c: { bulkhead: { limit: { type: aimd, min: 5, max: 2 } } }',
      '  d: { retry: { wait: 5 }, circuit_breaker: { last_calls: 5, window: 1s } }',
      '  e: 5',
      'http: { retries: -1 }',
    ].join('\n');

    const { faults } = errorOf(text);

    expect(faults.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '2 policies.slow.timeout',
      '3 policies.wild.retry.wait.min',
      '4 policies.lost.extends',
      '6 gateways.a.policy',
      '6 gateways.a.deadline',
      '7 gateways.b.calls.1',
      '8 gateways.c.bulkhead.limit.max',
      '9 gateways.d.retry.wait',
      '9 gateways.d.circuit_breaker.window',
      '10 gateways.e',
      '11 http.retries',
    ]);
  });

  it('takes nothing for wrong because something that it rests on is', () => {
    const text = [
      'policies: { p: { circuit_breaker: { open_time: 1 } } }',
      'gateways:',
      '  a: { policy: p, circuit_breaker: { max_open_time: 2s } }',
      '  b: { timeout: 5, calls: [a] }',
      '  c: { calls: [b] }',
    ].join('\n');

    const { faults } = errorOf(text);

    expect(faults.map(({ path }) => path)).toEqual([
      'policies.p.circuit_breaker.open_time',
      'gateways.b.timeout',
    ]);
  });

  it('says of a fault what is there, what is allowed and what was meant', () => {
    const [fault] = errorOf(inRetry('maxTires: 3')).faults;

    expect(fault).toEqual({
      file: undefined,
      line: 1,
      column: 27,
      path: 'gateways.a.retry.maxTires',
      value: undefined,
      allowed: 'is not known here',
      didYouMean: 'max_tries',
    });
  });

  it.each([
    ['no map, but a list', '[1, 2]', 'must be a map, not a list; got a list of 2'],
    ['no map, but a text', 'hello', 'must be a map with gateways'],
    ['malformed YAML', 'a: [1, 2', 'Flow sequence'],
    ['malformed JSON', '{"gateways": {"a": }', 'Flow map'],
    ['a duplicate key', 'enabled: true\nenabled: false', '2:1  Map keys must be unique'],
    ['a duplicate key in JSON', '{"enabled": true, "enabled": false}', 'Map keys must be unique'],
    ['a tab', 'gateways:\n\ta: {}', 'Tabs are not allowed as indentation'],
    ['several documents', 'enabled: true\n---\nenabled: false', 'several YAML documents'],
    ['a text that is nested too deeply', '['.repeat(20_000), 'nested too deeply'],
    [
      'a value that is nested too deeply',
      `policies: { a: ${'{ a: '.repeat(60)}1${' }'.repeat(60)} }`,
      'not known',
    ],
    ['an alias that is in itself', 'gateways: &a { b: *a }', 'gateways.b is an alias of what it stands in'],
    [
      'an alias that is in itself, among waits',
      'policies: { p: { retry: { wait: &w { type: cap, max: 1s, wait: *w } } } }',
      'policies.p.retry.wait.wait is an alias of what it stands in',
    ],
    ['a key that is no text', '? [a]\n: 1', '1:3  A key must be a text'],
    [
      'a name that reaches the prototype',
      'gateways: { __proto__: { timeout: 1s } }',
      'gateways.__proto__ is no name',
    ],
    ['constructor as a name', 'policies: { constructor: {} }', 'policies.constructor is no name'],
    ['__proto__ as an option', '{"__proto__": {"enabled": true}}', '__proto__ is no name'],
    ['a gateway without a name', 'gateways: { "": {} }', 'gateways."" is no name for anything'],
    ['a tag', 'http: { auth: [me, !env TOKEN] }', '1:25  The tag !env means nothing here'],
    ['a tag of a map', 'gateways: !include { a: {} }', 'The tag !include means nothing here'],
    ['a set', 'gateways: !!set { a }', 'The tag tag:yaml.org,2002:set means nothing here'],
    [
      'policies that lead on and on',
      `policies: { ${Array.from({ length: 101 }, (_, n) => `p${n}: { extends: p${n + 1} }`).join(', ')}, p101: {} }`,
      'policies.p0.extends leads through more than 100 policies',
    ],
    ['a merge key', 'gateways: { a: { <<: { timeout: 1s } } }', 'gateways.a.<< merges nothing in YAML 1.2'],
    ['an unknown section', 'gatewayz: {}', 'gatewayz is not known here (did you mean gateways?)'],
    [
      'a number where a text belongs',
      'gateways: { a: { policy: 5 } }',
      'gateways.a.policy must be the name of a policy; got 5',
    ],
    [
      'a text where a number belongs',
      inRetry('max_tries: "5"'),
      'must be a whole number of tries of 1 or more, or unlimited; got "5"',
    ],
    [
      'yes as a boolean',
      'enabled: yes',
      'enabled must be true or false; in this file yes is a text; got "yes"',
    ],
    [
      'yes among alternatives',
      'http: { verify: false, keep_headers: 1, stream: on }',
      'in this file on is a text',
    ],
    [
      'a time without a unit',
      'gateways: { a: { timeout: 300 } }',
      'must have its unit written out: 300ms, or 300s?',
    ],
    ['a unit that nobody knows', 'gateways: { a: { timeout: 5 parsecs } }', 'must be a time with a unit'],
    ['a negative time', 'gateways: { a: { timeout: -5s } }', 'must be a time with a unit'],
    ['a time below a millisecond', 'gateways: { a: { timeout: 0.3ms } }', '1ms or more'],
    ['NaN', inRetry('max_tries: .nan'), 'got NaN'],
    ['minus infinity', inRetry('max_tries: -.inf'), 'got -Infinity'],
    [
      'unlimited where there is a limit',
      'gateways: { a: { timeout: unlimited } }',
      'gateways.a.timeout must be',
    ],
    ['half a try', inRetry('max_tries: 2.5'), 'got 2.5'],
    [
      'both ways to write one option',
      inRetry('max_tries: 2, maxTries: 3'),
      'is there twice, as max_tries and as maxTries',
    ],
    ['an empty value', inRetry('max_tries:'), 'is empty; write a value, or take the line out'],
    [
      'a list where a map belongs',
      'gateways: { a: { retry: [] } }',
      'gateways.a.retry must be a map, not a list',
    ],
    [
      'a text where a map belongs',
      'gateways: { a: { retry: hard } }',
      'gateways.a.retry must be a map of options, or false; got "hard"',
    ],
    [
      'an option that is required',
      'gateways: { a: { bulkhead: {} } }',
      'gateways.a.bulkhead.limit is missing',
    ],
    ['a wait that nobody knows', inRetry('wait: expoo'), 'must be the name of a wait'],
    [
      'a type of wait that nobody knows',
      inRetry('wait: { type: expoo }'),
      'wait.type must be one of constant, fibo',
    ],
    ['an option of another wait', inRetry('wait: { type: expo, step: 1s }'), 'wait.step is not known here'],
    [
      'a parent that nobody knows',
      'policies: { a: { extends: patiennt }, patient: {} }',
      'policies.a.extends names no policy; there are a, patient, default, relaxed, aggressive; got "patiennt" (did you mean patient?)',
    ],
    ['a policy that nobody knows', 'gateways: { a: { policy: x } }', 'gateways.a.policy names no policy'],
    [
      'a policy that starts from itself',
      'policies: { a: { extends: b }, b: { extends: a } }',
      'policies.a.extends starts from itself: a → b → a',
    ],
    ['a gateway that nobody knows', 'gateways: { a: { calls: [b] } }', 'gateways.a.calls.0 names no gateway'],
    [
      'a rate without a time',
      'gateways: { a: { upstream: { rate: 50 } } }',
      'a second, a minute or an hour, such as 50/s',
    ],
    ['max_try', inRetry('max_try: 3'), 'did you mean max_tries?'],
    ['a maxTry', inRetry('maxTry: 3'), 'did you mean max_tries?'],
    ['a wait by another name', inRetry('wait: exponential'), 'did you mean expo?'],
    ['a type by another name', inRetry('wait: { type: exp }'), 'did you mean expo?'],
    ['two answers to one question', 'http: {}\nretry_config: {}', 'http stands beside retry_config'],
    ['errors beside rules', inRetry('errors: [A], rules: [{ errors: B }]'), 'rules'],
    [
      'waits that do not fit together',
      inRetry('wait: { type: random, min: 5s, max: 1s }'),
      'gateways.a.retry.wait.min must not be above max',
    ],
    [
      'a circuit that does not fit together',
      'gateways: { a: { circuit_breaker: { open_time: 2m, max_open_time: 1m } } }',
      'gateways.a.circuit_breaker.max_open_time must not be less than openTime',
    ],
    ['a key with odd characters', '"a\\u0007b": 1', '"a\\u0007b" is not known here'],
  ])('refuses %s', (_, text, said) => {
    const lines = linesOf(text);

    expect(lines.join('\n')).toContain(said);
    expect(lines.length).toBeLessThan(3);
  });

  it('refuses aliases that explode', () => {
    const bomb = ['a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
    for (const [before, name] of ['ab', 'bc', 'cd', 'de', 'ef'].map((pair) => [pair[0], pair[1]])) {
      bomb.push(`${name}: &${name} [${`*${before}, `.repeat(9)}]`);
    }

    expect(linesOf(bomb.join('\n'))).toEqual([expect.stringContaining('Excessive alias count')]);
  });

  it('names the two keys of a double option where the second stands', () => {
    const [fault] = errorOf('gateways:\n  a:\n    rate_limit: false\n    rateLimit: false').faults;

    expect(fault?.allowed).toContain('rate_limit and as rateLimit');
  });

  it.each([
    ['fallback: []', 'a fallback belongs in code'],
    ['fallback_options: {}', 'a fallback belongs in code'],
    ['clock: x', 'a clock belongs in code'],
    ['random: 0.5', 'belong in code'],
    ['retry: { raise_on_giveup: false }', 'it changes the type of the result, so it belongs in code'],
    ['retry: { mode: async }', 'it changes the type of the result, so it belongs in code'],
    ['retry: { giveup: f }', 'a function belongs in code'],
    ['retry: { predicate: f }', 'a function belongs in code'],
    ['retry: { onBackoff: f }', 'a handler belongs in code'],
    ['retry: { on_giveup: f }', 'a handler belongs in code'],
    ['retry: { signal: s }', 'a signal belongs in code'],
    ['circuit_breaker: { is_failure: f }', 'a function belongs in code'],
    ['circuit_breaker: { key: f }', 'a function belongs in code'],
    ['bulkhead: { limit: 1, is_overload: f }', 'a function belongs in code'],
    ['http: { hooks: {} }', 'functions belong in code'],
    ['http: { retry_when: f }', 'a function belongs in code'],
    ['http: { json: {} }', 'it belongs to a single request'],
    ['name: b', 'the key above it is the name'],
  ])('refuses what belongs in code: %s', (option, said) => {
    expect(linesOf(`gateways: { a: { ${option} } }`)).toEqual([expect.stringContaining(said)]);
  });

  it.each([
    ['attempts: 4', 'did you mean max_tries?'],
    ['retries: 4', 'did you mean max_tries, which counts the first attempt too?'],
    ['maxAttempts: 4', 'did you mean max_tries?'],
    ['delay: 1s', 'did you mean wait?'],
    ['timeout: 1s', 'did you mean max_time?'],
    ['on: X', 'did you mean errors?'],
  ])('knows what other libraries call an option of a retry: %s', (option, said) => {
    expect(linesOf(inRetry(option))).toEqual([expect.stringContaining(said)]);
  });

  it.each([
    ['auth', 'auth: [hunter2]'],
    ['auth as a text', 'auth: hunter2'],
    ['headers as a text', 'headers: "authorization: hunter2"'],
    ['cookies as a text', 'cookies: hunter2'],
    ['params as a text', 'params: key=hunter2'],
    ['a password that is no text', 'auth: { username: me, password: [hunter2] }'],
    ['a bearer', 'auth: { bearer: [hunter2] }'],
    ['a header', 'headers: { authorization: [hunter2] }'],
    ['a cookie', 'cookies: { session: { hunter2: hunter2 } }'],
    ['a password of its own', 'password: hunter2'],
    ['an address', 'base_url: [ "https://me:hunter2@example.org" ]'],
    ['a proxy', 'proxies: { http: 5, https: [ "http://me:hunter2@10.0.0.1" ] }'],
  ])('never shows a secret: %s', (_, option) => {
    const error = errorOf(`http: { ${option} }`);

    expect(`${error.message}${JSON.stringify(error.faults)}${String(error.stack)}`).not.toContain('hunter2');
  });

  it('hides the user and password of an address that is shown', () => {
    expect(linesOf('http: { verify: 1, max_redirects: "https://me:hunter2@example.org/" }').join()).toContain(
      'https://***@example.org/',
    );
  });

  it('shows at most fifty faults in its message, and holds all of them', () => {
    const names = Array.from({ length: 80 }, (_, index) => `wrong${index}: 1`);

    const error = errorOf(names.join('\n'));

    expect(error.faults).toHaveLength(80);
    expect(error.message.split('\n').at(-1)).toBe('  ... and 30 more');
  });

  it('leaves the prototype of all objects alone', () => {
    errorOf('{"gateways": {"__proto__": {"polluted": true}}, "__proto__": {"polluted": true}}');

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('what a configuration says', () => {
  it('is the same in snake_case and in camelCase', () => {
    const snake = parseSettings(
      'gateways: { a: { rate_limit: { limit: 5, max_wait: 1s }, retry: { max_tries: 2, wait: { type: retry_after } } } }',
    );
    const camel = parseSettings(
      'gateways: { a: { rateLimit: { limit: 5, maxWait: 1s }, retry: { maxTries: 2, wait: { type: retryAfter } } } }',
    );

    expect(snake).toEqual(camel);
    expect(snake.gateways?.['a']?.retry).toEqual({ maxTries: 2, wait: { type: 'retryAfter' } });
  });

  it('leaves the names of gateways, headers and params as they are', () => {
    const { gateways, http } = parseSettings(
      'gateways: { pay_ments: {} }\nhttp: { headers: { x_api_key: a }, params: { page_size: 3 } }',
    );

    expect(gateways).toEqual({ pay_ments: {} });
    expect(http).toEqual({ headers: { x_api_key: 'a' }, params: { page_size: 3 } });
  });

  it('is in milliseconds, and in calls a second', () => {
    const { gateways } = parseSettings(
      'gateways: { a: { timeout: 1.5s, deadline: 2 minutes, upstream: { rate: 300/m, capacity: 10/s } } }',
    );

    expect(gateways?.['a']).toEqual({
      timeout: 1500,
      deadline: 120_000,
      upstream: { rate: 5, capacity: 10 },
    });
  });

  it.each(['.inf', 'unlimited'])('takes %s for no limit', (word) => {
    expect(parseSettings(inRetry(`max_tries: ${word}, max_time: ${word}`)).gateways?.['a']?.retry).toEqual({
      maxTries: Infinity,
      maxTime: Infinity,
    });
  });

  it('is the same in JSON, with a byte order mark, and with tabs in JSON', () => {
    const text = '{\n\t"gateways": {\n\t\t"a": { "retry": { "max_tries": 2 } }\n\t}\n}';

    expect(parseSettings(`\ufeff${text}`)).toEqual({ gateways: { a: { retry: { maxTries: 2 } } } });
  });

  it.each([
    ['an empty text', ''],
    ['only comments', '# gateways:\n#   a: {}\n'],
    ['only a document mark', '---\n'],
  ])('is nothing but the defaults in %s', (_, text) => {
    expect(parseSettings(text)).toEqual({});
  });

  it('may leave a section, a policy or a gateway empty', () => {
    expect(parseSettings('policies:\ngateways:\n  a:\nretry_config:')).toEqual({
      policies: {},
      gateways: { a: {} },
      retryConfig: {},
    });
  });

  it('may use an alias where it does not explode', () => {
    const { gateways } = parseSettings('gateways: { a: { retry: &r { max_tries: 2 } }, b: { retry: *r } }');

    expect(gateways?.['b']?.retry).toEqual({ maxTries: 2 });
  });

  it('is in seconds in retry_config, as whole numbers or not', () => {
    const { retryConfig } = parseSettings(
      'retry_config: { backoff_policy: { type: random, minimum_delay: 3, maximum_delay: 1.5e1 } }',
    );

    expect(retryConfig?.backoffPolicy).toEqual({ type: 'random', minimumDelay: 3000, maximumDelay: 15_000 });
  });
});

describe('parsePolicy', () => {
  it('reads a policy by itself, as text or as data', () => {
    const policy = { timeout: 2000, retry: { maxTries: 5, wait: 'fibo' } };

    expect(parsePolicy('{ timeout: 2s, retry: { max_tries: 5, wait: fibo } }')).toEqual(policy);
    expect(parsePolicy({ timeout: '2s', retry: { max_tries: 5, wait: 'fibo', jitter: undefined } })).toEqual(
      policy,
    );
  });

  it('names a fault by its path in the policy', () => {
    expect(linesOf({ retry: { wait: { type: 'random', min: '5s', max: '1s' } } }, parsePolicy)).toEqual([
      expect.stringMatching(/^retry\.wait\.min must not be above max/),
    ]);
  });
});

describe('what a message shows', () => {
  const escapes = '\u001b[31m\u009b31m\u007f\u202e\n';
  const name = JSON.stringify(escapes);

  it.each([
    ['a value', `{"gateways": {"a": {"timeout": ${name}}}}`],
    ['a name', `{"gateways": {${name}: {"timeout": 5}}}`],
    ['an unknown key', `{${name}: 1}`],
    ['the names that there are', `{"policies": {${name}: {}}, "gateways": {"a": {"policy": "b"}}}`],
    [
      'a name that was meant',
      `{"policies": {${name}: {}}, "gateways": {"a": {"policy": ${name.slice(0, -1)}x"}}}`,
    ],
    ['a circle', `{"policies": {${name}: {"extends": ${name}}}}`],
    ['what the parser says', `a: *${escapes.slice(0, -1)}`],
  ])('does nothing to a terminal: %s', (_, text) => {
    const { message } = errorOf(text);

    expect(message.replaceAll('\n', '')).toMatch(/^\P{C}+$/u);
  });

  it('spells out the name of the file, too', () => {
    const file = `/tmp/${escapes}.yml`;

    const { message, faults } = errorOf('5', (text) => parseSettings(text, file));

    expect(message.split('\n')).toHaveLength(2);
    expect(message.replaceAll('\n', '')).toMatch(/^\P{C}+$/u);
    expect(faults[0]?.file).toBe(file);
  });

  it.each([
    'http://me:hunter2@example.org',
    'http://me:hunter2/@x@example.org',
    'see me:hunter2@example.org:3128',
    'http://hunter2@example.org',
  ])('never has the login of an address: %s', (address) => {
    const { message } = errorOf({ http: { timeout: address } });

    expect(message).toContain('***@example.org');
    expect(message).not.toContain('hunter2');
  });
});

describe('a configuration of a million bytes', () => {
  const run = programs();
  const { make } = folders();

  it('is read in seconds, whether its keys are right or wrong: a minute ends the program', async () => {
    const said = await run(
      `
        const lines = (line, length = 40_000) => Array.from({ length }, (_, n) => line(n)).join('\\n');
        const faultsOf = (text) => {
          try {
            stampede.parseSettings(text);
            return 0;
          } catch (error) {
            return error.faults.length;
          }
        };
        console.log([
          lines((n) => 'key' + n + ': 1'),
          'http:\\n  headers:\\n' + lines((n) => '    key' + n + ': x'),
          'policies:\\n' + lines((n) => '  p' + n + ': { extends: p' + (n + 1) + ' }', 5_000),
          'policies:\\n' + lines((n) => '  p' + n + ': { timeout: 5 }', 30_000),
        ].map(faultsOf).join());
      `,
      { cwd: make() },
    );

    expect(said).toBe('40000,0,4901,30000\n');
  }, 90_000);
});

describe('data of a program', () => {
  it('is refused where its keys are not its own', () => {
    const lines = linesOf({ gateways: new Map([['payments', {}]]) });

    expect(lines).toEqual(['gateways must be a plain object; got a map']);
  });
});
