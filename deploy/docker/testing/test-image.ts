import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureTool } from '../../local/tools/ensure-tool.ts';
import type { ToolName } from '../../local/tools/tool-table.ts';
import { BASE_IMAGE } from './base-image.ts';
import type { DockerDaemon } from './docker-daemon.ts';

/** An image on top of the base image of the tests. */
export interface TestImage {
  /** What comes after FROM. */
  readonly dockerfile: string;
  /** Name in the build context -> tool. */
  readonly programs?: Readonly<Record<string, ToolName>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** @throws {CodedError} COMMAND_FAILED, TOOL_MISSING */
export async function buildImage(docker: DockerDaemon, name: string, image: TestImage): Promise<void> {
  const { dockerfile, programs = {}, files = {} } = image;
  const context = await mkdtemp(join(tmpdir(), 'shardwatch-image-'));
  try {
    for (const [file, tool] of Object.entries(programs)) {
      const program = await ensureTool(tool, { log: (line) => process.stderr.write(`${line}\n`) });
      await copyFile(program, join(context, file));
    }
    for (const [file, content] of Object.entries(files)) await writeFile(join(context, file), content);
    await writeFile(join(context, 'Dockerfile'), `FROM ${BASE_IMAGE}\n${dockerfile}`);
    await docker.run('build', '--quiet', '--tag', name, context);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
