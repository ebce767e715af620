import { accessSync, constants, globSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import type { Tool } from './tool.ts';

/** Every place where a program of the tool stands: first PATH, then the tool's own folders below `root`. */
export function findTool(tool: Pick<Tool, 'programs' | 'folders'>, path: string, root = '/'): string[] {
  const onPath = path.split(delimiter).filter((folder) => folder !== '');
  const found: string[] = [];
  for (const folder of [...onPath, ...foldersBelow(root, tool.folders)]) {
    for (const program of tool.programs) {
      const file = join(folder, program);
      if (isExecutable(file) && !found.includes(file)) found.push(file);
    }
  }
  return found;
}

/** The newest version first where a pattern names a version: /usr/lib/postgresql/17/bin before 15. */
function foldersBelow(root: string, patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: root })
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((folder) => join(root, folder)),
  );
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
