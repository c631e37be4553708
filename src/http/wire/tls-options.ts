/**
 * `verify` and `cert` in the words of node:tls.
 */
import { X509Certificate, createHash } from 'node:crypto';
import { type SecureContextOptions, createSecureContext } from 'node:tls';
import { OptionError } from '../../core.js';
import type { Pem, TransportOptions } from '../request/transport-options.js';

export interface TlsOptions extends SecureContextOptions {
  readonly rejectUnauthorized?: boolean;
}

type TlsPart = Pick<TransportOptions, 'verify' | 'cert'>;

/**
 * What a connection is to be made with.
 *
 * @throws {OptionError} when TLS can do nothing with it: no PEM, a key that does not fit. What it holds is not shown.
 */
export function tlsOptions({ verify, cert }: TlsPart): TlsOptions {
  const authorities = typeof verify === 'boolean' ? {} : { ca: [verify].flat().map(textOf) };
  check('verify', authorities);
  const { passphrase } = cert ?? {};
  const identity =
    cert === undefined
      ? {}
      : {
          cert: textOf(cert.cert),
          key: textOf(cert.key),
          ...(passphrase === undefined ? {} : { passphrase }),
        };
  check('cert', identity);
  return { ...authorities, ...identity, ...(verify === false ? { rejectUnauthorized: false } : {}) };
}

/** Tells TLS options apart by what is in them. Secrets are not kept in it. */
export function tlsKey({ verify, cert }: TlsPart): string {
  if (cert === undefined && typeof verify === 'boolean') return String(verify);
  const parts = [...(typeof verify === 'boolean' ? [String(verify)] : [verify].flat()), '|'];
  if (cert !== undefined) parts.push(cert.cert, cert.key, cert.passphrase ?? '');
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('base64');
}

// OpenSSL passes over authorities that it cannot read, so they are read once before.
function check(option: string, options: SecureContextOptions & { readonly ca?: readonly string[] }): void {
  try {
    for (const authority of options.ca ?? []) new X509Certificate(authority);
    createSecureContext(options);
  } catch (cause) {
    const got = (cause as Error).message;
    throw new OptionError(option, undefined, 'must be PEM that TLS can use', { cause, got });
  }
}

function textOf(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1');
}
