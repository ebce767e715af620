import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { runCommand } from './run-command.ts';
import type { GoModule, MissingFile } from './tool.ts';

/** On two busy cores, with nothing compiled before. */
const BUILD_TIMEOUT_MS = 1_800_000;

type Go = (...args: string[]) => Promise<string>;

/**
 * Builds a program of a Go module at its pinned version into `<folder>/bin`.
 * A module of our own requires it, because `go install module@version` refuses modules whose go.mod
 * holds `replace` lines, as Prometheus's does.
 * @returns the path of the program
 * @throws {CodedError} COMMAND_FAILED
 */
export async function buildGoModule(program: string, source: GoModule, folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'shardwatch-go-'));
  try {
    const go = async (...args: string[]) =>
      runCommand('go', args, {
        cwd: work,
        env: { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off', CGO_ENABLED: '0' },
        timeoutMs: BUILD_TIMEOUT_MS,
      });
    const built = join(work, program);
    await go('mod', 'init', 'shardwatch.local/tool');
    if (source.staging) await replaceStaging(go, source, source.staging);
    if (source.replaces) await replaceAsModule(go, source);
    await go('get', `${source.module}@${source.version}`);
    const { name, value } = source.releaseVariable ?? {};
    const release = name ? ['-ldflags', `-X ${name}=${value}`] : [];
    if (source.missingFile) {
      const root = (await go('list', '-m', '-f', '{{.Dir}}', source.module)).trim();
      await completeCopy(root, join(work, 'module'), source.missingFile);
      await go('mod', 'edit', '-replace', `${source.module}=./module`);
    }
    const path = [source.module, source.package].filter(Boolean).join('/');
    await go('build', '-trimpath', ...release, '-o', built, path);
    return await putInto(join(folder, 'bin'), built, program);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The files of a module at its version, as the module cache has them: read-only.
 * @returns their folder
 * @throws {CodedError} COMMAND_FAILED
 */
export async function goModuleFolder(module: string, version: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'shardwatch-go-'));
  try {
    const output = await runCommand('go', ['mod', 'download', '-json', `${module}@${version}`], {
      cwd: work,
      env: { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    return (JSON.parse(output) as { Dir: string }).Dir;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `replace` lines of a module that is required do not count: what they name is asked for by its version. */
async function replaceStaging(go: Go, source: GoModule, staging: string): Promise<void> {
  const replaced = (await goModOf(go, source)).matchAll(/^\s*(\S+) => \.\/staging\//gm);
  await go('mod', 'edit', ...[...replaced].map(([, name]) => `-replace=${name}=${name}@${staging}`));
}

/** Those of them that name another version or module, made lines of our own. */
async function replaceAsModule(go: Go, source: GoModule): Promise<void> {
  const replaced = (await goModOf(go, source)).matchAll(/^\s*(?:replace )?(\S+) => (\S+) (v\S+)$/gm);
  await go(
    'mod',
    'edit',
    ...[...replaced].map(([, name, by, version]) => `-replace=${name}=${by}@${version}`),
  );
}

async function goModOf(go: Go, { module, version }: GoModule): Promise<string> {
  const output = await go('mod', 'download', '-json', `${module}@${version}`);
  return readFile((JSON.parse(output) as { GoMod: string }).GoMod, 'utf8');
}

async function putInto(bin: string, built: string, program: string): Promise<string> {
  await mkdir(bin, { recursive: true });
  const target = join(bin, program);
  const temporary = `${target}.${process.pid}`;
  // The temporary folder may be on another file system, where a rename is not one step.
  await runCommand('cp', [built, temporary], { timeoutMs: BUILD_TIMEOUT_MS });
  await chmod(temporary, 0o755);
  await rename(temporary, target);
  return target;
}

/** Modules are kept read-only, so the file is added to a copy. */
async function completeCopy(module: string, copy: string, { path, text }: MissingFile): Promise<void> {
  await cp(module, copy, { recursive: true });
  await runCommand('chmod', ['-R', 'u+w', copy], { timeoutMs: BUILD_TIMEOUT_MS });
  const file = join(copy, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
