import { DEFAULT_PORTS } from '../default-ports.ts';
import { integerOr, readEnv, type Environment } from '../env.ts';

/**
 * Ports on which the container's process may listen: the one that `PORT` names, else any component's default;
 * a container holds one of them.
 * @throws {CodedError} CONFIG_INVALID
 */
export function portsToAsk(env: Environment): readonly number[] {
  const { PORT } = readEnv(env, {
    PORT: integerOr('default', { min: 1, max: 65_535, default: 'default' }),
  });
  return PORT === 'default' ? Object.values(DEFAULT_PORTS) : [PORT];
}
