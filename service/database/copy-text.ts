const needsEscape = /[\\\n\r\t\0]/;
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\ufffd',
};

/**
 * A text as a field of COPY's text format. PostgreSQL's text holds no U+0000, which becomes U+FFFD; so does a lone
 * surrogate, when the line is encoded as UTF-8.
 */
export const copyField = (text: string): string =>
  needsEscape.test(text) ? text.replace(/[\\\n\r\t\0]/g, (character) => escapes[character] ?? character) : text;
