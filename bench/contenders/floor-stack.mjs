/**
 * The least of each pattern, one around the other; and all of them as one. A success earns by an addition.
 */
import { consecutive } from './floor-breaker.mjs';
import { Deadlines, oneTimer } from './floor-timeout.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const breaker = consecutive(5, 10_000);

function retrying(fn, maxTries, succeeded) {
  const again = async (error) => {
    for (let tries = 1; tries < maxTries; tries++) {
      await sleep(Math.random() * 100 * 2 ** (tries - 1));
      try {
        return await fn();
      } catch (next) {
        error = next;
      }
    }
    throw error;
  };
  return () => fn().then(succeeded, again);
}

function inLayers(fn, maxTries) {
  let earned = 0;
  const earn = (value) => {
    earned++;
    return value;
  };
  const retried = retrying(breaker(oneTimer(fn, 10_000)), maxTries, earn);
  const instead = () => 'instead';
  return () => retried().then(undefined, instead);
}

/** The same in one: one promise, one object, one reaction for each end. A retry goes through the layers. */
function inOne(fn) {
  let earned = 0;
  let streak = 0;
  const breakAt = 5;
  const calls = new Deadlines(10_000);
  const again = inLayers(fn, 2);
  return () => {
    if (streak >= breakAt) return again();
    return new Promise((resolve, reject) => {
      const call = calls.add(reject);
      fn().then(
        (value) => {
          call.leave();
          streak = 0;
          earned++;
          resolve(value);
        },
        () => {
          call.leave();
          streak++;
          resolve(again());
        },
      );
    });
  };
}

export default [
  { name: 'floor: stack, in layers', kind: 'floor', stack: (fn) => inLayers(fn, 3) },
  { name: 'floor: stack, in one', kind: 'floor', stack: inOne },
];
