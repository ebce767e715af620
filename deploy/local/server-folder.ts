import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Starts something that has a folder of its own for as long as it lives; where it does not start, the folder
 * goes at once.
 * @param name of the server, for those who look at the temporary files
 */
export async function withServerFolder<Server>(
  name: string,
  start: (folder: string) => Promise<Server>,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), `shardwatch-${name}-`));
  try {
    return await start(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
