/** A socket as the library needs one; the web's WebSocket is the one that ships. */

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Once, also when it never opened; nothing is called after it. */
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  /** Nothing is called after it. */
  close(code: number, reason: string): void;
}

export interface Transport {
  /** `url` is ws: or wss:. Calls no handler before it returns. */
  open(url: string, handlers: SocketHandlers): Socket;
}

/** What a browser reports when a connection broke without a close frame. */
export const CLOSED_ABNORMALLY = 1006;

export const webSocketTransport: Transport = {
  open(url, handlers) {
    const socket = new WebSocket(url);
    let over = false;
    socket.onopen = () => {
      if (!over) handlers.opened();
    };
    socket.onmessage = (event: MessageEvent) => {
      if (!over && typeof event.data === "string") handlers.received(event.data);
    };
    socket.onclose = (event: CloseEvent) => {
      if (over) return;
      over = true;
      handlers.closed(event.code, event.reason);
    };
    // A close event follows every error event.
    socket.onerror = () => {};
    return {
      send(text) {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close(code, reason) {
        over = true;
        socket.close(code, reason);
      },
    };
  },
};

/** The address of a node's socket; a relative one is on the server at `base`. */
export function socketUrl(base: string, node: string): string {
  const url = new URL(node, base);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return url.href;
}
