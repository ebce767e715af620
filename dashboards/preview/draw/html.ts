const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text that stands in HTML or SVG: labels and alerts may hold anything. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

export interface Size {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}
