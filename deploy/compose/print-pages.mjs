// Takes what Alertmanager would send to a channel of Discord, and prints it.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const server = createServer((request, response) => {
  void print(request).then(
    (status) => response.writeHead(status).end(),
    (error) => {
      console.error(String(error));
      response.writeHead(400).end();
    },
  );
});

async function print(request) {
  if (request.method !== 'POST') return 200;
  const { embeds } = await json(request);
  for (const { title, description } of embeds) console.log(`${title}\n${description}\n`);
  return 204;
}

server.listen(8080);
process.on('SIGTERM', () => process.exit());
