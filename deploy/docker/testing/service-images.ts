import type { DockerDaemon } from './docker-daemon.ts';
import { buildImage, type TestImage } from './test-image.ts';

interface ServiceImage extends TestImage {
  /** Of the stack file: which image to take. */
  readonly variable: string;
}

const NOBODY = 65_534;

/** Does what the stack relies on in the entrypoint of the official image. */
const POSTGRES_ENTRYPOINT = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ "\${POSTGRES_HOST_AUTH_METHOD:-}" = trust ]; then
    initdb --username="$POSTGRES_USER" --auth=trust
  else
    initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
  fi
  echo "host all all all \${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  pg_ctl --wait -o '-c listen_addresses=' start
  createdb --username="$POSTGRES_USER" --no-password "$POSTGRES_DB"
  pg_ctl --wait --mode=fast stop
fi
exec postgres -c 'listen_addresses=*'
`;

/** What the official images are, as far as the stack can tell, out of the programs that the other tests use. */
const IMAGES: readonly ServiceImage[] = [
  {
    variable: 'NATS_IMAGE',
    programs: { 'nats-server': 'nats-server-current' },
    dockerfile: `
COPY nats-server /usr/local/bin/
ENTRYPOINT ["nats-server"]
`,
  },
  {
    variable: 'PROMETHEUS_IMAGE',
    programs: { prometheus: 'prometheus-current' },
    dockerfile: `
COPY prometheus /bin/
RUN install -d -o ${NOBODY} -g ${NOBODY} /prometheus
USER ${NOBODY}
ENTRYPOINT ["/bin/prometheus"]
`,
  },
  {
    variable: 'ALERTMANAGER_IMAGE',
    programs: { alertmanager: 'alertmanager-current' },
    dockerfile: `
COPY alertmanager /bin/
RUN install -d -o ${NOBODY} -g ${NOBODY} /alertmanager
USER ${NOBODY}
ENTRYPOINT ["/bin/alertmanager"]
`,
  },
  {
    variable: 'POSTGRES_IMAGE',
    files: { 'entrypoint.sh': POSTGRES_ENTRYPOINT },
    dockerfile: `
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
RUN install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data && chmod 3777 /var/run/postgresql
COPY entrypoint.sh /usr/local/bin/
ENTRYPOINT ["sh", "/usr/local/bin/entrypoint.sh"]
`,
  },
];

/** What must be there to build them. */
export const SERVICE_TOOLS = IMAGES.flatMap(({ programs = {} }) => Object.values(programs));

/**
 * Builds the images of the services that are not ours, where no registry can be reached. There is none of
 * Grafana: it can be had from its registry alone.
 * @param only their variables
 * @returns variables of the stack file that name them
 */
export async function buildServiceImages(
  docker: DockerDaemon,
  only: readonly string[] = IMAGES.map(({ variable }) => variable),
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const { variable, ...image } of IMAGES) {
    if (!only.includes(variable)) continue;
    const name = `${variable.toLowerCase().replace('_', '-')}:test`;
    await buildImage(docker, name, image);
    names[variable] = name;
  }
  return names;
}
