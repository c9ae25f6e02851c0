import pino, { type Logger } from 'pino';
import { Environment } from '../config/environment';
import { redactedHeaders, redactUrl } from './auth/redaction';

/** JSON lines on stdout, for a log collector; credentials never among them. */
export const createLogger = (level = process.env[Environment.logLevel] ?? 'info'): Logger =>
  pino({
    level,
    redact: [...redactedHeaders],
    serializers: {
      err: pino.stdSerializers.errWithCause,
      req: (request: { method: string; url: string }) => ({ method: request.method, url: redactUrl(request.url) }),
    },
  });
