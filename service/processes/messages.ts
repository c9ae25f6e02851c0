import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import type { KeyPair } from '../auth/generated-keys';

/** How to reach the database; a password is part of the URL, so this never goes into an environment or a log. */
export interface DatabaseSettings {
  readonly url: string;
  readonly auth: 'password' | 'iam';
}

/** A port on an address of this machine; port 0 stands for any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** All that a request process has to know; sent to it as its first message. */
export interface ServiceSettings {
  readonly config: Config;
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  readonly version: Version;
  readonly codeVersion: string;
  /** Identifies the instance among those that share the database. */
  readonly instanceId: string;
  readonly database: DatabaseSettings;
  readonly dataDirectory: string;
  /** A folder or `s3://bucket/prefix`. */
  readonly modelLocation: string;
  readonly host: string;
  readonly port: number;
  readonly processes: number;
  /** Where the event server listens; the instance has none if undefined. */
  readonly events?: ListenAddress;
  /** Keys made for a service that needs credentials and has none configured. */
  readonly keys?: KeyPair;
}

/** A claim of an (id, request_time) pair. */
export interface Claim {
  readonly id: string;
  readonly requestTimeMicros: number;
  readonly predictionId: string;
}

/** What a request process asks of the supervisor, with the answer to each. */
export interface Questions {
  claim: { ask: readonly Claim[]; answer: readonly (string | null)[] };
  ship: { ask: null; answer: null };
  metrics: { ask: null; answer: string };
}
export type Question = keyof Questions;

/** Messages from a request process to the supervisor. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly address: ListenAddress; readonly events?: ListenAddress }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The instance is to shut down. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'release'; readonly claim: Omit<Claim, 'predictionId'> }
  | { readonly [Q in Question]: { kind: 'ask'; question: Q; call: number; ask: Questions[Q]['ask'] } }[Question];

/** Messages from the supervisor to a request process. */
export type ToWorker =
  | { readonly kind: 'settings'; readonly settings: ServiceSettings }
  | { readonly kind: 'drain'; readonly drainMs: number }
  | { readonly kind: 'answer'; readonly call: number; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly call: number; readonly reason: string };
