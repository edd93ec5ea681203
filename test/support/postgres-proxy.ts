/** Between a client and its PostgreSQL server: passes everything on, and can keep the next answer to itself. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface PostgresProxy {
  /** The same address through the proxy. */
  through(url: string): string;
  /**
   * From now on nothing the server says reaches anybody. Resolves when the server has answered a request to its end: by
   * then its transaction is committed, and the client does not know.
   */
  swallowAnswer(): Promise<void>;
  /** Cuts every connection and passes everything on again. */
  cut(): void;
  close(): Promise<void>;
}

/** ReadyForQuery, outside of a transaction: the end of every answer. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startPostgresProxy(port: number): Promise<PostgresProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let swallowing: (() => void) | null = null;
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const pair = [client, server] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    client.on('data', (chunk) => server.write(chunk));
    server.on('data', (chunk) => {
      if (swallowing === null) client.write(chunk);
      else if (chunk.subarray(-READY.length).equals(READY)) swallowing();
    });
    for (const socket of pair) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const cut = () => {
    swallowing = null;
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    through: (url) => {
      const there = new URL(url);
      there.port = String((proxy.address() as AddressInfo).port);
      return there.href;
    },
    swallowAnswer: () => new Promise((answered) => (swallowing = answered)),
    cut,
    close: async () => {
      cut();
      await new Promise((closed) => proxy.close(closed));
    },
  };
}
