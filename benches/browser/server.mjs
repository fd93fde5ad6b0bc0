// Serves some folders on 127.0.0.1, and takes a map from the page.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** `folders`: first part of the path → folder. It is looked at anew for each request. */
export async function serve(folders) {
  let posted = Buffer.alloc(0);
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      posted = Buffer.concat(pieces);
      return response.end();
    }
    const file = fileOf(new URL(request.url, 'http://localhost').pathname, folders);
    const size = file && (await stat(file).catch(() => undefined))?.size;
    if (size === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Length': size });
    createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const close = () => (server.closeAllConnections(), server.close());
  return { url: `http://127.0.0.1:${server.address().port}/`, posted: () => posted, close };
}

function fileOf(path, folders) {
  const [, first, ...rest] = normalize(decodeURIComponent(path)).split(sep);
  return folders[first] && join(folders[first], ...rest);
}
