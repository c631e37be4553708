/**
 * The lines of a text that comes in pieces. They end in LF or CR LF.
 */

export class Lines {
  readonly #longest: number;
  readonly #tooLong: () => Error;
  /** What has come of the line that has not ended. */
  #pieces: string[] = [];
  #length = 0;

  /**
   * @param longest  The most characters of a line.
   * @param tooLong  The error for a longer one.
   */
  constructor(longest: number, tooLong: () => Error) {
    this.#longest = longest;
    this.#tooLong = tooLong;
  }

  /** The lines that end in this piece, without their ends. @throws the error for a line that is too long. */
  *add(piece: string): Generator<string> {
    let from = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      this.#keep(piece.slice(from, at));
      const line = this.#take();
      yield line.endsWith('\r') ? line.slice(0, -1) : line;
      from = at + 1;
    }
    this.#keep(piece.slice(from));
  }

  /** @returns What came after the last end of a line; empty when that was all. */
  end(): string {
    return this.#take();
  }

  #keep(part: string): void {
    this.#length += part.length;
    if (this.#length > this.#longest) throw this.#tooLong();
    this.#pieces.push(part);
  }

  #take(): string {
    const line = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
