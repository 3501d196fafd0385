import { GatewayOpcodes } from 'discord-api-types/v10';

/** A dispatch frame, byte for byte in the form in which Discord writes it; `body` is the JSON of `d`. */
export function dispatchFrame(type: string, sequence: number, body: string): string {
  return `{"t":${JSON.stringify(type)},"s":${sequence},"op":0,"d":${body}}`;
}

/** The JSON of a dispatch's `d`. */
export function dispatchBody(data: unknown): string {
  return JSON.stringify(data ?? null);
}

function controlFrame(op: GatewayOpcodes, data: unknown): string {
  return `{"t":null,"s":null,"op":${op},"d":${JSON.stringify(data)}}`;
}

const trace = ['["gateway-simulated-1",{"micros":0.0}]'];

export function helloFrame(heartbeatIntervalMs: number): string {
  return controlFrame(GatewayOpcodes.Hello, {
    heartbeat_interval: heartbeatIntervalMs,
    _trace: trace,
  });
}

export function invalidSessionFrame(resumable: boolean): string {
  return controlFrame(GatewayOpcodes.InvalidSession, resumable);
}

export const heartbeatAckFrame = controlFrame(GatewayOpcodes.HeartbeatAck, null);
/** Asks the client for a heartbeat at once (docs: Gateway, Heartbeat Requests). */
export const heartbeatRequestFrame = controlFrame(GatewayOpcodes.Heartbeat, null);
export const reconnectFrame = controlFrame(GatewayOpcodes.Reconnect, null);
