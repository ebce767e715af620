import { messageOf } from '../../runtime/errors.ts';
import { freePort } from './free-port.ts';

const MAX_PORTS = 5;

/** Starts something on a free port, and on another one when somebody else was faster. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (!messageOf(error).includes('address already in use') || attempt === MAX_PORTS) throw error;
    }
  }
}
