import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { AuthConfig } from '../../../config/schema';

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>;

/** The time at which the tests' tokens are checked, in seconds since the epoch. */
export const testTime = 1_800_000_000;

/** An issuer of tokens, whose keys are on a real HTTP server on loopback. */
export class TokenIssuer {
  readonly #keys = new Map<string, SigningKey>();
  /** How often the keys were asked for. */
  fetches = 0;
  #status = 200;
  readonly #server = createServer(async (_request, response) => {
    this.fetches += 1;
    const keys = await Promise.all(
      [...this.#keys].map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })),
    );
    response.writeHead(this.#status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys }));
  });

  static async start(): Promise<TokenIssuer> {
    const issuer = new TokenIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    await issuer.addKey('first');
    return issuer;
  }

  /** Makes the server answer 500. */
  fail(): void {
    this.#status = 500;
  }

  recover(): void {
    this.#status = 200;
  }

  async addKey(kid: string): Promise<SigningKey> {
    const key = await generateKeyPair('ES256', { extractable: true });
    this.#keys.set(kid, key);
    return key;
  }

  key(kid: string): SigningKey {
    return this.#keys.get(kid) as SigningKey;
  }

  get oidc(): NonNullable<AuthConfig['oidc']> {
    return {
      issuer: 'https://issuer.example',
      audience: 'modelapp',
      jwksUri: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`,
      predictScope: 'predict',
      adminScope: 'admin',
    };
  }

  /** A token that is good for a minute, but for the given claims; undefined leaves one out. */
  token(claims: JWTPayload = {}, kid = 'first', key = this.key(kid).privateKey): Promise<string> {
    const payload = { iss: 'https://issuer.example', aud: 'modelapp', sub: 'ann', exp: testTime + 60, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(key);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
