import { existsSync, readFileSync } from 'node:fs';

import { codeOf } from '../../runtime/errors.ts';

/**
 * The text of a small file of procfs or cgroupfs; undefined where the kernel has no such file, has just
 * removed it (ENODEV), does not support it (EOPNOTSUPP: pressure switched off) or does not let us.
 */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

export function kernelFileExists(path: string): boolean {
  return existsSync(path);
}

/**
 * An amount as the kernel writes it. Infinity for `max` and for whatever is more than a number can hold
 * exactly (2^53, 8 PiB): version 1 writes the largest multiple of its page size, 9223372036854771712 or
 * thereabouts, for "no limit".
 */
export function parseAmount(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? '';
  if (digits === 'max') return Infinity;
  if (!/^\d+$/.test(digits)) return undefined;
  const amount = Number(digits);
  return Number.isSafeInteger(amount) ? amount : Infinity;
}

/** The amount after `key` in a file of `key amount` lines. */
export function amountIn(text: string | undefined, key: string): number | undefined {
  for (const line of text?.split('\n') ?? []) {
    if (line.startsWith(`${key} `)) return parseAmount(line.slice(key.length + 1));
  }
  return undefined;
}
