import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const ANSWERS: Readonly<Record<string, string>> = {
  EHLO: '250 mail.test',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  QUIT: '221 bye',
};

/** A mail server that keeps what it gets; `next` resolves with the source of one mail. */
export async function startMailReceiver() {
  const mails: string[] = [];
  const waiting: ((mail: string) => void)[] = [];
  const sockets = new Set<Socket>();
  const take = (mail: string) => {
    const waiter = waiting.shift();
    if (waiter) waiter(mail);
    else mails.push(mail);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    converse(socket, take);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: async (): Promise<string> => {
      const first = mails.shift();
      if (first !== undefined) return first;
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting.push(resolve);
      return promise;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function converse(socket: Socket, take: (mail: string) => void): void {
  let mail: string[] | undefined;
  socket.write('220 mail.test\r\n');
  const lines = createInterface({ input: socket });
  // Who has said QUIT may be gone before the answer: what counts is the mail.
  lines.on('error', () => socket.destroy());
  lines.on('line', (line) => {
    if (mail === undefined) {
      const word = line.slice(0, 4).toUpperCase();
      socket.write(`${ANSWERS[word] ?? '500 what?'}\r\n`);
      if (word === 'DATA') mail = [];
    } else if (line === '.') {
      take(mail.join('\n'));
      mail = undefined;
      socket.write('250 ok\r\n');
    } else {
      mail.push(line);
    }
  });
}
