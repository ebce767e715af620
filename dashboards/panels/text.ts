import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';

import { introduce, type About } from './about.ts';

export interface Text extends About {
  readonly markdown: string;
}

export function text(panel: Text): PanelBuilder {
  return introduce(new PanelBuilder(), panel).mode(TextMode.Markdown).content(panel.markdown);
}
