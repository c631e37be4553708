/**
 * A timeout by hand: a timer for each call; one timer for all, which are in the order of their ends because all may
 * take the same time; and the signal of the platform, which ends nothing by itself.
 */
const late = new Error('late');

const ownTimer = (fn, ms) => () =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, ms, late);
    fn().then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });

/** A ring of calls, earliest first; its own link is where it begins and ends. */
class Link {
  constructor(due, reject) {
    this.due = due;
    this.reject = reject;
    this.next = this.previous = this;
  }

  insertBefore(other) {
    this.previous = other.previous;
    this.next = other;
    other.previous.next = this;
    other.previous = this;
  }

  leave() {
    this.previous.next = this.next;
    this.next.previous = this.previous;
  }
}

/** Calls that may all take the same time, behind one timer. */
export class Deadlines {
  constructor(ms) {
    this.ms = ms;
    this.calls = new Link(Infinity, undefined);
    this.isSet = false;
  }

  add(reject) {
    const call = new Link(performance.now() + this.ms, reject);
    call.insertBefore(this.calls);
    if (!this.isSet) this.set(this.ms);
    return call;
  }

  set(ms) {
    this.isSet = true;
    setTimeout(() => this.sweep(), ms);
  }

  sweep() {
    const { calls } = this;
    const now = performance.now();
    for (let call = calls.next; call.due <= now; call = calls.next) {
      call.leave();
      call.reject(late);
    }
    this.isSet = false;
    if (calls.next !== calls) this.set(Math.ceil(calls.next.due - now));
  }
}

export const oneTimer = (fn, ms) => {
  const calls = new Deadlines(ms);
  return () =>
    new Promise((resolve, reject) => {
      const call = calls.add(reject);
      fn().then(
        (value) => {
          call.leave();
          resolve(value);
        },
        (error) => {
          call.leave();
          reject(error);
        },
      );
    });
};

const signal = (fn, ms) => () => {
  const limit = AbortSignal.timeout(ms);
  return new Promise((resolve, reject) => {
    limit.onabort = () => reject(limit.reason);
    fn(limit).then(resolve, reject);
  });
};

export default [
  { name: 'floor: timeout, one timer', kind: 'floor', timeout: oneTimer },
  { name: 'floor: timeout, a timer each', kind: 'floor', timeout: ownTimer },
  { name: 'by hand: AbortSignal.timeout', kind: 'floor', timeout: signal },
];
