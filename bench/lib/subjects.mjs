/**
 * The functions that are wrapped, and the loops that call them.
 *
 * A suite loads this file twice (`?bare` and `?wrapped`): V8 keeps its knowledge of a call by place in the
 * source, and one loop that has called two functions is slower for both.
 */

/** An async function that resolves at once. */
export const answer = async () => 42;

/** An async method with `this` and two arguments. */
export class Desk {
  constructor(extra) {
    this.extra = extra;
  }

  async serve(guest, table) {
    return guest + table + this.extra;
  }
}

/** A sync method, cheap enough that nothing hides in it, and not to be optimised away. */
export class Mixer {
  constructor(salt) {
    this.salt = salt;
  }

  mix(a, b) {
    return (Math.imul(a ^ this.salt, 0x9e3779b1) >>> 3) + b;
  }
}

/** What `flaky` throws. One object for all: making an `Error` costs more than any library adds. */
export const failure = new Error('refused');

/**
 * Fails as often as its job says, then answers with 42. It throws one microtask later, as after I/O: a promise
 * that is already rejected when it is returned goes through Node's tracking of unhandled rejections.
 *
 * @param {{ failures: number }} job
 */
export async function flaky(job) {
  await null;
  if (job.failures-- > 0) throw failure;
  return 42;
}

export async function oneByOne(call, n) {
  for (let i = 0; i < n; i++) await call();
}

export async function serveOneByOne(desk, n) {
  for (let i = 0; i < n; i++) await desk.serve(i, 2);
}

/** A unit is a thousand calls. */
export async function thousandAtOnce(call, n) {
  for (let batch = 0; batch < n; batch++) {
    const answers = new Array(1000);
    for (let i = 0; i < 1000; i++) answers[i] = call();
    await Promise.all(answers);
  }
}

export function mixOneByOne(mixer, n) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = (sum + mixer.mix(i, 1)) | 0;
  return sum;
}

export async function failOneByOne(call, n) {
  for (let i = 0; i < n; i++) await call({ failures: 3 });
}

/** A unit is a thousand calls. */
export async function failThousandAtOnce(call, n) {
  for (let batch = 0; batch < n; batch++) {
    const answers = new Array(1000);
    for (let i = 0; i < 1000; i++) answers[i] = call({ failures: 3 });
    await Promise.all(answers);
  }
}

/** Puts the wrapped method in place, as a decorator does. */
export function decorated(Class, method, wrap) {
  return class extends Class {
    static {
      Object.defineProperty(this.prototype, method, {
        value: wrap(Class.prototype[method]),
        writable: true,
        configurable: true,
      });
    }
  };
}
