/**
 * Process warnings, caught instead of printed.
 */
import { afterEach, beforeEach, jest } from '@jest/globals';

export interface Warnings {
  /** The text of each warning since the test began. */
  readonly texts: readonly string[];
  readonly codes: readonly string[];
}

/** Catches what Stampede warns of in each test of the file or `describe` that calls this. */
export function catchWarnings(): Warnings {
  const texts: string[] = [];
  const codes: string[] = [];
  let spy: ReturnType<typeof jest.spyOn> | undefined;
  beforeEach(() => {
    texts.length = 0;
    codes.length = 0;
    spy = jest.spyOn(process, 'emitWarning').mockImplementation(((
      text: string,
      { code }: { code: string },
    ) => {
      texts.push(text);
      codes.push(code);
    }) as never);
  });
  afterEach(() => {
    spy?.mockRestore();
  });
  return { texts, codes };
}
