import type { AutocompleteChoice, Modal } from '../forms/callback.ts';
import type { Message } from '../world/message.ts';

/** What Discord's client shows where an answer should be. */
export type Notice = 'Sending…' | 'The application is thinking…' | 'The application did not respond';

/** What one member sees of an interaction. */
export interface View {
  /** the response as it stands after edits, then follow-ups; for a component, the message that was updated comes first */
  messages: Message[];
  notice: Notice | null;
  modal: Modal | null;
  choices: AutocompleteChoice[] | null;
}
