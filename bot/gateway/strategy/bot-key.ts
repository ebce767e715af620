import { createHash } from 'node:crypto';

/**
 * What tells bots apart that share a database: the id in the bot's token, which anybody may know and which
 * stays when the token is renewed. A token of another form, such as the simulator's, is told by a digest.
 */
export function botKey(token: string): string {
  const id = Buffer.from(token.split('.', 1)[0] ?? '', 'base64').toString('latin1');
  if (/^\d{15,21}$/.test(id)) return id;
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}
