import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** Where a panel stands and where it leads. */
export interface Place {
  /** Never changed and never given to another panel: alerts and bookmarks point at it. */
  readonly id: number;
  /** Columns, of 24. */
  readonly width: number;
  /** Rows of 38 pixels. */
  readonly height: number;
  /** Where to look next. */
  readonly links?: readonly DashboardLinkBuilder[];
}

/** What every panel says of itself. */
export interface About extends Place {
  readonly title: string;
  /** What is shown, where the title does not say it. */
  readonly shows?: string;
  readonly normal: string;
  /** What it means when it is not so, and what to do first. */
  readonly otherwise: string;
}

export function descriptionOf({ shows, normal, otherwise }: About): string {
  return [...(shows ? [shows] : []), `**Normal:** ${normal}`, `**Otherwise:** ${otherwise}`].join('\n\n');
}

/** The part of the SDK's builders that all panels share. */
interface PanelBuilder {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  span(columns: number): this;
  height(rows: number): this;
  links(links: DashboardLinkBuilder[]): this;
}

export function introduce<Builder extends PanelBuilder>(builder: Builder, about: About): Builder {
  return builder
    .id(about.id)
    .title(about.title)
    .description(descriptionOf(about))
    .span(about.width)
    .height(about.height)
    .links([...(about.links ?? [])]);
}
