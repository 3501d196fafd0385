import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** `count` different ports of 127.0.0.1 on which nobody listens now. Another process may be quicker to take them. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map((server) => {
      const closed = once(server, "close");
      server.close();
      return closed;
    }),
  );
  return ports;
}
