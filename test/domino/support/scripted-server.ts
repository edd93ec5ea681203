/** A Domino server that answers exactly what a test says, over a real socket, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'node:net';

export interface ScriptedRequest {
  method: string;
  /** Raw, as sent. */
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
  json: Record<string, unknown>;
}

export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string | string[]>;
  /** An object goes out as JSON, a text as it is. */
  body?: unknown;
}

/** `reset` destroys the connection without an answer. */
export type Script = (
  request: ScriptedRequest,
) => ScriptedAnswer | 'reset' | undefined | Promise<ScriptedAnswer | 'reset' | undefined>;

export interface ScriptedServer {
  url: string;
  requests: ScriptedRequest[];
  asked(method: string, part?: string): ScriptedRequest[];
  close(): Promise<void>;
}

export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const [path = '', search = ''] = incoming.url!.split('?');
      const body = Buffer.concat(chunks).toString('utf8');
      const request: ScriptedRequest = {
        method: incoming.method!,
        path,
        query: Object.fromEntries(new URLSearchParams(search)),
        headers: incoming.headers,
        body,
        json: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {},
      };
      requests.push(request);
      const scripted = new Promise<ScriptedAnswer | 'reset' | undefined>((resolve) =>
        resolve(script(request)),
      );
      // A mistake in a script shows up as an answer, not as a test that never ends.
      const answered = scripted.catch((error: unknown): ScriptedAnswer => ({
        status: 599,
        body: String(error),
      }));
      void answered.then((answer) => {
        if (answer === 'reset') return incoming.socket.destroy();
        const { status = 200, headers = {}, body: content } = answer ?? { status: 404 };
        const text =
          content === undefined ? '' : typeof content === 'string' ? content : JSON.stringify(content);
        const type =
          content !== undefined && typeof content !== 'string' ? { 'Content-Type': 'application/json' } : {};
        outgoing.writeHead(status, { ...type, ...headers }).end(text);
      });
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked: (method, part = '') =>
      requests.filter((request) => request.method === method && request.path.includes(part)),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
