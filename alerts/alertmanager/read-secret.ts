import { readFileSync } from 'node:fs';

import { isAddress } from './integrations/field.ts';
import type { SecretOption } from './integrations/secret.ts';
import type { ReadSecret } from './receivers.ts';

/** Without the white space around it, which editors and `kubectl` leave there. */
export const readSecretFile: ReadSecret = ({ file, isAddress: mustBeAddress }: SecretOption) => {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { problem: `${file} cannot be read: ${code}` };
  }
  const expected = mustBeAddress ? 'an http or https address' : 'one line';
  const good = mustBeAddress ? isAddress(content) : /^[^\n]+$/.test(content);
  return good ? { secret: content } : { problem: `${file}: expected ${expected} in it, got something else` };
};
