import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Place, Semaphore } from '../../src/policies/semaphore.js';

describe('Semaphore', () => {
  it('lets nobody overtake those who wait', () => {
    const semaphore = new Semaphore<string>(1, 1);
    semaphore.enter();
    semaphore.line('first');
    semaphore.leave();

    expect(semaphore.enter()).toBe(false);
    expect(semaphore.next(0)).toEqual({ waiter: 'first', late: false });
  });

  it('never exceeds limit and queue, serves in order, and leaves nobody behind a free slot', () => {
    const step = fc.record({
      what: fc.constantFrom('come', 'come', 'leave', 'quit', 'pass', 'limit'),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(step, { maxLength: 200 }),
        (limit, queue, steps) => {
          const semaphore = new Semaphore<number>(limit, queue);
          let model: { id: number; until: number; place: Place<number> }[] = [];
          let inside = 0;
          let now = 0;
          for (const [id, { what, which }] of steps.entries()) {
            if (what === 'pass') now += which % 20;
            else if (what === 'limit') semaphore.limit = 1 + (which % 5);
            else if (what === 'leave' && inside > 0) {
              semaphore.leave();
              inside -= 1;
            } else if (what === 'quit' && model.length > 0) {
              const [quitter] = model.splice(which % model.length, 1);
              expect(semaphore.remove(quitter!.place)).toBe(true);
              expect(semaphore.remove(quitter!.place)).toBe(false);
            } else if (what === 'come') {
              const hasRoom = inside < semaphore.limit && model.length === 0;
              expect(semaphore.enter()).toBe(hasRoom);
              const until = now + (which % 50);
              const place = hasRoom ? undefined : semaphore.line(id, until);
              expect(place !== undefined).toBe(!hasRoom && model.length < queue);
              if (hasRoom) inside += 1;
              if (place !== undefined) model.push({ id, until, place });
            }
            let letIn = 0;
            for (let turn = semaphore.next(now); turn !== undefined; turn = semaphore.next(now)) {
              const [head] = model;
              expect(turn).toEqual({ waiter: head!.id, late: now > head!.until });
              model = model.slice(1);
              if (!turn.late) letIn += 1;
            }
            inside += letIn;
            expect(semaphore.inFlight).toBe(inside);
            expect(semaphore.queued).toBe(model.length);
            expect(semaphore.queued).toBeLessThanOrEqual(queue);
            if (model.length > 0) expect(inside).toBeGreaterThanOrEqual(semaphore.limit);
            // More may be inside after the limit was lowered, but then nobody comes in.
            if (letIn > 0) expect(inside).toBeLessThanOrEqual(semaphore.limit);
          }
        },
      ),
    );
  });
});
