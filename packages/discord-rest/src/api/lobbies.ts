import type * as Api from 'discord-api-types/v10';
import type { Endpoint } from './endpoint.ts';

/** What an application notes of a lobby or a member: 1,000 characters at most. */
type Metadata = Readonly<Record<string, string>>;

/** Source: Discord docs, Lobby Resource, "Lobby Member Structure". */
interface LobbyMember {
  readonly id: Api.Snowflake;
  readonly metadata?: Metadata | null;
  readonly flags?: number;
  readonly additional_name?: string;
}

/** Source: Discord docs, Lobby Resource, "Lobby Structure". */
interface Lobby {
  readonly id: Api.Snowflake;
  readonly application_id: Api.Snowflake;
  readonly metadata: Metadata | null;
  readonly members: LobbyMember[];
  readonly linked_channel?: Api.APIChannel;
}

/** What is said of a lobby that is made or changed. */
interface LobbyBody {
  readonly metadata?: Metadata | null;
  /** 25 at most. */
  readonly members?: readonly Omit<LobbyMember, 'additional_name'>[];
  /** From 5 to 604,800. */
  readonly idle_timeout_seconds?: number;
}

/** What is said of a member. */
interface LobbyMemberBody {
  readonly metadata?: Metadata | null;
  readonly flags?: number;
  /** Null clears it. */
  readonly additional_name?: string | null;
}

type BulkMember = LobbyMemberBody & { readonly id: Api.Snowflake; readonly remove_member?: boolean };

/** Lobbies of games, as far as bots manage them; discord-api-types has none. Source: Discord docs, Lobby Resource. */
export interface LobbiesApi {
  readonly 'POST /lobbies': Endpoint<Lobby, LobbyBody>;
  readonly 'GET /lobbies/{lobby.id}': Endpoint<Lobby>;
  readonly 'PATCH /lobbies/{lobby.id}': Endpoint<Lobby, LobbyBody>;
  readonly 'DELETE /lobbies/{lobby.id}': Endpoint<undefined>;
  readonly 'PUT /lobbies/{lobby.id}/members/{user.id}': Endpoint<LobbyMember, LobbyMemberBody>;
  readonly 'DELETE /lobbies/{lobby.id}/members/{user.id}': Endpoint<undefined>;
  readonly 'POST /lobbies/{lobby.id}/members/bulk': Endpoint<LobbyMember[], readonly BulkMember[]>;
  readonly 'POST /lobbies/{lobby.id}/members/{user.id}/invites': Endpoint<{ readonly code: string }>;
  readonly 'PUT /lobbies/{lobby.id}/messages/{message.id}/moderation-metadata': Endpoint<undefined, Metadata>;
}
