/** One scrape of a process's /metrics, asked by family name. */
export interface Scrape {
  readonly text: string;
  /** Sum over all series of the family whose labels include these. */
  sum(family: string, labels?: Readonly<Record<string, string>>): number;
}

export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  return {
    text,
    sum(family, labels = {}) {
      const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      let sum = 0;
      for (const line of text.split('\n')) {
        if (!line.startsWith(`${family}{`) && !line.startsWith(`${family} `)) continue;
        if (wanted.every((label) => line.includes(label)))
          sum += Number(line.slice(line.lastIndexOf(' ') + 1));
      }
      return sum;
    },
  };
}
