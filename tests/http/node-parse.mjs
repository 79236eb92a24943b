// Node's HTTP server as a filter, the counterpart of parse.c: the same input, and for each a line
// of JSON with the requests that reached the application whole. Connections are injected into the
// server as streams (its documented "connection" event), so no socket is opened.
import http from "node:http";
import { Duplex } from "node:stream";

const hex = (text) => Buffer.from(text, "latin1").toString("hex");
const turn = () => new Promise((resolve) => setImmediate(resolve));

class Injected extends Duplex {
    constructor() {
        super({ allowHalfOpen: true });
    }
    _read() {}
    _write(_chunk, _encoding, done) {
        done();
    }
    setTimeout() {
        return this;
    }
    setKeepAlive() {}
    setNoDelay() {}
}

let seen = [];
const server = http.createServer((request, response) => {
    const entry = { request, chunks: [], ended: false };
    seen.push(entry);
    request.on("data", (chunk) => entry.chunks.push(chunk));
    request.on("end", () => {
        entry.ended = request.complete;
        response.end();
    });
    request.on("error", () => {});
    response.on("error", () => {});
});
// Else a request with an unknown expectation is answered without being shown.
server.on("checkExpectation", (request, response) => server.emit("request", request, response));
// The connection is left alone: requests before the faulty one still reach their end.
server.on("clientError", () => {});

function show({ request, chunks }) {
    const fields = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
        fields.push([hex(request.rawHeaders[i]), hex(request.rawHeaders[i + 1])]);
    return {
        method: hex(request.method),
        minor: request.httpVersionMinor,
        major: request.httpVersionMajor,
        target: hex(request.url),
        body: Buffer.concat(chunks).toString("hex"),
        fields,
    };
}

async function parse(input) {
    seen = [];
    const socket = new Injected();
    let closed = false;
    socket.on("close", () => (closed = true));
    socket.on("error", () => {});
    server.emit("connection", socket);
    socket.push(input);
    // Until nothing happens any more: bodies end and responses go out in later turns.
    for (let quiet = 0, last = ""; quiet < 3 && !closed; ) {
        await turn();
        const now = seen.map((e) => `${e.chunks.length}${e.ended}`).join();
        quiet = now === last ? quiet + 1 : 0;
        last = now;
    }
    const requests = [];
    for (const entry of seen) {
        if (!entry.ended) break;
        requests.push(show(entry));
    }
    socket.destroy();
    await turn();
    return { requests };
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const all = Buffer.concat(chunks);
for (let at = 0; at < all.length; ) {
    const n = all.readUInt32BE(at);
    const result = await parse(all.subarray(at + 4, at + 4 + n));
    process.stdout.write(JSON.stringify(result) + "\n");
    at += 4 + n;
}
server.close();
