/** One gateway event on its way to a bot; the shard follows from the guild (null: shard 0). */
export interface Dispatch {
  applicationId: string;
  guildId: string | null;
  type: string;
  data: unknown;
}

/** Where the world sends what happens in it. Implemented by the gateway. */
export interface DispatchSink {
  dispatch(dispatch: Dispatch): void;
}
