/**
 * Whose connection is it?
 *
 * A socket that is being made belongs to the exchange that caused it, which destroys it when nobody waits any more: no
 * timer here, and none of undici's. undici tells its connect function nothing about requests; but its clients take one
 * request at a time (no pipelining), so the last one a client was given is the one it connects for.
 */
import { Socket } from 'node:net';
import { Client, type Dispatcher, Pool, type buildConnector } from 'undici';

/** An exchange, as far as its connection knows it. */
export interface Caller {
  /** Whether nobody waits for an answer any more. */
  readonly isOver: boolean;
  /** It will be sent on this line. */
  take(line: Line): void;
  /** A socket is being connected for it. The caller destroys it (with an error) when it gives up before its start. */
  connecting(socket: Socket): void;
}

/** Under this key the options of a dispatch name the caller. Dispatchers that know nothing of it pass it on. */
export const calledBy = Symbol('stampede.http.caller');

type CalledOptions = Dispatcher.DispatchOptions & { readonly [calledBy]?: Caller };

/** A connect function of undici gives the socket that it is about to connect; that of a proxy agent gives none. */
type Connector = (target: buildConnector.Options, done: buildConnector.Callback) => unknown;

/** What a connection did before a request was sent on it. */
export interface LineState {
  readonly socket: Socket | undefined;
  /** Whether another request was sent on this connection before. */
  readonly isReused: boolean;
  readonly bytesRead: number;
}

// A connection through a proxy is made by a request to the proxy, which is sent while the tunnel is asked for.
let onBehalfOf: Caller | undefined;

/** The connections of one client, one after the other. */
export class Line {
  #caller: Caller | undefined;
  #socket: Socket | undefined;
  #requests = 0;

  /** A request was given to the client. */
  assign(options: CalledOptions): void {
    const caller = options[calledBy];
    this.#caller = caller ?? onBehalfOf;
    caller?.take(this);
  }

  /** A request starts on the present connection. */
  start(): LineState {
    this.#requests += 1;
    const socket = this.#socket;
    const isReused = this.#requests > 1;
    return { socket, isReused, bytesRead: isReused ? (socket?.bytesRead ?? 0) : 0 };
  }

  connect(connector: Connector, target: buildConnector.Options, done: buildConnector.Callback): void {
    const caller = this.#caller;
    this.#socket = undefined;
    this.#requests = 0;
    if (caller?.isOver) {
      queueMicrotask(() => {
        done(new Error('nobody waits for this connection any more'), null);
      });
      return;
    }
    const connected: buildConnector.Callback = (error, socket) => {
      if (error === null) {
        this.#socket = socket;
        done(null, socket);
      } else done(final(error), null);
    };
    const outer = onBehalfOf;
    onBehalfOf = caller;
    try {
      const socket = connector(target, connected);
      if (socket instanceof Socket) caller?.connecting(socket);
    } finally {
      onBehalfOf = outer;
    }
  }
}

/**
 * Whether not a byte has come on a connection that had served before.
 *
 * @param state  As it was when the request started; `undefined` for connections that are not ours.
 * @param error  What undici says of it, which for some errors tells of the connection too.
 */
export function isUntouchedLine(state: LineState | undefined, error: unknown): boolean {
  if (state !== undefined) {
    const { socket, isReused, bytesRead } = state;
    const isTls = socket !== undefined && 'encrypted' in socket; // which reads bytes of its own
    return isReused && (isTls || socket?.bytesRead === bytesRead);
  }
  const { socket } = (error ?? {}) as { readonly socket?: { readonly bytesRead?: number } };
  return (socket?.bytesRead ?? 0) > 0;
}

// After these errors undici connects again at once, for ever: a proxy that hangs up would be called in a hot loop.
function final(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'UND_ERR_SOCKET' && code !== 'UND_ERR_INFO') return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: 'ECONNRESET' });
}

/** A client that tells its line for whom it works. */
class LineClient extends Client {
  readonly #line: Line;

  constructor(origin: URL, options: Client.Options, line: Line) {
    super(origin, options);
    this.#line = line;
  }

  override dispatch(options: CalledOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#line.assign(options);
    return super.dispatch(options, handler);
  }
}

function lineClient(origin: URL, options: object): Dispatcher {
  const line = new Line();
  const { connect: connector } = options as { connect: Connector };
  const connect: buildConnector.connector = (target, done) => {
    line.connect(connector, target, done);
  };
  return new LineClient(origin, { ...options, connect }, line);
}

/** A pool of such clients: the `factory` of an agent whose connect function is given. Connections without limit. */
export function linePool(origin: string | URL, options: object): Dispatcher {
  return new Pool(origin, { ...options, pipelining: 1, factory: lineClient });
}
