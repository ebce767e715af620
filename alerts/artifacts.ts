import { ruleFile } from './rules/rule-file.ts';
import type { Settings } from './settings.ts';

export interface Artifact {
  /** Below the output folder. */
  readonly path: string;
  readonly text: string;
}

/** Every file that is generated from the settings. */
export function artifacts(settings: Settings): Artifact[] {
  return [{ path: 'rules.yaml', text: ruleFile(settings) }];
}
